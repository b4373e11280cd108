package bot

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// FilingAct is what a person does with the form of an appeal.
type FilingAct string

// The acts of filling in an appeal.
const (
	FilingStart  FilingAct = "start"
	FilingFill   FilingAct = "fill" // answer what is asked
	FilingNext   FilingAct = "next" // nothing to say to it, or nothing more
	FilingEdit   FilingAct = "edit" // the explanation once more
	FilingSubmit FilingAct = "submit"
	FilingLeave  FilingAct = "leave" // enough for now
	FilingResume FilingAct = "resume"
	FilingWait   FilingAct = "wait"   // heard, and still at it
	FilingAttach FilingAct = "attach" // a document arrived
	FilingStatus FilingAct = "status" // how does it stand?

	FilingRefused FilingAct = "refused" // the institution will not take it
)

// Filing is the part of a plan that leads through the form. Show is what is
// asked next, "" for nothing.
type Filing struct {
	Act    FilingAct
	Show   AppealStep
	Events []Event

	Elsewhere *Appeal // of another conversation, to be told of as well
	Once      bool    // said of who wants to appeal again
}

// after is the appeal once the events have happened.
func (f Filing) after(a Appeal) Appeal {
	for _, event := range f.Events {
		a = a.apply(event, a.Submitted)
	}
	return a
}

// mayAppeal says whether the form is of use: there is an appeal already, or a
// refusal that one can be made against.
func (d *decider) mayAppeal() bool {
	return d.c.Appeal.State != "" || d.c.Refusal.Appealable && !d.c.Owner.Anonymous
}

// wantsForm tells the wish to appeal from a complaint and from a question about
// appeals, which have the answer that the pack has for them.
func (d *decider) wantsForm() bool {
	if d.reading.Choice != "" || d.c.Appeal.Reference != "" {
		return true
	}
	return d.namesAppeal() && !d.asks()
}

// asksBesideForm says whether this is a question about the appeal that is being
// filled in: it is answered, and the form goes on.
func (d *decider) asksBesideForm(intent string) bool {
	return intent == "appeal" && d.c.Appeal.State == AppealOpen && d.namesAppeal() && d.asks()
}

func (d *decider) namesAppeal() bool {
	text := strings.ToLower(d.reading.Text)
	return slices.ContainsFunc(appealWords(), func(word string) bool { return strings.Contains(text, word) })
}

// file does what a person wants with the form, in whatever state it is.
func (d *decider) file(act FilingAct) Plan {
	if d.c.Appeal.State == "" && !d.mayAppeal() && !d.madeElsewhere() {
		return d.standing("appeal", "")
	}
	plan := d.filing(d.act(act))
	if act == FilingStart {
		plan.Right = d.right("appeal")
	}
	return plan
}

func (d *decider) act(act FilingAct) Filing {
	a, refusal := d.c.Appeal, d.c.Refusal
	switch {
	case (a.State == "" || act == FilingSubmit) && d.madeElsewhere():
		return Filing{Act: FilingStatus, Elsewhere: d.reading.Elsewhere, Once: true}
	case a.State == AppealDeclined && d.reading.Choice == choiceAppealStart && a.mayRepeat() && refusal.Appealable:
	case a.State == AppealSent || a.State == AppealReceived:
		return Filing{Act: FilingStatus, Once: true}
	case a.State == AppealDeclined:
		return Filing{Act: FilingStatus}
	case a.State == AppealOpen && act == FilingStart:
		return Filing{Act: FilingResume, Show: a.asked()}
	case a.State == AppealOpen:
		return d.fillIn(act)
	}
	return Filing{Act: FilingStart, Show: AppealExplain, Events: []Event{
		AppealStarted{Product: d.c.Product, Causes: refusal.Causes, Decided: refusal.At},
	}}
}

func (d *decider) filing(f Filing) Plan {
	plan := Plan{Move: MoveAppeal, Intent: "appeal", Filing: &f}
	if f.Act == FilingSubmit { // who waits already is moved, where that is no worse
		plan.Handoff = "appeal"
	}
	return plan
}

