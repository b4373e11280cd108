package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"

	"kaitong/adapters/desk"
	"kaitong/adapters/eligibility"
	"kaitong/adapters/handoff"
	"kaitong/adapters/llm"
	"kaitong/adapters/metrics"
	"kaitong/adapters/natsbus"
	"kaitong/adapters/proofs"
	"kaitong/adapters/status"
	"kaitong/adapters/store"
	"kaitong/adapters/tracing"
	"kaitong/adapters/web"
	"kaitong/bot"
	"kaitong/configs"
	"kaitong/knowledge"
)

// core is everything behind the sockets: knowledge, classifier, log, bus,
// eligibility and the engine on top of them. `serve` puts a web server in
// front of it, `ask` uses it as it is.
type core struct {
	config    configs.Config
	logger    *slog.Logger
	library   *bot.Library
	packs     []*ownPack // of tenants that have one
	log       *store.Log
	analytics *store.Analytics // nil: nothing is counted here
	alerts    *alerts          // nil: nobody looks at the figures
	alertHook *handoff.Poster  // nil: nobody else is told
	metrics   *metrics.Metrics // nil: nobody counts
	bus       *natsbus.Bus
	directory eligibility.Directory
	board     *status.Board
	spikes    *bot.SpikeDetector
	neutral   string    // the code of the refusal without a reason
	reloader  *reloader // nil: the pack never changes
	engine    *bot.Engine
	teardown  teardown

	routing    bot.Routing // the lines people wait in
	neighbours *neighbours // nil: no other node can share the log
	handoffs   *handoffs   // nil: no people are served here
	appeals    *appealRun  // nil: no people are served here
	proofs     *proofs.Store
	eraser     *eraser            // nil: no people are served here
	erasing    func(at eraseStep) // told how far an erasure is, in tests; nil: nobody is
	model      *llm.Client        // nil: no language model helps
	summaries  *summaries         // nil: agents get none

	revocations *revocations        // nil: no people are served here
	auth        auth                // nothing in it: no people are served here
	ring        *keyRing            // nil: the keys of tokens are fetched, or made
	tenantRings map[string]*keyRing // of those that have keys of their own
	tracer      *tracing.Tracer     // nil: nobody wants to know
	node        string              // this process, unlike any other
	presence    *desk.Presence
	seats       *seats         // of other nodes
	accounts    *store.Staff   // nil: no agents are served here
	desk        *desk.Server   // nil: no agents are served here
	hooks       *handoff.Hooks // nil: there are no other desks
	backlog     func(context.Context) (map[string]int, error)
	web         *web.Server // nil: no people are served here
}

// newCore puts the parts together, in the order they need each other. On an
// error everything started so far is closed again.
func newCore(ctx context.Context, config configs.Config, logger *slog.Logger) (_ *core, err error) {
	c := &core{config: config, logger: logger, teardown: teardown{logger: logger}, node: newID(), seats: &seats{}}
	c.presence = c.newPresence()
	defer func() {
		if err != nil {
			_ = c.teardown.close(context.WithoutCancel(ctx)) // logged there; err says what started it
		}
	}()
	edition, err := loadEdition(config.Pack)
	if err != nil {
		return nil, err
	}
	c.library = bot.NewLibrary(edition)
	if c.packs, err = readTenants(config); err != nil {
		return nil, err
	}
	if c.routing, err = readQueues(config.Desk.Queues); err != nil {
		return nil, err
	}
	c.openMetrics()
	if err = c.openTracing(ctx); err != nil {
		return nil, err
	}
	if c.log, err = c.openStore(ctx); err != nil {
		return nil, err
	}
	c.teardown.add("event log", c.log.Close)
	if c.bus, err = natsbus.Start(ctx, busOptions(config, logger)); err != nil {
		return nil, err
	}
	c.teardown.add("message bus", c.closeBus)
	if err = c.openBoard(); err != nil {
		return nil, err
	}
	if err = c.serveEligibility(ctx); err != nil {
		return nil, err
	}
	client, err := c.eligibilityClient()
	if err != nil {
		return nil, err
	}
	if err = c.openModel(); err != nil {
		return nil, err
	}
	checks, err := c.checksOf(client)
	if err != nil {
		return nil, err
	}
	c.engine = bot.NewEngine(c.engineOptions(checks))
	return c, nil
}

func (c *core) engineOptions(client bot.Eligibility) bot.Options {
	options := bot.Options{
		Log: c.log, Library: c.library, Libraries: libraries(c.packs), Eligibility: client,
		Status: c.board, Watch: c.watchTurn, Now: time.Now, NewID: newID, Logger: c.logger,
		Routing: c.routing, Roster: c.newRoster(), Appeals: c.log.AppealsOf,
	}
	c.lendModel(&options)
	c.traced(&options)
	return options
}

// openStore opens the log. With a database of its own the data directory still
// keeps small things: the demo key and the incidents.
func (c *core) openStore(ctx context.Context) (*store.Log, error) {
	if c.config.Database != "" {
		if err := os.MkdirAll(c.config.Data, 0o700); err != nil {
			return nil, fmt.Errorf("data directory: %w", err)
		}
	}
	options := storeOptions(c.config, c.logger)
	if c.metrics != nil {
		options.Committed = c.metrics.Committed
	}
	return store.Open(ctx, options)
}

func storeOptions(config configs.Config, logger *slog.Logger) store.Options {
	return store.Options{Dir: config.Data, Database: config.Database, Program: buildVersion(), KeyFile: config.Encryption.KeyFile, Logger: logger}
}

