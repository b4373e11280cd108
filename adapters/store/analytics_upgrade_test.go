package store

import "testing"

// Figures whose rows were made in another way are made anew.
func TestFiguresOfOtherRows(t *testing.T) {
	t.Parallel()
	options := Options{Dir: t.TempDir()}
	log := openUnprojected(t, options)
	h := newHistory(13, 3)
	for range 30 {
		put(t, log, h.turn())
	}
	a := openUncounted(t, log, options, shanghai(t))
	count(t, a)
	closeAnalytics(t, a)
	for _, text := range []string{
		`DROP TABLE analytics_keys`, `CREATE TABLE analytics_keys (kind TEXT, k0 INTEGER)`, `INSERT INTO analytics_keys VALUES ('fix', 1)`,
		`DELETE FROM analytics_schema WHERE version_id = 2`, `UPDATE analytics_state SET rules = replace(rules, ', rows 2', '')`,
	} {
		executeInFile(t, options.Dir, text)
	}
	again := openUncounted(t, log, options, shanghai(t))
	if progress, err := again.Progress(t.Context()); err != nil || !progress.Rebuilding {
		t.Errorf("before counting: %+v, %v", progress, err)
	}
	count(t, again)
	wantAnswers(t, oracleOf(t, log, shanghai(t)), again)
}
