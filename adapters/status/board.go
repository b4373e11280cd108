package status

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"kaitong/bot"
)

const (
	// lookEvery is how often the file is looked at: people should read a new
	// incident within a second.
	lookEvery = 500 * time.Millisecond
	// askEvery is after how many looks the others are asked for their list, in
	// case a message was lost: half a minute.
	askEvery = 60
	// queued is how many suggestions may wait to be written down.
	queued = 16
)

// Options are what a Board is made of. Dir, Rules and Now are required.
type Options struct {
	Dir    string // where incidents.json is
	Rules  Rules
	Now    func() time.Time
	Logger *slog.Logger // nil: discard

	Conn *nats.Conn       // nil: only the file is listened to
	Tick <-chan time.Time // when to look at the file; nil: twice a second
}

// Board knows what is wrong at the moment. It implements bot.Status, and is
// safe for concurrent use.
type Board struct {
	options  Options
	contract *contract
	live     atomic.Pointer[[]bot.Incident]

	mu    sync.Mutex // guards what follows, and the file
	file  *file
	state State
	fault error // why the file is not in step with the state; nil: it is
	shut  bool

	suggestions chan Suggestion
	looks       int // since the others were asked
	listening   []*nats.Subscription
	inbox       string // where the others answer
	stop        context.CancelFunc
	stopped     sync.WaitGroup
}

var _ bot.Status = (*Board)(nil)

// Open reads the file and begins to listen. A file that cannot be read is
// logged and no reason not to start.
func Open(o Options) (*Board, error) {
	contract, err := newContract()
	if err != nil {
		return nil, err
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	b := &Board{
		options: o, contract: contract, suggestions: make(chan Suggestion, queued),
		file: &file{path: filepath.Join(o.Dir, FileName), contract: contract, rules: o.Rules, now: o.Now},
	}
	b.live.Store(&[]bot.Incident{})
	b.look()
	if err := b.listen(); err != nil {
		return nil, err
	}
	var ctx context.Context
	ctx, b.stop = context.WithCancel(context.Background())
	b.stopped.Go(func() { b.run(ctx) })
	return b, nil
}

// Live returns the incidents that have not been cleared, oldest first, at once.
func (b *Board) Live() []bot.Incident { return slices.Clone(*b.live.Load()) }

// State returns everything the board knows, and why the file does not say the
// same, if it does not.
func (b *Board) State() (State, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.state.clone(), b.fault
}

// Suggest tells operators of a spike. It returns at once.
func (b *Board) Suggest(spike bot.Spike) {
	suggestion := Suggestion{
		ID: "spike-" + spike.Area, Area: spike.Area, Category: spike.Category, Since: spike.Since.UTC(),
		Conversations: spike.Conversations, Minutes: int(spike.Window / time.Minute), Usual: spike.Usual,
	}
	b.options.Logger.Warn("many people run into the same trouble: is there an incident to publish?",
		"area", spike.Area, "conversations", spike.Conversations, "window", spike.Window, "usual", spike.Usual)
	select {
	case b.suggestions <- suggestion:
	default: // as many wait already: an operator has enough to look at
	}
}

// Close stops listening. A second one does nothing.
func (b *Board) Close() error {
	if b.isShut() {
		return nil
	}
	b.stop()
	b.stopped.Wait()
	var problems []error
	for _, one := range b.listening {
		if err := one.Unsubscribe(); err != nil && !errors.Is(err, nats.ErrConnectionClosed) {
			problems = append(problems, err)
		}
	}
	b.mu.Lock() // a message under way is waited for
	defer b.mu.Unlock()
	b.shut = true
	return errors.Join(problems...)
}

func (b *Board) isShut() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.shut
}

// run looks at the file whenever it is time, and writes down suggestions.
func (b *Board) run(ctx context.Context) {
	ticks := b.options.Tick
	if ticks == nil {
		ticker := time.NewTicker(lookEvery)
		defer ticker.Stop()
		ticks = ticker.C
	}
	for {
		select {
		case <-ctx.Done():
			return
		case suggestion := <-b.suggestions:
			_, _ = b.change(func(s *State) error { s.suggest(suggestion); return nil }) // it cannot fail
		case <-ticks:
			b.look()
			if b.looks++; b.looks%askEvery == 0 {
				b.askOthers()
			}
		}
	}
}

// look takes over what somebody else wrote into the file, and writes down
// what could not be written before.
func (b *Board) look() {
	_, _ = b.change(func(*State) error { return nil }) // it cannot fail
}

// apply does what a request asks.
func (b *Board) apply(request Request) (State, error) {
	return b.change(func(s *State) error { return s.apply(request, b.options.Rules, b.now()) })
}

// change changes the state, in memory and in the file. When the change itself
// fails nothing changes; when only the file cannot be written the change holds
// and is written later.
func (b *Board) change(do func(*State) error) (State, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shut {
		return State{}, errors.New("closed")
	}
	next := b.state.clone()
	fault := b.file.adoptInto(&next)
	before := next.clone()
	err := do(&next)
	if err != nil {
		next = before
	}
	next.prune(b.now())
	if fault == nil {
		fault = b.file.keep(next)
	}
	b.publish(next)
	b.blame(fault)
	return next.clone(), err
}

// publish makes a state the one that holds.
func (b *Board) publish(next State) {
	before := b.state
	b.state = next
	live := make([]bot.Incident, len(next.Incidents))
	for i, one := range next.Incidents {
		live[i] = one.live()
	}
	b.live.Store(&live)
	b.logChanges(before, next)
}

func (b *Board) logChanges(before, next State) {
	for _, one := range next.Incidents {
		if old, known := before.incident(one.ID); !known || !old.same(one) {
			b.options.Logger.Info("an incident is live", "id", one.ID, "area", one.Area, "regions", one.Regions, "since", one.Since)
		}
	}
	for _, one := range before.Incidents {
		if !next.holds(one.ID) {
			b.options.Logger.Info("an incident is over", "id", one.ID, "area", one.Area)
		}
	}
}

// blame remembers what is wrong with the file, and logs it once.
func (b *Board) blame(fault error) {
	switch {
	case fault != nil && (b.fault == nil || b.fault.Error() != fault.Error()):
		b.options.Logger.Error("the file of incidents is not in use; what was live stays live", "error", fault)
	case fault == nil && b.fault != nil:
		b.options.Logger.Info("the file of incidents is in use again")
	}
	b.fault = fault
}

// now is in UTC, without what only this process can read.
func (b *Board) now() time.Time { return b.options.Now().UTC().Round(0) }
