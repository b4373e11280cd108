package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"kaitong/adapters/logging"
	"kaitong/adapters/web"
	"kaitong/configs"
)

// App is the whole system in one process. NewApp starts it, Run serves it
// until its context ends, Close ends what is left.
type App struct {
	core     *core
	web      *web.Server
	http     *http.Server
	listener net.Listener
	metrics  net.Addr      // nil: they are served nowhere
	drain    time.Duration // for acts under way
}

const (
	// maxHeaderBytes leaves room for the longest token, several times.
	maxHeaderBytes = 16 << 10
	// closeTimeout is what each part may take to end. It does not shrink when
	// the acts under way took long: turns still have to be stored.
	closeTimeout = 5 * time.Second
	// requestTimeout is what requests under way may take when the server ends.
	requestTimeout = 2 * time.Second
)

// NewApp builds and starts everything, and listens; it does not serve yet.
func NewApp(ctx context.Context, config configs.Config, logger *slog.Logger) (*App, error) {
	core, err := newCore(ctx, config, logger)
	if err != nil {
		return nil, err
	}
	return core.serve(ctx, webOptions)
}

// serve puts a web server in front of the core, and listens. On an error the
// core is closed too.
func (c *core) serve(ctx context.Context, options func(*core) (web.Options, error)) (_ *App, err error) {
	app := &App{core: c, drain: c.config.Web.DrainTimeout}
	defer func() {
		if err != nil {
			_ = c.teardown.close(context.WithoutCancel(ctx)) // logged there; err says what started it
		}
	}()
	c.watchPack()
	if err = c.openAnalytics(ctx); err != nil {
		return nil, err
	}
	if err = c.openAlerts(); err != nil {
		return nil, err
	}
	if err = c.openProofs(ctx); err != nil {
		return nil, err
	}
	if err = c.openEraser(ctx); err != nil {
		return nil, err
	}
	if err = c.openAuth(ctx); err != nil {
		return nil, err
	}
	made, err := options(c)
	if err != nil {
		return nil, err
	}
	if err = c.openDesk(ctx, &made); err != nil {
		return nil, err
	}
	if err = c.openHooks(ctx, &made); err != nil {
		return nil, err
	}
	if err = c.openRevocations(ctx, &made); err != nil {
		return nil, err
	}
	if app.web, err = web.New(made); err != nil {
		return nil, err
	}
	c.web = app.web
	if err = c.followRevocations(); err != nil {
		return nil, err
	}
	if err = c.serveMetrics(ctx, app); err != nil {
		return nil, err
	}
	if err = c.makeAppeals(); err != nil {
		return nil, err
	}
	c.makeSummaries(ctx)
	c.handoffs = newHandoffs(c, app.web)
	if err = app.meetNeighbours(); err != nil {
		return nil, err
	}
	c.handoffs.start()
	c.teardown.add("hand-offs", c.handoffs.close)
	c.handInAppeals()
	c.tidyProofs()
	c.tidyErasures()
	c.retain()
	app.http = &http.Server{
		Handler: logging.Access(c.logger, app.web.Handler()), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: maxHeaderBytes,
		ErrorLog:       slog.NewLogLogger(c.logger.Handler(), slog.LevelDebug),
	}
	if app.listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", c.config.Addr); err != nil {
		return nil, fmt.Errorf("listen on %s: %w (is another Kaitong running? try --addr)", c.config.Addr, reason(err))
	}
	return app, nil
}

// reason is a network error without the address, which is in the message
// already.
func reason(err error) error {
	if failed, ok := errors.AsType[*net.OpError](err); ok {
		err = failed.Err
	}
	if call, ok := errors.AsType[*os.SyscallError](err); ok {
		err = call.Err
	}
	return err
}

// Addr is where the app listens.
func (a *App) Addr() net.Addr { return a.listener.Addr() }

// Home is where the conversations are kept, without a password.
func (a *App) Home() string {
	if database := a.core.config.Database; database != "" {
		return databaseName(database)
	}
	dir, err := filepath.Abs(a.core.config.Data)
	if err != nil {
		return a.core.config.Data
	}
	return dir
}

// databaseName is a DSN without what only the server should know.
func databaseName(dsn string) string {
	parsed, err := url.Parse(dsn)
	if err != nil {
		return "the database"
	}
	return parsed.Scheme + "://" + parsed.Host + parsed.Path
}

