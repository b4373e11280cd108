package analytics_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaitong/bot"
	"kaitong/bot/analytics"
)

// one folds a story that is all one contact.
func one(t *testing.T, tells func(*story)) analytics.Contact {
	t.Helper()
	o := analytics.NewOracle(time.UTC)
	tells(newStory(t, o))
	list := contacts(t, o)
	if len(list) != 1 {
		t.Fatalf("%d contacts", len(list))
	}
	return list[0]
}

func TestHumanTimes(t *testing.T) {
	t.Parallel()
	back := func(s *story) {
		s.turn(bot.HandoffChanged{State: bot.HandoffQueued, Queue: "general"}, bot.Message{Author: bot.AuthorBot})
	}
	for name, test := range map[string]struct {
		tells         func(*story)
		waits, waited int64 // seconds
		talks, talked int64
	}{
		"from asking to the first word, from taking to the last act": {func(s *story) {
			s.wantsHuman("requested")
			s.wait(time.Minute)
			s.claimed()
			s.wait(30 * time.Second)
			s.agentWrites()
			s.wait(time.Minute)
			s.said("好的", bot.MoveRelay, "", bot.About{})
			s.wait(time.Minute)
			s.agentWrites()
			s.wait(time.Minute)
			s.closed(bot.SolvedYes)
			s.wait(time.Minute)
			s.answered()
		}, 1, 90, 1, 210},
		"what the bot says is no answer": {func(s *story) {
			s.wantsHuman("requested")
			s.wait(time.Minute)
			s.answered()
			s.wait(time.Minute)
			back(s)
		}, 0, 0, 0, 0},
		"a note is no answer and no talk": {func(s *story) {
			s.wantsHuman("requested")
			s.claimed()
			s.wait(time.Minute)
			s.act(bot.DeskNote, bot.Noted{Text: "x"})
			s.wait(time.Minute)
			s.agentWrites()
			s.wait(time.Minute)
			s.act(bot.DeskNote, bot.Noted{Text: "x"})
		}, 1, 120, 1, 120},
		"put back unanswered: the wait goes on": {func(s *story) {
			s.wantsHuman("requested")
			s.claimed()
			s.wait(time.Minute)
			s.act(bot.DeskRelease, bot.HandoffChanged{State: bot.HandoffQueued, Queue: "general"})
			s.wait(time.Minute)
			s.claimed()
			s.wait(time.Minute)
			s.agentWrites()
		}, 1, 180, 2, 120},
		"passed on once answered: nobody asked anew": {func(s *story) {
			s.wantsHuman("requested")
			s.claimed()
			s.wait(time.Minute)
			s.agentWrites()
			s.act(bot.DeskTransfer, bot.HandoffChanged{State: bot.HandoffQueued, Queue: "appeals"})
			s.wait(time.Minute)
			s.claimed()
			s.agentWrites()
		}, 1, 60, 2, 60},
		"given to another agent: one talk": {func(s *story) {
			s.wantsHuman("requested")
			s.claimed()
			s.wait(time.Minute)
			s.act(bot.DeskTakeOver, bot.HandoffChanged{State: bot.HandoffActive})
			s.wait(time.Minute)
			s.agentWrites()
		}, 1, 120, 1, 120},
		"asked for again": {func(s *story) {
			s.wantsHuman("requested")
			s.claimed()
			s.wait(time.Minute)
			s.agentWrites()
			s.closed(bot.SolvedNo)
			s.wait(time.Minute)
			s.wantsHuman("requested")
			s.wait(2 * time.Minute)
			s.claimed()
			s.agentWrites()
		}, 2, 180, 2, 60},
		"moved in line": {func(s *story) {
			s.said("人工", bot.MoveHandoff, "agent", bot.About{}, bot.HandoffChanged{State: bot.HandoffRequested, Reason: "requested"})
			s.wait(10 * time.Hour)
			back(s)
			s.claimed()
			s.agentWrites()
		}, 1, 36000, 1, 0},
		"withdrawn: a wait without an end": {func(s *story) { s.wantsHuman("requested"); s.wait(time.Minute); s.cancels() }, 0, 0, 0, 0},
		"the agent has gone, and the person withdraws": {func(s *story) {
			s.wantsHuman("requested")
			s.claimed()
			s.wait(time.Minute)
			s.agentWrites()
			s.wait(time.Hour)
			s.cancels()
		}, 1, 60, 1, 60},
		"a clock that goes back": {func(s *story) {
			s.wantsHuman("requested")
			s.wait(-time.Hour)
			s.claimed()
			s.agentWrites()
		}, 1, 0, 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sums := one(t, test.tells).Sums
			got := []int64{sums[analytics.HumanWaits], sums[analytics.HumanWaitMS] / 1000, sums[analytics.HumanTalks], sums[analytics.HumanTalkMS] / 1000}
			if diff := cmp.Diff([]int64{test.waits, test.waited, test.talks, test.talked}, got); diff != "" {
				t.Errorf("waits, seconds, talks, seconds:\n%s", diff)
			}
		})
	}
}

