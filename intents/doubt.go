package intents

import (
	"slices"
	"strings"
)

// distressIntent is only ever certain by a cue: the classifier alone mistakes
// anger for despair.
const distressIntent = "distress"

// doneIntent says that all is well now. To have done what was advised says less.
const doneIntent = "done"

// stepBack lowers the logits of what the wording of a text speaks against.
// despair is true where the classifier by itself would have read distress and
// nothing says that it is mere anger: such a text must not get a sure answer.
func (m *Model) stepBack(text string, s *Scratch) (despair bool) {
	logits := s.opinion.logits
	asks := strings.ContainsAny(text, "?？")
	first := topOf(logits)
	doubtful := m.cues.doubtful(&s.cueFinder)
	mended := slices.Contains(s.named, Entity{Kind: EntityFollowUp, Value: FollowUpFixed})
	for label, intent := range m.labels {
		doubted := doubtful && m.cues.doubts(intent, &s.cueFinder)
		if intent == distressIntent {
			despair = label == first && !doubted
			doubted = true
		}
		if doubted || asks && saysNothingNew(intent) || mended && intent == doneIntent {
			logits[label] -= deniedPenalty
		}
	}
	return despair
}

// saysNothingNew reports the intents that no question carries.
func saysNothingNew(intent string) bool {
	switch intent {
	case "done", "thanks", "bye", "affirm":
		return true
	}
	return false
}

// topOf returns the index of the largest of at least one value.
func topOf(values []float32) int {
	top := 0
	for i, v := range values {
		if v > values[top] {
			top = i
		}
	}
	return top
}
