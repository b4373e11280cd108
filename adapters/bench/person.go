package bench

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// person is one socket and who sits at it: it introduces itself, asks one
// question after the other, checks what it gets, and comes back when it is cut
// off. One goroutine reads, and asks on when an answer has come; others ask
// only when time does.
type person struct {
	crowd  *crowd
	index  int
	user   string
	random *rand.Rand

	token   string // only the reader uses these
	tokenOf time.Time
	in      inflow

	wire atomic.Pointer[net.Conn] // conn, for those who cannot wait for the lock

	mu      sync.Mutex
	conn    net.Conn // nil while away
	ledger  ledger
	out     []byte
	text    []byte // of the question under way, quoted
	due     int64  // when the question under way was to be asked
	sent    int64  // when it was
	dues    int64  // questions that the schedule has asked for
	turns   int    // in this conversation
	stage   stage
	timer   *time.Timer
	awayFor time.Duration // the server asked to come back after
	refusal string        // the last error before the welcome
	sockets int           // lost until now
}

// stage is how far a person is.
type stage int

const (
	away     stage = iota // no socket, or not welcomed on it yet
	present               // may ask
	renewing              // leaves to come back for a new conversation
	gone                  // does not come back
)

// firstTries is how often a person tries to get in at all.
const firstTries = 6

// live is the life of a person: it ends when it is gone. Once it tells whether
// it got in.
func (p *person) live(ctx context.Context, tell func(error)) {
	told := false
	for attempt := 0; ; {
		err := p.connect(ctx)
		if err == nil {
			attempt = 0
		} else {
			attempt++
		}
		if !told && (err == nil || attempt == firstTries) {
			told = true
			tell(err)
		}
		if err == nil {
			err = p.listen()
		}
		if wait, back := p.lost(err, attempt); back && p.crowd.pause(wait) {
			continue
		}
		if !told {
			tell(err)
		}
		return
	}
}

// lost lets go of the socket and says when to come back, if at all.
func (p *person) lost(err error, attempt int) (wait time.Duration, back bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop()
	p.sockets++
	var final finalClose
	switch {
	case p.stage == gone:
		return 0, false
	case errors.As(err, &final):
		p.crowd.refused(final.Error())
		p.abandon()
		p.stage = gone
		return 0, false
	case p.stage == renewing:
		p.stage, p.turns = away, 0
		p.ledger.begin("", "", 0)
		return 0, true
	case p.stage == away:
		p.crowd.refused("no_connection")
	default:
		p.crowd.reconnects.Add(1)
	}
	p.stage = away
	wait = p.awayFor + p.jitter(attempt)
	p.awayFor = 0
	return wait, true
}

// jitter spreads those that come back at once over a time that grows.
func (p *person) jitter(attempt int) time.Duration {
	most := min(100*time.Millisecond<<min(attempt, 6), 2*time.Second)
	return time.Duration(p.random.Int64N(int64(most)))
}

// cut ends the connection, also while somebody is stuck writing to it.
func (p *person) cut() {
	if wire := p.wire.Load(); wire != nil {
		_ = (*wire).Close() // whoever reads notices
	}
}

// drop needs the lock.
func (p *person) drop() {
	if p.conn != nil {
		_ = p.conn.Close() // it is broken or done with
		p.conn = nil
		p.wire.Store(nil)
		p.crowd.connected.Add(-1)
	}
}

// abandon ends a question that will not be answered any more. It needs the
// lock.
func (p *person) abandon() {
	if p.ledger.open {
		p.ledger.close()
		p.crowd.gaveUp()
	}
}

// next asks when it is time for it. It needs the lock.
func (p *person) next() {
	c := p.crowd
	if p.stage != present || p.ledger.open || !c.asking() {
		return
	}
	if limit := c.options.PerConversation; limit > 0 && p.turns >= limit {
		p.renew()
		return
	}
	switch {
	case c.schedule.rate > 0:
		if p.ledger.n < p.dues {
			p.ask(c.schedule.at(p.index, p.ledger.n))
		}
	case c.stopping.Load():
	case c.options.Think > 0:
		p.later(c.options.Think, func() { p.askNow() })
	default:
		p.askNow()
	}
}

// askNow needs the lock.
func (p *person) askNow() {
	if p.stage == present && !p.ledger.open && !p.crowd.stopping.Load() {
		p.ask(p.crowd.clock.now())
	}
}

// renew leaves the conversation for a new one. It needs the lock.
func (p *person) renew() {
	p.stage = renewing
	p.writeClose(closeTimeout)
}

// arrive says that the schedule has a question for this person.
func (p *person) arrive() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dues++
	p.next()
}

// begin lets a person start asking; with a pause between questions, somewhere
// within the first one.
func (p *person) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if think := p.crowd.options.Think; think > 0 && p.crowd.schedule.rate == 0 {
		p.later(time.Duration(p.random.Int64N(int64(think))), func() { p.askNow() })
		return
	}
	p.next()
}

// later does something under the lock after a while, unless the socket has
// been lost by then: the next one goes on by itself. It needs the lock.
func (p *person) later(wait time.Duration, do func()) {
	sockets := p.sockets
	p.timer = time.AfterFunc(wait, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.sockets == sockets {
			do()
		}
	})
}

// leave says goodbye for good. The reader ends when the server has answered, or
// after so long.
func (p *person) leave(goodbye time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Stop()
	}
	switch {
	case !p.ledger.open || p.stage == gone:
	case p.sent > p.crowd.closed.Load(): // it was due, and nobody waits for it as long as for others
		p.crowd.unasked.Add(1)
	default:
		p.crowd.unanswered.Add(1)
	}
	p.stage = gone
	p.writeClose(goodbye)
}
