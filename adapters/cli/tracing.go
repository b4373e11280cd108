package cli

import (
	"context"
	"errors"
	"strings"

	"kaitong/adapters/eligibility"
	"kaitong/adapters/tracing"
	"kaitong/adapters/web"
	"kaitong/bot"
)

// openTracing begins to trace, if anybody wants to know.
func (c *core) openTracing(ctx context.Context) (err error) {
	t := c.config.Tracing
	if t.OTLPURL == "" {
		return nil
	}
	about := map[string]string{}
	for _, one := range t.Attributes {
		name, value, _ := strings.Cut(one, "=")
		about[name] = value
	}
	c.tracer, err = tracing.Open(ctx, tracing.Options{
		URL: t.OTLPURL, OneIn: t.OneIn, Version: buildVersion(), Node: c.node, Attributes: about, Logger: c.logger,
	})
	if err != nil {
		return err
	}
	c.teardown.add("tracing", c.tracer.Close)
	return nil
}

// traced puts the watch of a tracer around what the engine asks of others. Without
// one everything is as it was.
func (c *core) traced(options *bot.Options) {
	if c.tracer == nil {
		return
	}
	options.Log = tracedLog{options.Log, c.tracer}
	options.Eligibility = tracedChecks{options.Eligibility, c.tracer}
	if options.Interpreter != nil {
		options.Interpreter = tracedInterpreter{options.Interpreter, c.tracer}
	}
	if options.Phraser != nil {
		options.Phraser = tracedPhraser{options.Phraser, c.tracer}
	}
}

// failed is the word for how something ended. It says nothing about what was
// asked, nor about the answer.
func failed(err error) string {
	for word, kind := range map[string]error{
		"timeout": bot.ErrCheckTimeout, "unavailable": bot.ErrCheckUnavailable, "invalid answer": bot.ErrCheckInvalid,
		"conflict": bot.ErrConflict, "busy": bot.ErrBusy, "damaged": bot.ErrDamaged, "invalid": bot.ErrInvalid, "not found": bot.ErrNotFound,
		"deadline": context.DeadlineExceeded,
	} {
		if errors.Is(err, kind) {
			return word
		}
	}
	if err != nil {
		return "failed"
	}
	return ""
}

// within runs one step in a span of its own.
func within[T any](ctx context.Context, t *tracing.Tracer, name string, kind tracing.Kind, step func(context.Context) (T, error)) (T, error) {
	ctx, end := t.Start(ctx, name, kind)
	result, err := step(ctx)
	end(failed(err))
	return result, err
}

// tracedEngine is where a message begins.
type tracedEngine struct {
	web.Engine
	tracer *tracing.Tracer
}

// Handle implements [web.Engine].
func (e tracedEngine) Handle(ctx context.Context, say bot.Say) (bot.Receipt, error) {
	return within(ctx, e.tracer, "message", tracing.Serving, func(ctx context.Context) (bot.Receipt, error) { return e.Engine.Handle(ctx, say) })
}

type tracedLog struct {
	bot.EventLog
	tracer *tracing.Tracer
}

// Append implements [bot.EventLog].
func (l tracedLog) Append(ctx context.Context, turn bot.Turn) error {
	_, err := within(ctx, l.tracer, "log append", tracing.Within, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, l.EventLog.Append(ctx, turn)
	})
	return err
}

// Load implements [bot.EventLog].
func (l tracedLog) Load(ctx context.Context, conversation string, after int64, limit int) ([]bot.Turn, error) {
	return within(ctx, l.tracer, "log load", tracing.Within, func(ctx context.Context) ([]bot.Turn, error) {
		return l.EventLog.Load(ctx, conversation, after, limit)
	})
}

type tracedChecks struct {
	bot.Eligibility
	tracer *tracing.Tracer
}

// Check implements [bot.Eligibility].
func (c tracedChecks) Check(ctx context.Context, request bot.CheckRequest) (bot.Verdict, error) {
	return within(ctx, c.tracer, "eligibility check", tracing.Asking, func(ctx context.Context) (bot.Verdict, error) {
		return c.Eligibility.Check(ctx, request)
	})
}

type tracedInterpreter struct {
	bot.Interpreter
	tracer *tracing.Tracer
}

// Interpret implements [bot.Interpreter].
func (i tracedInterpreter) Interpret(ctx context.Context, question bot.Question) (string, error) {
	return within(ctx, i.tracer, "model understand", tracing.Asking, func(ctx context.Context) (string, error) {
		return i.Interpreter.Interpret(ctx, question)
	})
}

type tracedPhraser struct {
	bot.Phraser
	tracer *tracing.Tracer
}

// Phrase implements [bot.Phraser].
func (p tracedPhraser) Phrase(ctx context.Context, rewording bot.Rewording) ([]bot.Sentence, error) {
	return within(ctx, p.tracer, "model phrase", tracing.Asking, func(ctx context.Context) ([]bot.Sentence, error) {
		return p.Phraser.Phrase(ctx, rewording)
	})
}

// traceRequests sends the trace along with requests over NATS.
func (c *core) traceRequests(options *eligibility.ClientOptions) {
	if c.tracer != nil {
		options.Mark = c.tracer.Inject
	}
}

// traceResponder goes on with the traces of requests.
func (c *core) traceResponder(options *eligibility.ResponderOptions) {
	if c.tracer == nil {
		return
	}
	options.Watch = func(headers map[string][]string) (end func()) {
		_, ended := c.tracer.Start(c.tracer.Extract(context.Background(), headers), "eligibility answer", tracing.Serving)
		return func() { ended("") }
	}
}

// follow goes on with the trace that a page or an app began.
func (c *core) follow() func(context.Context, string) context.Context {
	if c.tracer == nil || !c.config.Tracing.FollowClients {
		return nil
	}
	return func(ctx context.Context, traceparent string) context.Context {
		return c.tracer.Extract(ctx, map[string][]string{"traceparent": {traceparent}})
	}
}
