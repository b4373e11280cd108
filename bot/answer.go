package bot

import "kaitong/knowledge"

// answerTo is the answer to an intent, in the words of the symptom the person
// described where there is one.
func answerTo(base *knowledge.Base, intent, symptom string) (knowledge.Answer, bool) {
	entry, ok := base.Answer(intent)
	seen, described := base.Symptom(symptom)
	if !ok || !described {
		return entry, ok
	}
	entry.Text, entry.Cause, entry.Fixes = seen.Text, seen.Cause, seen.Fixes
	entry.OnlyIf = ""
	entry.Handoff = seen.Handoff
	entry.Check = entry.Check && !seen.Handoff // what cannot wait comes before any verdict
	if seen.Cause == "" {
		entry.Right = "" // plain help: its words are the answer, whatever the check says
	}
	if len(seen.Related) > 0 {
		entry.Related = seen.Related
	}
	return entry, true
}

// wordsOf names where the paragraphs of an answer come from.
func wordsOf(intent, symptom string) string {
	if symptom != "" {
		return "symptom:" + symptom
	}
	return "answer:" + intent
}
