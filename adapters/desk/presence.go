package desk

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"kaitong/bot"
	"kaitong/bot/staff"
)

// Status is whether an agent takes conversations.
type Status string

// The values of [Status].
const (
	StatusOnline  Status = "online"
	StatusAway    Status = "away"
	StatusOffline Status = "offline"
)

// Seat is an agent at a desk of one node. Nodes tell each other of theirs.
type Seat struct {
	Node   string     `json:"node"`
	User   string     `json:"user"`
	Name   string     `json:"name"`
	Role   staff.Role `json:"role"`
	Queues []string   `json:"queues,omitempty"` // none: all
	Status Status     `json:"status"`
}

// serves says whether somebody there would take a conversation of a line.
func (s Seat) serves(queue string) bool {
	return s.Status == StatusOnline && s.Role.Talks() && (len(s.Queues) == 0 || slices.Contains(s.Queues, queue))
}

const (
	// tellEvery is how often a node repeats who is there, seatLife how long
	// what it said is believed.
	tellEvery = 10 * time.Second
	seatLife  = 35 * time.Second
	// mostSeats bounds what strangers on the way between nodes could make us
	// remember.
	mostSeats = 10_000
)

// PresenceOptions make a [Presence].
type PresenceOptions struct {
	Tenant string
	Node   string           // names this node among others
	Now    func() time.Time // nil: time.Now
	// Tell passes on a seat of this node to the others, which hand it to
	// [Presence.Heard]. It must return at once. nil: there are no others.
	Tell func(Seat)
}

// Presence knows which agents are there, on this node and on others. It is made
// before the engine, which asks it, and given to the desk, which fills it. It is
// safe for concurrent use.
type Presence struct {
	options PresenceOptions

	mu      sync.Mutex
	here    map[string]*seated
	there   map[place]heard
	told    time.Time
	changed func(user string) // without the lock
}

var _ bot.Roster = (*Presence)(nil)

type seated struct {
	Seat
	sockets int
}

type place struct{ node, user string }

type heard struct {
	Seat
	until time.Time
}

// NewPresence returns one in which nobody is there.
func NewPresence(options PresenceOptions) *Presence {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Tell == nil {
		options.Tell = func(Seat) {}
	}
	return &Presence{options: options, here: map[string]*seated{}, there: map[place]heard{}, changed: func(string) {}}
}

// Online implements [bot.Roster].
func (p *Presence) Online(tenant, queue string) int {
	if tenant != p.options.Tenant {
		return 0
	}
	n := 0
	for _, seat := range p.seats() {
		if seat.serves(queue) {
			n++
		}
	}
	return n
}

// There implements [bot.Roster]: somebody who is away has a desk open, too.
func (p *Presence) There(tenant, agent string) bool {
	return tenant == p.options.Tenant && p.seat(agent).Status != StatusOffline
}

// Heard takes in a seat of another node.
func (p *Presence) Heard(seat Seat) {
	if seat.Node == p.options.Node || seat.Node == "" || seat.User == "" {
		return
	}
	p.mu.Lock()
	at := place{seat.Node, seat.User}
	before, known := p.there[at]
	switch {
	case seat.Status == StatusOffline:
		delete(p.there, at)
	case known || len(p.there) < mostSeats:
		p.there[at] = heard{seat, p.options.Now().Add(seatLife)}
	}
	changed := p.changed
	p.mu.Unlock()
	if before.Status != seat.Status && (known || seat.Status != StatusOffline) {
		changed(seat.User)
	}
}

// onChange says who is told of those who come, go or change their status.
func (p *Presence) onChange(call func(user string)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changed = call
}

// seats is everybody once, by user: somebody with several desks is online when
// one of these is.
func (p *Presence) seats() []Seat {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := map[string]Seat{}
	take := func(seat Seat) {
		if known, ok := all[seat.User]; !ok || known.Status != StatusOnline {
			all[seat.User] = seat
		}
	}
	now := p.options.Now()
	for _, seat := range p.there {
		if now.Before(seat.until) {
			take(seat.Seat)
		}
	}
	for _, seat := range p.here {
		take(seat.Seat)
	}
	return slices.SortedFunc(maps.Values(all), func(a, b Seat) int { return cmp.Compare(a.User, b.User) })
}

// seat is one of them; StatusOffline for who is not there.
func (p *Presence) seat(user string) Seat {
	for _, seat := range p.seats() {
		if seat.User == user {
			return seat
		}
	}
	return Seat{User: user, Status: StatusOffline}
}

// enter counts one more desk of an agent.
func (p *Presence) enter(account staff.Account) {
	p.change(account.User, func(seat *seated) {
		seat.Name, seat.Role, seat.Queues = account.Name, account.Role, account.Queues
		seat.sockets++
	})
}

// leave counts one less.
func (p *Presence) leave(user string) {
	p.change(user, func(seat *seated) { seat.sockets-- })
}

func (p *Presence) set(user string, status Status) {
	p.change(user, func(seat *seated) { seat.Status = status })
}

// change tells the other nodes and the desks what an agent has become.
func (p *Presence) change(user string, change func(*seated)) {
	p.mu.Lock()
	seat, ok := p.here[user]
	if !ok {
		seat = &seated{Seat: Seat{Node: p.options.Node, User: user, Status: StatusOnline}}
		p.here[user] = seat
	}
	change(seat)
	if seat.sockets <= 0 {
		delete(p.here, user)
		seat.Status = StatusOffline
	}
	now, changed := seat.Seat, p.changed
	p.mu.Unlock()
	p.options.Tell(now)
	changed(user)
}

// beat repeats now and then who is there, and forgets whom nobody speaks of any
// more.
func (p *Presence) beat() {
	now := p.options.Now()
	p.mu.Lock()
	if now.Sub(p.told) < tellEvery {
		p.mu.Unlock()
		return
	}
	p.told = now
	var ours []Seat
	for _, seat := range p.here {
		ours = append(ours, seat.Seat)
	}
	var gone []string
	for at, seat := range p.there {
		if !now.Before(seat.until) {
			delete(p.there, at)
			gone = append(gone, at.user)
		}
	}
	changed := p.changed
	p.mu.Unlock()
	for _, seat := range ours {
		p.options.Tell(seat)
	}
	for _, user := range gone {
		changed(user)
	}
}
