package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"time"
)

const (
	// soonExpired is when somebody should see to a certificate.
	soonExpired = 14 * 24 * time.Hour
	dialTimeout = 5 * time.Second
)

// Certificates judges certificates at a time.
type Certificates struct {
	Now   time.Time
	Roots *x509.CertPool // nil: those of the system
}

// File looks at a file with certificates. Whose they are is not asked.
func (c Certificates) File(setting, path string) Finding {
	args := Args{"where": setting + " " + path}
	data, err := os.ReadFile(path)
	if err != nil {
		return Bad("certificates.unreadable", cause(err), args)
	}
	var first *x509.Certificate
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			continue
		}
		one, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return Bad("certificates.unreadable", err, args)
		}
		if first == nil || one.NotAfter.Before(first.NotAfter) {
			first = one
		}
	}
	if first == nil {
		return Bad("certificates.unreadable", errors.New("there is no certificate in it"), args)
	}
	return c.times(first, args)
}

// Server looks at the certificate that a server shows. It says hello only:
// nothing is sent to whoever cannot be trusted.
func (c Certificates) Server(ctx context.Context, setting, host, address string) Finding {
	args := Args{"where": setting + " " + address, "host": host}
	dialer := tls.Dialer{
		NetDialer: &net.Dialer{Timeout: dialTimeout},
		Config:    &tls.Config{ServerName: host, InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}, //nolint:gosec // verified below, to tell what is wrong with it
	}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return Bad("certificates.no-tls", err, args)
	}
	defer func() { _ = conn.Close() }()
	secured, ok := conn.(*tls.Conn)
	if !ok || len(secured.ConnectionState().PeerCertificates) == 0 {
		return Bad("certificates.no-tls", nil, args)
	}
	return c.chain(secured.ConnectionState().PeerCertificates, host, args)
}

// Shown looks at a certificate that somebody has verified.
func (c Certificates) Shown(where string, one *x509.Certificate) Finding {
	return c.times(one, Args{"where": where})
}

// Refused says why a connection was refused for its certificate; false means
// that it was for something else.
func (c Certificates) Refused(where, host string, err error) (Finding, bool) {
	args := Args{"where": where, "host": host}
	if other, ok := errors.AsType[x509.HostnameError](err); ok {
		return Bad("certificates.other-host", other, args), true
	}
	if invalid, ok := errors.AsType[x509.CertificateInvalidError](err); ok && invalid.Reason == x509.Expired {
		if judged := c.times(invalid.Cert, args); judged.State == Fault {
			return judged, true
		}
		return Bad("certificates.untrusted", err, args), true
	}
	if unknown, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return Bad("certificates.untrusted", unknown, args), true
	}
	return Finding{}, false
}

// chain names the plainest fault first.
func (c Certificates) chain(shown []*x509.Certificate, host string, args Args) Finding {
	leaf := shown[0]
	judged := c.times(leaf, args)
	if judged.State == Fault {
		return judged
	}
	if err := leaf.VerifyHostname(host); err != nil {
		return Bad("certificates.other-host", err, args)
	}
	between := x509.NewCertPool()
	for _, one := range shown[1:] {
		between.AddCert(one)
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: c.Roots, Intermediates: between, CurrentTime: c.Now, DNSName: host}); err != nil {
		return Bad("certificates.untrusted", err, args)
	}
	return judged
}

func (c Certificates) times(one *x509.Certificate, args Args) Finding {
	args["until"], args["from"] = one.NotAfter.UTC().Format(time.DateTime), one.NotBefore.UTC().Format(time.DateTime)
	switch {
	case c.Now.After(one.NotAfter):
		return Bad("certificates.expired", nil, args)
	case c.Now.Before(one.NotBefore):
		return Bad("certificates.too-early", nil, args)
	case c.Now.Add(soonExpired).After(one.NotAfter):
		return Doubt("certificates.soon", nil, args)
	}
	return fine("certificates", "%s until %s", args["where"], args["until"])
}
