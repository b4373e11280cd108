package analytics

import "kaitong/bot"

// walked takes in what happens in a flow, and says whether it was such a thing.
func (m *Memory) walked(event bot.Event) bool {
	c := &m.Contact
	switch e := event.(type) {
	case bot.FlowStarted:
		c.mark(Guided, true)
		c.key(KindFlow, e.Flow, FlowStarted)
		m.step = ""
	case bot.StepTaken:
		m.taken(e)
	case bot.FlowEnded:
		m.ended(e)
	default:
		return false
	}
	return true
}

// stepShown: until something becomes of a step, it is where they left.
func (m *Memory) stepShown(about *bot.About) {
	if about.Flow == "" || about.Step == "" {
		return
	}
	key := about.Flow + "/" + about.Step
	if m.step != "" && m.step != key { // it has gone from the pack, or they went on another way
		m.stepBehind()
	}
	m.Contact.key(KindStep, key, StepShown|StepLeft)
	m.step = clean(key)
}

// stepBehind takes back that they left at the step shown.
func (m *Memory) stepBehind() {
	if m.step == "" {
		return
	}
	for i := range m.Contact.Keys {
		if key := &m.Contact.Keys[i]; key.Kind == KindStep && key.Key.Key == m.step {
			key.Bits &^= StepLeft
		}
	}
	m.step = ""
}

// taken: what is said of a step of a former contact counts in this one, as
// shown too, so that nobody takes a step that was not shown.
func (m *Memory) taken(e bot.StepTaken) {
	c := &m.Contact
	c.mark(Guided, true)
	bit := StepDone
	switch e.Outcome {
	case bot.StepFailed:
		bit = StepFailed
	case bot.StepSkipped:
		bit = StepSkipped
	}
	if m.step == clean(e.Flow+"/"+e.Step) {
		m.stepBehind()
	}
	c.key(KindStep, e.Flow+"/"+e.Step, StepShown|bit)
	if e.Outcome != bot.StepTried && e.Outcome != bot.StepFailed {
		return
	}
	at := c.key(KindFix, e.Fix, FixShown|FixTried)
	if at < 0 {
		return
	}
	c.Keys[at].Bits &^= FixFailed | FixDoubted // the last word on it counts
	if e.Outcome == bot.StepFailed {
		c.Keys[at].Bits = c.Keys[at].Bits&^FixHelped | FixFailed
	}
}

// ended: a flow of a former contact counts in this one, as started too.
func (m *Memory) ended(e bot.FlowEnded) {
	c := &m.Contact
	c.mark(Guided, true)
	switch e.Outcome {
	case bot.FlowSolved:
		c.key(KindFlow, e.Flow, FlowStarted|FlowEndedSolved)
		c.mark(FlowSolved, true)
		m.stepBehind()
	case bot.FlowExhausted:
		c.key(KindFlow, e.Flow, FlowStarted|FlowEndedExhausted)
		m.stepBehind()
	default:
		c.key(KindFlow, e.Flow, FlowStarted|FlowEndedLeft)
	}
	m.step = ""
}
