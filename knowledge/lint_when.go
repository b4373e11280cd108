package knowledge

import (
	"fmt"
	"strings"
	"time"
)

// lintEnds reports what nobody sees any more, since its last day has passed.
func (l *linter) lintEnds() {
	each(l.draft.fixes, func(e loaded[Fix]) {
		l.lintEnd(e.source, "when", e.value.When)
		for i, step := range e.value.Steps {
			l.lintEnd(e.source, fmt.Sprintf("steps[%d].when", i), step.When)
		}
	})
	each(l.draft.symptoms, func(e loaded[Symptom]) { l.lintEnd(e.source, "when", e.value.When) })
	each(l.draft.flows, func(e loaded[Flow]) {
		l.lintEnd(e.source, "when", e.value.When)
		for i, entry := range e.value.Steps {
			l.lintEnd(e.source, fmt.Sprintf("steps[%d].when", i), entry.When)
		}
	})
}

func (l *linter) lintEnd(s *source, at string, when When) {
	if last := when.Until; !last.IsZero() && last.Format(time.DateOnly) < l.today {
		s.report(join(at, "until"), "nobody sees this since "+last.Format(time.DateOnly), "delete it, or move the date")
	}
}

// lintSays reports a wording that gives two symptoms away: only one of them
// would ever answer.
func (l *linter) lintSays() {
	first := map[string]string{} // wording -> file and line
	each(l.draft.symptoms, func(e loaded[Symptom]) {
		for _, locale := range keys(e.value.Says) {
			for i, wording := range e.value.Says[Locale(locale)] {
				e.lintWording(fmt.Sprintf("says.%s[%d]", locale, i), wording, first)
			}
		}
	})
}

func (s *source) lintWording(at, wording string, first map[string]string) {
	plain := strings.ToLower(strings.Join(strings.Fields(wording), ""))
	before, taken := first[plain]
	switch {
	case plain == "":
	case !taken:
		first[plain] = fmt.Sprintf("%s:%d", s.name, s.at(at).line)
	case !strings.HasPrefix(before, s.name+":"):
		s.report(at, fmt.Sprintf("%q is already in %s", shorten(wording), before), "let it stand for one symptom only")
	}
}
