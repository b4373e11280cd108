package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"kaitong/adapters/natsbus"
	"kaitong/adapters/store"
	"kaitong/adapters/tokens"
	"kaitong/bot/access"
	"kaitong/configs"
)

type tokensCommand struct {
	Revoke tokensRevoke `cmd:"" help:"Sign a person out everywhere, or make one token void."`
	List   tokensList   `cmd:"" help:"List what is revoked and has not expired anyway."`
}

type tokensRevoke struct {
	deskFlags
	NATS   string `name:"nats" help:"NATS of the servers, where they have one: they hear of it at once." placeholder:"nats://…"`
	User   string `help:"Person, as the token's sub has it: all their tokens." xor:"what" required:"" placeholder:"USER"`
	JTI    string `name:"jti" help:"One token, by its jti." xor:"what" required:"" placeholder:"ID"`
	Tenant string `help:"Tenant of the person or the token; by default that of the installation." placeholder:"TENANT"`
	Since  string `help:"Tokens issued then or before; by default now. A time such as 2026-11-28T08:00:00Z." placeholder:"TIME"`
}

// Help is shown by --help.
func (tokensRevoke) Help() string {
	return `Open chats of these tokens are closed within seconds, on every server, and the
tokens are refused from then on. The person can come back with a token that your
app signs later: lock the account there first. Servers that share no NATS with
this command notice within ten seconds.

Examples:
  kaitong tokens revoke --user user-4711
  kaitong tokens revoke --jti 6f0c5e5c --tenant bank-2`
}

// Run revokes.
func (c tokensRevoke) Run(ctx context.Context, s streams) error {
	config, err := c.load()
	if err != nil {
		return err
	}
	one, err := c.revocation(config, time.Now())
	if err != nil {
		return usageError{err.Error()}
	}
	if err := c.with(ctx, func(vault *store.Staff) error { return vault.Revoke(ctx, one) }); err != nil {
		return err
	}
	what := "token " + c.JTI
	if c.User != "" {
		what = fmt.Sprintf("all tokens of %s issued up to %s", c.User, one.Since.Format(time.RFC3339))
	}
	fmt.Fprintf(s.out, "revoked, in tenant %s: %s\n", one.Tenant, what)
	config.NATS.URL = cmp.Or(c.NATS, config.NATS.URL)
	if err := tellServers(ctx, config.NATS); err != nil {
		fmt.Fprintf(s.err, "the servers were not told (%v); they notice by themselves within ten seconds\n", err)
	}
	return nil
}

func (c tokensRevoke) revocation(config configs.Config, now time.Time) (access.Revocation, error) {
	one := access.Revocation{
		Tenant: cmp.Or(c.Tenant, config.Tenant), User: c.User, Token: c.JTI, Since: now.UTC(),
		Until: now.Add(config.Auth.TokenLife + 2*tokens.Leeway).UTC(),
	}
	if c.Since != "" {
		since, err := time.Parse(time.RFC3339, c.Since)
		if err != nil || since.After(now) {
			return one, fmt.Errorf("--since: want a time that has been, such as 2026-11-28T08:00:00Z, got %q", c.Since)
		}
		one.Since = since.UTC()
	}
	return one, one.Validate()
}

// tellServers has them read the list now.
func tellServers(ctx context.Context, c configs.NATS) error {
	if c.URL == "" {
		return nil
	}
	conn, err := natsbus.Dial(ctx, natsbus.Options{URL: c.URL, Name: "kaitong tokens", Timeout: dialWithin, Access: natsAccess(c)})
	if err != nil {
		return err
	}
	defer conn.Close()
	return errors.Join(conn.Publish(revokedSubject, nil), conn.FlushTimeout(dialWithin))
}

type tokensList struct{ deskFlags }

// Run lists.
func (c tokensList) Run(ctx context.Context, s streams) error {
	return c.with(ctx, func(vault *store.Staff) error {
		all, err := vault.Revocations(ctx, time.Now())
		if err != nil {
			return err
		}
		if len(all) == 0 {
			fmt.Fprintln(s.out, "nothing is revoked")
			return nil
		}
		table := tabwriter.NewWriter(s.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "TENANT\tUSER\tTOKEN\tISSUED UP TO\tLISTED UNTIL")
		for _, one := range all {
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", one.Tenant, cmp.Or(one.User, "–"), cmp.Or(one.Token, "–"), one.Since.Format(time.RFC3339), one.Until.Format(time.RFC3339))
		}
		return table.Flush()
	})
}