// sameFor is how long an appeal stands in the way of another one against what
// looks like the same decision: the check tells no decision from the next.
const sameFor = 30 * 24 * time.Hour

// madeElsewhere says whether the person has appealed against this decision in
// another conversation, and is not answered yet.
func (d *decider) madeElsewhere() bool {
	other, refusal := d.reading.Elsewhere, d.c.Refusal
	if other == nil || other.State != AppealSent && other.State != AppealReceived || other.Product != d.c.Product {
		return false
	}
	if d.reading.Day.Sub(other.Submitted) > sameFor {
		return false
	}
	return !refusal.Appealable || slices.Equal(slices.Sorted(slices.Values(other.Causes)), slices.Sorted(slices.Values(refusal.Causes)))
}

// mayRepeat says whether filling in the form once more may help.
func (a Appeal) mayRepeat() bool { return a.State == AppealDeclined && a.Class == RefusedTechnical }

// status answers the question how an appeal stands, wherever it was made.
func (d *decider) status() (Plan, bool) {
	elsewhere := d.reading.Elsewhere
	if !asksAppealStatus(d.reading.Text) || d.c.Appeal.State == "" && elsewhere == nil {
		return Plan{}, false
	}
	plan := d.filing(Filing{Act: FilingStatus, Elsewhere: elsewhere})
	plan.Right = d.right("appeal") // who asks for it asks for the review
	return plan, true
}

// longestStatus is the longest text that asks for a status: who explains what
// became of an earlier appeal needs more words.
const longestStatus = 4 * shortQuestion

// asksAppealStatus says whether a text asks how an appeal stands.
func asksAppealStatus(text string) bool {
	text = strings.ToLower(text)
	has := func(word string) bool { return strings.Contains(text, word) }
	if !slices.ContainsFunc(appealWords(), has) {
		return false
	}
	return len(text) <= longestStatus && slices.ContainsFunc([]string{
		"到哪", "进度", "进展", "怎么样了", "状态", "提交了吗", "提交了没", "提交成功", "收到了吗", "收到没", "受理了", "处理到", "有结果", "出结果", "结果出来", "编号",
		"status", "where is", "where's", "progress", "how is", "how's", "what happened", "any news", "update on", "get my", "received", "reference", "sent yet",
	}, has)
}

// appealWords name an appeal.
func appealWords() []string { return []string{"申诉", "复核", "appeal", "review"} }

// asked is the step to go on with.
func (a Appeal) asked() AppealStep {
	if a.Step == "" {
		return AppealExplain
	}
	return a.Step
}

// fillIn acts on an open form. It is sent off only as the person saw it last:
// when something else was talked about since, they see it once more.
func (d *decider) fillIn(act FilingAct) Filing {
	a := d.c.Appeal
	f := Filing{Act: act, Show: a.asked()}
	switch act {
	case FilingEdit:
		f.Show = AppealExplain
	case FilingLeave:
		f.Show = ""
	case FilingFill:
		f.Events = append(f.Events, AppealFilled{Field: fieldExplanation, Value: d.reading.Text})
		f.Show = a.afterExplaining()
	case FilingNext:
		f.Events, f.Show = a.passed(), a.next()
	case FilingSubmit:
		if a.Step != AppealConfirm || a.Paused {
			return Filing{Act: FilingResume, Show: AppealConfirm}
		}
		f.Events, f.Show = append(f.Events, AppealFilled{Field: fieldConsent, Value: "yes"}), ""
	}
	return f
}

// afterExplaining goes on to the proofs; who corrects their words and has been
// there sees the whole again.
func (a Appeal) afterExplaining() AppealStep {
	if len(a.Proofs) > 0 {
		return AppealConfirm
	}
	return AppealProofs
}

// passed records that there is nothing, or nothing more, to say to a step.
// What was said stays.
func (a Appeal) passed() []Event {
	switch {
	case a.Step == AppealProofs:
		return []Event{AppealFilled{Field: fieldProofs}}
	case a.Step == AppealExplain && a.Explanation == "":
		return []Event{AppealFilled{Field: fieldExplanation}}
	}
	return nil
}

