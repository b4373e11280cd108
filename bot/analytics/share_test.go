package analytics_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"kaitong/bot"
	"kaitong/bot/analytics"
)

// anything is an event that may or may not fit what came before.
func anything(r *rand.Rand, n int) bot.Event {
	moves := []bot.Move{
		bot.MoveAnswer, bot.MoveFallback, bot.MoveClarify, bot.MoveSmallTalk, bot.MoveStep, bot.MoveAppeal, bot.MoveHandoff,
		bot.MoveResolved, bot.MoveNotHelped, bot.MoveCare, bot.MoveRelay,
	}
	states := []bot.HandoffState{bot.HandoffRequested, bot.HandoffQueued, bot.HandoffActive, bot.HandoffResolved, bot.HandoffCancelled}
	events := []bot.Event{
		bot.Message{Author: bot.AuthorUser, ID: fmt.Sprint("u", n), Blocks: []bot.Block{{Text: "为什么"}}},
		bot.Understood{Move: moves[r.IntN(len(moves))], Intent: "i"}, bot.Message{Author: bot.AuthorAgent},
		bot.Message{Author: bot.AuthorBot, ID: fmt.Sprint("b", n), About: &bot.About{Cause: "x", Fixes: []string{"f"}, Flow: "w", Step: "s", Sources: []string{"fix:f"}}},
		bot.Checked{Outcome: bot.CheckOK, Verdict: &bot.Verdict{Decision: bot.Eligible}}, bot.Checked{Outcome: bot.CheckTimeout},
		bot.FeedbackGiven{Message: fmt.Sprint("b", r.IntN(n+1)), Vote: []string{"up", "down"}[r.IntN(2)]}, bot.Resolved{}, bot.FlowStarted{Flow: "w"},
		bot.StepTaken{Flow: "w", Step: "s", Fix: "f", Outcome: []bot.StepOutcome{bot.StepTried, bot.StepFailed, bot.StepSkipped}[r.IntN(3)]},
		bot.FlowEnded{Flow: "w", Outcome: []bot.FlowOutcome{bot.FlowSolved, bot.FlowExhausted, bot.FlowLeft}[r.IntN(3)]},
		bot.FixConfirmed{Cause: "x", Fixes: []string{"f"}}, bot.AppealStarted{}, bot.AppealSubmitted{}, bot.AppealAccepted{}, bot.AppealRefused{},
		bot.Alarmed{}, bot.Disposed{Cause: "x", Solved: bot.SolvedYes}, bot.Breached{}, bot.Attended{Act: bot.DeskNote}, bot.Attended{Act: bot.DeskReply},
		bot.HandoffChanged{State: states[r.IntN(len(states))], Reason: "requested", Queue: "general"},
	}
	return events[r.IntN(len(events))]
}

// Whatever a log holds, nothing happens more often than what it is a part of.
func TestSharesOfAnyLog(t *testing.T) {
	t.Parallel()
	q := analytics.Query{Tenant: "acme", To: 1 << 20}
	for seed := range uint64(300) {
		r, o := rand.New(rand.NewPCG(seed, 7)), analytics.NewOracle(time.UTC)
		s := newStory(t, o)
		for n := range 40 {
			s.in(fmt.Sprint("c", r.IntN(2)))
			s.wait(time.Duration(r.IntN(5)*r.IntN(90)) * time.Minute)
			events := make([]bot.Event, 1+r.IntN(3))
			for i := range events {
				events[i] = anything(r, n)
			}
			s.turn(events...)
		}
		wantShares(t, o, q)
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

func wantShares(t *testing.T, o *analytics.Oracle, q analytics.Query) {
	t.Helper()
	days, err := o.Totals(t.Context(), q, analytics.GroupDay)
	if err != nil {
		t.Fatal(err)
	}
	for _, day := range days {
		for _, figure := range analytics.Figures() {
			v := figure.Of(&day.Totals)
			if v.Num < 0 || v.Den < 0 || figure.Unit == analytics.UnitShare && v.Num > v.Den {
				t.Errorf("%s on %s: %d of %d", figure.ID, day.Value, v.Num, v.Den)
			}
		}
	}
	for _, kind := range analytics.Kinds() {
		rows, err := o.Keys(t.Context(), q, kind.Kind, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for i, bit := range kind.Bits {
				if row.Bits[i] > row.Bits[0] {
					t.Errorf("%s %s: %s in %d contacts, %s in %d", kind.Kind, row.Key, bit, row.Bits[i], kind.Bits[0], row.Bits[0])
				}
			}
		}
	}
}
