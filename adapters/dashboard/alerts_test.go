package dashboard_test

import (
	"slices"
	"testing"
	"time"

	"kaitong/bot/analytics"
)

// testOutageIsFound lives through the month again, and looks every half hour.
// The outage of the story is nine days before the end, from two to six; the
// release that hides an entry is five days before it.
func testOutageIsFound(t *testing.T, w world) {
	oracle := analytics.NewOracle(zone())
	watch := analytics.NewAlertWatch(analytics.DefaultAlertRules(), oracle, "t", zone())
	found := map[string]time.Time{}
	at := w.turns[0].At.Truncate(time.Hour)
	for _, turn := range w.turns {
		for ; at.Before(turn.At); at = at.Add(30 * time.Minute) {
			alerts, err := watch.Alerts(t.Context(), at)
			if err != nil {
				t.Fatal(err)
			}
			for _, alert := range alerts {
				if _, known := found[alert.ID()]; !known {
					found[alert.ID()] = at
					t.Logf("%s: %s, %d instead of %.1f, score %.1f, compared with %d days", at.In(zone()).Format("01-02 15:04"), alert.ID(), alert.Count, alert.Expected, alert.Score, alert.Days)
				}
			}
		}
		if err := oracle.Apply(turn); err != nil {
			t.Fatal(err)
		}
	}
	const outage = "cause-technical.system_fault-2026-11-19"
	first, there := found[outage]
	if hour := first.In(zone()).Hour(); !there || hour < 14 || hour >= 18 {
		t.Errorf("the outage was found at %v", first)
	}
	delete(found, outage)
	for id := range found {
		if !slices.Contains([]string{"cause-technical.entry_missing-2026-11-14", "cause-technical.entry_missing-2026-11-15"}, id) {
			t.Errorf("%s is no part of the story", id)
		}
	}
}
