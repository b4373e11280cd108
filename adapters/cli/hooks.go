package cli

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"kaitong/adapters/edge"
	"kaitong/adapters/handoff"
	"kaitong/adapters/store"
	"kaitong/adapters/web"
	"kaitong/bot"
	"kaitong/bot/staff"
	"kaitong/configs"
)

// openHooks lets the desks that are configured take conversations over.
func (c *core) openHooks(ctx context.Context, options *web.Options) error {
	endpoints, err := endpointsOf(c.config.Handoff)
	if err != nil || len(endpoints) == 0 {
		return err
	}
	box, err := store.OpenOutbox(ctx, storeOptions(c.config, c.logger))
	if err != nil {
		return err
	}
	c.hooks, err = handoff.New(handoff.Options{
		Tenant: c.config.Tenant, Endpoints: endpoints, Private: c.config.Handoff.AllowPrivate, Public: c.config.Handoff.PublicURL,
		Engine: c.engine, Log: c.log, Tail: c.log.TailHandoffs, Box: box, Waiting: c.log.HandedOver,
		End:   func(ctx context.Context) (int64, error) { return endOfLog(ctx, c.log, 0) },
		Audit: c.auditOtherDesks(options.Proxies), Now: time.Now, Pace: handoff.DefaultPace(), Logger: c.logger,
	})
	if err != nil {
		_ = box.Close() // nothing was written
		return err
	}
	c.backlog = box.Backlog
	c.teardown.add("other desks", c.hooks.Close)
	options.Mounts["/v1/handoff/"] = c.hooks.Handler()
	options.Checks = append(options.Checks, web.Check{
		Name: "other desks", Optional: true, Fault: "a desk is not told what happens; it is kept for three days, and the log says why",
		Run: func(context.Context) error { return c.hooks.Check() },
	})
	return nil
}

// auditOtherDesks puts what other desks read and do beside what our own does.
func (c *core) auditOtherDesks(proxies edge.Proxies) handoff.Audit {
	return func(r *http.Request, deed handoff.Deed) error {
		return c.accounts.Record(r.Context(), staff.Record{
			At: time.Now(), Who: deed.Who, Did: deed.Did, Conversation: deed.Conversation, Reason: deed.Reason, From: proxies.Address(r).String(),
		})
	}
}

func endpointsOf(config configs.Handoff) ([]handoff.Endpoint, error) {
	var endpoints []handoff.Endpoint
	for _, hook := range config.Webhooks {
		secrets, err := secretsOf(hook)
		if err != nil {
			return nil, fmt.Errorf("handoff.webhooks: %s: %s: %w", hook.Name, hook.SecretFile, err)
		}
		endpoint := handoff.Endpoint{Name: hook.Name, URL: hook.URL, Inbox: hook.Inbox, Secrets: secrets}
		for _, event := range hook.Events {
			endpoint.Events = append(endpoint.Events, "com.kaitong.handoff."+event)
		}
		endpoints = append(endpoints, endpoint)
	}
	return endpoints, nil
}

// secretsOf reads secrets of our contract. Those of Chatwoot are what they are.
func secretsOf(hook configs.Webhook) (handoff.Secrets, error) {
	lines, err := hook.ReadSecrets()
	if err != nil {
		return nil, err
	}
	if hook.Inbox == "" {
		return handoff.ParseSecrets(strings.Join(lines, "\n"))
	}
	var secrets handoff.Secrets
	for _, line := range lines {
		secrets = append(secrets, []byte(line))
	}
	return secrets, nil
}

// roster is who could take a conversation now: agents at our desk, and those of
// other desks that are said to be there.
type roster struct {
	desk    bot.Roster
	others  []string               // names
	takes   func(name string) bool // whether one is told who waits, and hears it
	listens func(name string) bool // whether one will ever hear anything
}

func (c *core) newRoster() roster {
	r := roster{
		desk:    c.presence,
		takes:   func(name string) bool { return c.hooks != nil && c.hooks.Takes(name) },
		listens: func(name string) bool { return c.hooks != nil && c.hooks.Listens(name) },
	}
	for _, hook := range c.config.Handoff.Webhooks {
		if hook.Online {
			r.others = append(r.others, hook.Name)
		}
	}
	return r
}

// Online implements [bot.Roster]. A desk that does not hear of who waits is as
// good as empty, whatever is said of it.
func (r roster) Online(tenant, queue string) int {
	online := r.desk.Online(tenant, queue)
	for _, name := range r.others {
		if r.takes(name) {
			online++
		}
	}
	return online
}

// There implements [bot.Roster]. Of the agents of other desks nobody knows, so
// they are taken to be there, unless their desk is gone for good: what people
// write reaches nobody then.
func (r roster) There(tenant, agent string) bool {
	if desk, _, other := strings.Cut(agent, "/"); other {
		return r.listens(desk)
	}
	return r.desk.There(tenant, agent)
}
