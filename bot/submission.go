package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Errors of documents that come for an appeal.
var (
	// ErrNoAppeal: no appeal is being filled in.
	ErrNoAppeal = errors.New("no appeal is being filled in")
	// ErrTooMany: the appeal holds as many documents as it may.
	ErrTooMany = errors.New("too many documents")
	// ErrProofKind: the content is no document of a kind that is taken.
	ErrProofKind = errors.New("no jpg, png or pdf")
	// ErrProofSize: the document is empty or too large.
	ErrProofSize = errors.New("document empty or too large")
	// ErrProofUnsafe: the document may harm whoever opens it.
	ErrProofUnsafe = errors.New("document may do harm")
)

// file records what became of the form, and numbers an appeal that is sent off.
func (e *Engine) file(d *draft, plan *Plan) {
	if plan.Filing == nil {
		return
	}
	d.events = append(d.events, plan.Filing.Events...)
	if plan.Filing.Act == FilingSubmit {
		sent := AppealSubmitted{Reference: referenceNumber(e.newID())}
		d.add(sent)
		plan.Appeal = plan.Appeal.apply(sent, e.now())
	}
}

// gains says whether a place in line is no worse than the one somebody has: who
// is in line for somebody who is there is not sent to wait for nobody, and who
// comes before others stays before them.
func (h Handoff) gains(place Place) bool {
	if !h.Waiting() {
		return true
	}
	return place.Priority >= h.Priority && (h.State != HandoffQueued || place.State == HandoffQueued)
}

// promised is when somebody is promised the next thing: what was promised first
// counts in another line too.
func (h Handoff) promised(due *time.Time, now time.Time) *time.Time {
	if due == nil || !h.Waiting() || !h.Due.After(now) || due.Before(h.Due) {
		return due
	}
	return &h.Due
}

// MayAttach says whether a person may attach a document to the appeal of this
// conversation now: nil, [ErrNoAppeal], [ErrTooMany], or [ErrNotFound] where
// the conversation is not theirs.
func (e *Engine) MayAttach(ctx context.Context, who Identity, conversation string) error {
	if !validID(conversation) {
		return fmt.Errorf("conversation id: %w", ErrNotFound)
	}
	var refused error
	err := e.read(ctx, who, conversation, func(conv *Conversation) { refused = conv.Appeal.takes() })
	return errors.Join(err, refused)
}

// takes says whether one more document is welcome.
func (a Appeal) takes() error {
	switch {
	case a.State != AppealOpen:
		return ErrNoAppeal
	case len(a.Proofs) >= MaxProofs:
		return ErrTooMany
	}
	return nil
}

// AttachProof records a document that is kept already. The same content again
// is the same document: the receipt says Duplicate, and what was kept for it is
// of no use.
func (e *Engine) AttachProof(ctx context.Context, who Identity, conversation string, proof Proof) (Receipt, error) {
	if !validID(conversation) || !validID(proof.ID) || proof.SHA256 == "" {
		return Receipt{}, fmt.Errorf("proof: %w", ErrInvalid)
	}
	proof.Name, _ = e.masker.Mask(proof.Name)
	proof.Name = shortName(proof.Name)
	return e.inTurn(ctx, conversation, func(place *slot) (Receipt, error) {
		conv, err := e.current(ctx, place, who)
		if err != nil {
			return Receipt{}, err
		}
		if conv.Appeal.holds(proof.SHA256) {
			return e.attached(ctx, conv, proof.SHA256)
		}
		if err := conv.Appeal.takes(); err != nil {
			return Receipt{}, fmt.Errorf("conversation %s: %w", conversation, err)
		}
		d := e.draftFor(conv)
		e.attach(d, proof)
		return e.store(ctx, place, conv, e.turnOf(d))
	})
}

// maxProofName is how long, in characters, the name of a document is at most.
const maxProofName = 80

// shortName leaves out the middle. It is for masked names: half a number is no
// longer known as one.
func shortName(name string) string {
	runes := []rune(name)
	if len(runes) <= maxProofName {
		return name
	}
	return string(runes[:maxProofName/2]) + "…" + string(runes[len(runes)-maxProofName/2+1:])
}

// attached finds the turn that recorded a document.
func (e *Engine) attached(ctx context.Context, conv *Conversation, sha256 string) (Receipt, error) {
	turns, err := e.log.Load(ctx, conv.ID, 0, 0)
	if err != nil {
		return Receipt{}, fmt.Errorf("conversation %s: load: %w", conv.ID, err)
	}
	for _, turn := range turns {
		if proof, ok := turn.Proof(); ok && proof.SHA256 == sha256 {
			return Receipt{Turn: turn, Seq: conv.Seq, Duplicate: true}, nil
		}
	}
	return Receipt{}, fmt.Errorf("conversation %s: document: %w", conv.ID, ErrNotFound)
}

// Proof is the document that a turn records, if it does.
func (t Turn) Proof() (Proof, bool) {
	for _, event := range t.Events {
		if attached, ok := event.(ProofAttached); ok {
			return attached.Proof, true
		}
	}
	return Proof{}, false
}

