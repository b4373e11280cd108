package cli

import (
	"bytes"
	"context"
	"encoding/binary"
	"log/slog"
	"net"
	"os"
	"sync/atomic"

	"kaitong/adapters/web"
	"kaitong/bot"
	"kaitong/configs"
)

// failPoint is the place between two steps of a turn where a node kills
// itself, and the how-manieth time it does so. The zero value is nowhere.
type failPoint struct {
	Step step
	Call int64
}

// step is a gap between two steps of a turn.
type step string

// The gaps, in the order a message meets them.
const (
	afterDecode step = "after decode, before the engine"
	beforeCheck step = "before the eligibility check"
	afterCheck  step = "after the eligibility check"
	beforeStore step = "before the append"
	afterStore  step = "after the append, before the engine knows"
	beforeAck   step = "after the turn, before its ack"
	midAck      step = "between ack and answer"
	afterAck    step = "after ack and answer"
)

// reaper kills this very process when its step has come often enough.
type reaper struct {
	point failPoint
	calls *atomic.Int64
}

func (r reaper) pass(at step) {
	if at != r.point.Step || r.calls.Add(1) != r.point.Call {
		return
	}
	if self, err := os.FindProcess(os.Getpid()); err == nil {
		_ = self.Kill()
	}
	select {} // nothing more may happen here
}

// newFailingApp is NewApp with the ports of a turn wrapped.
func newFailingApp(config configs.Config, point failPoint, logger *slog.Logger) (*App, error) {
	ctx := context.Background()
	if point.Step == "" {
		return NewApp(ctx, config, logger)
	}
	c, err := newCore(ctx, config, logger)
	if err != nil {
		return nil, err
	}
	r := reaper{point, new(atomic.Int64)}
	c.erasing = func(at eraseStep) { r.pass(step(at)) }
	client, err := c.eligibilityClient()
	if err != nil {
		return nil, err
	}
	options := c.engineOptions(failingCheck{client, r})
	options.Log = failingLog{c.log, r}
	c.engine = bot.NewEngine(options)
	app, err := c.serve(ctx, func(c *core) (web.Options, error) {
		made, err := webOptions(c)
		made.Engine = failingEngine{c.engine, r}
		return made, err
	})
	if err != nil {
		return nil, err
	}
	app.listener = failingListener{app.listener, r}
	return app, nil
}

type failingEngine struct {
	web.Engine
	reaper reaper
}

func (f failingEngine) Handle(ctx context.Context, say bot.Say) (bot.Receipt, error) {
	f.reaper.pass(afterDecode)
	receipt, err := f.Engine.Handle(ctx, say)
	f.reaper.pass(beforeAck)
	return receipt, err
}

type failingCheck struct {
	bot.Eligibility
	reaper reaper
}

func (f failingCheck) Check(ctx context.Context, request bot.CheckRequest) (bot.Verdict, error) {
	f.reaper.pass(beforeCheck)
	verdict, err := f.Eligibility.Check(ctx, request)
	f.reaper.pass(afterCheck)
	return verdict, err
}

type failingLog struct {
	bot.EventLog
	reaper reaper
}

func (f failingLog) Append(ctx context.Context, turn bot.Turn) error {
	f.reaper.pass(beforeStore)
	err := f.EventLog.Append(ctx, turn)
	f.reaper.pass(afterStore)
	return err
}

type failingListener struct {
	net.Listener
	reaper reaper
}

func (f failingListener) Accept() (net.Conn, error) {
	conn, err := f.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return failingConn{conn, f.reaper}, nil
}

// failingConn can die inside a write that acknowledges: after the ack's bytes
// and before those of the answer.
type failingConn struct {
	net.Conn
	reaper reaper
}

func (f failingConn) Write(data []byte) (int, error) {
	ack := bytes.Index(data, []byte(`{"type":"ack"`))
	if ack < 0 {
		return f.Conn.Write(data)
	}
	if f.reaper.point.Step == midAck {
		end := min(ack+frameLength(data[:ack]), len(data))
		if n, err := f.Conn.Write(data[:end]); err != nil {
			return n, err
		}
		f.reaper.pass(midAck)
		n, err := f.Conn.Write(data[end:])
		return end + n, err
	}
	n, err := f.Conn.Write(data)
	f.reaper.pass(afterAck)
	return n, err
}

// frameLength reads the length of a frame from the header that ends here.
func frameLength(header []byte) int {
	if n := len(header); n >= 4 && header[n-3] == 126 {
		return int(binary.BigEndian.Uint16(header[n-2:]))
	}
	return int(header[len(header)-1])
}
