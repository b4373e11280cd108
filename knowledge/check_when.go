package knowledge

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// decisions are what a condition may name: the replies of the eligibility
// service, and that none was asked for.
func decisions() []string { return []string{"eligible", "ineligible", "review", "unknown", "none"} }

func systems() []string { return []string{"ios", "android", "harmony", "unknown"} }

// checkWhen reports conditions that cannot be read, or that nobody meets.
func (c *checker) checkWhen(s *source, at string, when When) {
	if !s.has(at) || s.bad[at] {
		return
	}
	c.checkNamed(s, join(at, "decision"), when.Decision, decisions())
	c.checkNamed(s, join(at, "os"), when.OS, systems())
	c.checkNamed(s, join(at, "locale"), written(when.Locale), written(c.locales))
	s.nonempty(join(at, "says"), len(when.Says))
	c.referAll(s, join(at, "says"), when.Says, &c.symptoms)
	s.checkVersion(join(at, "app_below"), when.AppBelow)
	s.checkVersion(join(at, "app_from"), when.AppFrom)
	s.checkSpan(at, when)
}

// checkNamed checks a list whose values are given.
func (c *checker) checkNamed(s *source, at string, list, allowed []string) {
	s.nonempty(at, len(list))
	s.unique(at, list)
	for i, value := range list {
		s.one(fmt.Sprintf("%s[%d]", at, i), value, allowed...)
	}
}

// checkVersion reports what is no version of an app.
func (s *source) checkVersion(at, version string) {
	if version != "" && !isVersion(version) {
		s.report(at, fmt.Sprintf("%q is not a version", shorten(version)), "write numbers with dots between them: 10.5.0")
	}
}

func isVersion(text string) bool {
	parts := strings.Split(text, ".")
	wrong := func(part string) bool { return part == "" || len(part) > 9 || strings.Trim(part, "0123456789") != "" }
	return len(parts) <= 6 && !slices.ContainsFunc(parts, wrong)
}

// checkSpan reports spans in which nothing lies.
func (s *source) checkSpan(at string, when When) {
	from, until := join(at, "app_from"), join(at, "app_below")
	if isVersion(when.AppFrom) && isVersion(when.AppBelow) && compareVersions(when.AppFrom, when.AppBelow) >= 0 {
		s.report(until, fmt.Sprintf("no version is below %s and from %s on", shorten(when.AppBelow), shorten(when.AppFrom)),
			"correct "+from+" or "+until)
	}
	if !when.ValidFrom.IsZero() && !when.Until.IsZero() && when.Until.Before(when.ValidFrom.Time) {
		s.report(join(at, "until"), "the last day is before the first",
			"valid_from is "+when.ValidFrom.Format(time.DateOnly))
	}
}

// written turns names into plain strings.
func written[S ~string](names []S) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = string(name)
	}
	return list
}
