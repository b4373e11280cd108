package analytics_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"kaitong/bot/analytics"
)

// diary is a store that knows when contacts began, and nothing else. It is
// written ahead: what comes after now is not there yet.
type diary struct {
	analytics.Store
	now        time.Time
	days       map[analytics.Day][]began
	rebuilding bool
}

type began struct {
	minute     int
	cause      string
	unanswered bool
}

func (d *diary) Progress(context.Context) (analytics.Progress, error) {
	return analytics.Progress{Rebuilding: d.rebuilding}, nil
}

// of are the contacts of a day so far.
func (d *diary) of(day analytics.Day) []began {
	list := d.days[day]
	if day == analytics.DayOf(d.now, time.UTC) {
		minute := d.now.Hour()*60 + d.now.Minute()
		var so []began
		for _, one := range list {
			if one.minute <= minute {
				so = append(so, one)
			}
		}
		return so
	}
	return list
}

func (d *diary) Totals(_ context.Context, q analytics.Query, by analytics.Group) ([]analytics.GroupTotals, error) {
	var list []analytics.GroupTotals
	for day := q.From; day <= q.To; day++ {
		causes := map[string]*analytics.Totals{}
		for _, one := range d.of(day) {
			value := one.cause
			if by == analytics.GroupDay {
				value = day.String()
			}
			if causes[value] == nil {
				causes[value] = &analytics.Totals{}
			}
			causes[value].Marks[analytics.Contacts]++
			if one.unanswered {
				causes[value].Marks[analytics.Unanswered]++
			}
		}
		for value, totals := range causes {
			list = append(list, analytics.GroupTotals{Value: value, Totals: *totals})
		}
	}
	return list, nil
}

func (d *diary) Keys(_ context.Context, q analytics.Query, _ analytics.Kind, _ int) ([]analytics.KeyTotals, error) {
	hours := map[string]*analytics.KeyTotals{}
	for day := q.From; day <= q.To; day++ {
		weekday := (int(day.Begins(time.UTC).Weekday()) + 6) % 7
		for _, one := range d.of(day) {
			if q.Cause != "" && q.Cause != one.cause {
				continue
			}
			key := strconv.Itoa(weekday*24 + one.minute/60)
			if hours[key] == nil {
				hours[key] = &analytics.KeyTotals{Key: key}
			}
			bits := analytics.Here
			if one.unanswered {
				bits |= analytics.HereUnanswered
			}
			hours[key].Add(bits, 1)
		}
	}
	var list []analytics.KeyTotals
	for _, key := range hours {
		list = append(list, *key)
	}
	return list, nil
}

// monday is where the stories below happen, at noon.
func monday() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }

// TestAlerts has each of the days before in contacts by noon, yesterday first,
// and as many again in the evening.
func TestAlerts(t *testing.T) {
	t.Parallel()
	week := func(n ...int) []int { return n }
	usual := week(2, 3, 2, 3, 0, 1, 2)
	weeks := append(append(append(append([]int{}, usual...), usual...), usual...), usual...)
	quiet := append(append(week(40, 40, 40, 40, 40, 40, 2), 40, 40, 40, 40, 40, 40, 3), 40, 40, 40, 40, 40, 40, 2)
	for name, test := range map[string]struct {
		before []int
		today  int
		want   []analytics.Alert
	}{
		"as always":                       {weeks, 3, nil},
		"far more than on other Mondays":  {weeks, 14, []analytics.Alert{{Kind: "cause", Key: "net", Count: 14, Of: 14, Expected: 2, Days: 4}}},
		"seven are too few":               {week(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 7, nil},
		"other weekdays do not matter":    {quiet, 20, []analytics.Alert{{Kind: "cause", Key: "net", Count: 20, Of: 20, Expected: 2, Days: 3}}},
		"nor are they missed":             {append(append(week(2, 2, 2, 2, 2, 2, 40), 2, 2, 2, 2, 2, 2, 40), 2, 2, 2, 2, 2, 2, 40), 42, nil},
		"by the last days while new":      {week(1, 2, 1, 2, 1), 16, []analytics.Alert{{Kind: "cause", Key: "net", Count: 16, Of: 16, Expected: 1, Days: 5}}},
		"too new for anything":            {week(1, 2, 1), 40, nil},
		"one wild week is forgiven":       {append(append(week(2, 2, 2, 2, 2, 2, 60), weeks...), usual...), 14, []analytics.Alert{{Kind: "cause", Key: "net", Count: 14, Of: 14, Expected: 2, Days: 6}}},
		"when days differ, it takes more": {append(append(append(week(0, 0, 0, 0, 0, 0, 4), 0, 0, 0, 0, 0, 0, 40), 0, 0, 0, 0, 0, 0, 18), 0, 0, 0, 0, 0, 0, 2), 45, nil},
		"a little more of thousands":      {append(append(week(0, 0, 0, 0, 0, 0, 3000), 0, 0, 0, 0, 0, 0, 3000), 0, 0, 0, 0, 0, 0, 3000), 3600, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &diary{now: monday(), days: map[analytics.Day][]began{}}
			today := analytics.DayOf(monday(), time.UTC)
			put := func(day analytics.Day, n, minute int) {
				for range n {
					d.days[day] = append(d.days[day], began{minute, "net", false})
				}
			}
			for i, n := range test.before {
				put(today-analytics.Day(i+1), n, 600)
				put(today-analytics.Day(i+1), n+1, 1200)
			}
			put(today, test.today, 700)
			watch := analytics.NewAlertWatch(analytics.DefaultAlertRules(), d, "acme", time.UTC)
			got, err := watch.Alerts(t.Context(), monday())
			if err != nil {
				t.Fatal(err)
			}
			for i := range test.want {
				test.want[i].Day = today
			}
			if diff := cmp.Diff(test.want, got, cmpopts.IgnoreFields(analytics.Alert{}, "Score")); diff != "" {
				t.Error(diff)
			}
			d.rebuilding = true
			if got, err := watch.Alerts(t.Context(), monday()); got != nil || !errors.Is(err, analytics.ErrRebuilding) {
				t.Errorf("while figures are made anew: %v, %v", got, err)
			}
		})
	}
}