// Run serves until ctx ends, then drains and closes.
func (a *App) Run(ctx context.Context) error {
	served := make(chan error, 1)
	go func() { served <- a.http.Serve(a.listener) }()
	var failure error
	select {
	case <-ctx.Done():
	case failure = <-served:
		failure = fmt.Errorf("serve: %w", failure)
	}
	return errors.Join(failure, a.Close(context.WithoutCancel(ctx)))
}

// Close lets acts that are under way finish within the drain time, then ends
// everything, last started first.
func (a *App) Close(ctx context.Context) error {
	return errors.Join(
		a.drainSockets(ctx),
		a.endRequests(ctx),
		ignoreClosed(a.listener.Close()),
		a.core.teardown.close(ctx),
	)
}

// endRequests lets requests finish. What is left then has not asked anything,
// like the connections that browsers open beforehand, or asks too slowly.
func (a *App) endRequests(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	err := a.http.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return a.http.Close()
	}
	return err
}

func (a *App) drainSockets(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, a.drain)
	defer cancel()
	return a.web.Drain(ctx)
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// webOptions translates the configuration for the web server.
func webOptions(c *core) (web.Options, error) {
	proxies, err := c.config.Web.Proxies()
	if err != nil {
		return web.Options{}, fmt.Errorf("trusted proxies: %w", err)
	}
	rules := c.tokenRules()
	tenants, rings, err := webTenants(c.config, rules.Keys)
	if err != nil {
		return web.Options{}, err
	}
	c.tenantRings = rings
	warnAboutTenants(c.config, c.logger)
	demo := c.config.Mode == configs.ModeDemo
	options := web.Options{
		Engine: c.timed(), Log: c.logger, Tenant: c.config.Tenant, Tenants: tenants,
		Token: rules, Signer: c.auth.signer, Seals: c.auth.seals,
		Anonymous: true, Origins: originsOf(c.config), Proxies: proxies, Demo: demo, Hosts: hostsOf(c.config),
		Limits: webLimits(c.config), Checks: c.checks(), Place: c.engine.Board().Position, Follow: c.follow(), Personal: c.personal(),
	}
	if c.proofs != nil {
		options.Uploads = c.uploads()
	}
	if demo {
		options.DemoUsers = demoUsers(c.directory)
	}
	return options, nil
}

func webLimits(config configs.Config) web.Limits {
	limits := web.DefaultLimits()
	limits.FrameBytes = config.Web.FrameBytes
	limits.MessagesPerWindow = orUnlimited(config.Web.MessagesPerWindow)
	limits.Window = config.Web.Window
	limits.SocketsPerUser = orUnlimited(config.Web.SocketsPerUser)
	limits.Handshakes = config.Web.HandshakesPerSecond
	limits.HelloTimeout = config.Web.HelloTimeout
	limits.PingEvery = config.Web.PingInterval
	return limits
}

// orUnlimited reads the 0 of a setting that means "no limit".
func orUnlimited(limit int) int {
	if limit == 0 {
		return math.MaxInt32
	}
	return limit
}

// busFault is what it means that NATS is away.
func (c *core) busFault() string {
	if c.config.Database == "" {
		return "NATS is not connected: answers do without the eligibility check"
	}
	return "NATS is not connected: answers do without the eligibility check, and what other nodes store is read from the log once a second"
}

// checks are what /readyz asks about. Only the log must work before traffic is
// welcome: without NATS people are answered as if the check could not be made.
func (c *core) checks() []web.Check {
	checks := []web.Check{
		{Name: "event log", Fault: "the event log does not accept turns", Run: c.log.Check},
		{Name: "message bus", Optional: true, Fault: c.busFault(), Run: func(context.Context) error { return c.bus.Ready() }},
		c.incidentCheck(), c.appealCheck(), c.analyticsCheck(), c.alertCheck(),
	}
	if c.reloader != nil || len(c.packs) > 0 {
		checks = append(checks, c.packCheck())
	}
	if c.auth.remote != nil {
		checks = append(checks, c.keyCheck())
	}
	if c.model != nil {
		checks = append(checks, web.Check{
			Name: "language model", Optional: true, Fault: "the language model helps nobody at the moment, and answers do without it",
			Run: func(context.Context) error { return c.model.Ready() }, Note: c.model.Trouble,
		})
	}
	return checks
}
