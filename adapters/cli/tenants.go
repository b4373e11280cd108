package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"kaitong/adapters/eligibility"
	"kaitong/adapters/tokens"
	"kaitong/adapters/web"
	"kaitong/bot"
	"kaitong/configs"
)

// ownPack is what a tenant with a pack of its own is answered from.
type ownPack struct {
	name, dir string
	library   *bot.Library
	neutral   string    // the code of its refusal without a reason
	reloader  *reloader // nil before anybody is served
}

// readTenants reads the packs that tenants have of their own.
func readTenants(config configs.Config) ([]*ownPack, error) {
	var packs []*ownPack
	for _, tenant := range config.Tenants {
		if tenant.Pack == "" {
			continue
		}
		edition, err := loadEdition(tenant.Pack)
		if err != nil {
			return nil, fmt.Errorf("tenant %s: %w", tenant.Name, err)
		}
		own := &ownPack{name: tenant.Name, dir: tenant.Pack, library: bot.NewLibrary(edition)}
		if own.neutral, err = neutralCode(edition.Base); err != nil {
			return nil, fmt.Errorf("tenant %s: %w", tenant.Name, err)
		}
		packs = append(packs, own)
	}
	return packs, nil
}

// libraries are those packs by tenant.
func libraries(packs []*ownPack) map[string]*bot.Library {
	all := map[string]*bot.Library{}
	for _, own := range packs {
		all[own.name] = own.library
	}
	return all
}

// checks ask for each tenant by a client of its own: what may be told is a
// matter of its pack, and one tenant's trouble opens no breaker of another.
type checks struct {
	usual bot.Eligibility
	own   map[string]bot.Eligibility
}

// Check implements [bot.Eligibility].
func (c checks) Check(ctx context.Context, request bot.CheckRequest) (bot.Verdict, error) {
	if own := c.own[request.Tenant]; own != nil {
		return own.Check(ctx, request)
	}
	return c.usual.Check(ctx, request)
}

// checksOf puts the clients of tenants beside the usual one.
func (c *core) checksOf(usual *eligibility.Client) (bot.Eligibility, error) {
	if len(c.packs) == 0 {
		return usual, nil
	}
	all := checks{usual: usual, own: map[string]bot.Eligibility{}}
	for _, own := range c.packs {
		client, err := c.clientFor(own.library, own.neutral)
		if err != nil {
			return nil, fmt.Errorf("tenant %s: %w", own.name, err)
		}
		all.own[own.name] = client
	}
	return all, nil
}

// watchTenants reloads the packs of tenants as that of the installation is.
func (c *core) watchTenants() {
	for _, own := range c.packs {
		own.reloader = c.watchFolder("pack watcher of "+own.name, own.dir, own.library, own.neutral)
	}
}

// packTrouble is why a changed pack is not in use; nil: all are.
func (c *core) packTrouble() error {
	var troubles []error
	if c.reloader != nil {
		troubles = append(troubles, c.reloader.trouble())
	}
	for _, own := range c.packs {
		if own.reloader == nil {
			continue
		}
		if trouble := own.reloader.trouble(); trouble != nil {
			troubles = append(troubles, fmt.Errorf("tenant %s: %w", own.name, trouble))
		}
	}
	return errors.Join(troubles...)
}

// webTenants translates the configuration for the web server. Who has keys of their
// own has a ring of them, which can be changed; who has only an issuer of their own
// shares the keys of everybody.
func webTenants(config configs.Config, usual tokens.Source) ([]web.Tenant, map[string]*keyRing, error) {
	var list []web.Tenant
	rings := map[string]*keyRing{}
	for _, tenant := range config.Tenants {
		one := web.Tenant{Name: tenant.Name, Origins: tenant.AllowedOrigins, Sockets: tenant.Sockets, Messages: tenant.MessagesPerWindow}
		rules := rulesOf(tenant.Auth(config.Auth))
		rules.Keys = usual
		if tenant.KeyFile != "" {
			ring, err := ringOfTenant(config, tenant)
			if err != nil {
				return nil, nil, err
			}
			rings[tenant.Name] = newKeyRing(ring)
			rules.Keys = rings[tenant.Name]
		}
		if tenant.KeyFile != "" || tenant.Issuer != "" {
			one.Token = &rules
		}
		list = append(list, one)
	}
	return list, rings, nil
}

// ringOfTenant are the keys that a tenant has of its own.
func ringOfTenant(config configs.Config, tenant configs.Tenant) (tokens.Ring, error) {
	config.Auth = tenant.Auth(config.Auth)
	ring, err := configuredKeys(config)
	if err != nil {
		if problem, is := errors.AsType[configs.Problem](err); is {
			err = errors.New(problem.Message)
		}
		return nil, config.Blame("tenants", fmt.Sprintf("%s: key_file: %v", tenant.Name, err))
	}
	return ring, nil
}

// originsOf are the pages of the installation and of all its tenants.
func originsOf(config configs.Config) []string {
	origins := slices.Clone(config.Web.AllowedOrigins)
	for _, tenant := range config.Tenants {
		origins = append(origins, tenant.AllowedOrigins...)
	}
	return origins
}

// warnAboutTenants says what tenants have not got here.
func warnAboutTenants(config configs.Config, logger *slog.Logger) {
	for _, tenant := range config.Tenants {
		if tenant.Name != config.Tenant {
			logger.Info("people of this tenant are answered here; its desk and its figures are at a node whose tenant it is", "tenant", tenant.Name)
		}
	}
}
