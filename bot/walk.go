package bot

import (
	"slices"

	"kaitong/knowledge"
)

// Walk is where a person stands in a flow. The zero value is no flow.
type Walk struct {
	Flow       string
	Edition    string   // the knowledge it began with
	Cause      string   // what it is to mend
	Before     Decision // what the check said when it began
	Step       string   // key of the step shown last
	Fixes      []string // fixes of which a step was tried
	Failed     bool     // at least one step did not help
	Confirming bool     // called solved: the question is whether to check again
	Paused     bool     // something else was talked about since
}

// show takes note of what an answer showed of the flow; an answer that shows
// nothing of it is an interruption.
func (w *Walk) show(about About) {
	switch {
	case w.Flow == "":
	case about.Flow == "":
		w.Paused = true
	default:
		w.Step, w.Paused, w.Confirming = about.Step, false, about.Step == ""
	}
}

// Act is what a person does within a flow.
type Act string

// The acts of a flow.
const (
	ActStart   Act = "start"
	ActTried   Act = "tried"
	ActFailed  Act = "failed"
	ActSkip    Act = "skip"
	ActAnswer  Act = "answer"
	ActHow     Act = "how"
	ActWait    Act = "wait" // heard, and still at it
	ActResume  Act = "resume"
	ActSolved  Act = "solved"   // says it works now
	ActCheck   Act = "check"    // agrees to a fresh check
	ActNoCheck Act = "no_check" // declines one
	ActStop    Act = "stop"     // enough for now
)

// Guidance is the part of a plan that leads through a flow. Events records
// what the person did, Stop is the step to show, and without one the flow is at
// its end: Outcome says how, or is "" while the person is asked to confirm.
type Guidance struct {
	Act     Act
	Flow    knowledge.Flow
	Events  []Event
	Stop    *knowledge.Stop
	At, Of  int
	Before  *knowledge.Stop // the step just taken, or asked about
	Outcome FlowOutcome
	Walk    Walk // as it was before
}

// walker finds the way through flows. It is pure.
type walker struct {
	base      *knowledge.Base
	edition   string
	situation knowledge.Situation
	walk      Walk
	taken     []string
	walked    []string
}

// need is what a flow is looked for.
type need struct {
	causes   []string // returned or described, the one that matters most first
	symptom  string
	found    bool // the causes are the check's own: they go before what was described
	eligible bool // the check says it can be opened
	refused  bool // the check gave the refusal that names nothing: a guess gets no steps
}

// fitting is the flow that helps most and still has a step to offer.
func (w *walker) fitting(n need) (knowledge.Flow, bool) {
	seen, described := w.base.Symptom(n.symptom)
	own := described && seen.Flow != "" && (seen.Cause == "" || !n.refused)
	if flow, ok := w.base.Flow(seen.Flow); ok && own && !n.found && w.open(flow) {
		return flow, true
	}
	for _, id := range n.causes {
		if flow, ok := w.offered(func(o knowledge.Offer) bool { return slices.Contains(o.Causes, id) }); ok {
			return flow, true
		}
	}
	if flow, ok := w.base.Flow(seen.Flow); ok && own && w.open(flow) {
		return flow, true
	}
	return w.offered(func(o knowledge.Offer) bool {
		return described && !n.refused && slices.Contains(o.Symptoms, n.symptom) || n.eligible && o.Eligible
	})
}

// offered is the first flow whose offer fits and that has a step to take.
func (w *walker) offered(fits func(knowledge.Offer) bool) (knowledge.Flow, bool) {
	return w.base.FindFlow(func(flow knowledge.Flow) bool { return fits(flow.Offer) && w.open(flow) })
}

// open says whether a flow is for this person and has a step they have not
// taken yet.
func (w *walker) open(flow knowledge.Flow) bool {
	if flow.ID == w.walk.Flow || slices.Contains(w.walked, flow.ID) || !w.holds(flow.When, flow.Meta) {
		return false
	}
	_, ok := w.next(flow.ID, "", "")
	return ok
}

func (w *walker) holds(when knowledge.When, meta knowledge.Meta) bool {
	return when.Holds(w.situation) && meta.Valid(w.situation.Day)
}

// next is the first step behind a key (or from a named entry on) that is for
// this person and not behind them yet.
func (w *walker) next(flow, after, from string) (knowledge.Stop, bool) {
	if from == knowledge.GoEnd || from == knowledge.GoDone {
		return knowledge.Stop{}, false
	}
	passed, reached := after == "", from == ""
	for _, stop := range w.base.Stops(flow) {
		reached = reached || stop.Name == from
		if passed && reached && w.offers(stop) {
			return stop, true
		}
		passed = passed || stop.Key == after
	}
	return knowledge.Stop{}, false
}

// took says whether a step of a fix is behind the person.
func (w *walker) took(fix knowledge.Fix, step int) bool {
	return len(w.taken) > 0 && slices.Contains(w.taken, fix.StepKey(step))
}

func (w *walker) offers(stop knowledge.Stop) bool {
	return stop.When.Holds(w.situation) && !slices.Contains(w.taken, stop.Key)
}

// stop finds the step with a key.
func (w *walker) stop(flow, key string) (knowledge.Stop, bool) {
	for _, stop := range w.base.Stops(flow) {
		if stop.Key == key {
			return stop, true
		}
	}
	return knowledge.Stop{}, false
}

