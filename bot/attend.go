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
	// Afar is set for agents of other desks, which may know less than ours how a
	// conversation stands: a claim of theirs is held to Epoch, a note to
	// conversations that humans have or had.
	Afar bool
	// OfRequest is set for a note on the request for a human that Epoch was seen in:
	// it is refused once that request is over, also where there is another.
	OfRequest bool
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
	wait := e.atOnce
	if act.OfRequest { // nobody waits for it
		wait = e.inTurn
	}
	return wait(ctx, act.Conversation, func(place *slot) (Receipt, error) { return e.attend(ctx, place, act) })
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
	d := &draft{Edition: e.edition(conv, conv.Owner.Tenant), conv: conv, seq: conv.Seq}
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
		if act.Afar && h.Waiting() && h.Epoch != act.Epoch {
			return fmt.Errorf("claim: %w", ErrFenced)
		}
		return d.changeHands(h.claim(act.Agent))
	case DeskTakeOver:
		return d.changeHands(h.takeOver(act.Agent))
	case DeskNote:
		if act.Afar && !h.Open() && h.State != HandoffResolved {
			return fmt.Errorf("note: no human is or was here: %w", ErrFenced)
		}
		if act.OfRequest && !h.sameAs(act.Epoch) {
			return fmt.Errorf("note: the request is over: %w", ErrFenced)
		}
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

// speak lets the bot say a fixed wording that answers nothing, and offer
// standing choices.
func (d *draft) speak(id, phrase string, args map[string]string, choices ...string) {
	blocks := []Block{{Type: BlockText, Source: "phrase:" + phrase, Text: d.Base.Phrase(phrase, d.locale, args)}}
	if len(choices) > 0 {
		offered := Block{Type: BlockChoices}
		for _, choice := range choices {
			offered.Choices = append(offered.Choices, Choice{ID: choice, Label: d.Base.Phrase(choiceLabel(choice), d.locale, nil)})
		}
		blocks = append(blocks, offered)
	}
	d.add(Message{Seq: d.nextSeq(), ID: id, Author: AuthorBot, Blocks: blocks})
}

// placeIn is a place in a line by its id.
func (e *Engine) placeIn(queue, tenant string) Place {
	return e.routing.place(e.lineOf(queue), e.roster, tenant, e.now())
}

// lineOf is a line by its id.
func (e *Engine) lineOf(queue string) Queue {
	line, known := e.routing.Queue(queue)
	if !known { // the routing was changed since
		line = e.routing.Queues[len(e.routing.Queues)-1]
	}
	return line
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
