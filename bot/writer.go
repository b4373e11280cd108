package bot

import (
	"slices"
	"strings"
	"time"

	"kaitong/knowledge"
)

// add adds a block that says nothing but words of the pack.
func (w *writer) add(block Block) {
	block.authored = w.plan.Ticket == "" || !strings.Contains(block.Text, w.plan.Ticket)
	w.blocks = append(w.blocks, block)
}

// addOfNow adds a block that also holds what is true of this moment or this
// person: a date, the words of an operator.
func (w *writer) addOfNow(block Block) { w.blocks = append(w.blocks, block) }

// phrase returns a fixed wording. args are pairs of placeholder and value.
func (w *writer) phrase(key string, args ...string) string {
	return w.base.PhraseWith(key, w.plan.Locale, func(name string) string {
		for i := 0; i+1 < len(args); i += 2 {
			if args[i] == name {
				return args[i+1]
			}
		}
		switch name {
		case "product":
			return w.plan.Product
		case "ticket":
			return w.plan.Ticket
		case "hotline":
			return w.base.Pack().Contacts.Hotline
		case "crisis":
			return w.base.Pack().Contacts.Crisis
		}
		return ""
	})
}

// say adds a fixed wording as a paragraph.
func (w *writer) say(key string, args ...string) { w.add(w.paragraph(key, args...)) }

func (w *writer) paragraph(key string, args ...string) Block {
	return Block{Type: BlockText, Text: w.phrase(key, args...), Source: "phrase:" + key}
}

// sayAbout adds a fixed wording that names a cause.
func (w *writer) sayAbout(key string, cause knowledge.Cause, args ...string) {
	w.say(key, append(args, "cause", w.naming(cause))...)
}

func (w *writer) notice(level, key string) {
	w.add(Block{Type: BlockNotice, Level: level, Text: w.phrase(key), Source: "phrase:" + key})
}

func (w *writer) text(text knowledge.Text, source string) {
	if words := text.In(w.plan.Locale); words != "" {
		w.add(Block{Type: BlockText, Text: words, Source: source})
	}
}

// fixes adds a steps block for each of the first limit fixes that this reply
// does not hold yet.
func (w *writer) fixes(ids []string, limit int) {
	for _, id := range ids {
		fix, ok := w.base.Fix(id)
		if !ok || slices.Contains(w.about.Fixes, id) || !w.forThem(fix) || w.behind(fix) {
			continue
		}
		if limit--; limit < 0 {
			return
		}
		w.about.Fixes = append(w.about.Fixes, id)
		w.steps(fix)
	}
}

// forThem says whether a fix is for this person.
func (w *writer) forThem(fix knowledge.Fix) bool {
	return fix.When.Holds(w.situation()) && fix.Valid(w.situation().Day)
}

func (w *writer) situation() knowledge.Situation {
	now := w.plan.way.situation
	now.Decision = string(w.about.Decision)
	return now
}

// behind says whether every step of a fix was taken already.
func (w *writer) behind(fix knowledge.Fix) bool {
	for i := range fix.Steps {
		if !w.plan.way.took(fix, i) {
			return false
		}
	}
	return len(fix.Steps) > 0
}

func (w *writer) steps(fix knowledge.Fix) {
	source := "fix:" + fix.ID
	block := Block{Type: BlockSteps, Title: fix.Title.In(w.plan.Locale), Text: fix.Note.In(w.plan.Locale), Source: source}
	for i, step := range fix.Steps {
		if w.plan.way.took(fix, i) || !step.When.Holds(w.situation()) {
			continue
		}
		how := step.How.In(w.plan.Locale)
		if expect := step.Expect.In(w.plan.Locale); expect != "" {
			how += "\n" + expect
		}
		block.Items = append(block.Items, Item{Text: step.Text.In(w.plan.Locale), How: how, Source: source})
	}
	w.add(block)
}

// related offers the questions that people ask next.
func (w *writer) related() {
	entry, _ := answerTo(w.base, w.plan.Intent, w.plan.Symptom)
	if w.plan.Move == MoveFollowUp || w.about.Decision == "" {
		w.extra = append(w.extra, w.intentChoices(entry.Related...)...)
	}
}

