package bot

import (
	"cmp"
	"slices"
	"strconv"

	"kaitong/knowledge"
)

// Finding is what the eligibility check brought: nothing (Outcome ""), a
// failure, or a verdict.
type Finding struct {
	Outcome CheckOutcome
	Verdict Verdict // only when Outcome is ok
}

// Reply is a finished answer.
type Reply struct {
	Blocks []Block
	About  About
	Minor  bool    // the verdict says the person is below the age rule
	Events []Event // what followed from the verdict
}

// maxReasons is how many reasons an answer names at most. More would bury the
// ones that matter.
const maxReasons = 4

// usualBlocks is room for most answers.
const usualBlocks = 6

// Compose puts a plan and a finding into words. It is pure, and it writes no
// sentence of its own: every text is an authored one from the knowledge base
// and carries the id of the entry it comes from.
func Compose(plan Plan, finding Finding, base *knowledge.Base) Reply {
	w := &writer{plan: plan, finding: finding, base: base, blocks: make([]Block, 0, usualBlocks)}
	w.about = About{Intent: plan.Intent, Confidence: plan.Confidence, Composed: "authored"}
	if plan.Masked {
		w.notice("info", "masked.notice")
	}
	if plan.Call != "" && plan.Handoff == plan.Call {
		w.called()
	} else {
		w.move()
	}
	w.about.Sources = w.sources()
	return Reply{Blocks: w.blocks, About: w.about, Minor: w.stopped(), Events: w.events}
}

// move puts into words what was decided.
func (w *writer) move() {
	switch plan := w.plan; plan.Move {
	case MoveAnswer:
		w.answer()
	case MoveFollowUp:
		w.followUp()
	case MoveNotHelped:
		w.notHelped()
	case MoveStep:
		w.guide()
	case MoveAppeal:
		w.file()
	case MoveWarn:
		w.notice("warning", plan.Phrase)
		w.close()
	case MoveCare:
		w.care()
		w.closeWithHuman()
	case MoveRefuse:
		w.underAge()
	case MoveHandoff:
		w.handoff()
	default:
		w.plain()
	}
}

// writer collects the blocks of one reply.
type writer struct {
	plan    Plan
	finding Finding
	base    *knowledge.Base
	blocks  []Block
	about   About
	events  []Event
	appeal  bool     // a human review may be asked for: said last
	held    bool     // advice about the person waits for an incident to end
	extra   []Choice // offered before the standing choices
}

// answer tells the verdict first and what the person described second.
func (w *writer) answer() {
	entry, _ := answerTo(w.base, w.plan.Intent, w.plan.Symptom)
	w.about.Symptom = w.plan.Symptom
	w.preface()
	if !w.stopped() {
		w.held = w.incident(entry)
	}
	switch {
	case w.finding.Outcome == CheckOK && w.finding.Verdict.Decision != Unknown:
		w.verdict(entry)
	case w.finding.Outcome != "":
		w.about.Decision = Unknown
		w.notice("info", "verdict.unknown")
		w.general(entry)
		w.extra = append(w.extra, w.recheck(w.plan.Intent))
	case entry.Check && w.plan.Anonymous:
		w.general(entry)
		w.notice("info", "verdict.anonymous")
	default:
		w.general(entry)
	}
	w.appealLine()
	w.ticket()
	w.extra = append(w.extra, w.intentChoices(w.plan.Instead...)...)
	w.related()
	w.offerFlow()
	w.close()
}

// appealLine says that a human may review it, where the service says so.
func (w *writer) appealLine() {
	if w.appeal {
		w.say("appeal.available")
	}
}

// preface says what must be clear before the answer: that another product is
// meant, or that only one of several questions is answered now.
func (w *writer) preface() {
	if w.stopped() {
		return
	}
	if w.plan.Other != "" {
		w.say("product.other", "other", w.plan.Other)
	}
	if len(w.plan.Also) > 0 {
		w.say("many_questions.lead")
		w.extra = append(w.extra, w.intentChoices(w.plan.Also...)...)
	}
}

// general answers without a verdict: the entry's own words, then what helps.
func (w *writer) general(entry knowledge.Answer) {
	cause, ok := w.base.Cause(entry.Cause)
	if w.held && cause.Category != "technical" {
		w.holdBack()
		return
	}
	w.paragraphs(entry)
	if ok && !slices.Contains(w.plan.Denied, entry.Cause) {
		w.setCause(cause.ID)
	}
	if entry.Plan {
		w.advice(nil)
		return
	}
	fixes := appendNew(append([]string(nil), entry.Fixes...), cause.Fixes...)
	if w.plan.Symptom != "" {
		w.fixes(fixes, 1)
	} else {
		w.fixes(fixes, 2)
	}
	for _, id := range w.plan.Described {
		if id != entry.Cause {
			w.described(id)
		}
	}
}

