package bot

import (
	"slices"
	"strings"

	"kaitong/knowledge"
)

// AreaAll is the area of an incident that concerns everything.
const AreaAll = "all"

// incident tells of what is wrong with the service, before anything else, and
// says whether advice about the person themselves should wait: while the
// trouble lasts it may be the whole reason.
func (w *writer) incident(entry knowledge.Answer) (hold bool) {
	for _, live := range w.plan.Live {
		if !w.concerns(live, entry) {
			continue
		}
		w.about.Incident = live.ID
		w.addOfNow(Block{Type: BlockNotice, Level: "warning", Text: w.incidentWords(live), Source: "incident:" + live.ID})
		return len(live.Regions) == 0 || w.plan.Client.Region != ""
	}
	return false
}

func (w *writer) incidentWords(live Incident) string {
	text := live.Text[string(w.plan.Locale)]
	if text == "" {
		text = live.Text[string(w.base.Pack().Locales[0])]
	}
	words := w.phrase("incident.notice", "text", text, "since", momentWords(live.Since, w.plan.Locale))
	if len(live.Regions) > 0 {
		words += sentenceGap(w.plan.Locale) + w.phrase("incident.regions", "regions", listPlain(live.Regions, w.plan.Locale))
	}
	return words
}

// concerns says whether an incident may be what the person runs into: its area
// is that of a cause they describe or the check returned, or nobody knows yet
// what it is.
func (w *writer) concerns(live Incident, entry knowledge.Answer) bool {
	if len(live.Regions) > 0 && w.plan.Client.Region != "" && !slices.ContainsFunc(live.Regions, w.isHere) {
		return false
	}
	asked := entry.Check || asksForReason(entry)
	if live.Area == AreaAll || !asked {
		return asked
	}
	asking, _ := w.base.Answer(w.plan.Intent) // what the question is about, whatever words the symptom has
	causes := appendNew([]string{entry.Cause, asking.Cause}, w.plan.Described...)
	if w.finding.Outcome == CheckOK && w.finding.Verdict.Decision == Ineligible {
		for _, cause := range w.returned() {
			causes = appendNew(causes, cause.ID)
		}
	}
	if causes = appendNew(nil, causes...); len(causes) == 0 || causes[0] == w.base.Neutral().ID {
		return true
	}
	return slices.ContainsFunc(causes, func(id string) bool {
		cause, _ := w.base.Cause(id)
		return id == live.Area || cause.Category == live.Area
	})
}

// isHere compares names of regions as people write them: 浙江 is 浙江省, and
// 杭州 is not.
func (w *writer) isHere(region string) bool {
	here := w.plan.Client.Region
	return strings.HasPrefix(here, region) || strings.HasPrefix(region, here)
}
