package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// DeskKind is what an agent does.
type DeskKind string

// The acts of agents.
const (
	DeskClaim    DeskKind = "claim"    // take a waiting conversation
	DeskReply    DeskKind = "reply"    // Text, to the person
	DeskNote     DeskKind = "note"     // Text, to other agents only
	DeskTransfer DeskKind = "transfer" // to Queue, or to the agent To
	DeskRelease  DeskKind = "release"  // put it back into its line
	DeskResolve  DeskKind = "resolve"  // Disposition; the bot answers again
	DeskTakeOver DeskKind = "takeover" // of leads: take it, whoever has it
)

// Disposition is what an agent found out about a conversation.
type Disposition struct {
	Cause  string // a cause of the pack, "" when none fits
	Solved Solved
	Note   string
}

// DeskAct is one thing an agent does in a conversation. What an agent may do
// at all is checked by the desk; here it is checked whose the conversation is.
type DeskAct struct {
	Conversation string
	ID           string // chosen by the desk; the same id is the same act
	Agent        Agent
	Kind         DeskKind
	Epoch        int64 // of the hand-off as the desk saw it
	Text         string
	Queue        string
	To           Agent
	Disposition  Disposition
}

// Attend does what an agent wants. When it returns without error the turn is
// durable. Who is late hears ErrTaken or ErrFenced; nobody talks over anybody.
// Other errors wrap ErrInvalid, ErrNotFound, ErrIDConflict, ErrBusy,
// ErrConflict (after all attempts) or come from the log.
func (e *Engine) Attend(ctx context.Context, act DeskAct) (Receipt, error) {
	if err := act.validate(); err != nil {
		return Receipt{}, err
	}
	act.Text, _ = e.masker.Mask(act.Text)
	act.Disposition.Note, _ = e.masker.Mask(act.Disposition.Note)
	return e.inTurn(ctx, act.Conversation, func(place *slot) (Receipt, error) { return e.attend(ctx, place, act) })
}

func (a DeskAct) validate() error {
	words := a.Kind == DeskReply || a.Kind == DeskNote
	switch {
	case !validID(a.Conversation) || !validID(a.ID) || a.Agent.ID == "" || a.Agent.Name == "":
		return fmt.Errorf("desk act: ids: %w", ErrInvalid)
	case words != (strings.TrimSpace(a.Text) != ""):
		return fmt.Errorf("desk act %s: text: %w", a.Kind, ErrInvalid)
	case !utf8.ValidString(a.Text) || utf8.RuneCountInString(a.Text) > MaxText || utf8.RuneCountInString(a.Disposition.Note) > MaxText:
		return fmt.Errorf("desk act %s: text: %w", a.Kind, ErrInvalid)
	}
	return nil
}

// digest tells an act sent again from an id used twice.
func (a DeskAct) digest() string {
	body := strings.Join([]string{
		"desk", string(a.Kind), a.Agent.ID, a.Text, a.Queue, a.To.ID, a.Disposition.Cause, string(a.Disposition.Solved), a.Disposition.Note,
	}, "\x00")
	sum := sha256.Sum256([]byte(body))
	return hex.EncodeToString(sum[:12])
}

func (e *Engine) attend(ctx context.Context, place *slot, act DeskAct) (Receipt, error) {
	conv, err := e.loadFor(ctx, place, act.Agent.Tenant)
	if err != nil {
		return Receipt{}, err
	}
	if known, ok := conv.seen[act.ID]; ok {
		return e.repeat(ctx, conv, known, act.ID, act.digest())
	}
	d := &draft{Edition: e.edition(conv), conv: conv, seq: conv.Seq}
	d.locale = d.Base.Locale(conv.Locale)
	if err := e.deskEvents(d, act); err != nil {
		return Receipt{}, e.unlessBehind(ctx, place, fmt.Errorf("conversation %s: %s: %w", conv.ID, act.Kind, err))
	}
	return e.store(ctx, place, conv, Turn{Conversation: conv.ID, Version: conv.Version + 1, At: e.now().UTC(), Events: d.events})
}

