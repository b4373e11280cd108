package bench

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// crowd is everybody who talks to the server during one measurement.
type crowd struct {
	*recorder
	options   Options
	plain     bool
	dialer    dialer
	desk      *desk
	clock     clock
	schedule  schedule
	questions [][]byte // quoted

	people   []*person
	readers  sync.WaitGroup
	doors    chan struct{} // handshakes at a time
	ramp     *pace
	started  atomic.Bool  // questions may be asked
	stopping atomic.Bool  // and no more new ones
	closed   atomic.Int64 // when that was
	ended    chan struct{}
	end      context.CancelFunc // of handshakes under way
}

// handshakes at a time: enough to keep a server busy.
const handshakes = 64

func newCrowd(target Target, options Options, questions [][]byte) *crowd {
	d := newDialer(target.base)
	c := &crowd{
		recorder: newRecorder(), options: options, plain: target.Plain,
		dialer: d, desk: newDesk(d), clock: clock{time.Now()},
		schedule:  schedule{rate: options.Rate, sockets: options.Sockets},
		questions: questions,
		doors:     make(chan struct{}, handshakes), ended: make(chan struct{}),
	}
	if options.Ramp > 0 {
		c.ramp = newPace(options.Ramp)
	}
	return c
}

func (c *crowd) protocol() string {
	if c.plain {
		return ""
	}
	return subprotocol
}

// asking says whether questions may be asked now, or those that are due still.
func (c *crowd) asking() bool { return c.started.Load() }

// gather lets everybody in and returns when all are welcomed, or when ctx
// ends. They stay until disperse.
func (c *crowd) gather(ctx context.Context, users []string) error {
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	c.end = end
	nonce := rand.Uint32()
	arrived := make(chan error, c.options.Sockets)
	for i := range c.options.Sockets {
		p := c.person(i, userOf(i, users), nonce)
		c.people = append(c.people, p)
		c.readers.Go(func() { p.live(life, func(err error) { arrived <- err }) })
	}
	for range c.options.Sockets {
		select {
		case err := <-arrived:
			if err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// person makes one. The nonce keeps its ids apart from those of other runs.
func (c *crowd) person(i int, user string, nonce uint32) *person {
	return &person{
		crowd: c, index: i, user: user,
		random: rand.New(rand.NewPCG(c.options.Seed, uint64(i))),
		ledger: ledger{faults: &c.faults, prefix: fmt.Appendf(nil, "b%08x-%d-", nonce, i)},
	}
}

// userOf gives every other socket one of the users, and the rest a name of
// their own.
func userOf(i int, users []string) string {
	if len(users) == 0 || i%2 == 1 {
		return fmt.Sprintf("demo-bench-%d", i)
	}
	return users[i/2%len(users)]
}

// admit waits for a place to shake hands in; release gives it back.
func (c *crowd) admit(ctx context.Context) (release func(), err error) {
	if c.ramp != nil && !c.pause(c.ramp.next()) {
		return nil, errEnded
	}
	select {
	case c.doors <- struct{}{}:
		return func() { <-c.doors }, nil
	case <-c.ended:
		return nil, errEnded
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

var errEnded = errors.New("the measurement has ended")

// pause waits; false when the measurement ends meanwhile.
func (c *crowd) pause(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.ended:
		return false
	}
}

// begin lets everybody ask.
func (c *crowd) begin(ctx context.Context, pacer *sync.WaitGroup) {
	c.schedule.start = c.clock.now()
	c.started.Store(true)
	if c.schedule.rate > 0 {
		pacer.Go(func() {
			c.schedule.run(ctx, c.clock.now, c.until.Load, func(socket int) { c.people[socket].arrive() })
		})
		return
	}
	for _, p := range c.people {
		p.begin()
	}
}

// settleAll waits until everything asked is answered, or for so long; not long
// when ctx ends.
func (c *crowd) settleAll(ctx context.Context, most time.Duration) {
	deadline := time.NewTimer(most)
	defer deadline.Stop()
	defer context.AfterFunc(ctx, func() { deadline.Reset(hurry) })()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for c.busy() {
		select {
		case <-look.C:
		case <-deadline.C:
			return
		}
	}
}

// backlog is how many questions are due and not asked yet; never is how many
// more will not be, because who should have asked them was sent away.
func (c *crowd) backlog() (waiting, never int64) {
	if c.schedule.rate == 0 {
		return 0, 0
	}
	for _, p := range c.people {
		p.mu.Lock()
		if behind := p.dues - p.ledger.n; p.stage == gone {
			never += behind
		} else {
			waiting += behind
		}
		p.mu.Unlock()
	}
	return waiting, never
}

// busy says whether answers or questions are still to come.
func (c *crowd) busy() bool {
	waiting, _ := c.backlog()
	return waiting > 0 || c.open.Load() > 0
}

// cutLate cuts all connections when the end takes longer than it should: a
// server that reads nothing stops whoever writes to it.
func (c *crowd) cutLate(ctx context.Context, patience time.Duration) (stop func()) {
	late := time.AfterFunc(patience+2*closeTimeout, func() {
		for _, p := range c.people {
			p.cut()
		}
	})
	release := context.AfterFunc(ctx, func() { late.Reset(2 * hurry) })
	return func() { release(); late.Stop() }
}

// disperse sends everybody home and waits for them.
func (c *crowd) disperse(ctx context.Context) {
	goodbye := closeTimeout
	if ctx.Err() != nil {
		goodbye = hurry
	}
	waiting, never := c.backlog()
	c.unasked.Store(uint64(waiting + never))
	for _, p := range c.people {
		p.leave(goodbye)
	}
	close(c.ended)
	c.end()
	c.readers.Wait()
	c.desk.close()
}

// pace hands out times that are evenly spread.
type pace struct {
	mu   sync.Mutex
	gap  time.Duration
	free time.Time
}

func newPace(perSecond float64) *pace {
	return &pace{gap: time.Duration(float64(time.Second) / perSecond)}
}

// next is how long the caller has to wait for its turn.
func (p *pace) next() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.free.Before(now) {
		p.free = now
	}
	wait := p.free.Sub(now)
	p.free = p.free.Add(p.gap)
	return wait
}