func (w *writer) paragraphs(entry knowledge.Answer) {
	for _, paragraph := range entry.Text {
		w.text(paragraph, wordsOf(entry.Intent, w.plan.Symptom))
	}
}

// holdBack keeps advice about the person for later: while the service is in
// trouble, that may be all there is to it.
func (w *writer) holdBack() { w.say("incident.held_back") }

func (w *writer) setCause(id string) {
	if w.about.Cause == "" {
		w.about.Cause = id
	}
}

// underAge says the rule and stops.
func (w *writer) underAge() {
	w.setCause(w.base.Stop())
	w.notice("info", "underage.rule")
	if w.plan.Move == MoveRefuse {
		w.close()
	}
}

// ticket tells what becomes of a hand-off that an answer leads to.
func (w *writer) ticket() {
	switch {
	case w.plan.Handoff == "":
	case w.plan.Distressed:
		w.waits("distress.wait")
	default:
		w.waits("handoff.ticket")
	}
}

// care promises nobody where nobody is, and says so where somebody is.
func (w *writer) care() {
	key, position := w.plan.Phrase, w.plan.Line.Position
	if position > 0 {
		key = cmp.Or(map[string]string{"distress.care": "distress.care_queued", "distress.wait": "distress.place"}[key], key)
	}
	block := w.paragraph(key, "position", strconv.Itoa(position))
	block.Type, block.Level = BlockNotice, "care"
	w.add(block)
}

// waits says a wording about waiting: the one for people in line where they
// are in line, with their place and what is usual.
func (w *writer) waits(key string) {
	line := w.plan.Line
	if line.Position == 0 {
		w.waitsForNobody(key)
		return
	}
	inLine := map[string]string{
		"handoff.ticket": "handoff.queued", "handoff.already": "handoff.place", "handoff.wait": "handoff.place", "distress.wait": "distress.place",
	}
	w.addOfNow(w.paragraph(cmp.Or(inLine[key], key), "position", strconv.Itoa(line.Position)))
	switch {
	case w.plan.Distressed: // no figures
	case line.Longer && inLine[key] == "handoff.place":
		w.addOfNow(w.paragraph("handoff.longer"))
	case line.Minutes > 0:
		w.addOfNow(w.paragraph("handoff.usual", "minutes", strconv.Itoa(line.Minutes)))
	}
}

// waitsForNobody says a wording about waiting where nobody is there: out of
// hours the one that says when they begin.
func (w *writer) waitsForNobody(key string) {
	line := w.plan.Line
	if until := untilOpen(key); until != "" && !line.Opens.IsZero() {
		w.addOfNow(w.paragraph(until, "opens", openingWords(line.Opens, line.Now, w.plan.Locale)))
		return
	}
	w.say(key)
}

func (w *writer) handoff() {
	w.waits(w.plan.Phrase)
	if w.plan.Cancel {
		w.close()
		return
	}
	w.offer(w.choice(choiceCancelAgent), w.choice(choiceResolved))
}

// notHelped moves on to the next thing worth trying, or to a human.
func (w *writer) notHelped() {
	next := w.nextFix()
	if next == "" && w.plan.Topic.Active() {
		w.noMore()
	} else {
		w.say(w.plan.Phrase)
		w.fixes([]string{next}, 1)
	}
	if w.plan.Topic.Decision == Unknown {
		w.extra = append(w.extra, w.recheck(w.plan.Topic.Intent))
	}
	w.close()
}

// plain is a fixed wording, with questions to choose from where there are any.
func (w *writer) plain() {
	w.say(w.plan.Phrase)
	w.extra = append(w.extra, w.intentChoices(w.plan.Options...)...)
	if w.plan.Move == MoveResolved && w.plan.Topic.Decision == Ineligible && !w.plan.Anonymous {
		w.extra = append(w.extra, w.choice(choiceCheck))
	}
	switch w.plan.Move {
	case MoveClarify:
		w.extra = append(w.extra, w.choice(choiceNone))
		w.closeWithHuman()
	case MoveSmallTalk:
		w.closeWithHuman()
	default:
		w.close()
	}
}