// Twice as many people ask than ever, and as large a share of them as always
// gets no answer; then the share grows.
func TestUnansweredShare(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		unanswered int
		want       float64
	}{"the same share of more": {12, 0}, "a larger share": {36, 8}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &diary{now: monday(), days: map[analytics.Day][]began{}}
			today := analytics.DayOf(monday(), time.UTC)
			for back := range analytics.Day(29) {
				n, unanswered := 50, 4
				if back == 0 {
					n, unanswered = 100, test.unanswered
				}
				for i := range n {
					d.days[today-back] = append(d.days[today-back], began{300, "", i < unanswered})
				}
			}
			got, err := analytics.NewAlertWatch(analytics.DefaultAlertRules(), d, "acme", time.UTC).Alerts(t.Context(), monday())
			if err != nil {
				t.Fatal(err)
			}
			if test.want == 0 && len(got) > 0 || test.want > 0 && (len(got) != 1 || got[0].Expected != test.want || got[0].ID() != "unanswered-2026-11-23") {
				t.Errorf("%+v", got)
			}
		})
	}
}

// A history that never changes, but for chance and the time of day, is no news:
// looked at every ten minutes, each series alarms less than once in 100 days.
func TestFalseAlerts(t *testing.T) {
	t.Parallel()
	const days, before = 300, 45
	for name, rate := range map[string]float64{"a few a week": 0.4, "one a day": 1, "3 a day": 3, "8 a day": 8, "20 a day": 20, "60 a day": 60, "300 a day": 300} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &diary{days: map[analytics.Day][]began{}}
			random := rand.New(rand.NewPCG(uint64(rate*10), 5))
			first := analytics.DayOf(monday(), time.UTC)
			for day := range analytics.Day(days + before) {
				for range poisson(random, rate*(0.6+0.1*float64((first+day)%7))) {
					minute := (8*60 + int(720*math.Sqrt(random.Float64()))) % 1440 // more towards the evening
					d.days[first+day] = append(d.days[first+day], began{minute, "net", random.Float64() < 0.2})
				}
			}
			watch := analytics.NewAlertWatch(analytics.DefaultAlertRules(), d, "acme", time.UTC)
			alarms := map[string]bool{}
			whole := d.days
			for day := first + before; day < first+days+before; day++ {
				d.days = map[analytics.Day][]began{}
				for past := day - before; past <= day; past++ {
					d.days[past] = whole[past]
				}
				for minute := 0; minute < 1440; minute += 10 {
					d.now = day.Begins(time.UTC).Add(time.Duration(minute) * time.Minute)
					list, err := watch.Alerts(t.Context(), d.now)
					if err != nil {
						t.Fatal(err)
					}
					for _, alert := range list {
						alarms[alert.ID()] = true
					}
				}
			}
			count := map[bool]int{}
			for id := range alarms {
				count[id[0] == 'c']++
			}
			if most := days / 100; count[true] >= most || count[false] >= most {
				t.Errorf("%d false alerts of the cause and %d of the share in %d days", count[true], count[false], days)
			}
			t.Logf("%d and %d", count[true], count[false])
		})
	}
}

// poisson is a random count with a mean, after Knuth.
func poisson(random *rand.Rand, mean float64) int {
	n := 0
	for left := mean; ; n++ {
		if left -= random.ExpFloat64(); left < 0 {
			return n
		}
	}
}
