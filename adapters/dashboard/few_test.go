package dashboard_test

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/dashboard"
	"kaitong/bot"
	"kaitong/bot/analytics"
)

// leastCell is what these tests show no fewer of.
const leastCell = 6

func few(o *dashboard.Options) { o.MinCell = leastCell }

func testSmallCellsAreKeptBack(t *testing.T, w world) {
	all, few := w.open(t, func(o *dashboard.Options) { o.MinCell = 0 }), w.open(t, few)
	type rows struct {
		Rows []struct {
			Key    string
			Counts map[string]int64
		}
		Suppressed int
	}
	for _, kind := range []string{"cause_region", "cause_version", "region", "path"} {
		var before, after rows
		all.valid("keys?limit=1000&kind="+kind+"&"+period, "Keys", 200, &before)
		few.valid("keys?limit=1000&kind="+kind+"&"+period, "Keys", 200, &after)
		if after.Suppressed+len(after.Rows) != len(before.Rows) {
			t.Errorf("%s: %d rows and %d kept back, of %d", kind, len(after.Rows), after.Suppressed, len(before.Rows))
		}
		for _, row := range after.Rows {
			if row.Counts["told"]+row.Counts["contacts"] < leastCell {
				t.Errorf("%s: %s is shown with %v", kind, row.Key, row.Counts)
			}
		}
		_, text := few.get("export?format=csv&what=keys&kind=" + kind + "&" + period)
		if lines := bytes.Count(text, []byte("\n")); lines > 1+len(after.Rows)*8 {
			t.Errorf("%s: the file has %d lines", kind, lines)
		}
	}
}

// Who asks for a day and the one before sees no fewer people of the one before.
func testFewOfThePeriodBefore(t *testing.T, w world) {
	p, shown, keptBack := w.open(t, few), 0, 0
	for _, days := range []string{"from=2026-11-18&to=2026-11-27", "from=2026-11-27&to=2026-11-27", "from=2026-11-24&to=2026-11-27"} {
		for _, kind := range []string{"region", "path", "cause_region"} {
			var found struct {
				Rows []struct {
					Key      string
					Previous map[string]int64
				}
			}
			p.valid("keys?compare=true&limit=1000&kind="+kind+"&"+days, "Keys", 200, &found)
			for _, row := range found.Rows {
				n := row.Previous["contacts"] + row.Previous["told"]
				switch {
				case row.Previous == nil:
					keptBack++
				case n > 0 && n < leastCell:
					t.Errorf("%s: %s was %v before", days, row.Key, row.Previous)
				default:
					shown++
				}
			}
		}
	}
	if shown == 0 || keptBack == 0 {
		t.Errorf("%d rows are shown and %d kept back: nothing is tried", shown, keptBack)
	}
}

// A row that is kept back opens no conversations either, on the page or in a file.
func testFewBehindARow(t *testing.T, w world) {
	all, few := w.open(t, nil), w.open(t, few)
	var rows struct {
		Rows []struct {
			Key    string
			Counts map[string]int64
		}
	}
	all.valid("keys?limit=1000&kind=cause_region&"+period, "Keys", 200, &rows)
	open, shut := 0, 0
	for _, row := range rows.Rows {
		behind := "kind=cause_region&key=" + url.QueryEscape(row.Key) + "&" + period
		var found struct {
			Contacts []struct{ Conversation string }
		}
		few.valid("contacts?"+behind, "Contacts", 200, &found)
		_, file := few.get("export?what=contacts&format=csv&" + behind)
		switch lines := bytes.Count(file, []byte("\n")) - 1; {
		case row.Counts["told"] < leastCell && len(found.Contacts)+lines > 0:
			t.Errorf("%s of %d contacts opens %d, and a file of %d", row.Key, row.Counts["told"], len(found.Contacts), lines)
		case row.Counts["told"] < leastCell:
			shut++
		case len(found.Contacts) == 0 || lines == 0:
			t.Errorf("%s of %d contacts opens nothing", row.Key, row.Counts["told"])
		default:
			open++
		}
	}
	if open == 0 || shut == 0 {
		t.Errorf("%d rows open, %d do not: nothing is tried", open, shut)
	}
}

func testFewOfACauseByVersion(t *testing.T, w world) {
	p := w.open(t, few)
	var causes struct {
		Rows       []struct{ Value string }
		Suppressed int
	}
	p.valid("groups?by=cause&"+period, "Groups", 200, &causes)
	if len(causes.Rows) == 0 || causes.Suppressed != 0 {
		t.Fatalf("causes: %+v", causes)
	}
	suppressed := 0
	for _, cause := range causes.Rows {
		if cause.Value == "" {
			continue
		}
		var found struct {
			Rows []struct {
				Value   string
				Figures []value
			}
			Suppressed int
		}
		p.valid("groups?by=version&cause="+cause.Value+"&"+period, "Groups", 200, &found)
		suppressed += found.Suppressed
		for _, row := range found.Rows {
			if row.Figures[0].Num < leastCell {
				t.Errorf("%s: version %s has %d contacts", cause.Value, row.Value, row.Figures[0].Num)
			}
		}
	}
	if suppressed == 0 {
		t.Error("no cause has few contacts of a version: nothing is tried")
	}
}

// A few made-up conversations before many of real people are still among them.
func testMadeUpAmongOthers(t *testing.T, w world) {
	var found struct{ Demo bool }
	oracle := analytics.NewOracle(zone())
	p := w.open(t, func(o *dashboard.Options) { o.Store = oracle })
	for i, name := range append([]string{"demo_1_00001"}, strings.Fields(strings.Repeat("c_ ", 60))...) {
		turn := bot.Turn{
			Conversation: fmt.Sprint(name, i), Version: 1, Position: int64(i + 1), At: end().Add(-time.Hour),
			Events: []bot.Event{bot.Started{Tenant: "t", User: fmt.Sprint("u", i)}},
		}
		if err := oracle.Apply(turn); err != nil {
			t.Fatal(err)
		}
	}
	if p.valid("overview?"+period, "Overview", 200, &found); !found.Demo {
		t.Error("nobody is told of them")
	}
	if p.valid("overview?from=2026-11-01&to=2026-11-02", "Overview", 200, &found); found.Demo {
		t.Error("there were none then")
	}
}
