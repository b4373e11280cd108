package store

import (
	"context"
	"fmt"
	"slices"
	"sync"
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

// Whose appeal it is, who began one and whose was refused is known whether the
// list of conversations is up to date or behind.
func TestAppealLists(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, at site) {
		log := openUnprojected(t, at.options)
		u := bot.Started{Tenant: "default", User: "u"}
		put(t, log,
			sent("a", 1, u, bot.AppealStarted{Product: "jiebei"}),
			sent("b", 1, u, bot.AppealStarted{}, bot.AppealSubmitted{Reference: "A-1"}),
			sent("c", 1, bot.Started{Tenant: "default", User: "v"}, bot.AppealStarted{}),
			sent("d", 1, u),
			sent("b", 2, bot.AppealRefused{Reference: "A-1", Class: bot.RefusedLate}, bot.HandoffChanged{Seq: 1, State: bot.HandoffRequested}),
			sent("e", 1, bot.Started{Tenant: "other", User: "u"}, bot.AppealStarted{}),
		)
		look := func(whose ...string) {
			t.Helper()
			got, err := log.AppealsOf(t.Context(), bot.Identity{Tenant: "default", User: "u"})
			if err != nil || !slices.Equal(got, whose) {
				t.Errorf("of the person: %v, %v; want %v", got, err, whose)
			}
			var begun []string
			if err := log.AppealsBegun(t.Context(), func(name string) { begun = append(begun, name) }); err != nil || !slices.Equal(begun, []string{"a", "b", "c", "e"}) {
				t.Errorf("begun: %v, %v", begun, err)
			}
		}
		look("e", "c", "b", "a") // whoever asks looks at whose they are
		project(t, log)
		look("b", "a")
		refused, err := log.AppealsRefused(t.Context(), 10)
		if err != nil || len(refused) != 1 || refused[0].Conversation != "b" || refused[0].Appeal != bot.AppealDeclined {
			t.Errorf("refused: %+v, %v", refused, err)
		}
		put(t, log, sent("b", 3, bot.HandoffChanged{Seq: 2, State: bot.HandoffResolved}))
		project(t, log)
		if refused, err = log.AppealsRefused(t.Context(), 10); err != nil || len(refused) != 0 {
			t.Errorf("once somebody saw to it: %+v, %v", refused, err)
		}
		if got, err := log.Appealed(t.Context(), 10); err != nil || len(got) != 0 {
			t.Errorf("still to be handed over: %v, %v", got, err)
		}
	})
}

// A list that another node begins anew meanwhile hides nobody: what belongs to
// no conversation is removed.
func TestAppealsBegunWhileTheListIsMadeAnew(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("so many conversations take their time: left out in short mode")
	}
	onBoth(t, func(t *testing.T, at site) {
		const most = projectNames + 10
		log := openUnprojected(t, at.options)
		var group sync.WaitGroup
		for worker := range 16 {
			group.Go(func() {
				for i := worker; i < most; i += 16 {
					if err := log.Append(context.Background(), sent(fmt.Sprint("c", i), 1, bot.Started{Tenant: "default", User: "u"}, bot.AppealStarted{})); err != nil {
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		project(t, log)
		begun, once := map[string]bool{}, sync.Once{}
		err := log.AppealsBegun(t.Context(), func(name string) {
			begun[name] = true
			once.Do(func() {
				if err := log.projector.to.reset(t.Context()); err != nil {
					t.Error(err)
				}
			})
		})
		if err != nil || len(begun) != most {
			t.Errorf("begun: %d of %d, %v", len(begun), most, err)
		}
	})
}
