package bot

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// Entry is one conversation that waits for a human or has one, as the lists of
// a desk show it.
type Entry struct {
	Conversation string
	Version      int64
	Owner        Identity
	Product      string
	Locale       string
	Handoff
	Last       string // the latest words of the person or an agent, shortened
	LastAuthor Author
	LastAt     time.Time
	Unanswered bool // the person wrote last
}

// Board holds what waits for a human or has one. It is a fold like any other:
// what it says can be made anew from the log at any time. It is safe for
// concurrent use.
type Board struct {
	mu       sync.Mutex
	entries  map[string]Entry
	watchers map[int]func(Entry)
	next     int
	waits    map[string][]time.Duration // queue -> how long the latest had to wait
}

// remembered is how many waits a queue's usual wait is taken from.
const remembered = 20

// NewBoard returns an empty board.
func NewBoard() *Board {
	return &Board{entries: map[string]Entry{}, watchers: map[int]func(Entry){}, waits: map[string][]time.Duration{}}
}

// Put takes in how a conversation stands, unless it is known to stand further.
// Watchers are told; one that is over is told once more, and is then gone.
func (b *Board) Put(entry Entry) {
	b.mu.Lock()
	known, open := b.entries[entry.Conversation]
	if open && known.Version >= entry.Version || !open && !entry.Open() {
		b.mu.Unlock()
		return
	}
	b.learn(known, entry)
	if entry.Open() {
		b.entries[entry.Conversation] = entry
	} else {
		delete(b.entries, entry.Conversation)
	}
	watchers := make([]func(Entry), 0, len(b.watchers))
	for _, watch := range b.watchers {
		watchers = append(watchers, watch)
	}
	b.mu.Unlock()
	for _, watch := range watchers {
		watch(entry)
	}
}

// learn keeps how long somebody waited, once their wait is over.
func (b *Board) learn(before, after Entry) {
	if before.State != HandoffQueued || before.InLine.IsZero() || after.State != HandoffActive {
		return // a night as a ticket says nothing of how long one waits in line
	}
	waits := append(b.waits[before.Queue], after.Since.Sub(before.InLine))
	b.waits[before.Queue] = waits[max(0, len(waits)-remembered):]
}

// Watch calls back after every change, with a lock on nothing. The callback
// must return soon.
func (b *Board) Watch(call func(Entry)) (stop func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := b.next
	b.next++
	b.watchers[id] = call
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		delete(b.watchers, id)
	}
}

// Get finds one entry.
func (b *Board) Get(conversation string) (Entry, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	entry, ok := b.entries[conversation]
	return entry, ok
}

// Concerns says whether a desk wants to hear of a turn that was just stored:
// its conversation waits for a human, has one, or just had, or is another's now.
func (b *Board) Concerns(turn Turn) bool {
	if slices.ContainsFunc(turn.Events, func(event Event) bool { _, is := event.(HandoffChanged); return is }) || turn.claims() {
		return true
	}
	_, open := b.Get(turn.Conversation)
	return open
}

// List is everything of a tenant, in the order in which it is to be served.
func (b *Board) List(tenant string) []Entry {
	return b.list(func(e Entry) bool { return e.Owner.Tenant == tenant })
}

// Open is everything, of all tenants.
func (b *Board) Open() []Entry { return b.list(func(Entry) bool { return true }) }

func (b *Board) list(wanted func(Entry) bool) []Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []Entry
	for _, entry := range b.entries {
		if wanted(entry) {
			list = append(list, entry)
		}
	}
	slices.SortFunc(list, before)
	return list
}

// before orders by priority, then by who has waited longest.
func before(a, b Entry) int {
	return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.Since.Compare(b.Since), cmp.Compare(a.Conversation, b.Conversation))
}

// Position is the place in line, 1 for who is next. False for who is in none.
func (b *Board) Position(conversation string) (int, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	self, ok := b.entries[conversation]
	if !ok || self.State != HandoffQueued {
		return 0, false
	}
	return b.ahead(self) + 1, true
}

// place is the place in line that somebody has or would get.
func (b *Board) place(conversation, tenant string, h Handoff) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ahead(Entry{Conversation: conversation, Owner: Identity{Tenant: tenant}, Handoff: h}) + 1
}

// ahead is how many of the same line are served before. Tickets count: while
// somebody asks, somebody is there, and they are about to be put in line.
func (b *Board) ahead(self Entry) int {
	n := 0
	for _, other := range b.entries {
		same := other.Waiting() && other.Queue == self.Queue && other.Owner.Tenant == self.Owner.Tenant
		if same && other.Conversation != self.Conversation && before(other, self) < 0 {
			n++
		}
	}
	return n
}

// Wait is how long people of a queue usually waited lately. False when nobody
// has: nothing is made up.
func (b *Board) Wait(queue string) (time.Duration, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	waits := slices.Sorted(slices.Values(b.waits[queue]))
	if len(waits) < fewWaits {
		return 0, false
	}
	return waits[len(waits)/2], true
}

// fewWaits are too few to say what is usual.
const fewWaits = 3
