package analytics

import "time"

// Contact is a stretch of one conversation in which somebody wanted something.
type Contact struct {
	Conversation string
	N            int // 1, 2, 3 … within the conversation
	Place        Place
	Began        time.Time // by the clock of the node that stored its first turn
	Last         time.Time // when the person or an agent last spoke; never before Began
	First        int64     // version of its first turn
	Through      int64     // version of its last turn
	Opened       int64     // position of its first turn, unique among contacts
	Position     int64     // position of its last turn
	Outcome      Outcome   // so far
	Intent       string    // the first one asked
	Marks        Marks
	Sums         Sums
	Keys         []Keyed    // each key once, in the order they came up
	Unanswered   []Question // what was not answered
}

// Outcome is how a contact ended, as far as is known.
type Outcome string

// The outcomes. Each contact has exactly one.
const (
	OutcomeNone       Outcome = ""           // nothing was asked for
	OutcomeConfirmed  Outcome = "confirmed"  // contained and confirmed
	OutcomeAssumed    Outcome = "assumed"    // contained and taken for solved
	OutcomeHandedOff  Outcome = "handed_off" // a human was asked for
	OutcomeAbandoned  Outcome = "abandoned"  // left in the middle
	OutcomeUnanswered Outcome = "unanswered" // never got a real answer
	OutcomeReturned   Outcome = "open"       // they asked again within 24 hours
)

// Question is something asked that was not answered well.
type Question struct {
	Version int64 // of the turn that asked it
	At      time.Time
	Locale  string
	Intent  string // as it was understood, "" for not at all
	Text    string // masked, and cut to MaxQuestion runes
	Outcome Miss
}

// Miss is why a question counts as not answered.
type Miss string

// The misses.
const (
	MissFallback   Miss = "fallback"
	MissOutOfScope Miss = "out_of_scope"
	MissClarify    Miss = "clarify"    // readings were offered, none was chosen
	MissNotHelped  Miss = "not_helped" // answered, and it did not help
)

// Counts is what one contact adds to the cell it is counted in.
type Counts struct {
	Marks Marks
	Sums  Sums
	Keys  []Keyed // with those that depend on the zone or on other keys
}

// Totals are counts of many contacts.
type Totals struct {
	Marks [MarkCount]int64
	Sums  Sums
}

// Add adds the counts of one contact n times; -1 takes them away.
func (t *Totals) Add(c Counts, n int64) {
	for mark := range t.Marks {
		if c.Marks.Has(Mark(mark)) {
			t.Marks[mark] += n
		}
	}
	for i, sum := range c.Sums {
		t.Sums[i] += n * sum
	}
}
