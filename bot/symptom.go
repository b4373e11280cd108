package bot

import (
	"slices"

	"kaitong/intents"
	"kaitong/knowledge"
)

// symptom answers by the words of a symptom where the question itself was not
// understood, or where the words are enough whatever the question seems to be.
func (d decider) symptom() (Plan, bool) {
	sure := d.reading.Result.Scope == intents.Confident
	for _, seen := range d.symptoms() {
		if slices.Contains(seen.Intents, d.confident()) {
			return Plan{}, false // understood: the answer takes the symptom's words
		}
		if seen.Alone || !sure && d.reading.Result.Scope == intents.Unsure {
			return d.answerAs(seen.Intents[0], seen.ID), true
		}
	}
	return Plan{}, false
}

// symptomOf is the symptom described that refines an intent.
func (d decider) symptomOf(intent string) string {
	for _, seen := range d.symptoms() {
		if slices.Contains(seen.Intents, intent) {
			return seen.ID
		}
	}
	return ""
}

// symptoms are those the text names that are for this person.
func (d decider) symptoms() []knowledge.Symptom {
	var list []knowledge.Symptom
	for _, entity := range d.entities(intents.EntitySymptom) {
		seen, ok := d.base.Symptom(entity.Value)
		if ok && d.way.holds(seen.When, seen.Meta) {
			list = append(list, seen)
		}
	}
	return list
}
