package cli

import (
	"context"
	"net/http"
	"time"

	"kaitong/adapters/desk"
	"kaitong/adapters/store"
	"kaitong/adapters/web"
	"kaitong/configs"
)

// openDesk puts the agents' desk beside the chat: the same server, the same
// database, roles and audit of its own.
func (c *core) openDesk(ctx context.Context, options *web.Options) error {
	vault, err := store.OpenStaff(ctx, storeOptions(c.config, c.logger))
	if err != nil {
		return err
	}
	c.teardown.add("accounts", func(context.Context) error { return vault.Close() })
	seats, err := c.shareSeats()
	if err != nil {
		return err
	}
	c.teardown.add("seats of other nodes", func(context.Context) error { return seats.close() })
	company, err := c.openCompany()
	if err != nil {
		return err
	}
	c.accounts = vault
	c.desk, err = desk.New(desk.Options{
		Engine: c.engine, Board: c.engine.Board(), Vault: vault, Presence: c.presence, Log: c.logger, Tenant: c.config.Tenant,
		Queues: c.routing.Queues, Demo: c.config.Mode == configs.ModeDemo, Proxies: options.Proxies, Hosts: options.Hosts, Company: company,
		Products: products{c.library}.names, Snippets: snippets{c.library}.find, Documents: c.document, Typing: c.agentTypes,
	})
	if err != nil {
		return err
	}
	c.teardown.add("desk", c.desk.Drain)
	options.Typing = c.desk.Typing
	figures, err := c.openDashboard()
	if err != nil {
		return err
	}
	options.Mounts = map[string]http.Handler{"/v1/analytics/": figures}
	for _, path := range []string{"/desk", "/desk/", "/v1/desk/", "/analytics"} {
		options.Mounts[path] = c.desk.Handler()
	}
	return nil
}

// agentTypes tells the person, where they are served by this node.
func (c *core) agentTypes(conversation string) { c.handoffs.web.Typing(conversation) }

// newPresence knows which agents are there. Until there is a desk nobody is.
func (c *core) newPresence() *desk.Presence {
	return desk.NewPresence(desk.PresenceOptions{
		Tenant: c.config.Tenant, Node: c.node, Now: time.Now, Tell: func(seat desk.Seat) { c.seats.tell(seat) },
	})
}