// appealChoice follows a tap on what the form offers.
func (d *decider) appealChoice(id string) (Plan, bool) {
	act, ok := map[string]FilingAct{
		choiceAppealStart: FilingStart, choiceAppealNext: FilingNext, choiceAppealEdit: FilingEdit,
		choiceAppealSubmit: FilingSubmit, choiceAppealLeave: FilingLeave, choiceAppealResume: FilingResume,
	}[id]
	if !ok {
		return Plan{}, false
	}
	return d.file(act), true
}

// inAppeal reads a text in the light of what the form asks. A question of their
// own comes first: the form waits.
func (d *decider) inAppeal() (Plan, bool) {
	if plan, ok := d.status(); ok {
		return plan, true
	}
	a := d.c.Appeal
	switch {
	case a.State != AppealOpen:
		return Plan{}, false
	case d.leaning("resume"):
		return d.file(FilingResume), true
	case a.Paused:
		return Plan{}, false
	case d.leaning("leave", "cancel_handoff"):
		return d.file(FilingLeave), true
	case d.asks():
		return Plan{}, false
	case d.leaning("how", "steps", "ack"):
		return d.file(FilingWait), true
	}
	act, ok := d.filed(a.Step)
	if !ok {
		return Plan{}, false
	}
	return d.file(act), true
}

// filed is what a text says to a step of the form.
func (d *decider) filed(step AppealStep) (FilingAct, bool) {
	switch step {
	case AppealExplain:
		return d.explains()
	case AppealProofs:
		return d.proves()
	}
	switch {
	case d.leaning("submit", "tried"), d.confident() == "affirm", d.confident() == "done":
		return FilingSubmit, true
	case d.confident() == "deny":
		return FilingLeave, true
	}
	return FilingWait, d.beside()
}

// explains takes nearly everything for the explanation: who explains talks
// about what went wrong, and that is what all our questions are about.
func (d *decider) explains() (FilingAct, bool) {
	length := utf8.RuneCountInString(d.reading.Text)
	short := length <= shortText
	switch intent := d.confident(); {
	case length <= shortQuestion && intent == "appeal" && !d.namesAppeal(): // a complaint
		return "", false
	case d.leaning("skip", "more"), intent == "deny" && short:
		return FilingNext, true
	case short && (intent == "affirm" || intent == "appeal"):
		return FilingWait, true
	case short && IsConversationMove(intent):
		return "", false
	case d.leaning("waiting", "about_bot", "plan", "save", "recheck", "how_long", "promise", "why", "what_now"):
		return "", false
	}
	return FilingFill, true
}

func (d *decider) proves() (FilingAct, bool) {
	intent := d.confident()
	if d.leaning("skip", "more", "tried", "fixed", "submit") || slices.Contains([]string{"deny", "affirm", "done"}, intent) {
		return FilingNext, true
	}
	return FilingWait, d.beside()
}

// beside says whether a text is about nothing else that we know of.
func (d *decider) beside() bool {
	intent := d.confident()
	return intent == "" && d.leans() == "" || intent == "appeal" || intent == "how.documents"
}

// shortText is too short to explain anything.
const shortText = 8

// shortQuestion is the longest text that a word in it makes a question.
const shortQuestion = 16

// asks says whether a text is a question.
func (d *decider) asks() bool {
	text := strings.TrimSpace(strings.ToLower(d.reading.Text))
	for _, end := range []string{"?", "？", "吗", "呢", "吗。", "呢。"} {
		if strings.HasSuffix(text, end) {
			return true
		}
	}
	if utf8.RuneCountInString(text) <= shortQuestion && slices.ContainsFunc(
		[]string{"怎么", "为什么", "为啥", "什么", "多久", "哪里", "哪儿", "如何", "能不能", "是不是", "有没有"},
		func(word string) bool { return strings.Contains(text, word) }) {
		return true
	}
	first, _, _ := strings.Cut(text, " ")
	return utf8.RuneCountInString(text) <= 4*shortQuestion && slices.Contains(
		[]string{"what", "why", "how", "when", "where", "who", "which", "can", "could", "does", "is", "are"}, first)
}