// current is the conversation as the log has it now, and whose it is now.
func (e *Engine) current(ctx context.Context, place *slot, who Identity) (*Conversation, error) {
	known := place.conv != nil
	conv, err := e.load(ctx, place, who)
	if err != nil {
		return nil, err
	}
	if !known {
		return conv, nil
	}
	if err := e.catchUp(ctx, place); err != nil {
		return nil, err
	}
	return conv.of(who)
}

// draftFor is a turn that no message of the person began.
func (e *Engine) draftFor(conv *Conversation) *draft {
	d := &draft{Edition: e.edition(conv, conv.Owner.Tenant), conv: conv, seq: conv.Seq, say: Say{User: conv.Owner}}
	d.locale = d.Base.Locale(conv.Locale)
	return d
}

func (e *Engine) turnOf(d *draft) Turn {
	return Turn{Conversation: d.conv.ID, Version: d.conv.Version + 1, At: e.now().UTC(), Events: d.events}
}

// attach says that the document has arrived, and asks what comes next. While a
// human talks, the bot stays silent.
func (e *Engine) attach(d *draft, proof Proof) {
	d.add(ProofAttached{proof})
	if d.conv.Handoff.State == HandoffActive {
		return
	}
	show := d.conv.Appeal.asked()
	plan := d.ofForm(Filing{Act: FilingAttach, Show: show, Events: []Event{ProofAttached{proof}}})
	d.add(Understood{Move: MoveAppeal, Intent: "appeal", Confidence: 1, Locale: string(d.locale)})
	e.showForm(d, plan)
}

// ofForm is the plan of something that happens to an appeal without a word of
// the person.
func (d *draft) ofForm(f Filing) Plan {
	return Plan{
		Move: MoveAppeal, Locale: d.locale, Product: d.Base.Pack().Product.Name.In(d.locale), Intent: "appeal", Confidence: 1,
		Filing: &f, Appeal: f.after(d.conv.Appeal), Waiting: d.conv.Handoff.Waiting(), Ticket: d.conv.Handoff.Ticket,
	}
}

func (e *Engine) showForm(d *draft, plan Plan) {
	reply := Compose(plan, Finding{}, d.Base)
	e.press.seal(reply.Blocks)
	d.add(Message{Seq: d.nextSeq(), ID: e.newID(), Author: AuthorBot, Blocks: reply.Blocks, About: &reply.About})
}

// Submission is an appeal as it goes to the institution. Reference makes it the
// same one however often it is sent.
type Submission struct {
	Reference    string
	Conversation string
	User         Identity
	Locale       string
	Appeal       Appeal
}

// PendingAppeal returns the appeal of a conversation that was sent off and that
// the institution has not confirmed yet, as the log has it now.
func (e *Engine) PendingAppeal(ctx context.Context, conversation string) (Submission, bool, error) {
	var found Submission
	_, err := e.inTurn(ctx, conversation, func(place *slot) (Receipt, error) {
		conv, err := e.ofAnybody(ctx, place)
		if err != nil || conv.Appeal.State != AppealSent {
			return Receipt{}, err
		}
		found = Submission{Reference: conv.Appeal.Reference, Conversation: conv.ID, User: conv.Owner, Locale: conv.Locale, Appeal: conv.Appeal}
		return Receipt{}, nil
	})
	return found, found.Reference != "", err
}

// ofAnybody is current without asking whose it is.
func (e *Engine) ofAnybody(ctx context.Context, place *slot) (*Conversation, error) {
	if place.conv == nil {
		if _, err := e.load(ctx, place, Identity{}); place.conv == nil {
			return nil, err
		}
		return place.conv, nil
	}
	return place.conv, e.catchUp(ctx, place)
}

// AcceptAppeal records that the institution has an appeal, and tells the person.
// Whoever comes second, on whichever node, changes nothing.
func (e *Engine) AcceptAppeal(ctx context.Context, conversation, reference string, at time.Time) error {
	_, err := e.inTurn(ctx, conversation, func(place *slot) (Receipt, error) {
		conv, err := e.ofAnybody(ctx, place)
		if err != nil || conv.Appeal.State != AppealSent || conv.Appeal.Reference != reference {
			return Receipt{}, err
		}
		d := e.draftFor(conv)
		d.add(AppealAccepted{Reference: reference, At: at.UTC()})
		if conv.Handoff.State != HandoffActive {
			d.speak(e.newID(), "appeal.accepted", map[string]string{"reference": reference})
		}
		return e.store(ctx, place, conv, e.turnOf(d))
	})
	return err
}

// RefuseAppeal records that the institution will not take an appeal, tells the
// person what that means and what they can do, and puts them into the line for
// appeals, unless a human has the conversation or they said they want none.
// Whoever comes second, on whichever node, changes nothing.
func (e *Engine) RefuseAppeal(ctx context.Context, conversation, reference string, class RefusalClass) error {
	_, err := e.inTurn(ctx, conversation, func(place *slot) (Receipt, error) {
		conv, err := e.ofAnybody(ctx, place)
		if err != nil || conv.Appeal.State != AppealSent || conv.Appeal.Reference != reference {
			return Receipt{}, err
		}
		d := e.draftFor(conv)
		e.decline(d, AppealRefused{Reference: reference, Class: class.known(), At: e.now().UTC()})
		return e.store(ctx, place, conv, e.turnOf(d))
	})
	return err
}

