package bot

import (
	"slices"

	"kaitong/intents"
	"kaitong/knowledge"
)

// symptom answers by the words of a symptom where the question itself was not
// understood, or seems to be none of ours and the words are enough.
func (d *decider) symptom() (Plan, bool) {
	scope := d.reading.Result.Scope
	for _, seen := range d.symptoms() {
		if scope == intents.Unsure || scope == intents.OutOfScope && seen.Alone {
			return d.answerAs(seen.Intents[0], seen.ID), true
		}
	}
	return Plan{}, false
}

// symptomOf is the symptom described that refines an intent.
func (d *decider) symptomOf(intent string) string {
	for _, seen := range d.symptoms() {
		if slices.Contains(seen.Intents, intent) {
			return seen.ID
		}
	}
	return ""
}

// symptoms are those the text names that are for this person. One that comes
// from a cause the person denies is not: "my ID has not expired".
func (d *decider) symptoms() []knowledge.Symptom {
	if !d.looked {
		d.seen, d.looked = d.lookForSymptoms(), true
	}
	return d.seen
}

func (d *decider) lookForSymptoms() []knowledge.Symptom {
	if !slices.ContainsFunc(d.reading.Result.Entities, func(e intents.Entity) bool { return e.Kind == intents.EntitySymptom }) {
		return nil
	}
	denied := d.causes(true)
	var list []knowledge.Symptom
	for _, entity := range d.entities(intents.EntitySymptom) {
		seen, ok := d.base.Symptom(entity.Value)
		if ok && d.way.holds(seen.When, seen.Meta) && !slices.Contains(denied, seen.Cause) {
			list = append(list, seen)
		}
	}
	return list
}
