package store

import (
	"fmt"
	"strings"
	"testing"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

func TestVerifyNamesWhatTheListHasWrong(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ damage, want string }{
		"nothing":      {`SELECT 1`, ``},
		"a state":      {`UPDATE overviews SET handoff = 'active' WHERE conversation = 'b'`, `b 1 2: the list of conversations says something else than the log: hand-off "active" instead of "none"`},
		"an owner":     {`UPDATE overviews SET owner = 'somebody' WHERE conversation = 'a'`, `a 2 3: the list of conversations says something else than the log: another owner`},
		"a version":    {`UPDATE overviews SET turns = 1 WHERE conversation = 'a'`, `a 2 3: the list of conversations says something else than the log: turns 1 instead of 2`},
		"too many":     {`UPDATE overviews SET turns = 9 WHERE conversation = 'a'`, `a 2 3: the list of conversations says something else than the log: turns 9 instead of 2`},
		"missing":      {`DELETE FROM overviews WHERE conversation = 'b'`, `b 1 2: it is missing in the list of conversations`},
		"surplus":      {`UPDATE overviews SET conversation = 'aa' WHERE conversation = 'b'`, `aa 0 0: it is in the list of conversations and not in the log`},
		"the last":     {`UPDATE overviews SET conversation = 'z' WHERE conversation = 'c'`, `z 0 0: it is in the list of conversations and not in the log`},
		"all":          {`DELETE FROM overviews`, `c 1 4: it is missing in the list of conversations`},
		"its position": {`UPDATE meta SET value = '77' WHERE key = 'projected'`, ` 0 5: the list of conversations goes to position 77, the log does not`},
		"going back":   {`UPDATE meta SET value = '2' WHERE key = 'projected'`, ``},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(t *testing.T, at site) {
				log := openUnprojected(t, at.options)
				started := turn("a", 1)
				started.Events = append(started.Events, bot.Started{Tenant: "default", User: "u"})
				put(t, log, started, turn("b", 1), turn("a", 2), turn("c", 1))
				project(t, log)
				put(t, log, turn("b", 2))
				at.execute(t, test.damage)
				wantListHole(t, at, test.want)
			})
		})
	}
}

func wantListHole(t *testing.T, at site, want string) {
	t.Helper()
	reader, err := OpenReader(at.options)
	if err != nil {
		t.Fatal(err)
	}
	report, err := reader.Verify(t.Context(), func(Stage, int64, int64) {})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, hole := range report.Holes {
		all = append(all, fmt.Sprintf("%s %d %d: %s", hole.Conversation, hole.Version, hole.Position, hole.Problem))
		if hole.Remedy != rebuildList {
			t.Errorf("remedy %q", hole.Remedy)
		}
	}
	if said := strings.Join(all, "\n"); want == "" && said != "" || !strings.Contains(said, want) {
		t.Errorf("want %s\nin   %s", want, said)
	}
}

// What the list holds of a conversation that is not whole is nobody's concern
// until that is mended.
func TestVerifyLeavesBrokenConversationsOut(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, at site) {
		log := openUnprojected(t, at.options)
		put(t, log, bottest.Turn("a", 1, "x"), bottest.Turn("a", 2, "x"))
		project(t, log)
		at.execute(t, `UPDATE overviews SET turns = 7`)
		at.execute(t, `DELETE FROM turns WHERE version = 1`)
		reader, err := OpenReader(at.options)
		if err != nil {
			t.Fatal(err)
		}
		report, err := reader.Verify(t.Context(), func(Stage, int64, int64) {})
		if err != nil {
			t.Fatal(err)
		}
		for _, hole := range report.Holes {
			if hole.Remedy == rebuildList {
				t.Errorf("rebuilding is no help: %+v", hole)
			}
		}
	})
}
