package desk

import (
	"context"
	"math"

	"kaitong/bot"
	"kaitong/bot/staff"
)

// watch is one conversation that a desk looks at. Turns are shown without gaps:
// one that follows what was shown is passed on as it comes, and otherwise the
// log is read.
type watch struct {
	shown int64 // version of the last turn that was sent
	heard int64 // the latest version known of
	busy  bool  // reading the log
}

// mostWatches is how many conversations one desk looks at.
const mostWatches = 20

// watch begins to send the turns of a conversation.
func (d *desk) watch(f frame) *fault {
	var ask watchAsk
	if bad := decode(f.Data, &ask); bad != nil {
		return bad
	}
	switch {
	case ask.After != nil && *ask.After < 0:
		return &fault{code: codeBadField, field: "after"}
	case d.server.hub.watched(d) >= mostWatches:
		return &fault{code: codeNotPossible}
	}
	d.server.hub.begin(d, ask.Conversation) // what is stored while the log is read is not missed
	found, bad := d.server.caseFor(d.ctx, d.account, ask.Conversation, d.account.Locale)
	if bad == nil {
		bad = d.recordWatch(ask.Conversation)
	}
	if bad != nil {
		d.server.hub.stop(d, ask.Conversation)
		return bad
	}
	from := found.Entry.Version
	if ask.After != nil {
		from = *ask.After
	}
	if d.server.hub.catchUp(d, ask.Conversation, from, found.Turns) {
		d.readOn(ask.Conversation)
	}
	return nil
}

// recordWatch audits that somebody reads a conversation, unless that they opened
// it is on record: what cannot be recorded is not shown.
func (d *desk) recordWatch(conversation string) *fault {
	if d.server.glances.take(d.account.User, conversation, d.server.now()) {
		return nil
	}
	ctx, cancel := context.WithTimeout(d.ctx, d.server.limits.ActTimeout)
	defer cancel()
	record := staff.Record{At: d.server.now(), Who: d.account.User, From: d.from, Did: "watched", Conversation: conversation}
	if err := d.server.vault.Record(ctx, record); err != nil {
		return faultOf(err)
	}
	return nil
}

// readOn reads the log until a watch has shown all it has heard of.
func (d *desk) readOn(conversation string) {
	for {
		ctx, cancel := context.WithTimeout(d.ctx, d.server.limits.ActTimeout)
		found, err := d.server.engine.Case(ctx, d.server.tenant, conversation, d.account.Locale)
		cancel()
		if err != nil {
			if d.ctx.Err() == nil {
				d.server.log.Warn("turns not shown to a desk", "conversation", conversation, "error", err)
			}
			d.out.cut() // it comes back and asks again
			return
		}
		if !d.server.hub.catchUp(d, conversation, -1, found.Turns) {
			return
		}
	}
}

// watched is how many conversations a desk looks at.
func (h *hub) watched(d *desk) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := 0
	for _, desks := range h.watches {
		if desks[d] != nil {
			n++
		}
	}
	return n
}

func (h *hub) begin(d *desk, conversation string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.watches[conversation] == nil {
		h.watches[conversation] = map[*desk]*watch{}
	}
	h.watches[conversation][d] = &watch{busy: true, shown: math.MaxInt64} // nothing is shown before it is known from where
}

func (h *hub) stop(d *desk, conversation string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.unwatch(d, conversation)
}

// unwatch needs the lock.
func (h *hub) unwatch(d *desk, conversation string) {
	desks := h.watches[conversation]
	delete(desks, d)
	if len(desks) == 0 {
		delete(h.watches, conversation)
	}
}

// catchUp sends what is new in the turns of a conversation, from a version on
// where one is given. It says whether there is more to read.
func (h *hub) catchUp(d *desk, conversation string, from int64, turns []bot.Turn) (more bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	w := h.watches[conversation][d]
	if w == nil {
		return false
	}
	if from >= 0 {
		w.shown = from
	}
	before := w.shown
	for _, turn := range turns {
		if turn.Version > w.shown {
			d.show(turn)
			w.shown = turn.Version
		}
	}
	more = w.heard > w.shown && (w.shown > before || from >= 0)
	w.busy = more
	return more
}

// stored passes a turn on to the desks that watch its conversation. It is called
// while the engine holds the conversation, so it waits for nothing.
func (h *hub) stored(turn bot.Turn, behind func(*desk)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for d, w := range h.watches[turn.Conversation] {
		w.heard = max(w.heard, turn.Version)
		switch {
		case w.busy || turn.Version <= w.shown:
		case turn.Version == w.shown+1:
			d.show(turn)
			w.shown = turn.Version
		default:
			w.busy = true
			behind(d)
		}
	}
}

// newer is stored for a turn of which only the version is known.
func (h *hub) newer(conversation string, version int64, behind func(*desk)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for d, w := range h.watches[conversation] {
		w.heard = max(w.heard, version)
		if !w.busy && version > w.shown {
			w.busy = true
			behind(d)
		}
	}
}

// show sends a turn.
func (d *desk) show(turn bot.Turn) {
	data, err := newTurnData(turn)
	if err != nil {
		d.server.log.Error("turn not shown to a desk", "error", err)
		return
	}
	d.out.push(encode(typeTurn, "", "", data))
}

// types tells the desks that watch a conversation that its person writes.
func (h *hub) types(conversation string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.watches[conversation]) == 0 {
		return
	}
	frame := encode(typeTyping, "", "", conversationData{conversation})
	for d := range h.watches[conversation] {
		d.out.push(frame)
	}
}
