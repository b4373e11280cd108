package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"kaitong/adapters/edge"
	"kaitong/adapters/metrics"
	"kaitong/adapters/web"
	"kaitong/bot"
)

// openMetrics begins to count, if anybody will ask.
func (c *core) openMetrics() {
	if c.config.Metrics.Addr == "" {
		return
	}
	c.metrics = metrics.New(metrics.Options{
		Version: buildVersion(), Logger: c.logger, State: c.metricsState,
		Intent: func(id string) bool { _, known := c.library.Latest().Base.Answer(id); return known },
	})
}

// serveMetrics answers Prometheus, on an address of its own.
func (c *core) serveMetrics(ctx context.Context, app *App) error {
	if c.metrics == nil {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.config.Metrics.Addr)
	if err != nil {
		return fmt.Errorf("metrics.addr: listen on %s: %w", c.config.Metrics.Addr, reason(err))
	}
	app.metrics = listener.Addr()
	server := &http.Server{
		Handler: edge.Secured(c.metrics.Handler(), nil), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: maxHeaderBytes,
		ErrorLog: slog.NewLogLogger(c.logger.Handler(), slog.LevelDebug),
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			c.logger.Error("metrics are no longer served", "error", err)
		}
	}()
	c.teardown.add("metrics", func(context.Context) error {
		err := server.Close()
		<-ended
		return err
	})
	return nil
}

// timed is the engine with a watch on how long people wait.
func (c *core) timed() web.Engine {
	var engine web.Engine = c.engine
	if c.tracer != nil {
		engine = tracedEngine{engine, c.tracer}
	}
	if c.metrics == nil {
		return engine
	}
	return timedEngine{engine, c.metrics}
}

type timedEngine struct {
	web.Engine
	metrics *metrics.Metrics
}

// Handle implements [web.Engine].
func (e timedEngine) Handle(ctx context.Context, say bot.Say) (bot.Receipt, error) {
	begun := time.Now()
	receipt, err := e.Engine.Handle(ctx, say)
	result := metrics.Stored
	switch {
	case err != nil:
		result = metrics.Failed
	case receipt.Duplicate:
		result = metrics.Repeated
	}
	e.metrics.Handled(result, time.Since(begun))
	return receipt, err
}

// metricsState is how things stand at the moment.
func (c *core) metricsState(ctx context.Context) metrics.State {
	state, _ := c.board.State()
	incidents, connected := len(state.Incidents), c.bus.Ready() == nil
	return metrics.State{
		Sockets:  map[string]int{"chat": c.web.Counters().Sockets, "desk": c.desk.Sockets()},
		Refusals: c.web.Refusals(), Lines: c.lines(time.Now()), Figures: c.figuresBehind(ctx, time.Now()),
		Backlog: c.backlogs(ctx), Alerts: c.liveAlerts(), Incidents: &incidents, Bus: &connected, Model: c.modelMetrics(),
	}
}

// lines are all lines of the configuration. Who waits in one that is no longer
// there is counted in the last, which takes what is left.
func (c *core) lines(now time.Time) map[string]metrics.Line {
	lines := map[string]metrics.Line{}
	queues := c.routing.Queues
	if len(queues) == 0 {
		queues = bot.DefaultRouting().Queues
	}
	for _, queue := range queues {
		lines[queue.ID] = metrics.Line{}
	}
	for _, entry := range c.engine.Board().Open() {
		id := entry.Queue
		if _, known := lines[id]; !known {
			id = queues[len(queues)-1].ID
		}
		line := lines[id]
		if entry.Waiting() {
			line.Waiting++
			line.Oldest = max(line.Oldest, now.Sub(entry.Since))
		} else {
			line.Talking++
		}
		lines[id] = line
	}
	return lines
}

// figuresBehind is nil while nobody knows.
func (c *core) figuresBehind(ctx context.Context, now time.Time) *metrics.Figures {
	progress, err := c.analytics.Progress(ctx)
	if err != nil {
		return nil
	}
	behind := metrics.Figures{Turns: max(progress.Target-progress.Position, 0)}
	if behind.Turns == 0 {
		return &behind
	}
	next, err := c.log.Tail(ctx, progress.Position, 1)
	if err != nil {
		return nil
	}
	if len(next) > 0 {
		behind.Lag = max(now.Sub(next[0].At), 0)
	}
	return &behind
}

// backlogs are of the desks that are configured.
func (c *core) backlogs(ctx context.Context) map[string]int {
	counts := map[string]int{}
	if c.backlog == nil {
		return counts
	}
	found, err := c.backlog(ctx)
	if err != nil {
		return counts
	}
	for _, hook := range c.config.Handoff.Webhooks {
		counts[hook.Name] = found[hook.Name]
	}
	return counts
}

func (c *core) liveAlerts() map[string]int {
	counts := map[string]int{"cause": 0, "unanswered": 0}
	for _, alert := range c.alerts.current() {
		counts[alert.Kind]++
	}
	return counts
}
