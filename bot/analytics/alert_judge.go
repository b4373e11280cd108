package analytics

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// Hours is how many contacts began in each hour of a day, and how many of them
// went without an answer.
type Hours struct {
	Contacts, Unanswered [hoursOfDay]int64
}

// hoursOn takes one day out of hours of a week. 1970 began on a Thursday.
func hoursOn(day Day, keys []KeyTotals) (hours Hours) {
	const thursday = 3
	first := ((int(day)+thursday)%daysOfWeek + daysOfWeek) % daysOfWeek * hoursOfDay
	for _, key := range keys {
		hour, err := strconv.Atoi(key.Key)
		if hour -= first; err != nil || hour < 0 || hour >= hoursOfDay {
			continue
		}
		hours.Contacts[hour], hours.Unanswered[hour] = key.Bits[0], key.Bits[3]
	}
	return hours
}

// until is what had come by a time of day. Of the hour that is running it is
// the part of it that is over.
func (h Hours) until(at time.Time) (contacts, unanswered float64) {
	for hour := range at.Hour() {
		contacts += float64(h.Contacts[hour])
		unanswered += float64(h.Unanswered[hour])
	}
	part := float64(at.Minute()*60+at.Second()) / 3600
	return contacts + part*float64(h.Contacts[at.Hour()]), unanswered + part*float64(h.Unanswered[at.Hour()])
}

// compared are the days that a day is compared with: the same weekday of weeks
// before, or the last days while there are too few of these.
func (r AlertRules) compared(past []Hours) []Hours {
	var same []Hours
	for week := 1; week <= r.Weeks && week*daysOfWeek <= len(past); week++ {
		same = append(same, past[week*daysOfWeek-1])
	}
	switch {
	case len(same) >= r.FewestWeeks:
		return same
	case len(past) >= r.FewestDays:
		return past[:min(len(past), daysOfWeek)]
	}
	return nil
}

// judge says whether there are far more than usual. It reckons in roots, in
// which chance moves small counts and large ones alike, by about 1; where days
// differ more than by chance, what they differ by is taken. That the median of
// few days is itself uncertain is added. What is live already ends later than it
// began.
func (r AlertRules) judge(alert *Alert, usual []float64, live bool) bool {
	if alert.Count < r.AtLeast || len(usual) < min(r.FewestWeeks, r.FewestDays) {
		return false
	}
	roots := make([]float64, len(usual))
	for i, count := range usual {
		roots[i] = root(count)
	}
	middle := median(roots)
	away := make([]float64, len(roots))
	for i, one := range roots {
		away[i] = math.Abs(one - middle)
	}
	wide := max(1, deviationOfMAD*median(away)) * math.Sqrt(1+math.Pi/2/float64(len(roots)))
	alert.Days, alert.Expected = len(usual), median(usual)
	alert.Score = (root(float64(alert.Count)) - middle) / wide
	if live {
		return alert.Score >= r.Over
	}
	return alert.Score >= r.Score && float64(alert.Count) >= r.Times*alert.Expected
}

// deviationOfMAD makes a standard deviation of a median absolute one.
const deviationOfMAD = 1.4826

// root is the transform of Anscombe: a count by chance differs by 1 after it.
func root(count float64) float64 { return 2 * math.Sqrt(count+3.0/8) }

// median needs at least one value.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}
