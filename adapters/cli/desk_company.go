package cli

import (
	"context"
	"fmt"
	"net/url"

	"kaitong/adapters/desk"
	"kaitong/adapters/desk/sso"
	"kaitong/bot/staff"
	"kaitong/configs"
)

// openCompany lets agents sign in with the provider that is configured; nil for
// none. The provider is asked nothing before somebody does.
func (c *core) openCompany() (*desk.Company, error) {
	config := c.config.Desk.OIDC
	if config.Issuer == "" {
		return nil, nil
	}
	secret, err := config.ReadSecret()
	if err != nil {
		return nil, fmt.Errorf("desk.oidc: %w", err)
	}
	home, err := url.Parse(c.config.Callback())
	if err != nil {
		return nil, fmt.Errorf("desk.oidc.redirect_url: %w", err)
	}
	provider, err := sso.New(sso.Options{
		Issuer: config.Issuer, ClientID: config.ClientID, ClientSecret: secret, Scopes: config.Scopes,
		RedirectURL: c.config.Callback(), Home: home.ResolveReference(&url.URL{Path: "/desk"}).String(),
		RolesClaim: config.Roles.Claim, Roles: rolesOf(config.Roles), QueuesClaim: config.QueuesClaim, Queues: c.queueIDs(),
	})
	if err != nil {
		return nil, err
	}
	c.teardown.add("sign-in of agents", func(context.Context) error { provider.Close(); return nil })
	return &desk.Company{Provider: provider, Name: config.Name, Only: !config.AllowLocal}, nil
}

func rolesOf(config configs.OIDCRoles) map[staff.Role][]string {
	return map[staff.Role][]string{staff.Agent: config.Agent, staff.Lead: config.Lead, staff.Compliance: config.Compliance, staff.Admin: config.Admin}
}

func (c *core) queueIDs() []string {
	var ids []string
	for _, queue := range c.routing.Queues {
		ids = append(ids, queue.ID)
	}
	return ids
}

// hostsOf are the names under which this program is known to be reached.
func hostsOf(config configs.Config) []string {
	var hosts []string
	for _, address := range append([]string{config.Handoff.PublicURL, config.Callback()}, config.Web.AllowedOrigins...) {
		if parsed, err := url.Parse(address); err == nil && parsed.Host != "" {
			hosts = append(hosts, parsed.Host)
		}
	}
	return hosts
}
