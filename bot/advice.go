package bot

import (
	"slices"
	"strconv"
	"strings"

	"kaitong/knowledge"
)

// advice is the improvement plan: for each reason what helps, why it matters
// and how long effects usually take to show, and what not to do. It promises
// nothing, and can be kept as a text.
func (w *writer) advice(causes []knowledge.Cause) {
	lead, count := "plan.lead", strconv.Itoa(len(causes))
	if len(causes) == 0 || w.unchecked() {
		lead = "plan.lead_general"
	}
	if len(causes) == 0 {
		causes = w.anybodys()
	}
	plan := Block{Type: BlockSteps, Title: w.phrase("plan.title"), Text: w.phrase("plan.note"), Source: "phrase:plan.title"}
	for _, id := range fixesOf(causes) {
		if fix, ok := w.base.Fix(id); ok && w.advisable(fix) {
			plan.Items = append(plan.Items, w.advised(fix))
			w.about.Fixes = appendNew(w.about.Fixes, id)
		}
	}
	if len(plan.Items) == 0 {
		w.say("plan.nothing")
		return
	}
	w.say(lead, "count", count)
	avoid := w.avoid(causes)
	plan.Export = exported(plan, avoid, w.plan.Product)
	w.add(plan)
	if len(avoid.Items) > 0 {
		w.add(avoid)
	}
	w.say("plan.saved_hint")
}

// unchecked says whether no check stands behind what is talked about.
func (w *writer) unchecked() bool {
	decision := w.about.Decision
	if w.plan.Move == MoveFollowUp {
		decision = w.plan.Topic.Decision
	}
	return decision != Ineligible
}

// anybodys are the causes a plan rests on when no check named any: those
// one can do something about over time.
func (w *writer) anybodys() []knowledge.Cause {
	entry, _ := w.base.Answer(w.plan.Intent)
	return []knowledge.Cause{{Fixes: entry.Fixes}}
}

// advisable says whether a fix has its place in a plan: it says why it matters
// or how long it takes, and is not behind the person.
func (w *writer) advisable(fix knowledge.Fix) bool {
	locale := w.plan.Locale
	return fix.Why.In(locale)+fix.Takes.In(locale) != "" && w.forThem(fix) && !w.behind(fix)
}

func (w *writer) advised(fix knowledge.Fix) Item {
	locale := w.plan.Locale
	var lines []string
	for _, part := range []struct {
		key  string
		text knowledge.Text
	}{{"plan.why", fix.Why}, {"plan.takes", fix.Takes}} {
		if words := part.text.In(locale); words != "" {
			lines = append(lines, w.labelled(w.phrase(part.key), words))
		}
	}
	return Item{Text: fix.Title.In(locale), How: strings.Join(lines, "\n"), Source: "fix:" + fix.ID}
}

func (w *writer) labelled(label, words string) string {
	if !chinese(w.plan.Locale) {
		return label + ": " + words
	}
	return label + "：" + words
}

// avoid is what not to do.
func (w *writer) avoid(causes []knowledge.Cause) Block {
	block := Block{Type: BlockFacts, Title: w.phrase("plan.avoid")}
	for _, cause := range causes {
		words := cause.Avoid.In(w.plan.Locale)
		known := slices.ContainsFunc(block.Items, func(i Item) bool { return i.Text == words })
		if words != "" && !known {
			block.Items = append(block.Items, Item{Label: w.naming(cause), Text: words, Source: "cause:" + cause.ID})
		}
	}
	return block
}

// exported is a plan as plain text, to be kept.
func exported(plan, avoid Block, product string) string {
	var out strings.Builder
	out.WriteString(plan.Title + " · " + product + "\n")
	for i, item := range plan.Items {
		out.WriteString("\n" + strconv.Itoa(i+1) + ". " + item.Text + "\n")
		for line := range strings.Lines(item.How) {
			out.WriteString("   " + strings.TrimRight(line, "\n") + "\n")
		}
	}
	if len(avoid.Items) > 0 {
		out.WriteString("\n" + avoid.Title + "\n")
	}
	for _, item := range avoid.Items {
		out.WriteString("- " + item.Text + "\n")
	}
	if plan.Text != "" {
		out.WriteString("\n" + plan.Text + "\n")
	}
	return out.String()
}