// decline tells of a refusal. While a human talks it is for them to tell: the
// desk shows it.
func (e *Engine) decline(d *draft, refused AppealRefused) {
	d.add(refused)
	if d.conv.Handoff.State == HandoffActive {
		return
	}
	plan := d.ofForm(Filing{Act: FilingRefused, Events: []Event{refused}})
	if h := d.conv.Handoff; !h.Open() && (h.State != HandoffCancelled || h.Reason == ReasonExpired) {
		plan.Handoff, plan.Waiting = "appeal", true
	}
	e.handoff(d, &plan)
	e.showForm(d, plan)
}

// ReleaseProofs says which of the documents of a conversation nobody needs. No
// appeal that was sent off is without its own. Those of one that was not are
// taken out of it first, and the person is told.
func (e *Engine) ReleaseProofs(ctx context.Context, conversation string, ids []string) (free []string, err error) {
	_, err = e.inTurn(ctx, conversation, func(place *slot) (Receipt, error) {
		conv, err := e.ofAnybody(ctx, place)
		if err != nil {
			return Receipt{}, err
		}
		turns, err := e.log.Load(ctx, conversation, 0, 0)
		if err != nil {
			return Receipt{}, fmt.Errorf("conversation %s: load: %w", conversation, err)
		}
		sent := proofsSent(turns)
		free = slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return slices.Contains(sent, id) })
		return e.dropProofs(ctx, place, conv, free)
	})
	if err != nil {
		return nil, err
	}
	return free, nil
}

// proofsSent are the documents of all appeals that were sent off.
func proofsSent(turns []Turn) []string {
	var sent []string
	var a Appeal
	for _, turn := range turns {
		for _, event := range turn.Events {
			a = a.apply(event, turn.At)
			if _, is := event.(AppealSubmitted); is {
				sent = appendNew(sent, a.proofIDs()...)
			}
		}
	}
	return sent
}

func (a Appeal) proofIDs() []string {
	ids := make([]string, len(a.Proofs))
	for i, proof := range a.Proofs {
		ids[i] = proof.ID
	}
	return ids
}

// dropProofs takes documents out of the form. A person who sends it off at the
// same moment is faster, or sends it without them: the log decides.
func (e *Engine) dropProofs(ctx context.Context, place *slot, conv *Conversation, ids []string) (Receipt, error) {
	d := e.draftFor(conv)
	for _, id := range conv.Appeal.proofIDs() {
		if conv.Appeal.State == AppealOpen && slices.Contains(ids, id) {
			d.add(ProofDropped{ID: id})
		}
	}
	if len(d.events) == 0 {
		return Receipt{}, nil
	}
	if conv.Handoff.State != HandoffActive {
		d.speak(e.newID(), "appeal.proofs_dropped", map[string]string{"count": strconv.Itoa(len(d.events))})
	}
	return e.store(ctx, place, conv, e.turnOf(d))
}

// longestLookup bounds the search for an appeal in other conversations, while a
// person waits for an answer.
const longestLookup = 2 * time.Second

// elsewhere is the latest appeal of this person in another conversation, where
// they ask for it, or are about to make one, and this one was not sent off. One
// that was sent off comes before one that was not.
func (e *Engine) elsewhere(ctx context.Context, d *draft, reading Reading) *Appeal {
	state := d.conv.Appeal.State
	if e.appeals == nil || d.conv.Owner.Anonymous || state != "" && state != AppealOpen {
		return nil
	}
	if !asksAppealStatus(d.say.Text) && !d.conv.mayFile(reading) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, longestLookup)
	defer cancel()
	found, err := e.findAppeal(ctx, d.conv)
	if err != nil {
		e.logger.WarnContext(ctx, "appeals of other conversations are not known", "conversation", d.conv.ID, "error", err)
	}
	return found
}

// mayFile says whether what was said may begin an appeal, or send it off.
func (c *Conversation) mayFile(reading Reading) bool {
	switch reading.Choice {
	case choiceAppealStart, choiceAppealSubmit, choiceIntent + "appeal":
		return true
	}
	return reading.confident() == "appeal" || c.Appeal.Step == AppealConfirm && reading.Choice == ""
}

func (e *Engine) findAppeal(ctx context.Context, here *Conversation) (open *Appeal, err error) {
	names, err := e.appeals(ctx, here.Owner)
	for _, name := range names {
		if name == here.ID {
			continue
		}
		turns, err := e.log.Load(ctx, name, 0, 0)
		if err != nil {
			return open, fmt.Errorf("conversation %s: load: %w", name, err)
		}
		there, err := Replay(name, turns)
		switch {
		case err != nil:
			return open, err
		case !sameOwner(there.Owner, here.Owner):
			continue
		case there.Appeal.Reference != "":
			return &there.Appeal, nil
		case open == nil && there.Appeal.State == AppealOpen:
			open = &there.Appeal
		}
	}
	return open, err
}