func TestSums(t *testing.T) {
	t.Parallel()
	c := one(t, func(s *story) {
		s.said("你好", bot.MoveSmallTalk, "greet", bot.About{})
		s.answered()
		s.said("那个", bot.MoveClarify, "fail", bot.About{})
		s.tapped("intent:fail", bot.MoveAnswer, "fail", bot.About{}, bot.Checked{Outcome: bot.CheckInvalid})
		s.said("月亮", bot.MoveFallback, "other", bot.About{}, bot.Checked{Outcome: bot.CheckOK})
		s.tapped("none", bot.MoveFallback, "other", bot.About{})
		s.vote(2, "up")
		s.vote(4, "down")
		s.vote(2, "down")
		s.vote(4, "up")
	})
	got := map[string]int64{}
	for sum := range analytics.SumCount {
		if n := c.Sums[sum]; n != 0 {
			got[analytics.Sum(sum).String()] = n
		}
	}
	want := map[string]int64{
		"questions": 3, "bot_messages": 6, "person_messages": 6, "fallbacks": 1, "clarifies": 1, "checks": 2, "checks_failed": 1, "votes": 2, "votes_up": 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestKeys(t *testing.T) {
	t.Parallel()
	walk := func(s *story) {
		s.said("为什么", bot.MoveAnswer, "fail", bot.About{Cause: "net", Reasons: []string{"net", "debt"}, Fixes: []string{"a", "b"}, Symptom: "busy"})
		s.begins("net", "a/1")
	}
	for name, test := range map[string]struct {
		tells func(*story)
		kind  analytics.Kind
		want  string
	}{
		"causes told":       {walk, analytics.KindCause, "net: told; debt: told"},
		"symptom":           {walk, analytics.KindSymptom, "busy: described"},
		"fixes only shown":  {walk, analytics.KindFix, "a: shown; b: shown"},
		"left at a step":    {walk, analytics.KindStep, "net/a/1: shown left"},
		"flow begun":        {walk, analytics.KindFlow, "net: started"},
		"what a tap asks":   {walk, analytics.KindIntent, "fail: asked answered"},
		"path":              {walk, analytics.KindPath, "fail|net|abandoned: contacts"},
		"an hour of Monday": {walk, analytics.KindHour, "8: contacts"},
		"step done, next left": {func(s *story) {
			walk(s)
			s.tapped("step.tried", bot.MoveStep, "fail", bot.About{Flow: "net", Step: "a/2"}, bot.StepTaken{Flow: "net", Step: "a/1", Fix: "a", Outcome: bot.StepTried})
		}, analytics.KindStep, "net/a/1: shown done; net/a/2: shown left"},
		"left at a step for something else": {func(s *story) { walk(s); s.answered() }, analytics.KindStep, "net/a/1: shown left"},
		"and back at it":                    {func(s *story) { walk(s); s.answered(); s.tries("net", "a/1", "a") }, analytics.KindStep, "net/a/1: shown done"},
		"skipped": {func(s *story) {
			walk(s)
			s.tapped("step.skip", bot.MoveStep, "fail", bot.About{}, bot.StepTaken{Flow: "net", Step: "a/1", Outcome: bot.StepSkipped}, bot.FlowEnded{Flow: "net", Outcome: bot.FlowExhausted})
		}, analytics.KindStep, "net/a/1: shown skipped"},
		"left for another flow": {func(s *story) {
			walk(s)
			s.tapped("flow:x", bot.MoveStep, "fail", bot.About{Flow: "x", Step: "b/1"}, bot.FlowEnded{Flow: "net", Outcome: bot.FlowLeft}, bot.FlowStarted{Flow: "x"})
		}, analytics.KindStep, "net/a/1: shown left; x/b/1: shown left"},
		"left for another flow, which ends": {func(s *story) {
			walk(s)
			s.tapped("flow:x", bot.MoveStep, "fail", bot.About{}, bot.FlowEnded{Flow: "net", Outcome: bot.FlowLeft}, bot.FlowStarted{Flow: "x"},
				bot.FlowEnded{Flow: "x", Outcome: bot.FlowSolved})
		}, analytics.KindFlow, "net: started left; x: started solved"},
		"tried": {func(s *story) { walk(s); s.tries("net", "a/1", "a") }, analytics.KindFix, "a: shown tried; b: shown"},
		"tried and failed": {func(s *story) {
			walk(s)
			s.tapped("step.failed", bot.MoveStep, "fail", bot.About{}, bot.StepTaken{Flow: "net", Step: "a/1", Fix: "a", Outcome: bot.StepFailed})
			s.solved()
		}, analytics.KindFix, "a: shown tried failed; b: shown"},
		"tried and solved: what was not tried did not help": {func(s *story) { walk(s); s.tries("net", "a/1", "a"); s.solved() },
			analytics.KindFix, "a: shown tried helped; b: shown"},
		"solved, and then asked": {func(s *story) { walk(s); s.tries("net", "a/1", "a"); s.solved(); s.answered(); s.solved() },
			analytics.KindFix, "a: shown tried doubted; b: shown"},
		"confirmed by a check, whatever comes then": {func(s *story) {
			walk(s)
			s.tries("net", "a/1", "a")
			s.tapped("flow.check", bot.MoveStep, "fail", bot.About{}, bot.Resolved{Confirmed: true}, bot.FixConfirmed{Cause: "net", Fixes: []string{"a"}})
			s.answered()
		}, analytics.KindFix, "a: shown tried helped confirmed; b: shown"},
		"cause gone": {func(s *story) {
			walk(s)
			s.tapped("flow.check", bot.MoveStep, "fail", bot.About{}, bot.Resolved{Confirmed: true}, bot.FixConfirmed{Cause: "net"})
		}, analytics.KindCause, "net: told solved check_confirmed; debt: told solved"},
		"entries and votes": {func(s *story) {
			s.said("为什么", bot.MoveAnswer, "fail", bot.About{Sources: []string{"answer:fail", "phrase:x", "cause:net"}})
			s.said("那呢", bot.MoveAnswer, "debt", bot.About{Sources: []string{"cause:debt", "cause:net"}})
			s.vote(1, "up")
			s.vote(2, "up")
			s.vote(2, "down")
		}, analytics.KindEntry, "answer:fail: shown up; cause:net: shown up down; cause:debt: shown down"},
		"a fallback": {func(s *story) { s.said("月亮", bot.MoveFallback, "other", bot.About{}) }, analytics.KindIntent, "other: asked fell_back"},
		"what leans on an answer asks nothing": {func(s *story) {
			s.answered()
			s.said("然后呢", bot.MoveFollowUp, "affirm", bot.About{})
			s.said("谢谢", bot.MoveSmallTalk, "thanks", bot.About{})
			s.said("那个", bot.MoveClarify, "guess", bot.About{})
		}, analytics.KindIntent, "fail: asked answered"},
		"did not help": {func(s *story) { s.answered(); s.tapped("x", bot.MoveNotHelped, "not_helped", bot.About{}) },
			analytics.KindIntent, "fail: asked answered unanswered"},
		"reasons of hand-offs": {func(s *story) {
			s.wantsHuman("requested")
			s.turn(bot.Breached{})
			s.claimed()
			s.agentWrites()
			s.closed(bot.SolvedYes)
			s.wantsHuman("complaint")
			s.cancels()
		}, analytics.KindHandoff, "requested: asked human_answered solved breached; complaint: asked withdrawn"},
		"queues": {func(s *story) {
			s.wantsHuman("requested")
			s.claimed()
			s.agentWrites()
			s.act(bot.DeskTransfer, bot.HandoffChanged{State: bot.HandoffQueued, Queue: "appeals"})
		}, analytics.KindQueue, "general: asked human_answered; appeals: asked"},
		"what the agent found": {func(s *story) { s.wantsHuman("x"); s.claimed(); s.closed(bot.SolvedNo) }, analytics.KindDisposed, "credit: contacts"},
		"region":               {func(s *story) { s.app = &bot.Client{Region: "浙江"}; walk(s) }, analytics.KindRegion, "浙江: contacts"},
		"cause by region":      {func(s *story) { s.app = &bot.Client{Region: "a|b"}; walk(s) }, analytics.KindCauseRegion, "net|a/b: told; debt|a/b: told"},
		"cause by version":     {func(s *story) { s.app = &bot.Client{AppVersion: "v10.5.1-beta"}; walk(s) }, analytics.KindCauseVersion, "net|10.5: told; debt|10.5: told"},
		"no version":           {func(s *story) { s.app = &bot.Client{AppVersion: "ten"}; walk(s) }, analytics.KindCauseVersion, "net|other: told; debt|other: told"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := keysOf(t, one(t, test.tells), test.kind); got != test.want {
				t.Errorf("\n got %s\nwant %s", got, test.want)
			}
		})
	}
}

// A return takes back what fixes were credited with, and is noted with causes.
func TestKeysOfAReturn(t *testing.T) {
	t.Parallel()
	o := analytics.NewOracle(time.UTC)
	s := newStory(t, o)
	s.said("为什么", bot.MoveAnswer, "fail", bot.About{Cause: "net"})
	s.begins("net", "a/1")
	s.tries("net", "a/1", "a")
	s.solved()
	s.wait(2 * time.Hour)
	s.said("又不行了", bot.MoveAnswer, "fail", bot.About{Cause: "net"})
	list := contacts(t, o)
	if got := keysOf(t, list[0], analytics.KindFix); got != "a: shown tried doubted" {
		t.Error(got)
	}
	if got := keysOf(t, list[0], analytics.KindCause); got != "net: told returned" {
		t.Error(got)
	}
	if got := keysOf(t, list[1], analytics.KindFix); got != "" {
		t.Errorf("of the new contact: %s", got)
	}
}

func TestUnansweredQuestions(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		tells func(*story)
		want  []string
	}{
		"did not help: the question is kept, not the complaint": {func(s *story) {
			s.said("额度怎么没了", bot.MoveAnswer, "limit", bot.About{})
			s.said("没用", bot.MoveNotHelped, "not_helped", bot.About{})
			s.said("还是没用", bot.MoveNotHelped, "not_helped", bot.About{})
		}, []string{"1 not_helped limit 额度怎么没了"}},
		"did not help, after a reading was chosen": {func(s *story) {
			s.said("那个没了", bot.MoveClarify, "x", bot.About{})
			s.tapped("intent:limit", bot.MoveAnswer, "limit", bot.About{})
			s.tapped("not_resolved", bot.MoveNotHelped, "not_helped", bot.About{})
		}, []string{"1 not_helped limit 那个没了"}},
		"not chosen, but said otherwise": {func(s *story) {
			s.said("那个没了", bot.MoveClarify, "x", bot.About{})
			s.said("额度没了", bot.MoveAnswer, "limit", bot.About{})
		}, []string{"1 clarify  那个没了"}},
		"none of these": {func(s *story) {
			s.said("那个没了", bot.MoveClarify, "x", bot.About{})
			s.tapped("none", bot.MoveFallback, "other", bot.About{})
		}, []string{"1 clarify  那个没了"}},
		"small talk is no question":     {func(s *story) { s.said("哈哈哈", bot.MoveSmallTalk, "other", bot.About{}) }, nil},
		"nothing asked, nothing missed": {func(s *story) { s.said("没用", bot.MoveNotHelped, "not_helped", bot.About{}) }, nil},
		"long, and on many lines": {func(s *story) { s.said(" 问\n\n"+strings.Repeat("长", 300), bot.MoveFallback, "other", bot.About{}) },
			[]string{"1 fallback  问 " + strings.Repeat("长", 197) + "…"}},
		"what is told to a form is no question": {func(s *story) {
			s.said("我要申诉", bot.MoveAppeal, "appeal", bot.About{Appeal: bot.AppealExplain}, bot.AppealStarted{})
			s.said("我已经还清了", bot.MoveAppeal, "appeal", bot.About{Appeal: bot.AppealProofs})
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, q := range one(t, test.tells).Unanswered {
				got = append(got, fmt.Sprintf("%d %s %s %s", q.Version, q.Outcome, q.Intent, q.Text))
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhatIsWrongWithATurn(t *testing.T) {
	t.Parallel()
	o := analytics.NewOracle(time.UTC)
	s := newStory(t, o)
	s.answered()
	s.answered()
	before := contacts(t, o)
	if err := o.Apply(s.turns[0]); !errors.Is(err, analytics.ErrRepeated) {
		t.Errorf("a turn again: %v", err)
	}
	if diff := cmp.Diff(before, contacts(t, o)); diff != "" {
		t.Errorf("counted again:\n%s", diff)
	}
	for _, version := range []int64{4, 3} {
		turn := s.turns[1]
		turn.Version = version
		if err := o.Apply(turn); !errors.Is(err, analytics.ErrHole) {
			t.Errorf("turn %d: %v", version, err)
		}
	}
	if diff := cmp.Diff(before, contacts(t, o)); diff != "" {
		t.Errorf("counted after a hole:\n%s", diff)
	}
	if p, err := o.Progress(t.Context()); err != nil || p.Broken != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	s.in("c2")
	s.answered() // elsewhere all goes on
}

func TestForget(t *testing.T) {
	t.Parallel()
	o := analytics.NewOracle(time.UTC)
	s := newStory(t, o)
	s.answered()
	s.wait(2 * time.Hour)
	s.answered()
	o.Forget("c1")
	if list := contacts(t, o); len(list) != 0 {
		t.Errorf("%d contacts", len(list))
	}
	s.in("c2")
	s.answered()
	if list := contacts(t, o); len(list) != 1 || list[0].N != 1 {
		t.Errorf("%+v", list)
	}
}
