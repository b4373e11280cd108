package desk

import (
	"cmp"
	"slices"
	"sync"

	"kaitong/bot"
)

// hub is all open desks and what they were shown last. What is pushed under its
// lock arrives everywhere in one order, and no desk that joins misses anything.
type hub struct {
	board  Board
	tenant string

	mu      sync.Mutex
	entries map[string]bot.Entry
	desks   map[*desk]struct{}
	watches map[string]map[*desk]*watch
	loads   map[string]int // conversations by agent
}

func newHub(board Board, tenant string) *hub {
	h := &hub{
		board: board, tenant: tenant, entries: map[string]bot.Entry{}, desks: map[*desk]struct{}{},
		watches: map[string]map[*desk]*watch{}, loads: map[string]int{},
	}
	for _, entry := range board.List(tenant) {
		h.put(entry, true)
	}
	return h
}

// put needs the lock, or nobody else to know of the hub. It returns what was
// there.
func (h *hub) put(entry bot.Entry, open bool) (before bot.Entry, was bool) {
	before, was = h.entries[entry.Conversation]
	if was && before.Agent.ID != "" {
		h.loads[before.Agent.ID]--
	}
	if !open {
		delete(h.entries, entry.Conversation)
		return before, was
	}
	h.entries[entry.Conversation] = entry
	if entry.Agent.ID != "" {
		h.loads[entry.Agent.ID]++
	}
	return before, was
}

// learn shows every desk how a conversation stands now, which the board knows
// better than who says that it changed. It returns the agents that have more or
// less to do than before.
func (h *hub) learn(conversation string) (agents []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now, open := h.board.Get(conversation)
	known, was := h.entries[conversation]
	switch {
	case !open && !was, open && was && now.Version <= known.Version, open && now.Owner.Tenant != h.tenant:
		return nil
	case !open:
		now = bot.Entry{Conversation: conversation}
	}
	h.put(now, open)
	data := newEntryData(now)
	entry, gone := encode(typeEntry, "", "", data), encode(typeGone, "", "", goneData{conversation, data.Agent})
	for d := range h.desks {
		switch {
		case open && sees(d.account, now):
			d.out.renew(conversation, entry)
		case was && sees(d.account, known):
			d.out.renew(conversation, gone)
			if open || !keepsSight(d.account, known) {
				h.unwatch(d, conversation) // it is for others now, or for nobody
			}
		}
	}
	if now.Agent.ID != known.Agent.ID {
		agents = slices.DeleteFunc([]string{known.Agent.ID, now.Agent.ID}, func(id string) bool { return id == "" })
	}
	return agents
}

// join greets a desk with everything there is and lets it hear what comes.
func (h *hub) join(d *desk, greet func(board []entryData, loads map[string]int) []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	board := []entryData{}
	for _, entry := range h.sorted() {
		if sees(d.account, entry) {
			board = append(board, newEntryData(entry))
		}
	}
	d.out.push(greet(board, h.loads))
	h.desks[d] = struct{}{}
}

// sorted is in the order in which people are served.
func (h *hub) sorted() []bot.Entry {
	all := make([]bot.Entry, 0, len(h.entries))
	for _, entry := range h.entries {
		all = append(all, entry)
	}
	slices.SortFunc(all, func(a, b bot.Entry) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), a.Since.Compare(b.Since), cmp.Compare(a.Conversation, b.Conversation))
	})
	return all
}

func (h *hub) leave(d *desk) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.desks, d)
	for conversation := range h.watches {
		h.unwatch(d, conversation)
	}
}

// entry is how a conversation stands, if it is on the board.
func (h *hub) entry(conversation string) (bot.Entry, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	entry, ok := h.entries[conversation]
	return entry, ok
}

// tellPresence tells every desk of one agent. Where they sit is asked for under
// the lock, so that the last thing told is how it is.
func (h *hub) tellPresence(ask func() Seat) {
	h.mu.Lock()
	defer h.mu.Unlock()
	seat := ask()
	frame := encode(typePresence, "", "", newPresenceData(seat, h.loads[seat.User]))
	for d := range h.desks {
		d.out.push(frame)
	}
}

func newPresenceData(seat Seat, load int) presenceData {
	return presenceData{User: seat.User, Name: seat.Name, NameEN: englishNames()[seat.User], Role: string(seat.Role), Status: seat.Status, Load: load, Queues: list(seat.Queues)}
}

// count is how many desks are open.
func (h *hub) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.desks)
}

// open lists the desks.
func (h *hub) open() []*desk {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]*desk, 0, len(h.desks))
	for d := range h.desks {
		all = append(all, d)
	}
	return all
}

// dismiss ends the sockets of some desks, with a word.
func (h *hub) dismiss(some func(*desk) bool, closeCode int, code Code) {
	for _, d := range h.open() {
		if some(d) {
			d.refuse("", &fault{code: code})
			d.out.close(closeCode, string(code))
		}
	}
}