func busOptions(config configs.Config, logger *slog.Logger) natsbus.Options {
	return natsbus.Options{URL: config.NATS.URL, Listen: config.NATS.Listen, Logger: logger, Access: natsAccess(config.NATS)}
}

// newID makes ids that sort by time.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// serveEligibility starts the reference responder where none of your own is
// configured, nor found on your own NATS.
func (c *core) serveEligibility(ctx context.Context) error {
	if c.config.Eligibility.Responder != configs.ResponderEmbedded {
		return c.offerDemoUsers()
	}
	foreign, err := c.foreignResponder(ctx)
	if err != nil || foreign {
		return err
	}
	if c.directory, err = eligibility.ShippedDirectory(); err != nil {
		return err
	}
	options := eligibility.ResponderOptions{Conn: c.bus.Conn(), Directory: c.directory, Demo: true, Now: time.Now, Logger: c.logger}
	c.traceResponder(&options)
	responder, err := eligibility.Serve(options)
	if err != nil {
		return err
	}
	c.teardown.add("eligibility responder", func(context.Context) error { return responder.Close() })
	return nil
}

// offerDemoUsers fills the picker of the demo where another process answers for
// them.
func (c *core) offerDemoUsers() (err error) {
	if c.config.Mode == configs.ModeDemo {
		c.directory, err = eligibility.ShippedDirectory()
	}
	return err
}

// foreignResponder looks for an eligibility service of your own, whose
// requests a demo responder would share. Only your own NATS can have one.
func (c *core) foreignResponder(ctx context.Context) (bool, error) {
	if c.config.NATS.URL == "" {
		return false, nil
	}
	foreign, err := eligibility.ForeignResponder(ctx, c.bus.Conn())
	if foreign {
		c.logger.Info("an eligibility service answers already, so the demo responder stays off", "subject", eligibility.Subject)
	}
	return foreign, err
}

func (c *core) eligibilityClient() (_ *eligibility.Client, err error) {
	if c.neutral, err = neutralCode(c.library.Latest().Base); err != nil {
		return nil, err
	}
	return c.clientFor(c.library, c.neutral)
}

// clientFor asks for people who are answered from a library.
func (c *core) clientFor(library *bot.Library, neutral string) (*eligibility.Client, error) {
	options := eligibility.ClientOptions{
		Conn: c.bus.Conn(), Tell: telling(library, neutral), Neutral: neutral, Now: time.Now, NewID: newID, Logger: c.logger,
		Timeout:         c.config.Eligibility.Timeout,
		BreakerFailures: c.config.Eligibility.BreakerFailures,
		BreakerPause:    c.config.Eligibility.BreakerPause,
	}
	c.traceRequests(&options)
	return eligibility.NewClient(options)
}

// neutralCode is the code that stands for the standard refusal: the first one
// that the pack maps to its neutral cause.
func neutralCode(base *knowledge.Base) (string, error) {
	for _, reason := range base.Reasons() {
		if reason.Cause == base.Pack().Neutral {
			return reason.Code, nil
		}
	}
	return "", fmt.Errorf("pack %s: no reason code maps to the neutral cause %s", base.Pack().ID, base.Pack().Neutral)
}

// telling lets through what the pack allows: every code of the neutral
// refusal, silent or not, becomes the same one, and details pass only with
// reasons that may be named. A code that a new edition makes silent is silent
// at once, also for those who are being guided by a former one.
func telling(library *bot.Library, neutral string) eligibility.Telling {
	return func(code string) (string, bool) {
		base := library.Latest().Base
		reason, known := base.Reason(code)
		if !known || base.Class(code) == knowledge.Silent || reason.Cause == base.Pack().Neutral {
			return neutral, false
		}
		return code, base.Class(code) == knowledge.Specific
	}
}

// teardown closes what was started, last first.
type teardown struct {
	logger *slog.Logger
	steps  []teardownStep
}

type teardownStep struct {
	name  string
	close func(context.Context) error
}

func (t *teardown) add(name string, close func(context.Context) error) {
	t.steps = append(t.steps, teardownStep{name, close})
}

// background does work until it is told to end by ctx; closing waits for that.
func (t *teardown) background(name string, work func(ctx context.Context)) {
	ctx, stop := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { work(ctx) })
	t.add(name, func(context.Context) error { stop(); running.Wait(); return nil })
}

// sweeping does something now and again until ctx ends.
func sweeping(ctx context.Context, every time.Duration, sweep func(context.Context, time.Time)) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		sweep(ctx, time.Now())
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// close runs every step even when some fail.
func (t *teardown) close(ctx context.Context) error {
	var problems []error
	for len(t.steps) > 0 {
		step := t.steps[len(t.steps)-1]
		t.steps = t.steps[:len(t.steps)-1]
		if err := step.within(ctx); err != nil {
			t.logger.Error("close failed", "part", step.name, "error", err)
			problems = append(problems, fmt.Errorf("close %s: %w", step.name, err))
		}
	}
	return errors.Join(problems...)
}

// within gives a step time of its own: what ends first may be slow, and turns
// must still be stored after it.
func (s teardownStep) within(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTimeout)
	defer cancel()
	return s.close(ctx)
}

// closeBus ends the connection to NATS. What could not be handed over in time is
// lost without harm: NATS carries nothing that matters.
func (c *core) closeBus(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, closeTimeout/2)
	defer cancel()
	err := c.bus.Close(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		c.logger.Warn("closed before everything was handled", "part", "message bus", "error", err)
		return nil
	}
	return err
}
