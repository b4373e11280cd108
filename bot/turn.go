package bot

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"kaitong/intents"
	"kaitong/knowledge"
)

// draft is a turn in the making: the events so far and what they need.
type draft struct {
	Edition
	say    Say
	conv   *Conversation
	locale knowledge.Locale
	seq    int64
	events []Event
}

func (d *draft) add(event Event) { d.events = append(d.events, event) }

func (d *draft) nextSeq() int64 {
	d.seq++
	return d.seq
}

// hidePersonalData masks everything a person typed. It runs before anything
// else sees the text.
func (e *Engine) hidePersonalData(say Say) Say {
	if !e.of(say.User.Tenant).Latest().heard.clean(say.Text) {
		say.Text, say.masked = e.masker.Mask(say.Text)
	}
	say.Client = e.maskedClient(say.Client)
	if say.Vote != nil {
		vote := *say.Vote
		vote.Reason, _ = e.masker.Mask(vote.Reason)
		say.Vote = &vote
	}
	return say
}

// maskedClient holds no more of a person than what they type does: an app may
// put anything into the words about itself. Where a version would stand and a
// phone number does, it is only known to be something else.
func (e *Engine) maskedClient(client Client) Client {
	for _, word := range []*string{&client.AppVersion, &client.OS, &client.Network, &client.Region, &client.Channel} {
		if _, kinds := e.masker.Mask(*word); len(kinds) > 0 || isNumbered(*word) {
			*word = channelOther
		}
	}
	return client
}

// events runs the straight line from one message to the events of its turn.
func (e *Engine) events(ctx context.Context, conv *Conversation, say Say) ([]Event, error) {
	d := &draft{Edition: e.edition(conv, say.User.Tenant), say: say, conv: conv, seq: conv.Seq}
	d.locale = d.chooseLocale()
	e.open(d)
	if say.Vote != nil {
		return d.events, e.vote(d)
	}
	choice, step, err := e.record(d)
	if err != nil {
		return nil, err
	}
	if conv.Handoff.State == HandoffActive && choice.ID != choiceCancelAgent {
		d.add(Understood{Move: MoveRelay})
		e.alarm(d)
		return d.events, nil
	}
	reading := Reading{Choice: choice.ID, Step: step}
	if choice.ID == "" {
		reading = d.heard.reading(e.readable(say), len(say.masked) == 0, d.Model)
	}
	reading.Text = say.Text
	reading.Client, reading.Day, reading.Edition, reading.Live = say.Client, e.now(), d.ID, e.live()
	reading = e.interpret(ctx, d, reading)
	reading.Elsewhere = e.elsewhere(ctx, d, reading)
	plan := e.decide(d, reading)
	finding := e.check(ctx, d, plan)
	reply := Compose(plan, finding, d.Base)
	e.reword(ctx, d, plan, &reply)
	if reply.Minor && !d.minor(plan) {
		d.add(AgeKnown{Minor: true})
	}
	e.press.seal(reply.Blocks)
	d.events = append(d.events, reply.Events...)
	d.add(Message{Seq: d.nextSeq(), ID: e.newID(), Author: AuthorBot, Re: say.MessageID, Blocks: reply.Blocks, About: &reply.About})
	return d.events, nil
}

// edition is the one that answers: the latest, or for those who are being
// guided the one they began with.
func (e *Engine) edition(conv *Conversation, tenant string) Edition {
	if conv.Walk.Flow != "" {
		return e.of(tenant).Edition(conv.Walk.Edition)
	}
	return e.of(tenant).Latest()
}

// of is what a tenant is answered from.
func (e *Engine) of(tenant string) *Library {
	if own := e.libraries[tenant]; own != nil {
		return own
	}
	return e.library
}

// minor says on which side of the age rule the person is, with what they just
// said. The verdict has the last word.
func (d *draft) minor(plan Plan) bool {
	if plan.Minor != nil {
		return *plan.Minor
	}
	return d.conv.Minor
}

// live are the incidents of the moment.
func (e *Engine) live() []Incident {
	if e.status == nil {
		return nil
	}
	return e.status.Live()
}

