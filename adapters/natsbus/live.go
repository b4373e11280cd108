package natsbus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
)

// LiveSubject is where the nodes that share a log tell each other what they
// stored. docs/cluster.md describes the messages.
const LiveSubject = "kaitong.live.v1.turns"

const (
	// liveQueue is how many turns may wait to be announced.
	liveQueue = 4096
	// liveBeat is how often a node that stored nothing says that it is there.
	liveBeat = time.Second
	// Announcements heard and not yet looked at, at most. What is more is
	// dropped, which the numbers show.
	livePending      = 8192
	livePendingBytes = 8 << 20
)

// LiveOptions are what a Live is made of. Node, Epoch, Heard and Missed are
// required; the two functions must return at once.
type LiveOptions struct {
	Node  string // this node, unlike any other
	Epoch string // of the log: nodes of another one have nothing to tell

	Heard  func(Stored) // another node stored a turn
	Missed func()       // something may have been missed: the log knows what

	Beat   <-chan time.Time // nil: once a second
	Now    func() time.Time // nil: the clock
	Logger *slog.Logger     // nil: discard
}

// Live tells the other nodes which turns were stored here, and hears of
// theirs. NATS may lose any of it. Each node numbers what it says, so that a
// loss shows at the next word or beat, and [LiveOptions.Missed] is called.
type Live struct {
	conn    *nats.Conn
	options LiveOptions
	peers   *peers
	queue   chan Stored
	unsaid  atomic.Int64 // turns that nobody was told of
	heard   *nats.Subscription
	back    chan nats.Status
	stop    context.CancelFunc
	stopped sync.WaitGroup

	// Of the goroutine that speaks.
	said  int64 // number of the last announcement
	spoke bool  // since the last beat
}

// Shared says whether other processes can reach this NATS at all.
func (b *Bus) Shared() bool { return b.server == nil || b.listen }

// Live joins the nodes that share a log. Close it before the bus.
func (b *Bus) Live(options LiveOptions) (*Live, error) {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	l := &Live{conn: b.conn, options: options, peers: newPeers(), queue: make(chan Stored, liveQueue)}
	if err := l.listen(); err != nil {
		return nil, fmt.Errorf("nats: listen on %s: %w", LiveSubject, err)
	}
	l.back = b.conn.StatusChanged(nats.CONNECTED)
	var ctx context.Context
	ctx, l.stop = context.WithCancel(context.Background())
	l.stopped.Go(func() { l.run(ctx) })
	return l, nil
}

func (l *Live) listen() (err error) {
	if l.heard, err = l.conn.Subscribe(LiveSubject, l.hear); err != nil {
		return err
	}
	return l.heard.SetPendingLimits(livePending, livePendingBytes)
}

// Announce tells the others of a turn stored here. It never waits: when too
// many turns are in line, the others are told to look for themselves.
func (l *Live) Announce(turn Stored) {
	select {
	case l.queue <- turn:
	default:
		l.unsaid.Add(1)
	}
}

// Blind says whether turns of other nodes may go unheard for now: the
// connection is down, or a node fell silent without saying goodbye. Whoever
// needs them reads the log until this is over.
func (l *Live) Blind() bool {
	return l.conn.Status() != nats.CONNECTED || l.peers.silent(l.options.Now())
}

// Close says goodbye and ends the listening.
func (l *Live) Close(context.Context) error {
	l.stop()
	l.stopped.Wait()
	l.conn.RemoveStatusListener(l.back)
	err := l.heard.Unsubscribe()
	if errors.Is(err, nats.ErrConnectionClosed) || errors.Is(err, nats.ErrBadSubscription) {
		return nil
	}
	return err
}

func (l *Live) run(ctx context.Context) {
	beat := l.options.Beat
	if beat == nil {
		ticker := time.NewTicker(liveBeat)
		defer ticker.Stop()
		beat = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			l.farewell()
			return
		case first := <-l.queue:
			l.say(announcement{Turns: l.gather(first)})
		case <-l.back:
			l.options.Missed()
		case <-beat:
			l.beat()
		}
	}
}

// farewell says what is in line, then goodbye.
func (l *Live) farewell() {
	for len(l.queue) > 0 { // nobody else takes from it
		l.say(announcement{Turns: l.gather(<-l.queue)})
	}
	l.say(announcement{Bye: true})
}

// gather takes what else is in line into the same message.
func (l *Live) gather(first Stored) []Stored {
	turns := []Stored{first}
	for len(turns) < maxTurns {
		select {
		case next := <-l.queue:
			turns = append(turns, next)
		default:
			return turns
		}
	}
	return turns
}

func (l *Live) beat() {
	if !l.spoke {
		l.say(announcement{})
	}
	l.spoke = false
}

// say publishes under the next number. A number that never arrives, because
// NATS was down, lost it, or nothing was said at all, tells the others to look
// for themselves; so an error needs no care of its own.
func (l *Live) say(a announcement) {
	if l.unsaid.Swap(0) > 0 {
		l.said++
	}
	if len(a.Turns) > 0 {
		l.said++
	}
	a.Node, a.Epoch, a.N = l.options.Node, l.options.Epoch, l.said
	l.spoke = true
	data, err := a.encode()
	if err == nil {
		err = l.conn.Publish(LiveSubject, data)
	}
	if err != nil {
		l.options.Logger.Debug("the other nodes were not told", "turns", len(a.Turns), "error", err)
	}
}

func (l *Live) hear(message *nats.Msg) {
	a, err := decodeAnnouncement(message.Data)
	if err != nil {
		l.options.Logger.Debug("an announcement cannot be read", "bytes", len(message.Data), "error", err)
		return
	}
	if a.Node == l.options.Node || a.Epoch != l.options.Epoch {
		return
	}
	for _, turn := range a.Turns {
		l.options.Heard(turn)
	}
	if l.peers.hear(a, l.options.Now()) {
		l.options.Missed()
	}
}