// deskEvents are what an act becomes in the log.
func (e *Engine) deskEvents(d *draft, act DeskAct) error {
	h := d.conv.Handoff
	act.Agent.Tenant, act.To.Tenant = "", "" // the conversation has it
	d.add(Attended{ID: act.ID, Digest: act.digest(), Agent: act.Agent, Act: act.Kind})
	switch act.Kind {
	case DeskClaim:
		return d.changeHands(h.claim(act.Agent))
	case DeskTakeOver:
		return d.changeHands(h.takeOver(act.Agent))
	case DeskNote:
		d.add(Noted{Agent: act.Agent, Text: act.Text})
		return nil
	}
	if err := h.owned(act.Agent, act.Epoch); err != nil {
		return err
	}
	switch act.Kind {
	case DeskReply:
		d.add(Message{Seq: d.nextSeq(), ID: act.ID, Author: AuthorAgent, Blocks: []Block{{Type: BlockText, Text: act.Text}}, By: &act.Agent})
		return nil
	case DeskRelease:
		return d.changeHands(h.putBack(e.placeIn(h.Queue, d.conv.Owner.Tenant)), nil)
	case DeskTransfer:
		return e.transfer(d, act)
	case DeskResolve:
		return e.resolve(d, act)
	}
	return fmt.Errorf("unknown act: %w", ErrInvalid)
}

// changeHands numbers a change and records it.
func (d *draft) changeHands(change HandoffChanged, err error) error {
	if err != nil {
		return err
	}
	change.Seq = d.nextSeq()
	d.add(change)
	return nil
}

func (e *Engine) transfer(d *draft, act DeskAct) error {
	h := d.conv.Handoff
	if act.To.ID != "" {
		return d.changeHands(h.giveTo(act.To), nil)
	}
	if _, known := e.routing.Queue(act.Queue); !known {
		return fmt.Errorf("queue %q: %w", act.Queue, ErrInvalid)
	}
	return d.changeHands(h.putBack(e.placeIn(act.Queue, d.conv.Owner.Tenant)), nil)
}

// resolve gives the conversation back to the bot, which says so.
func (e *Engine) resolve(d *draft, act DeskAct) error {
	found := act.Disposition
	if _, known := d.Base.Cause(found.Cause); found.Cause != "" && !known {
		return fmt.Errorf("cause %q: %w", found.Cause, ErrInvalid)
	}
	switch found.Solved {
	case SolvedYes, SolvedNo, SolvedUnknown:
	default:
		return fmt.Errorf("solved %q: %w", found.Solved, ErrInvalid)
	}
	d.add(Disposed{Agent: act.Agent, Cause: found.Cause, Solved: found.Solved, Note: found.Note})
	if err := d.changeHands(d.conv.Handoff.change(HandoffResolved), nil); err != nil {
		return err
	}
	d.speak(e.newID(), "handoff.back", nil)
	return nil
}

// speak lets the bot say a fixed wording that answers nothing.
func (d *draft) speak(id, phrase string, args map[string]string) {
	block := Block{Type: BlockText, Source: "phrase:" + phrase, Text: d.Base.Phrase(phrase, d.locale, args)}
	d.add(Message{Seq: d.nextSeq(), ID: id, Author: AuthorBot, Blocks: []Block{block}})
}

// placeIn is a place in a line by its id.
func (e *Engine) placeIn(queue, tenant string) Place {
	line, known := e.routing.Queue(queue)
	if !known { // the routing was changed since
		line = e.routing.Queues[len(e.routing.Queues)-1]
	}
	return e.routing.place(line, e.roster, tenant, e.now())
}

