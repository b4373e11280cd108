package dialogue

import (
	"slices"
	"strings"

	"kaitong/bot"
	"kaitong/knowledge"
)

// Coverage says which entries of a pack the dialogues reached.
type Coverage []Part

// Part is the coverage of one kind of entry.
type Part struct {
	Kind  string   `json:"kind"` // causes, fixes, flows, steps, symptoms, answers, intents
	All   int      `json:"all"`
	Never []string `json:"never"` // those no dialogue reached
}

// seen collects what answers were about, as kind:id.
type seen struct{ ids map[string]bool }

func newSeen() *seen { return &seen{ids: map[string]bool{}} }

func (s *seen) add(answers []answer) {
	for _, a := range answers {
		s.note("intent", a.understood.Intent)
		s.note("cause", a.about.Cause)
		s.note("cause", a.about.Reasons...)
		s.note("fix", a.about.Fixes...)
		s.note("symptom", a.about.Symptom)
		s.note("flow", a.about.Flow)
		s.note("step", a.about.Step)
		for _, source := range a.about.Sources {
			s.ids[source] = true
		}
	}
}

func (s *seen) note(kind string, ids ...string) {
	for _, id := range ids {
		s.ids[kind+":"+id] = true
	}
}

// coverage compares what was seen with what the edition holds.
func (s *seen) coverage(edition bot.Edition) Coverage {
	base := edition.Base
	return Coverage{
		s.part("causes", "cause", idsOf(base.Causes(), func(c knowledge.Cause) string { return c.ID })),
		s.part("fixes", "fix", idsOf(base.Fixes(), func(f knowledge.Fix) string { return f.ID })),
		s.part("flows", "flow", idsOf(base.Flows(), func(f knowledge.Flow) string { return f.ID })),
		s.part("steps", "step", steps(base)),
		s.part("symptoms", "symptom", idsOf(base.Symptoms(), func(y knowledge.Symptom) string { return y.ID })),
		s.part("answers", "answer", idsOf(base.Answers(), func(a knowledge.Answer) string { return a.Intent })),
		s.part("intents", "intent", edition.Model.Labels()),
	}
}

func (s *seen) part(name, kind string, all []string) Part {
	never := slices.DeleteFunc(slices.Clone(all), func(id string) bool { return s.ids[kind+":"+id] })
	return Part{Kind: name, All: len(all), Never: never}
}

func idsOf[T any](list []T, id func(T) string) []string {
	ids := make([]string, len(list))
	for i, item := range list {
		ids[i] = id(item)
	}
	return ids
}

// steps are the keys of all steps that flows lead through, each once.
func steps(base *knowledge.Base) []string {
	var keys []string
	for _, flow := range base.Flows() {
		for _, stop := range base.Stops(flow.ID) {
			if !slices.Contains(keys, stop.Key) {
				keys = append(keys, stop.Key)
			}
		}
	}
	slices.SortFunc(keys, strings.Compare)
	return keys
}