// intentChoices offers intents in the words a person would use for them.
func (w *writer) intentChoices(ids ...string) []Choice {
	var choices []Choice
	for _, id := range ids {
		if entry, ok := w.base.Answer(id); ok && id != "agent" { // the way to a human is always there
			choices = append(choices, Choice{ID: choiceIntent + id, Label: entry.Label.In(w.plan.Locale)})
		}
	}
	return choices
}

// choice is one of the standing choices.
func (w *writer) choice(id string) Choice {
	return Choice{ID: id, Label: w.phrase(choiceLabel(id))}
}

// choiceLabel names the phrase that labels a standing choice.
func choiceLabel(id string) string {
	if id == choiceNone {
		return "clarify.none_of_these"
	}
	return "choice." + strings.ReplaceAll(id, ".", "_")
}

// human is the choice that leads to a human, or takes the request back while
// one is on the way.
func (w *writer) human() Choice {
	if w.plan.Waiting {
		return w.choice(choiceCancelAgent)
	}
	return w.choice(choiceAgent)
}

// recheck offers to ask the eligibility service again.
func (w *writer) recheck(intent string) Choice {
	return Choice{ID: choiceRecheck + intent, Label: w.phrase("choice.recheck")}
}

// closeWithHuman ends what is no answer: there is nothing to be solved yet.
func (w *writer) closeWithHuman() {
	w.resume()
	w.resumeAppeal()
	w.offer(append(w.extra, w.human())...)
}

// close ends an answer with the choices that every answer has: solved, not
// solved, a human. The human comes first when one should be offered.
func (w *writer) close() {
	w.resume()
	w.resumeAppeal()
	solved, notSolved := w.choice(choiceResolved), w.choice(choiceNotResolved)
	switch {
	case w.plan.Move == MoveResolved:
		w.offer(append(w.extra, notSolved, w.human())...)
	case w.plan.OfferAgent:
		w.offer(append([]Choice{w.human(), solved, notSolved}, w.extra...)...)
	default:
		w.offer(append(w.extra, solved, notSolved, w.human())...)
	}
}

// offer adds the choices block that ends a reply, each choice once.
func (w *writer) offer(choices ...Choice) {
	var offered []Choice
	for _, choice := range choices {
		if !slices.ContainsFunc(offered, func(o Choice) bool { return o.ID == choice.ID }) {
			offered = append(offered, choice)
		}
	}
	w.add(Block{Type: BlockChoices, Choices: offered})
}

// sources lists every entry the reply quotes, each once.
func (w *writer) sources() []string {
	var ids []string
	for _, block := range w.blocks {
		ids = appendNew(ids, block.Source)
		for _, item := range block.Items {
			ids = appendNew(ids, item.Source)
		}
	}
	return ids
}

// chinese says whether a locale is written without spaces, with marks of its own.
func chinese(locale knowledge.Locale) bool { return strings.HasPrefix(string(locale), "zh") }

// sentenceGap stands between two sentences.
func sentenceGap(locale knowledge.Locale) string {
	if chinese(locale) {
		return ""
	}
	return " "
}

// listWords writes names one after the other, to stand in the quotation marks
// of a sentence.
func listWords(names []string, locale knowledge.Locale) string {
	if !chinese(locale) {
		return strings.Join(names, ", ")
	}
	return strings.Join(names, "」「")
}

// listPlain writes names one after the other.
func listPlain(names []string, locale knowledge.Locale) string {
	if !chinese(locale) {
		return strings.Join(names, ", ")
	}
	return strings.Join(names, "、")
}

// momentWords writes a moment of the day, in the clock of the server.
func momentWords(at time.Time, locale knowledge.Locale) string {
	if !chinese(locale) {
		return at.Format("15:04 on 2 January")
	}
	return at.Format("1月2日 15:04")
}

// dateWords writes a day the way people of the locale do.
func dateWords(day time.Time, locale knowledge.Locale) string {
	if !chinese(locale) {
		return day.Format("2 January 2006")
	}
	return day.Format("2006年1月2日")
}
