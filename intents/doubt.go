package intents

import "strings"

// distressIntent is only ever certain by a cue: the classifier alone mistakes
// anger for despair.
const distressIntent = "distress"

// doneIntent says that all is well now.
const doneIntent = "done"

// reportsDeed reports texts that say what somebody did, and not that it helped.
func reportsDeed(s *Scratch) bool {
	for _, e := range s.named {
		if e.Kind == EntityFollowUp && (e.Value == FollowUpFixed || e.Value == FollowUpTried) {
			return !isBareDone(s.text)
		}
	}
	return false
}

// isBareDone reports the words that mean a deed as well as a success.
func isBareDone(text []rune) bool {
	for _, word := range [...]string{"done", "done now", "ok done", "finished", "completed", "完成", "完成了", "已完成", "已经完成", "已经完成了"} {
		if isText(text, word) {
			return true
		}
	}
	return false
}

// stepBack lowers the logits of what the wording of a text speaks against.
// despair is true where the classifier by itself would have read distress and
// nothing says that it is mere anger: such a text must not get a sure answer.
func (m *Model) stepBack(text string, s *Scratch) (despair bool) {
	logits := s.opinion.logits
	asks := strings.ContainsAny(text, "?？")
	first := topOf(logits)
	doubtful := m.cues.doubtful(&s.cueFinder)
	deed := reportsDeed(s)
	for label, intent := range m.labels {
		doubted := doubtful && m.cues.doubts(intent, &s.cueFinder)
		if intent == distressIntent {
			despair = label == first && !doubted
			doubted = true
		}
		if doubted || asks && saysNothingNew(intent) || deed && intent == doneIntent {
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
