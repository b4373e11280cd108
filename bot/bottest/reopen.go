package bottest

import (
	"testing"

	"kaitong/bot"
)

// TestEventLogReopen is the contract of a log that outlives its process. open
// returns an empty log; reopen closes the log given and opens what it stored
// again.
func TestEventLogReopen(t *testing.T, open func(t *testing.T) bot.EventLog, reopen func(t *testing.T, log bot.EventLog) bot.EventLog) {
	t.Helper()
	t.Run("every turn is there, byte for byte", func(t *testing.T) {
		t.Parallel()
		log := open(t)
		for name, words := range Texts() {
			mustAppend(t, log, Turn(name, 1, words))
		}
		mustAppend(t, log, bot.Turn{Conversation: "every", Version: 1, Events: EveryEvent()})
		before := tail(t, log, 0, 1000)
		log = reopen(t, log)
		after := tail(t, log, 0, 1000)
		equalTurns(t, after, before)
		for i := range before {
			if before[i].Position != after[i].Position {
				t.Errorf("position %d became %d", before[i].Position, after[i].Position)
			}
		}
	})
	t.Run("the epoch stays", func(t *testing.T) {
		t.Parallel()
		log := open(t)
		epoch := log.Epoch()
		for range 2 {
			if log = reopen(t, log); log.Epoch() != epoch {
				t.Errorf("epoch %q became %q", epoch, log.Epoch())
			}
		}
	})
	t.Run("versions and positions go on", func(t *testing.T) {
		t.Parallel()
		log := open(t)
		appendTurns(t, log, "c1", 1, 3)
		log = reopen(t, log)
		conflict(t, log.Append(t.Context(), Turn("c1", 3, "x")))
		conflict(t, log.Append(t.Context(), Turn("c1", 1, "x")))
		conflict(t, log.Append(t.Context(), Turn("c1", 5, "x")))
		appendTurns(t, log, "c1", 4, 5)
		appendTurns(t, log, "c2", 1, 1)
		log = reopen(t, log)
		all := tail(t, log, 0, 100)
		equalTurns(t, all, append(turns("c1", 1, 5), Turn("c2", 1, text(1))))
		growing(t, 0, all)
	})
}
