package cli

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"kaitong/adapters/desk"
	"kaitong/adapters/natsbus"
	"kaitong/bot"
)

const (
	// tailEvery is how often a node that cannot hear the others reads what
	// they stored, and how often it compares everything at most.
	tailEvery = time.Second
	// tailTimeout bounds one look into a log that does not answer.
	tailTimeout = 10 * time.Second
	// A look reads so many pages at most; the next one goes on.
	tailPage  = 500
	tailPages = 20
)

// neighbours keep people up to date with what other nodes store. A node tells
// the others over NATS and hears of them there; while it cannot, it reads the
// end of the log once a second. What is shown always comes from the log.
type neighbours struct {
	log      bot.EventLog
	tell     func(conversation string, seq int64) // the sockets of one conversation
	tellAll  func()                               // all sockets that they may lack something
	handoffs *handoffs                            // of those who wait for a human
	desk     *desk.Server                         // whose agents look at conversations
	live     *natsbus.Live                        // nil: no other node can be on this NATS
	logger   *slog.Logger

	hints   chan struct{} // something may have been missed
	stop    context.CancelFunc
	stopped sync.WaitGroup

	// Of the goroutine that looks.
	reading  bool  // the log, because others cannot be heard
	position int64 // up to which it was read, or once ended
	failing  bool  // the last look
}

// meetNeighbours begins to listen when other nodes can share the log, which
// they do through a database only.
func (a *App) meetNeighbours() (err error) {
	c := a.core
	if c.config.Database == "" {
		return nil
	}
	n := &neighbours{
		log: c.log, tell: a.web.Announce, tellAll: a.web.AnnounceAll, handoffs: c.handoffs, desk: c.desk,
		logger: c.logger, hints: make(chan struct{}, 1),
	}
	c.warnAboutNodes()
	if c.bus.Shared() {
		n.live, err = c.bus.Live(natsbus.LiveOptions{
			Node: c.node, Epoch: c.log.Epoch(), Logger: c.logger, Missed: n.hint,
			Heard: n.heard,
		})
		if err != nil {
			return err
		}
	}
	n.start()
	c.neighbours = n
	c.teardown.add("other nodes", n.close)
	return nil
}

// warnAboutNodes says what several nodes on one database must have in common
// and this one has for itself. With one node all is well.
func (c *core) warnAboutNodes() {
	if c.config.Auth.Key == "" && c.config.Auth.KeyFile == "" && c.config.Auth.JWKSURL == "" {
		c.logger.Warn("this node signs with a key of its own, so people of other nodes are strangers here: give all nodes the same auth.key",
			"key", filepath.Join(c.config.Data, demoKeyFile))
	}
	if !c.bus.Shared() {
		c.logger.Warn("other nodes cannot reach the NATS server inside, so what they store is read from the log once a second: give all nodes the same nats.url")
	}
}

func (n *neighbours) start() {
	var ctx context.Context
	ctx, n.stop = context.WithCancel(context.Background())
	n.stopped.Go(func() { n.run(ctx) })
}

func (n *neighbours) close(ctx context.Context) error {
	n.stop()
	n.stopped.Wait()
	if n.live == nil {
		return nil
	}
	return n.live.Close(ctx)
}

// stored tells the others of a turn that this node stored. It never waits.
func (n *neighbours) stored(turn bot.Turn, desk bool) {
	if seq := bot.LastSeq(turn); n.live != nil && (seq > 0 || desk) {
		n.live.Announce(natsbus.Stored{Conversation: turn.Conversation, Version: turn.Version, Seq: seq, Desk: desk})
	}
}

// heard passes on what another node has stored.
func (n *neighbours) heard(turn natsbus.Stored) {
	n.tell(turn.Conversation, turn.Seq)
	n.desk.Announce(turn.Conversation, turn.Version)
	if turn.Desk {
		n.handoffs.look(turn.Conversation)
	}
}

// hint says that something may have been missed. It never waits.
func (n *neighbours) hint() {
	select {
	case n.hints <- struct{}{}:
	default: // as good as one
	}
}

// run follows hints, at most one between two looks: comparing every socket
// with the log has its price, and a stranger on NATS could make us do it.
func (n *neighbours) run(ctx context.Context) {
	ticker := time.NewTicker(tailEvery)
	defer ticker.Stop()
	hints := n.hints
	for {
		select {
		case <-ctx.Done():
			return
		case <-hints:
			n.tellAll()
			n.handoffs.lookAll()
			hints = nil
		case <-ticker.C:
			hints = n.hints
			n.look(ctx)
		}
	}
}

// look reads on while the others cannot be heard, and once more after that.
func (n *neighbours) look(ctx context.Context) {
	deaf := n.live == nil || n.live.Blind()
	if !deaf && !n.reading {
		return
	}
	limited, cancel := context.WithTimeout(ctx, tailTimeout)
	defer cancel()
	if err := n.readOn(limited, deaf); ctx.Err() == nil {
		n.blame(err)
	}
}

// blame logs a fault of the log once, and its end.
func (n *neighbours) blame(err error) {
	switch {
	case err != nil && !n.failing:
		n.logger.Warn("what other nodes store cannot be read from the log; trying again", "error", err)
	case err == nil && n.failing:
		n.logger.Info("what other nodes store can be read from the log again")
	}
	n.failing = err != nil
}

// readOn shows what was stored since the last look. The first one only finds
// the end of the log; what is before it, everybody is told to look for. It is
// the last one when it reached the end and others can be heard again.
func (n *neighbours) readOn(ctx context.Context, deaf bool) error {
	if !n.reading {
		end, err := endOfLog(ctx, n.log, n.position)
		if err == nil {
			n.position, n.reading = end, true
			n.tellAll()
			n.handoffs.lookAll()
		}
		return err
	}
	for range tailPages {
		turns, err := n.log.Tail(ctx, n.position, tailPage)
		if err != nil {
			return err
		}
		n.show(turns)
		if len(turns) < tailPage {
			n.reading = deaf
			return nil
		}
	}
	return nil
}

func (n *neighbours) show(turns []bot.Turn) {
	for _, turn := range turns {
		n.position = turn.Position
		if seq := bot.LastSeq(turn); seq > 0 {
			n.tell(turn.Conversation, seq)
		}
		n.desk.Announce(turn.Conversation, turn.Version)
		if n.handoffs.concern(turn) {
			n.handoffs.look(turn.Conversation)
		}
	}
}

// endOfLog finds the position after which there is nothing, at or after from,
// by halving: positions grow, and may have gaps.
func endOfLog(ctx context.Context, log bot.EventLog, from int64) (int64, error) {
	low, step := from, int64(1)
	for {
		next, err := log.Tail(ctx, low+step-1, 1)
		switch {
		case err != nil:
			return 0, err
		case len(next) > 0:
			low, step = next[0].Position, step*2
		case step == 1:
			return low, nil
		default:
			step = max(step/4, 1)
		}
	}
}
