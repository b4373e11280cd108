package bot

import (
	"cmp"
	"slices"
	"time"
)

// Queue is one line of waiting people. An empty list admits everything.
type Queue struct {
	ID       string
	Name     map[string]string // per locale
	Reasons  []string          // why a human is asked for
	Products []string
	Locales  []string
	Priority int           // people in a line of higher priority are served first
	Answer   time.Duration // how long one should wait at most
	Keep     time.Duration // how long a request waits before it is closed; 0: [UsualKeep]
	Hours    Hours         // when somebody is there
}

// UsualKeep is how long a request for a human is kept that nobody takes.
const UsualKeep = 7 * 24 * time.Hour

func (q Queue) keep() time.Duration { return cmp.Or(q.Keep, UsualKeep) }

// Hours are the hours of a week in which a queue is staffed. The zero value is
// always.
type Hours struct {
	Zone     *time.Location
	Days     []time.Weekday // empty: every day
	From, To time.Duration  // since midnight; both zero: all day
}

// Open says whether a moment lies within the hours.
func (h Hours) Open(at time.Time) bool {
	if h.Zone != nil {
		at = at.In(h.Zone)
	}
	if len(h.Days) > 0 && !slices.Contains(h.Days, at.Weekday()) {
		return false
	}
	if h.From == 0 && h.To == 0 {
		return true
	}
	clock := time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	if h.From <= h.To {
		return h.From <= clock && clock < h.To
	}
	return clock >= h.From || clock < h.To // over midnight
}

// Routing says which line a person waits in. The first queue that admits what
// is asked takes it; the last takes everything.
type Routing struct {
	Queues []Queue
}

// DefaultRouting has one line for people in distress, one for appeals and
// complaints, and one for everybody.
func DefaultRouting() Routing {
	return Routing{Queues: []Queue{
		{ID: "care", Name: map[string]string{"zh-CN": "紧急关怀", "en": "Urgent care"}, Reasons: []string{"distress"}, Priority: 100, Answer: 30 * time.Second},
		{ID: "appeals", Name: map[string]string{"zh-CN": "申诉与投诉", "en": "Appeals and complaints"}, Reasons: []string{"appeal", "complaint"}, Priority: 10, Answer: 5 * time.Minute},
		{ID: "general", Name: map[string]string{"zh-CN": "综合咨询", "en": "General"}, Answer: 3 * time.Minute},
	}}
}

// Queue finds a line by its id.
func (r Routing) Queue(id string) (Queue, bool) {
	i := slices.IndexFunc(r.Queues, func(q Queue) bool { return q.ID == id })
	if i < 0 {
		return Queue{}, false
	}
	return r.Queues[i], true
}

// route is the line for what is asked.
func (r Routing) route(reason, product, locale string) Queue {
	for _, queue := range r.Queues {
		if admits(queue.Reasons, reason) && admits(queue.Products, product) && admits(queue.Locales, locale) {
			return queue
		}
	}
	return r.Queues[len(r.Queues)-1]
}

func admits(list []string, value string) bool {
	return len(list) == 0 || slices.Contains(list, value)
}

// Roster knows which agents are there. Implementations must answer at once.
type Roster interface {
	// Online is how many agents of a queue could take a conversation now.
	Online(tenant, queue string) int
	// There says whether an agent has a desk open, busy or not.
	There(tenant, agent string) bool
}

// Place is a place in a line: queued when somebody is there, a ticket when not.
type Place struct {
	Queue    string
	Priority int
	State    HandoffState
	Due      time.Time // zero for a ticket: nothing can be promised
	Until    time.Time // after which nobody waits any more
}

func (p Place) due() *time.Time {
	if p.Due.IsZero() {
		return nil
	}
	return &p.Due
}

// place puts somebody into a line.
func (r Routing) place(queue Queue, roster Roster, tenant string, now time.Time) Place {
	place := Place{Queue: queue.ID, Priority: queue.Priority, State: HandoffRequested, Until: now.Add(queue.keep()).UTC()}
	if roster != nil && queue.Hours.Open(now) && roster.Online(tenant, queue.ID) > 0 {
		place.State, place.Due = HandoffQueued, now.Add(queue.Answer).UTC()
	}
	return place
}
