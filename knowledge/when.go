package knowledge

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// When says whom an entry is for. Every condition that is given must hold; one
// that needs something nobody told us does not hold. The zero value always holds.
type When struct {
	Decision  []string `yaml:"decision"`   // what the check said: eligible | ineligible | review | unknown | none
	Says      []string `yaml:"says"`       // a symptom the person named
	OS        []string `yaml:"os"`         // ios | android | harmony | unknown: nobody told
	AppBelow  string   `yaml:"app_below"`  // the app is older than this version: 10.5.0
	AppFrom   string   `yaml:"app_from"`   // the app is this version or newer
	Locale    []Locale `yaml:"locale"`     // the language talked in
	ValidFrom Date     `yaml:"valid_from"` // first day
	Until     Date     `yaml:"until"`      // last day

	// Also are the conditions of what the entry is a part of.
	Also []When `yaml:"-"`
}

// Situation is what is known about a person when an answer is composed.
type Situation struct {
	Decision   string // "" counts as none: no check was made
	Symptoms   []string
	OS         string
	AppVersion string
	Locale     Locale
	Day        time.Time
}

// Holds says whether an entry is for a person in this situation.
func (w When) Holds(s Situation) bool {
	decision := s.Decision
	if decision == "" {
		decision = "none"
	}
	switch {
	case len(w.Decision) > 0 && !slices.Contains(w.Decision, decision),
		len(w.Says) > 0 && !slices.ContainsFunc(w.Says, func(id string) bool { return slices.Contains(s.Symptoms, id) }),
		len(w.OS) > 0 && !slices.Contains(w.OS, cmp.Or(strings.ToLower(s.OS), "unknown")),
		len(w.Locale) > 0 && !slices.Contains(w.Locale, s.Locale),
		w.AppBelow != "" && (s.AppVersion == "" || compareVersions(s.AppVersion, w.AppBelow) >= 0),
		w.AppFrom != "" && (s.AppVersion == "" || compareVersions(s.AppVersion, w.AppFrom) < 0):
		return false
	}
	foreign := func(other When) bool { return !other.Holds(s) }
	return w.onDay(s.Day) && !slices.ContainsFunc(w.Also, foreign)
}

func (w When) onDay(day time.Time) bool {
	if w.ValidFrom.IsZero() && w.Until.IsZero() {
		return true
	}
	today := day.Format(time.DateOnly)
	early := !w.ValidFrom.IsZero() && today < w.ValidFrom.Format(time.DateOnly)
	late := !w.Until.IsZero() && today > w.Until.Format(time.DateOnly)
	return !early && !late
}

// compareVersions compares dotted numbers; a part that is no number counts as 0.
func compareVersions(a, b string) int {
	left, right := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(left), len(right)) {
		if d := part(left, i) - part(right, i); d != 0 {
			return d
		}
	}
	return 0
}

func part(parts []string, i int) int {
	if i >= len(parts) {
		return 0
	}
	n, _ := strconv.Atoi(parts[i])
	return n
}
