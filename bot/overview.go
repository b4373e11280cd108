package bot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Overview is what a list of conversations shows of one: the fold of its turns
// without what was said. It can be made anew from the log at any time.
type Overview struct {
	Conversation  string
	Owner         Identity
	Product       string
	Locale        string // it began with
	Started, Last time.Time
	Turns         int64 // the last version
	Handoff       HandoffState
	Ticket        string      // of the latest hand-off request
	Appeal        AppealState // of the latest appeal, "" for none
	Position      int64       // of the last turn
}

// NewOverview returns the empty overview that the first turn fills.
func NewOverview(conversation string) *Overview {
	return &Overview{Conversation: conversation, Handoff: HandoffNone}
}

// Apply folds the next turn in. A turn of another conversation or out of order
// is an error and changes nothing. Of its events only those count that
// [DecodeOverview] returns.
func (o *Overview) Apply(turn Turn) error {
	if turn.Conversation != o.Conversation || turn.Version != o.Turns+1 {
		return fmt.Errorf("overview of %q: turn %d of %q does not follow %d", o.Conversation, turn.Version, turn.Conversation, o.Turns)
	}
	if turn.Version == 1 {
		o.Started = turn.At
	}
	o.Turns, o.Last, o.Position = turn.Version, turn.At, turn.Position
	for _, event := range turn.Events {
		o.apply(event)
	}
	return nil
}

func (o *Overview) apply(event Event) {
	switch e := event.(type) {
	case Started:
		o.Owner = Identity{Tenant: withoutZeros(e.Tenant), User: withoutZeros(e.User), Anonymous: e.Anonymous}
		o.Product, o.Locale = withoutZeros(e.Product), withoutZeros(e.Locale)
	case Claimed:
		o.Owner = Identity{Tenant: withoutZeros(e.Tenant), User: withoutZeros(e.User)}
	case HandoffChanged:
		o.Handoff = HandoffState(withoutZeros(string(e.State)))
		if e.Ticket != "" {
			o.Ticket = withoutZeros(e.Ticket)
		}
	case AppealStarted:
		o.Appeal = AppealOpen
	case AppealSubmitted:
		o.Appeal = AppealSent
	case AppealAccepted:
		o.Appeal = AppealReceived
	case AppealRefused:
		o.Appeal = AppealDeclined
	}
}

// withoutZeros makes a text one that any database can hold.
func withoutZeros(text string) string { return strings.ReplaceAll(text, "\x00", "\uFFFD") }

// InOverview says whether an overview takes anything from an event.
func InOverview(event Event) bool {
	switch event.(type) {
	case Started, Claimed, HandoffChanged, AppealStarted, AppealSubmitted, AppealAccepted, AppealRefused:
		return true
	}
	return false
}

// OverviewMarks are what stands in the row of a turn that an overview has to
// look into. What people type cannot make one: its quotes are escaped.
func OverviewMarks() []string {
	return []string{
		rowMark(Started{}.Kind()), rowMark(Claimed{}.Kind()), rowMark(HandoffChanged{}.Kind()), rowMark(AppealStarted{}.Kind()),
		rowMark(AppealSubmitted{}.Kind()), rowMark(AppealAccepted{}.Kind()), rowMark(AppealRefused{}.Kind()),
	}
}

// rowMark is how an event begins in a row.
func rowMark(kind string) string { return `{"kind":"` + kind + `","data":` }

// ConcernsOverview says whether a row, as [EncodeEvents] writes it, holds an
// event that is [InOverview]. Most do not: then the rest of the turn is enough.
func ConcernsOverview(row []byte) bool {
	return bytes.Contains(row, []byte(`{"kind":"started","data":`)) || bytes.Contains(row, []byte(`{"kind":"handoff","data":`)) ||
		bytes.Contains(row, []byte(`{"kind":"claimed","data":`)) || bytes.Contains(row, []byte(`{"kind":"appeal_`)) // of which the form's own are few
}

// overviewMarksIn finds where the events of a row begin that an overview takes
// in, in their order.
func overviewMarksIn(row []byte) (places []int) {
	for _, mark := range OverviewMarks() {
		for from := 0; ; {
			at := bytes.Index(row[from:], []byte(mark))
			if at < 0 {
				break
			}
			places = append(places, from+at)
			from += at + len(mark)
		}
	}
	slices.Sort(places)
	return places
}

// DecodeOverview reads the events of a row that an overview takes in, and
// nothing else: what a newer program has put beside them does not matter.
func DecodeOverview(row []byte) ([]Event, error) {
	if !ConcernsOverview(row) {
		return nil, nil
	}
	var events []Event
	for _, at := range overviewMarksIn(row) {
		event, err := firstEvent(row[at:])
		if err != nil {
			return nil, err
		}
		events = append(events, event)
	}
	return events, nil
}

// firstEvent reads the event that data begins with.
func firstEvent(data []byte) (Event, error) {
	var item envelope
	if err := json.NewDecoder(bytes.NewReader(data)).Decode(&item); err != nil {
		return nil, fmt.Errorf("decode events: %w", err)
	}
	return decodeEvent(item, nil) // neither kind holds blocks
}
