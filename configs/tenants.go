package configs

import (
	"errors"
	"os"
	"regexp"

	"github.com/goccy/go-yaml/ast"
)

// Tenant is one of several institutions that one installation serves.
type Tenant struct {
	Name              string
	Pack              string   // directory; empty: that of the installation
	AllowedOrigins    []string // of pages whose anonymous people are this tenant's
	Sockets           int      // open at once, of all its people; 0: no limit of its own
	MessagesPerWindow int      // of all its people in Web.Window; 0: no limit of its own
	KeyFile           string   // keys that sign for its people; empty: those of Auth
	Issuer            string   // required of their tokens; empty: that of Auth
}

// maxTenants is more than one process should serve.
const maxTenants = 64

// tenantsFrom also returns the node to blame.
func tenantsFrom(target *[]Tenant, node ast.Node) (ast.Node, error) {
	return itemsFrom(target, node, "tenants", (*Tenant).from)
}

func (t *Tenant) from(node ast.Node) (ast.Node, error) {
	return members(node, "want the name of a tenant and what it has of its own, got %s", t.member)
}

func (t *Tenant) member(key string, entry *ast.MappingValueNode) (ast.Node, error) {
	switch key {
	case "name":
		return entry.Value, stringFrom(&t.Name, entry.Value)
	case "pack":
		return entry.Value, stringFrom(&t.Pack, entry.Value)
	case "allowed_origins":
		return listFrom(&t.AllowedOrigins, entry.Value)
	case "sockets":
		return entry.Value, intFrom(&t.Sockets, entry.Value)
	case "messages_per_window":
		return entry.Value, intFrom(&t.MessagesPerWindow, entry.Value)
	case "key_file":
		return entry.Value, stringFrom(&t.KeyFile, entry.Value)
	case "issuer":
		return entry.Value, stringFrom(&t.Issuer, entry.Value)
	}
	return entry.Key, errors.New("a tenant has name, pack, allowed_origins, sockets, messages_per_window, key_file and issuer, nothing else")
}

// Auth is how tokens of a tenant's people are checked.
func (t Tenant) Auth(all Auth) Auth {
	if t.KeyFile != "" {
		all.Key, all.JWKSURL, all.KeyFile = "", "", t.KeyFile
	}
	if t.Issuer != "" {
		all.Issuer = t.Issuer
	}
	return all
}

func (v *validator) tenants() {
	c := v.config
	if len(c.Tenants) > maxTenants {
		v.complain("tenants", "want at most %d", maxTenants)
		return
	}
	names, origins := map[string]bool{}, map[string]string{}
	for i, tenant := range c.Tenants {
		if !isTenant(tenant.Name) {
			v.complain("tenants", "tenant %d: name: want up to 63 letters, digits, - and _, starting with a letter or digit, got %q", i+1, tenant.Name)
			continue
		}
		if names[tenant.Name] {
			v.complain("tenants", "%s: two tenants have this name", tenant.Name)
		}
		names[tenant.Name] = true
		v.oneTenant(tenant, origins)
	}
	if len(c.Tenants) > 0 && !names[c.Tenant] {
		v.complain("tenants", "want %q among them: it is the tenant of people whose token and page name none", c.Tenant)
	}
}

func isTenant(name string) bool {
	return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$`).MatchString(name)
}

func (v *validator) oneTenant(t Tenant, origins map[string]string) {
	complain := func(format string, args ...any) { v.complain("tenants", t.Name+": "+format, args...) }
	if info, err := os.Stat(t.Pack); t.Pack != "" && (err != nil || !info.IsDir()) {
		complain("pack: there is no directory %q", t.Pack)
	}
	if t.Sockets < 0 || t.MessagesPerWindow < 0 {
		complain("sockets and messages_per_window: want 0 or more")
	}
	for _, origin := range t.AllowedOrigins {
		if !validOrigin(origin) {
			complain("allowed_origins: want origins such as https://www.example.com, got %q", origin)
		}
		if other, taken := origins[origin]; taken {
			complain("allowed_origins: %s is a page of %s already", origin, other)
		}
		origins[origin] = t.Name
	}
	if t.KeyFile == "" {
		return
	}
	if _, err := t.Auth(v.config.Auth).ReadKey(); err != nil {
		complain("key_file: %v", err)
	}
}
