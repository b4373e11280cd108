package knowledge

import "strconv"

// Flow guides a person through steps, one at a time, and notices which helped.
type Flow struct {
	ID    string     `yaml:"id"`
	Title Text       `yaml:"title"` // an imperative, shown as a quick reply
	Offer Offer      `yaml:"offer"`
	Intro Text       `yaml:"intro"` // optional: a sentence before the first step
	Steps []FlowStep `yaml:"steps"`
	Then  string     `yaml:"then"` // optional: the flow to go on with when nothing helped
	When  When       `yaml:"when"` // optional: whom it is for
	Meta  `yaml:",inline"`
}

// Offer says when a flow is offered.
type Offer struct {
	Causes   []string `yaml:"causes"`   // when one of these was found or described
	Symptoms []string `yaml:"symptoms"` // when one of these was described
	Eligible bool     `yaml:"eligible"` // when the check says it can be opened and it fails all the same
}

// FlowStep is one entry of a flow: every step of a fix, a step of the flow's
// own, or a question whose answers decide where to go on.
type FlowStep struct {
	Fix     string `yaml:"fix"` // all steps of this fix; then nothing else but id and when
	Step    `yaml:",inline"`
	Answers []StepAnswer `yaml:"answers"` // makes the step a question
}

// Name is what `go` refers to.
func (s FlowStep) Name() string {
	if s.ID == "" {
		return s.Fix
	}
	return s.ID
}

// StepAnswer is one answer to a question of a flow.
type StepAnswer struct {
	ID    string `yaml:"id"`
	Label Text   `yaml:"label"`
	Go    string `yaml:"go"` // a later step of the flow, end or done; empty: the next one
}

// Where an answer may go besides to a later step.
const (
	GoEnd  = "end"  // the flow ends early: nothing that follows would help, a human should look
	GoDone = "done" // the flow ends well: what the person needs is there
)

// Stop is one step of a flow as it is walked: fixes unfolded into their steps.
type Stop struct {
	// Key names the step for good. Steps of a fix have the same key in every
	// flow, so that what was tried in one is not offered again in another.
	Key  string
	Name string // of the entry in the flow it comes from
	Fix  string // the fix it belongs to, "" for the flow's own steps
	Step
	Answers []StepAnswer
}

// stops unfolds a flow.
func (b *Base) stops(flow Flow) []Stop {
	var list []Stop
	for _, entry := range flow.Steps {
		if entry.Fix == "" {
			list = append(list, Stop{Key: flow.ID + "/" + entry.ID, Name: entry.Name(), Step: entry.Step, Answers: entry.Answers})
			continue
		}
		fix, _ := b.Fix(entry.Fix)
		for i, step := range fix.Steps {
			step.When.Also = []When{entry.When, fix.When, {ValidFrom: fix.ValidFrom}}
			list = append(list, Stop{Key: fix.StepKey(i), Name: entry.Name(), Fix: fix.ID, Step: step})
		}
	}
	return list
}

// StepKey names the i-th step of a fix for good.
func (f Fix) StepKey(i int) string {
	if id := f.Steps[i].ID; id != "" {
		return f.ID + "/" + id
	}
	return f.ID + "/" + strconv.Itoa(i+1)
}