// open binds a new conversation to its owner.
func (e *Engine) open(d *draft) {
	if d.conv.Version > 0 {
		return
	}
	pack := d.Base.Pack()
	d.conv.Owner = d.say.User
	d.add(Started{
		Tenant: d.say.User.Tenant, User: d.say.User.User, Anonymous: d.say.User.Anonymous,
		Product: d.product(), Locale: string(d.locale), Pack: pack.ID + "@" + pack.Version,
		Client: d.say.Client.recorded(),
	})
}

// product is what the conversation is about: what it began with, or the
// pack's own. A pack answers for one product, so no other is taken over from a
// client.
func (d *draft) product() string {
	if d.conv.Product != "" {
		return d.conv.Product
	}
	return d.Base.Pack().Product.ID
}

// chooseLocale is the one the person chose, else the one they write in.
func (d *draft) chooseLocale() knowledge.Locale {
	switch {
	case d.say.Locale != "":
		return d.Base.Locale(d.say.Locale)
	case strings.ContainsFunc(d.say.Text, func(r rune) bool { return unicode.Is(unicode.Han, r) }):
		return d.Base.Locale("zh-CN")
	case d.say.Text != "":
		return d.Base.Locale("en")
	}
	return d.Base.Locale(d.conv.Locale)
}

// vote records feedback on a message of this conversation.
func (e *Engine) vote(d *draft) error {
	vote := d.say.Vote
	if _, ok := d.conv.offers[vote.Message]; !ok {
		return fmt.Errorf("vote on message %s: %w", vote.Message, ErrInvalid)
	}
	value := "down"
	if vote.Up {
		value = "up"
	}
	d.add(FeedbackGiven{ID: d.say.MessageID, Digest: d.say.digest(), Message: vote.Message, Vote: value, Reason: vote.Reason})
	return nil
}

// record adds the person's message to the turn and returns the choice it
// makes, if any, and the step that the message with the choice showed.
func (e *Engine) record(d *draft) (choice Choice, step string, err error) {
	choice, step, err = e.choice(d)
	if err != nil {
		return Choice{}, "", err
	}
	text := d.say.Text
	if d.say.Text == "" {
		text = choice.Label
	}
	d.add(Message{
		Seq: d.nextSeq(), ID: d.say.MessageID, Author: AuthorUser,
		Blocks: []Block{{Type: BlockText, Text: text}},
		Digest: d.say.digest(), Choice: choice.ID, Masked: d.say.masked,
	})
	return choice, step, nil
}

// readable is the text without what masking left behind, so that a hidden
// number is not taken for a complaint about numbers. Stars that people typed
// stay.
func (e *Engine) readable(say Say) string {
	if len(say.masked) == 0 {
		return say.Text
	}
	return e.masker.Unlabel(say.Text)
}

// understand classifies a text, and its single questions where it holds more
// than one.
func understand(model *intents.Model, text string) Reading {
	reading := Reading{Result: model.Classify(text), Blank: strings.TrimSpace(text) == ""}
	if clauses := intents.Clauses(text); len(clauses) > 1 {
		for _, clause := range clauses[:min(maxQuestions, len(clauses))] {
			reading.Parts = append(reading.Parts, model.Classify(clause))
		}
	}
	return reading
}

// maxQuestions bounds the work that one message can cause.
const maxQuestions = 8

// choice is what was tapped: an offer of an earlier message, or the standing
// wish for a human, which needs no offer.
func (e *Engine) choice(d *draft) (Choice, string, error) {
	switch {
	case d.say.Handoff == HandoffRequest:
		return Choice{ID: choiceAgent, Label: d.Base.Phrase("choice.agent", d.locale, nil)}, "", nil
	case d.say.Handoff == HandoffCancel:
		return Choice{ID: choiceCancelAgent, Label: d.Base.Phrase("choice.cancel_agent", d.locale, nil)}, "", nil
	case d.say.Handoff != "":
		return Choice{}, "", fmt.Errorf("hand-off %q: %w", d.say.Handoff, ErrInvalid)
	case d.say.Choice == nil:
		return d.typedChoice(), "", nil
	}
	made := d.conv.offers[d.say.Choice.Message]
	i := slices.IndexFunc(made.choices, func(c Choice) bool { return c.ID == d.say.Choice.Choice })
	if i < 0 {
		return Choice{}, "", fmt.Errorf("choice %q was not offered by message %s: %w", d.say.Choice.Choice, d.say.Choice.Message, ErrInvalid)
	}
	return made.choices[i], made.step, nil
}