// loadFor is load for staff: of any person of their tenant.
func (e *Engine) loadFor(ctx context.Context, place *slot, tenant string) (*Conversation, error) {
	if place.conv == nil {
		if _, err := e.load(ctx, place, Identity{Tenant: tenant}); err != nil && !errors.Is(err, ErrNotFound) {
			return nil, err
		}
	}
	if place.conv == nil || place.conv.Owner.Tenant != tenant {
		return nil, fmt.Errorf("conversation %s: %w", place.id, ErrNotFound)
	}
	return place.conv, nil
}

// Tend looks after a conversation that waits: who was promised something that
// is over is told how it stands, who has a ticket is put in line once somebody
// is there. It is harmless to call at any time, by any number of nodes.
func (e *Engine) Tend(ctx context.Context, conversation, tenant string) error {
	_, err := e.inTurn(ctx, conversation, func(place *slot) (Receipt, error) {
		conv, err := e.loadFor(ctx, place, tenant)
		if err != nil {
			return Receipt{}, err
		}
		d := &draft{Edition: e.edition(conv), conv: conv, seq: conv.Seq}
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
	switch h.State {
	case HandoffRequested:
		place.Due = later(now, place.Due, h.Late)
		_ = d.changeHands(h.putBack(place), nil)
		d.speak(e.newID(), "handoff.now_in_line", map[string]string{"ticket": h.Ticket})
	case HandoffQueued:
		d.add(Breached{Queue: h.Queue, Due: h.Due})
		place.Due = later(now, place.Due, h.Late+1)
		e.backInLine(d, place)
	default: // forsaken
		e.backInLine(d, place)
	}
	return true
}

// backInLine puts somebody into a line again, and owns up to it.
func (e *Engine) backInLine(d *draft, place Place) {
	h := d.conv.Handoff
	_ = d.changeHands(h.putBack(place), nil)
	d.speak(e.newID(), "handoff.delayed", map[string]string{"ticket": h.Ticket, "hotline": d.Base.Pack().Contacts.Hotline})
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

// Overdue says whether [Engine.Tend] would have something to do for an entry.
func (e *Engine) Overdue(entry Entry) bool {
	return e.overdue(entry, func() Place { return e.placeIn(entry.Queue, entry.Owner.Tenant) })
}

// overdue asks for the place that somebody would get only where it matters.
func (e *Engine) overdue(entry Entry, place func() Place) bool {
	switch entry.State {
	case HandoffRequested:
		return place().State == HandoffQueued
	case HandoffQueued:
		return !entry.Due.IsZero() && e.now().After(entry.Due)
	}
	return e.forsaken(entry)
}

// FromDesk says whether a turn was stored for an agent or for the clock, so
// that the person's own sockets do not know of it yet.
func FromDesk(turn Turn) bool {
	return !slices.ContainsFunc(turn.Events, func(event Event) bool {
		switch e := event.(type) {
		case Message:
			return e.Author == AuthorUser
		case FeedbackGiven:
			return true
		}
		return false
	})
}

// firstWords is the beginning of what blocks say, in one line.
func firstWords(blocks []Block) string {
	for _, block := range blocks {
		if text := strings.Join(strings.Fields(block.Text), " "); text != "" {
			return shortened(text, previewRunes)
		}
	}
	return ""
}

// previewRunes is what a list shows of a message.
const previewRunes = 60

func shortened(text string, most int) string {
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most-1]) + "…"
}

// entry is the conversation as the lists of a desk show it.
func (c *Conversation) entry() Entry {
	return Entry{
		Conversation: c.ID, Version: c.Version, Owner: c.Owner, Product: c.Product, Locale: c.Locale, Handoff: c.Handoff,
		Last: c.said.words, LastAuthor: c.said.by, LastAt: c.said.at, Unanswered: c.said.by == AuthorUser,
	}
}

// waited is a duration in whole minutes, at least one.
func waited(d time.Duration) int { return max(1, int((d+time.Minute-1)/time.Minute)) }
