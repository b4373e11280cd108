package configs

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/nats-io/nkeys"
)

// NATS chooses the server, and says how the two know each other.
type NATS struct {
	URL         string // external servers, comma separated; empty: embedded
	Listen      string // host:port on which the embedded server also listens
	TokenFile   string // what the embedded server asks for, or is shown to external ones
	NKeyFile    string // seed of an nkey user
	CredsFile   string // JWT of a user and its seed
	CAFile      string // who signs the servers' certificates; empty: whom the system trusts
	CertFile    string // this program's certificate
	KeyFile     string // and its key
	InboxPrefix string // of the subjects on which answers arrive; empty: _INBOX
}

// minToken is the shortest token accepted, in bytes.
const minToken = 16

func (c *Config) natsSettings() []setting {
	return []setting{
		{"nats.url", &c.NATS.URL},
		{"nats.listen", &c.NATS.Listen},
		{"nats.token_file", &c.NATS.TokenFile},
		{"nats.nkey_file", &c.NATS.NKeyFile},
		{"nats.creds_file", &c.NATS.CredsFile},
		{"nats.ca_file", &c.NATS.CAFile},
		{"nats.cert_file", &c.NATS.CertFile},
		{"nats.key_file", &c.NATS.KeyFile},
		{"nats.inbox_prefix", &c.NATS.InboxPrefix},
	}
}

func (v *validator) nats() {
	c := v.config.NATS
	for one := range strings.SplitSeq(c.URL, ",") {
		if one = strings.TrimSpace(one); one != "" && !natsURL(one) {
			v.complain("nats.url", "want nats://host:4222 or tls://host:4222, or several separated by commas")
			break
		}
	}
	v.natsListen()
	v.natsCredentials()
	v.natsFiles()
	if c.InboxPrefix != "" && !regexp.MustCompile(`^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$`).MatchString(c.InboxPrefix) {
		v.complain("nats.inbox_prefix", "want words of letters, digits, - and _, separated by dots, such as _INBOX_node_1, got %q", c.InboxPrefix)
	}
}

func natsURL(text string) bool {
	parsed, err := url.Parse(text)
	if err != nil || parsed.Hostname() == "" {
		return false
	}
	return slices.Contains([]string{"nats", "tls", "ws", "wss"}, parsed.Scheme)
}

func (v *validator) natsListen() {
	c := v.config.NATS
	if c.Listen == "" {
		return
	}
	v.address("nats.listen", c.Listen)
	if c.URL != "" {
		v.complain("nats.listen", "makes no sense together with nats.url: no server runs inside")
	}
	if v.config.Mode == ModeProduction && c.TokenFile == "" && !OnThisMachine(c.Listen) {
		v.complain("nats.listen", "other machines reach %s, and whoever does could answer eligibility requests; set nats.token_file, or listen on 127.0.0.1", c.Listen)
	}
}

// OnThisMachine says whether only programs of this machine reach an address,
// host:port.
func OnThisMachine(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && loopback(host)
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// natsCredentials wants one way of saying who we are, and somebody to say it to.
func (v *validator) natsCredentials() {
	c := v.config.NATS
	var given []string
	for _, one := range []struct{ setting, file string }{
		{"nats.token_file", c.TokenFile}, {"nats.nkey_file", c.NKeyFile}, {"nats.creds_file", c.CredsFile},
	} {
		if one.file != "" {
			given = append(given, one.setting)
		}
	}
	if len(given) > 1 {
		v.complain(given[1], "give one of nats.token_file, nats.nkey_file and nats.creds_file")
	}
	if c.TokenFile != "" && c.URL == "" && c.Listen == "" {
		v.complain("nats.token_file", "nobody could show it: the server inside listens nowhere; set nats.listen or nats.url")
	}
	if c.URL != "" {
		return
	}
	for _, one := range c.external() {
		v.complain(one, "is for external servers; set nats.url")
	}
}

// external are the settings given that only mean something with servers of
// one's own.
func (n NATS) external() []string {
	var given []string
	for _, one := range []struct{ setting, value string }{
		{"nats.nkey_file", n.NKeyFile}, {"nats.creds_file", n.CredsFile}, {"nats.ca_file", n.CAFile},
		{"nats.cert_file", n.CertFile}, {"nats.key_file", n.KeyFile}, {"nats.inbox_prefix", n.InboxPrefix},
	} {
		if one.value != "" {
			given = append(given, one.setting)
		}
	}
	return given
}

// natsFiles quotes nothing of what files hold: most of it is secret.
func (v *validator) natsFiles() {
	c := v.config.NATS
	for _, one := range []struct {
		setting, file string
		check         func(string) error
	}{
		{"nats.token_file", c.TokenFile, checkToken},
		{"nats.nkey_file", c.NKeyFile, checkSeed},
		{"nats.creds_file", c.CredsFile, checkCreds},
		{"nats.ca_file", c.CAFile, checkAuthorities},
	} {
		if one.file == "" {
			continue
		}
		if err := one.check(one.file); err != nil {
			v.complain(one.setting, "%v", err)
		}
	}
	switch {
	case c.CertFile == "" && c.KeyFile == "":
	case c.CertFile == "":
		v.complain("nats.cert_file", "nats.key_file needs the certificate it belongs to")
	case c.KeyFile == "":
		v.complain("nats.key_file", "nats.cert_file needs the key it was made for")
	default:
		if _, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile); err != nil {
			v.complain("nats.cert_file", "%v", err)
		}
	}
}

func checkToken(file string) error {
	token, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if got := len(bytes.TrimSpace(token)); got < minToken {
		return fmt.Errorf("%s holds %d bytes, want at least %d; `openssl rand -hex 32` makes a good one", file, got, minToken)
	}
	return nil
}

func checkSeed(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	pair, err := nkeys.ParseDecoratedNKey(text)
	if err != nil {
		return fmt.Errorf("%s holds no seed of an nkey; `nk -gen user` makes one", file)
	}
	defer pair.Wipe()
	public, err := pair.PublicKey()
	if err != nil || !nkeys.IsValidPublicUserKey(public) {
		return fmt.Errorf("%s holds the seed of something else than a user; `nk -gen user` makes one", file)
	}
	return nil
}

func checkCreds(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	pair, err := nkeys.ParseDecoratedUserNKey(text)
	if err != nil || !bytes.Contains(text, []byte("BEGIN NATS USER JWT")) {
		return fmt.Errorf("%s does not hold the JWT of a user and its seed, as `nsc generate creds` writes them", file)
	}
	pair.Wipe()
	return nil
}

func checkAuthorities(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !x509.NewCertPool().AppendCertsFromPEM(text) {
		return errors.New(file + " holds no certificate in PEM")
	}
	return nil
}