// typedChoice is the choice of the last answer whose label was typed instead
// of tapped, if it was.
func (d *draft) typedChoice() Choice {
	offered := d.conv.offers[d.conv.latest].choices
	if len(offered) == 0 || len(d.say.Text) > maxTypedLabel {
		return Choice{}
	}
	typed := plainWords(d.say.Text)
	for _, choice := range offered {
		if len(typed) <= len(choice.Label) && plainWords(choice.Label) == typed {
			return choice
		}
	}
	return Choice{}
}

// maxTypedLabel is longer in bytes than any label with the marks people add.
const maxTypedLabel = 400

// plainWords is a text without case, spaces and marks.
func plainWords(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsPunct(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

// decide records how the message was understood and what follows from that.
func (e *Engine) decide(d *draft, reading Reading) Plan {
	plan := Decide(d.conv, reading, d.Base, d.locale)
	plan.Masked = len(d.say.masked) > 0
	plan.Instead = reading.instead()
	read := understood(plan, reading.Result)
	read.Reader = reading.Reader
	d.add(read)
	if plan.Guide != nil {
		d.events = append(d.events, plan.Guide.Events...)
	}
	e.file(d, &plan)
	if plan.Right != "" {
		d.add(RightInvoked{Right: plan.Right})
	}
	if plan.Move == MoveWarn {
		d.add(Warned{Warning: plan.Intent})
	}
	if plan.Move == MoveResolved {
		d.add(Resolved{Confirmed: reading.Choice != ""})
	}
	if plan.Minor != nil && *plan.Minor != d.conv.Minor {
		d.add(AgeKnown{Minor: *plan.Minor})
	}
	e.handoff(d, &plan)
	return plan
}

func understood(plan Plan, result intents.Result) Understood {
	u := Understood{
		Move: plan.Move, Intent: plan.Intent, Confidence: plan.Confidence,
		OutOfScope: result.Scope == intents.OutOfScope, Locale: string(plan.Locale),
	}
	for _, candidate := range result.Ranking[:min(3, len(result.Ranking))] {
		u.Ranking = append(u.Ranking, Ranked{Intent: candidate.Intent, Confidence: rounded(candidate.Confidence)})
	}
	for _, entity := range result.Entities {
		u.Entities = append(u.Entities, EntityRef{Kind: string(entity.Kind), Value: entity.Value, Negated: entity.Negated})
	}
	return u
}

// rounded keeps of a confidence what says something: four digits.
func rounded(confidence float64) float64 { return math.Round(confidence*1e4) / 1e4 }

// handoff records a request for a human, or that it is withdrawn.
func (e *Engine) handoff(d *draft, plan *Plan) {
	h := d.conv.Handoff
	switch {
	case plan.Cancel:
		_ = d.changeHands(h.change(HandoffCancelled), nil)
	case plan.Handoff != "":
		e.request(d, plan)
	case plan.Call != "":
		e.callHuman(d, plan)
	}
	plan.Line = e.line(d)
}

// request puts the person into a line, or gives them a ticket when nobody is
// there.
func (e *Engine) request(d *draft, plan *Plan) {
	if plan.Ticket == "" || !d.conv.Handoff.Waiting() {
		plan.Ticket = e.numberFor(plan)
	}
	tenant := d.conv.Owner.Tenant
	queue := e.routing.route(plan.Handoff, d.product(), string(d.locale))
	h := d.conv.Handoff
	place := e.routing.place(queue, e.roster, tenant, e.now())
	if plan.Filing == nil {
		place = e.stay(h, place, tenant)
	}
	if h.Waiting() && h.State == place.State && h.Queue == place.Queue && h.Reason == plan.Handoff {
		return // asked for again: what was promised first counts
	}
	if plan.Filing != nil && !h.gains(place) {
		plan.Handoff = ""
		return
	}
	change := h.putBack(place)
	if plan.Filing != nil || place.Queue == h.Queue {
		change.Due = h.promised(change.Due, e.now())
	}
	change.Ticket, change.Reason = plan.Ticket, plan.Handoff
	_ = d.changeHands(change, nil)
}

// stay is the better place of two: whoever is in line for somebody who is there
// is not sent to another line to wait for nobody. They come first in their own.
func (e *Engine) stay(h Handoff, place Place, tenant string) Place {
	own := e.placeIn(h.Queue, tenant)
	if h.State != HandoffQueued || place.State == HandoffQueued || own.State != HandoffQueued {
		return place
	}
	own.Priority = max(place.Priority, h.Priority)
	return own
}

// line is what can be said about the place in line of somebody who waits.
func (e *Engine) line(d *draft) Line {
	h := d.conv.Handoff
	for _, event := range d.events {
		if change, ok := event.(HandoffChanged); ok {
			h = h.apply(change, e.now())
		}
	}
	tenant := d.conv.Owner.Tenant
	switch {
	case !h.Waiting():
		return Line{}
	case e.placeIn(h.Queue, tenant).State != HandoffQueued: // all may have gone since
		return Line{Opens: e.opens(h.Queue), Now: e.now()}
	}
	line := Line{Position: e.board.place(d.conv.ID, tenant, h)}
	wait, known := e.board.Wait(h.Queue)
	switch {
	case known && !h.InLine.IsZero() && e.now().Sub(h.InLine) > wait:
		line.Longer = true
	case known:
		line.Minutes = waited(wait)
	}
	return line
}

// numberFor is the number of a request. A human who is to see to an appeal goes
// by its reference: two numbers for one matter are one too many.
func (e *Engine) numberFor(plan *Plan) string {
	if plan.Filing != nil && plan.Appeal.Reference != "" {
		return plan.Appeal.Reference
	}
	return ticketNumber(e.newID())
}

// ticketNumber makes a short number that people can read out from an id.
func ticketNumber(id string) string {
	id = strings.ToUpper(strings.ReplaceAll(id, "-", ""))
	return "K" + id[max(0, len(id)-8):]
}

// check asks the eligibility service when the plan wants it. Whatever goes
// wrong there is recorded and becomes "unknown", never a guess.
func (e *Engine) check(ctx context.Context, d *draft, plan Plan) Finding {
	if !plan.Check {
		return Finding{}
	}
	asked := false
	verdict, err := e.eligibility.Check(ctx, CheckRequest{
		Tenant: d.say.User.Tenant, User: d.say.User.User, Product: d.product(),
		Locale: string(d.locale), Client: d.say.Client, Fresh: plan.Fresh,
		Asking: func() {
			asked = true
			d.observe("checking")
		},
	})
	outcome := outcomeOf(err)
	if err != nil {
		e.logger.WarnContext(ctx, "eligibility check failed", "conversation", d.conv.ID, "outcome", outcome, "error", err)
		d.observe("unavailable")
		d.add(Checked{Outcome: outcome})
		return Finding{Outcome: outcome}
	}
	if asked {
		d.observe("done")
	}
	d.add(Checked{Outcome: CheckOK, Verdict: &verdict})
	return Finding{Outcome: CheckOK, Verdict: verdict}
}

func (d *draft) observe(state string) {
	if d.say.OnCheck != nil {
		d.say.OnCheck(state)
	}
}

func outcomeOf(err error) CheckOutcome {
	switch {
	case err == nil:
		return CheckOK
	case errors.Is(err, ErrCheckTimeout):
		return CheckTimeout
	case errors.Is(err, ErrCheckInvalid):
		return CheckInvalid
	}
	return CheckUnavailable
}
