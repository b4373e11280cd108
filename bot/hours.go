package bot

import (
	"fmt"
	"time"

	"kaitong/knowledge"
)

// Next is when the hours begin next, zero where they never do. Within them it
// is not asked.
func (h Hours) Next(after time.Time) time.Time {
	if h.Zone != nil {
		after = after.In(h.Zone)
	}
	for day := range 8 {
		midnight := time.Date(after.Year(), after.Month(), after.Day()+day, 0, 0, 0, 0, after.Location())
		for _, begin := range []time.Duration{0, h.From} {
			at := time.Date(midnight.Year(), midnight.Month(), midnight.Day(), 0, int(begin/time.Minute), 0, 0, after.Location())
			if at.After(after) && h.Open(at) {
				return at
			}
		}
	}
	return time.Time{}
}

// opens is when a line has its hours again; zero within them, and where they
// never come.
func (e *Engine) opens(queue string) time.Time {
	hours, now := e.lineOf(queue).Hours, e.now()
	if hours.Open(now) {
		return time.Time{}
	}
	return hours.Next(now)
}

// untilOpen is the wording of one about waiting that says when hours begin; ""
// where it has none.
func untilOpen(key string) string {
	return map[string]string{
		"handoff.ticket": "handoff.ticket_until", "handoff.wait": "handoff.wait_until", "handoff.nobody": "handoff.nobody_until",
	}[key]
}

// openingWords say when hours begin: a day and the time on the clock there.
func openingWords(at, now time.Time, locale knowledge.Locale) string {
	now = now.In(at.Location())
	today, week := sameDay(at, now), at.Sub(now) > 6*24*time.Hour
	clock := fmt.Sprintf("%d:%02d", at.Hour(), at.Minute())
	if !chinese(locale) {
		return openingDayEN(at, today, week) + " at " + clock + " (" + at.Location().String() + ")"
	}
	day := "周" + string([]rune("日一二三四五六")[at.Weekday()])
	switch {
	case today:
		day = "今天"
	case week:
		day = "下" + day
	}
	return day + " " + clock
}

func openingDayEN(at time.Time, today, week bool) string {
	switch {
	case today:
		return "today"
	case week:
		return "next " + at.Weekday().String()
	}
	return at.Weekday().String()
}

func sameDay(a, b time.Time) bool { return a.YearDay() == b.YearDay() && a.Year() == b.Year() }
