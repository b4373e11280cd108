package configs

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
)

// OIDC says how agents sign in with the account of their company.
type OIDC struct {
	Issuer           string // empty: they do not
	ClientID         string
	ClientSecret     string
	ClientSecretFile string
	RedirectURL      string // empty: made of Handoff.PublicURL
	Name             string // on the button; empty: words of our own
	Scopes           []string
	Roles            OIDCRoles
	QueuesClaim      string // empty: administrators say which lines somebody serves
	AllowLocal       bool   // accounts with passwords of our own may sign in, too
}

// OIDCRoles says which values of a claim give which role.
type OIDCRoles struct {
	Claim      string
	Agent      []string
	Lead       []string
	Compliance []string
	Admin      []string
}

// callbackPath is where providers send browsers back to.
const callbackPath = "/v1/desk/oidc/callback"

// Callback is the address that the provider has to know for the desk, "" where
// nobody signs in with one.
func (c Config) Callback() string {
	if c.Desk.OIDC.RedirectURL != "" || c.Desk.OIDC.Issuer == "" {
		return c.Desk.OIDC.RedirectURL
	}
	return strings.TrimSuffix(c.Handoff.PublicURL, "/") + callbackPath
}

// ReadSecret returns the client's secret, from ClientSecret or ClientSecretFile.
// One line end at the end of the file is not part of it.
func (o OIDC) ReadSecret() (string, error) {
	secret := []byte(o.ClientSecret)
	if o.ClientSecretFile != "" {
		var err error
		if secret, err = os.ReadFile(o.ClientSecretFile); err != nil {
			return "", fmt.Errorf("read secret: %w", err)
		}
	}
	secret = trimLineEnd(secret)
	if len(secret) == 0 {
		return "", errors.New("want the secret that the provider has given to the client")
	}
	return string(secret), nil
}

func (v *validator) oidc() {
	c := v.config.Desk.OIDC
	if c.Issuer == "" {
		if c.ClientID != "" {
			v.complain("desk.oidc.issuer", "want the address of the provider, such as https://id.example.com/realms/bank")
		}
		if !c.AllowLocal {
			v.complain("desk.oidc.allow_local", "without desk.oidc.issuer nobody could sign in")
		}
		return
	}
	if err := guarded(c.Issuer); err != nil {
		v.complain("desk.oidc.issuer", "%v", err)
	}
	if c.ClientID == "" {
		v.complain("desk.oidc.client_id", "want the name by which the provider knows this program")
	}
	v.oidcSecret()
	v.oidcCallback()
	v.oidcRoles()
}

func (v *validator) oidcSecret() {
	c := v.config.Desk.OIDC
	path := "desk.oidc.client_secret"
	if c.ClientSecretFile != "" {
		path = "desk.oidc.client_secret_file"
	}
	if c.ClientSecret != "" && c.ClientSecretFile != "" {
		v.complain(path, "give client_secret or client_secret_file, not both")
		return
	}
	if _, err := c.ReadSecret(); err != nil {
		v.complain(path, "%v", err)
	}
}

func (v *validator) oidcCallback() {
	callback := v.config.Callback()
	if err := guarded(callback); err != nil {
		v.complain("desk.oidc.redirect_url", "%v; set this or handoff.public_url", err)
		return
	}
	if parsed, err := url.Parse(callback); err != nil || parsed.Path != callbackPath || parsed.RawQuery != "" {
		v.complain("desk.oidc.redirect_url", "want an address that ends in %s", callbackPath)
	}
}

func (v *validator) oidcRoles() {
	c := v.config.Desk.OIDC.Roles
	if c.Claim == "" {
		v.complain("desk.oidc.roles.claim", "want the claim that says what somebody may do, such as groups")
	}
	if len(c.Agent)+len(c.Lead)+len(c.Compliance)+len(c.Admin) == 0 {
		v.complain("desk.oidc.roles.agent", "want at least one value that gives a role, or nobody gets in")
	}
	givenTo := map[string]string{}
	for _, role := range []struct {
		name   string
		values []string
	}{{"agent", c.Agent}, {"lead", c.Lead}, {"compliance", c.Compliance}, {"admin", c.Admin}} {
		for _, value := range role.values {
			if other, given := givenTo[value]; given {
				v.complain("desk.oidc.roles."+role.name, "%q gives the role %s already", value, other)
			}
			givenTo[value] = role.name
		}
	}
}

// guarded wants TLS, except on this very machine.
func guarded(address string) error {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Hostname() == "" || parsed.User != nil || parsed.Fragment != "" {
		return errors.New("want an address such as https://bot.example.com")
	}
	if parsed.Scheme == "https" || parsed.Scheme == "http" && loopback(parsed.Hostname()) {
		return nil
	}
	return errors.New("want https; http is for localhost")
}
