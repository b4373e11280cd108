package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"time"

	"kaitong/adapters/dashboard"
	"kaitong/adapters/store"
	"kaitong/bot"
	"kaitong/bot/analytics"
	"kaitong/configs"
)

type analyticsExport struct {
	dataFlags
	What   string `arg:"" help:"figures (day by day), contacts, or keys." enum:"figures,contacts,keys" default:"figures" optional:""`
	Kind   string `help:"Of keys: intent, cause, fix, step, entry … (docs/analytics.md lists them)." placeholder:"KIND"`
	From   string `help:"The first day, 2026-11-01; otherwise the last 30 days." placeholder:"DAY"`
	To     string `help:"The last day; otherwise today." placeholder:"DAY"`
	Format string `help:"csv or parquet." enum:"csv,parquet" default:"csv"`
	Out    string `help:"File to write; otherwise the standard output." type:"path" placeholder:"FILE"`
	Locale string `help:"Language of labels, zh-CN or en." placeholder:"TAG" enum:"zh-CN,en" default:"zh-CN"`
}

// Help is shown by --help.
func (analyticsExport) Help() string {
	return `The same tables as on the page of figures; no word of what was said is in them. It works
beside a running server, and needs none.

Examples:
  kaitong analytics export --from 2026-11-01 --to 2026-11-30 --out november.csv
  kaitong analytics export keys --kind fix
  kaitong analytics export contacts --format parquet --out contacts.parquet`
}

// Run writes a table.
func (e analyticsExport) Run(ctx context.Context, s streams) error {
	config, err := e.config()
	if err != nil {
		return err
	}
	zone, err := analyticsZone(config)
	if err != nil {
		return err
	}
	options := e.source(config)
	options.Logger = slog.New(slog.DiscardHandler)
	err = store.ReadFigures(ctx, options, zone, func(figures analytics.Store) error { return e.write(ctx, s, config, zone, figures) })
	if errors.Is(err, store.ErrNoFigures) {
		return fmt.Errorf("%w (start the server once, or run kaitong analytics rebuild)", err)
	}
	return err
}

func (e analyticsExport) write(ctx context.Context, s streams, config configs.Config, zone *time.Location, figures analytics.Store) (err error) {
	server, err := e.dashboard(config, zone, figures)
	if err != nil {
		return err
	}
	out := s.out
	if e.Out != "" {
		file, err := os.OpenFile(e.Out, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		out = file
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "/v1/analytics/export?"+e.query().Encode(), nil)
	if err != nil {
		return err
	}
	answer := &fileAnswer{header: http.Header{}, out: out}
	server.Handler().ServeHTTP(answer, request)
	return answer.problem()
}

func (e analyticsExport) query() url.Values {
	query := url.Values{"what": {e.What}, "format": {e.Format}, "lang": {e.Locale}}
	for name, value := range map[string]string{"kind": e.Kind, "from": e.From, "to": e.To} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return query
}

// dashboard is what makes the tables. Nobody asks it for anything else here.
func (e analyticsExport) dashboard(config configs.Config, zone *time.Location, figures analytics.Store) (*dashboard.Server, error) {
	edition, err := loadEdition(config.Pack)
	if err != nil {
		return nil, err
	}
	routing, err := readQueues(config.Desk.Queues)
	if err != nil {
		return nil, err
	}
	return dashboard.New(dashboard.Options{
		Store: figures, Tenant: config.Tenant, Zone: zone, MinCell: config.Analytics.MinCell, Log: slog.New(slog.DiscardHandler),
		Language: func() dashboard.Language { return dashboard.Language{} }, Name: naming{bot.NewLibrary(edition), routing.Queues}.of,
	})
}

// fileAnswer takes what would be sent to a browser.
type fileAnswer struct {
	header http.Header
	status int
	out    io.Writer
	said   []byte // of a problem
	failed error  // of writing
}

// Header implements [http.ResponseWriter].
func (a *fileAnswer) Header() http.Header { return a.header }

// WriteHeader implements [http.ResponseWriter].
func (a *fileAnswer) WriteHeader(status int) { a.status = status }

// Write implements [http.ResponseWriter].
func (a *fileAnswer) Write(b []byte) (int, error) {
	if a.status >= http.StatusBadRequest {
		a.said = append(a.said, b...)
		return len(b), nil
	}
	n, err := a.out.Write(b)
	a.failed = errors.Join(a.failed, err)
	return n, err
}

// problem is why there is no file.
func (a *fileAnswer) problem() error {
	if len(a.said) == 0 {
		return a.failed
	}
	var problem struct{ Title, Code, Field string }
	if err := json.Unmarshal(a.said, &problem); err != nil {
		return fmt.Errorf("no table: status %d", a.status)
	}
	if problem.Field != "" {
		return usageError{fmt.Sprintf("--%s: that value cannot be used", problem.Field)}
	}
	return fmt.Errorf("no table: %s", problem.Code)
}