// count numbers a step among those of its flow that are for this person.
func (w *walker) count(flow, key string) (at, of int) {
	for _, stop := range w.base.Stops(flow) {
		if !stop.When.Holds(w.situation) {
			continue
		}
		of++
		if stop.Key == key {
			at = of
		}
	}
	return at, of
}

// start begins a flow; one that is still open is left.
func (w *walker) start(flow knowledge.Flow, cause string, before Decision) (Guidance, bool) {
	first, ok := w.next(flow.ID, "", "")
	if !ok {
		return Guidance{}, false
	}
	g := Guidance{Act: ActStart, Flow: flow, Walk: w.walk}
	if w.walk.Flow != "" {
		g.Events = append(g.Events, FlowEnded{Flow: w.walk.Flow, Outcome: FlowLeft})
	}
	g.Events = append(g.Events, FlowStarted{Flow: flow.ID, Edition: w.edition, Cause: cause, Before: before})
	return w.at(g, first), true
}

func (w *walker) at(g Guidance, stop knowledge.Stop) Guidance {
	g.Stop = &stop
	g.At, g.Of = w.count(g.Flow.ID, stop.Key)
	return g
}

// act does what a person says about the step they are at.
func (w *walker) act(act Act, answer string) (Guidance, bool) {
	flow, ok := w.base.Flow(w.walk.Flow)
	if !ok { // the edition it began with is gone, and the flow with it
		return Guidance{}, false
	}
	g := Guidance{Act: act, Flow: flow, Walk: w.walk}
	current, known := w.stop(flow.ID, w.walk.Step)
	if known {
		g.Before = &current
	}
	switch act {
	case ActHow, ActWait, ActResume:
		return w.stay(g, current, known)
	case ActSolved, ActCheck, ActNoCheck:
		return w.finish(g), true
	case ActStop:
		g.Outcome = FlowLeft // for now: the next word may resume it
		return g, true
	}
	return w.take(g, current, known, answer), true
}

// stay shows the step again; where it has gone from the pack, the one after
// what was taken.
func (w *walker) stay(g Guidance, current knowledge.Stop, known bool) (Guidance, bool) {
	if w.walk.Confirming {
		g.Act = ActSolved
		return w.finish(g), true
	}
	if !known {
		next, ok := w.next(g.Flow.ID, "", "")
		if !ok {
			g.Outcome = FlowExhausted
			g.Events = append(g.Events, FlowEnded{Flow: g.Flow.ID, Outcome: FlowExhausted})
			return g, true
		}
		current = next
	}
	return w.at(g, current), true
}

// finish ends a flow that is called solved. A fresh check decides the rest, so
// its end is recorded with the answer, not here.
func (w *walker) finish(g Guidance) Guidance {
	if g.Act == ActSolved && g.Before != nil {
		g.Events = append(g.Events, w.taking(g, StepTried, ""))
	}
	if g.Act == ActNoCheck {
		g.Outcome = FlowSolved
		g.Events = append(g.Events, FlowEnded{Flow: g.Flow.ID, Outcome: FlowSolved}, Resolved{Confirmed: true})
	}
	return g
}

func (w *walker) taking(g Guidance, outcome StepOutcome, answer string) StepTaken {
	return StepTaken{Flow: g.Flow.ID, Step: g.Before.Key, Fix: g.Before.Fix, Outcome: outcome, Answer: answer}
}

// take records what became of a step and goes on to the next one.
func (w walker) take(g Guidance, current knowledge.Stop, known bool, answer string) Guidance {
	from := ""
	if known {
		g.Events = append(g.Events, w.taking(g, outcomeOfAct(g.Act), answer))
		from = goOf(current, answer)
		w.taken = appendNew(slices.Clone(w.taken), current.Key)
	}
	next, ok := w.next(g.Flow.ID, current.Key, from)
	if !known { // called solved, and then it was not
		next, ok = w.next(g.Flow.ID, "", "")
	}
	if ok {
		return w.at(g, next)
	}
	failed := w.walk.Failed || g.Act == ActFailed || !known
	if from == knowledge.GoDone || g.Act == ActTried && !failed {
		return g // everything was done: ask whether to check
	}
	return w.exhausted(g)
}

// exhausted goes on to the flow that follows, or ends.
func (w *walker) exhausted(g Guidance) Guidance {
	g.Outcome = FlowExhausted
	g.Events = append(g.Events, FlowEnded{Flow: g.Flow.ID, Outcome: FlowExhausted})
	then, ok := w.base.Flow(g.Flow.Then)
	if !ok || !w.open(then) {
		return g
	}
	first, _ := w.next(then.ID, "", "")
	g.Flow, g.Outcome = then, ""
	g.Events = append(g.Events, FlowStarted{Flow: then.ID, Edition: w.walk.Edition, Cause: w.walk.Cause, Before: w.walk.Before})
	return w.at(g, first)
}

func outcomeOfAct(act Act) StepOutcome {
	switch act {
	case ActFailed:
		return StepFailed
	case ActSkip:
		return StepSkipped
	case ActAnswer:
		return StepAnswered
	}
	return StepTried
}

// goOf is the entry an answer leads to.
func goOf(stop knowledge.Stop, answer string) string {
	for _, a := range stop.Answers {
		if a.ID == answer {
			return a.Go
		}
	}
	return ""
}
