package store

import (
	"slices"
	"testing"

	"kaitong/bot"
)

func sent(conversation string, version int64, events ...bot.Event) bot.Turn {
	return bot.Turn{Conversation: conversation, Version: version, Events: events}
}

// What waits for the institution is found whether the list of conversations is
// up to date, behind, or built anew; what was accepted is not.
func TestAppealed(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, at site) {
		log := openUnprojected(t, at.options)
		put(t, log,
			sent("a", 1, bot.Started{Tenant: "default", User: "u"}, bot.AppealStarted{Product: "jiebei"}),
			sent("b", 1, bot.AppealSubmitted{Reference: "A-1"}),
			sent("c", 1, bot.AppealSubmitted{Reference: "A-2"}),
			sent("c", 2, bot.AppealAccepted{Reference: "A-2"}),
			sent("d", 1, bot.Started{}, bot.HandoffChanged{Seq: 1, State: bot.HandoffQueued}),
		)
		look := func(want ...string) {
			t.Helper()
			got, err := log.Appealed(t.Context(), 10)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%v, %v; want %v", got, err, want)
			}
		}
		look("b", "c") // what is not in the list yet is looked at
		project(t, log)
		look("b")
		put(t, log, sent("d", 2, bot.AppealSubmitted{Reference: "A-3"}), sent("b", 2, bot.AppealAccepted{Reference: "A-1"}))
		look("b", "d")
		project(t, log)
		look("d")
		if one := table(t, log)["b"]; one.Appeal != bot.AppealReceived {
			t.Errorf("in the list: %+v", one)
		}
	})
}
