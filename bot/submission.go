package bot

import (
	"context"
	"errors"
	"fmt"
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

// current is the conversation as the log has it now.
func (e *Engine) current(ctx context.Context, place *slot, who Identity) (*Conversation, error) {
	known := place.conv != nil
	conv, err := e.load(ctx, place, who)
	if err != nil {
		return nil, err
	}
	if known {
		err = e.catchUp(ctx, place)
	}
	return conv, err
}

// draftFor is a turn that no message of the person began.
func (e *Engine) draftFor(conv *Conversation) *draft {
	d := &draft{Edition: e.edition(conv), conv: conv, seq: conv.Seq, say: Say{User: conv.Owner}}
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
	f := Filing{Act: FilingAttach, Show: show, Events: []Event{ProofAttached{proof}}}
	plan := Plan{
		Move: MoveAppeal, Locale: d.locale, Product: d.Base.Pack().Product.Name.In(d.locale), Intent: "appeal", Confidence: 1,
		Filing: &f, Appeal: f.after(d.conv.Appeal), Waiting: d.conv.Handoff.Waiting(), Ticket: d.conv.Handoff.Ticket,
	}
	d.add(Understood{Move: MoveAppeal, Intent: "appeal", Confidence: 1, Locale: string(d.locale)})
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
