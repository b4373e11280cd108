package bot

import (
	"context"
	"time"
)

// Tend looks after a conversation that waits: who was promised something that
// is over is told how it stands, who has a ticket is put in line once somebody
// is there. It is harmless to call at any time, by any number of nodes.
func (e *Engine) Tend(ctx context.Context, conversation, tenant string) error {
	_, err := e.inTurn(ctx, conversation, func(place *slot) (Receipt, error) {
		conv, err := e.loadFor(ctx, place, tenant)
		if err != nil {
			return Receipt{}, err
		}
		d := &draft{Edition: e.edition(conv, conv.Owner.Tenant), conv: conv, seq: conv.Seq}
		d.locale = d.Base.Locale(conv.Locale)
		if !e.tend(d) {
			return Receipt{}, nil
		}
		return e.store(ctx, place, conv, Turn{Conversation: conv.ID, Version: conv.Version + 1, At: e.now().UTC(), Events: d.events})
	})
	return err
}

// tend says whether there was anything to do.
func (e *Engine) tend(d *draft) bool {
	h, now := d.conv.Handoff, e.now()
	place := e.placeIn(h.Queue, d.conv.Owner.Tenant)
	if !e.overdue(d.conv.entry(), func() Place { return place }) {
		return false
	}
	switch {
	case e.expired(h):
		e.expire(d)
	case h.State == HandoffRequested:
		place.Due = later(now, place.Due, h.Late)
		_ = d.changeHands(h.putBack(place), nil)
		e.tell(d, "now_in_line")
	case h.State == HandoffQueued && place.State == HandoffQueued: // they keep their place, so nothing changes hands
		place.Due = later(now, place.Due, h.Late+1)
		d.add(Breached{Queue: h.Queue, Due: h.Due, Next: place.due()})
		e.tell(d, "delayed")
	case h.State == HandoffQueued && !h.Due.IsZero() && now.After(h.Due):
		d.add(Breached{Queue: h.Queue, Due: h.Due})
		e.backInLine(d, place)
	default: // all have gone, or theirs has
		e.backInLine(d, place)
	}
	return true
}

// backInLine puts somebody into a line again, or gives them a ticket where
// nobody is there any more, and owns up to it.
func (e *Engine) backInLine(d *draft, place Place) {
	_ = d.changeHands(d.conv.Handoff.putBack(place), nil)
	if place.State == HandoffQueued {
		e.tell(d, "delayed")
		return
	}
	e.tell(d, "nobody")
}

// tell says how it stands to somebody who waits; to somebody in distress in
// words of their own, which stay with them and name the line for that.
func (e *Engine) tell(d *draft, what string, choices ...string) {
	contacts := d.Base.Pack().Contacts
	args := map[string]string{"ticket": d.conv.Handoff.Ticket, "hotline": contacts.Hotline, "crisis": contacts.Crisis}
	opens := e.opens(d.conv.Handoff.Queue)
	key := "handoff." + what
	switch {
	case d.conv.distressed():
		key = "distress." + what
	case what == "nobody" && !opens.IsZero():
		key, args["opens"] = untilOpen(key), openingWords(opens, e.now(), d.locale)
	}
	d.speak(e.newID(), key, args, choices...)
}

// forsakenAfter is how long somebody waits for an agent who has closed their
// desk: longer than a browser takes to come back. It also is how long this
// program has to run before it believes that an agent is not there.
const forsakenAfter = 5 * time.Minute

// forsaken says whether a person waits for an answer of an agent who has gone.
func (e *Engine) forsaken(entry Entry) bool {
	now := e.now()
	return entry.State == HandoffActive && entry.Unanswered && e.roster != nil &&
		now.Sub(entry.LastAt) > forsakenAfter && now.Sub(e.begun) > forsakenAfter && !e.roster.There(entry.Owner.Tenant, entry.Agent.ID)
}

// later is the next promise to somebody to whom some were not kept: each is
// twice as far away as the one before, so that who waits long is not told the
// same every few minutes, all day.
func later(now, due time.Time, late int) time.Time {
	if due.IsZero() {
		return due
	}
	wait := due.Sub(now)
	for ; late > 0 && wait < mostBetween; late-- {
		wait *= 2
	}
	return now.Add(wait).UTC()
}

// mostBetween is from where on promises are not put off further.
const mostBetween = time.Hour

// Overdue returns those of entries, in their order and at most so many, for
// which [Engine.Tend] would have something to do. Of each line it is asked once
// whether somebody is there.
func (e *Engine) Overdue(entries []Entry, most int) []Entry {
	var due []Entry
	lines := map[[2]string]Place{}
	for _, entry := range entries {
		if len(due) == most {
			break
		}
		line := [2]string{entry.Owner.Tenant, entry.Queue}
		place := func() Place {
			known, ok := lines[line]
			if !ok {
				known = e.placeIn(entry.Queue, entry.Owner.Tenant)
				lines[line] = known
			}
			return known
		}
		if e.overdue(entry, place) {
			due = append(due, entry)
		}
	}
	return due
}

// overdue asks for the place that somebody would get only where it matters.
func (e *Engine) overdue(entry Entry, place func() Place) bool {
	switch {
	case e.expired(entry.Handoff):
		return true
	case entry.State == HandoffRequested:
		return place().State == HandoffQueued
	case entry.State == HandoffQueued:
		return e.vacated(entry, place()) || !entry.Due.IsZero() && e.now().After(entry.Due)
	}
	return e.forsaken(entry)
}

// expired says whether somebody has waited so long that it would be no help to
// keep them waiting.
func (e *Engine) expired(h Handoff) bool {
	until := h.Until
	if until.IsZero() { // from before requests had an end
		until = h.Since.Add(e.lineOf(h.Queue).keep())
	}
	return h.Waiting() && e.now().After(until)
}

// expire closes a request that nobody has taken, owns up to it, and offers to
// ask anew.
func (e *Engine) expire(d *draft) {
	h := d.conv.Handoff
	change := h.change(HandoffCancelled)
	change.Reason = ReasonExpired
	_ = d.changeHands(change, nil)
	e.tell(d, "expired", choiceAgent)
}
