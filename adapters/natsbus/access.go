package natsbus

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/nats-io/nats.go"
)

// Access says who we are at external servers, and how we know that they are
// ours. The files are read again with every connection, so that renewed ones
// are taken up; nothing of what they hold is logged.
type Access struct {
	TokenFile   string // a token; the embedded server asks for it too
	NKeyFile    string // seed of an nkey user
	CredsFile   string // JWT of a user, and its seed
	CAFile      string // who signs the servers' certificates; empty: whom the system trusts
	CertFile    string // our own certificate
	KeyFile     string // and its key
	InboxPrefix string // of the subjects on which answers arrive; empty: _INBOX
}

// options are those of a connection to external servers.
func (a Access) options() ([]nats.Option, error) {
	var options []nats.Option
	if a.TokenFile != "" {
		if _, err := readToken(a.TokenFile); err != nil {
			return nil, fmt.Errorf("nats.token_file: %w", err)
		}
		options = append(options, nats.TokenHandler(func() string {
			token, _ := readToken(a.TokenFile) // gone since: the server refuses, and is asked again
			return token
		}))
	}
	if a.NKeyFile != "" {
		nkey, err := nats.NkeyOptionFromSeed(a.NKeyFile)
		if err != nil {
			return nil, fmt.Errorf("nats.nkey_file: %w", err)
		}
		options = append(options, nkey)
	}
	if a.CredsFile != "" {
		options = append(options, nats.UserCredentials(a.CredsFile))
	}
	if a.CAFile != "" {
		options = append(options, nats.RootCAs(a.CAFile))
	}
	if a.CertFile != "" {
		options = append(options, nats.ClientCert(a.CertFile, a.KeyFile))
	}
	if a.InboxPrefix != "" {
		options = append(options, nats.CustomInboxPrefix(a.InboxPrefix))
	}
	return options, nil
}

func readToken(file string) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	token := string(bytes.TrimSpace(text))
	if token == "" {
		return "", errors.New(file + " is empty")
	}
	return token, nil
}

// explain adds to an error of connecting what to look at, by the names of the
// settings. Servers that refuse somebody do not tell why.
func (a Access) explain(err error) error {
	if err == nil {
		return nil
	}
	if advice := a.advice(err); advice != "" {
		return fmt.Errorf("%w; %s", err, advice)
	}
	return err
}

func (a Access) advice(err error) string {
	if advice := adviceOnServer(err); advice != "" {
		return advice
	}
	switch text := strings.ToLower(err.Error()); {
	case errors.Is(err, nats.ErrNkeysNotSupported):
		return "this server asks nobody for a key: is it the one that nats.nkey_file was made for?"
	case errors.Is(err, nats.ErrSecureConnWanted):
		return "the server speaks no TLS, which tls:// in nats.url, nats.ca_file and nats.cert_file ask for"
	case strings.Contains(text, "remote error: tls:"), strings.Contains(text, "after tls handshake"):
		return a.adviceOnCertificate()
	case errors.Is(err, nats.ErrAuthorization), strings.Contains(text, "authorization violation"):
		return a.adviceOnUser()
	}
	return ""
}

// adviceOnServer is about certificates that we refuse.
func adviceOnServer(err error) string {
	if _, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "the server's certificate is signed by an authority unknown here: name that authority in nats.ca_file"
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return "the server's certificate was made for another name than nats.url has"
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		return "the server's certificate is out of date: renew it there, or set this machine's clock"
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return "the server speaks no TLS, or something else than NATS"
	}
	return ""
}

// adviceOnCertificate is about a certificate of ours that the server refuses.
func (a Access) adviceOnCertificate() string {
	if a.CertFile == "" {
		return "the server wants a certificate of ours: set nats.cert_file and nats.key_file"
	}
	return "the server refuses the certificate in nats.cert_file: it must be in date, for clients, and signed by the authority that the server knows"
}

func (a Access) adviceOnUser() string {
	switch {
	case a.NKeyFile != "":
		return "the server knows no user with the key in nats.nkey_file: its public key must stand among the users of the server"
	case a.CredsFile != "":
		return "the server does not accept the user in nats.creds_file"
	case a.TokenFile != "":
		return "the server does not accept the token in nats.token_file"
	}
	return "the server wants to know who we are: set nats.nkey_file, nats.creds_file or nats.token_file"
}
