package cli

import (
	"context"
	"fmt"
	"log/slog"
	"time"
	_ "time/tzdata" // a machine may know no time zones

	"kaitong/adapters/store"
	"kaitong/adapters/web"
	"kaitong/configs"
)

// openAnalytics begins to count. What is in the log and not counted yet is
// counted now, while people are served.
func (c *core) openAnalytics(ctx context.Context) (err error) {
	zone, err := analyticsZone(c.config)
	if err != nil {
		return err
	}
	if c.analytics, err = store.OpenAnalytics(ctx, c.log, storeOptions(c.config, c.logger), zone); err != nil {
		return err
	}
	c.teardown.add("figures", c.analytics.Close)
	return nil
}

func analyticsZone(config configs.Config) (*time.Location, error) {
	zone, err := time.LoadLocation(config.Analytics.Zone)
	if err != nil {
		return nil, fmt.Errorf("analytics.zone: %w", err)
	}
	return zone, nil
}

func (c *core) analyticsCheck() web.Check {
	return web.Check{Name: "figures", Optional: true, Fault: "figures are not kept up", Run: c.analytics.Check}
}

type analyticsCommand struct {
	Export  analyticsExport  `cmd:"" help:"Write figures as a table."`
	Rebuild analyticsRebuild `cmd:"" help:"Make all figures anew from the log."`
}

type analyticsRebuild struct{ dataFlags }

// Help is shown by --help.
func (analyticsRebuild) Help() string {
	return `Figures hold nothing that is not in the log, so nothing can be lost. Stop the server
first; only beside servers that share a PostgreSQL it may run.

Examples:
  kaitong analytics rebuild --data /var/lib/kaitong`
}

// Run makes the figures anew.
func (r analyticsRebuild) Run(ctx context.Context, s streams) error {
	config, err := r.config()
	if err != nil {
		return err
	}
	if _, err := r.reader(); err != nil { // where there is no log, none shall be made
		return err
	}
	zone, err := analyticsZone(config)
	if err != nil {
		return err
	}
	options := r.source(config)
	options.Logger = slog.New(slog.DiscardHandler)
	return rebuild(s, "the figures", "The figures are", func(show func(done, total int64)) error {
		return store.RebuildAnalytics(ctx, options, zone, show)
	})
}
