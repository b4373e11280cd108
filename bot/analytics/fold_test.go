package analytics_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaitong/bot"
	"kaitong/bot/analytics"
)

const (
	hour = time.Hour
	// What most contacts have in common.
	asked   = "requests involved answered covered contained "
	assumed = asked + "assumed solved"
	humane  = "requests handed_off "
)

// history is a story with what is to be counted of it: for each contact its
// outcome and all its marks.
type history struct {
	name  string
	tells func(*story)
	want  []string
}

// histories are one for each thing that can happen, or nearly.
func histories() []history {
	return append(append(endings(), returns()...), append(humans(), facts()...)...)
}

func endings() []history {
	return []history{
		{"a greeting", func(s *story) { s.said("你好", bot.MoveSmallTalk, "greet", bot.About{}) }, []string{": small_talk_only"}},
		{"an answer", func(s *story) { s.answered() }, []string{"assumed: " + assumed}},
		{"a fallback", func(s *story) { s.said("星星几颗", bot.MoveFallback, "other", bot.About{}) }, []string{"unanswered: requests involved fell_back contained unanswered"}},
		{"not our subject", func(s *story) {
			s.user(bot.Message{Blocks: []bot.Block{{Text: "今天天气"}}}, bot.Understood{Move: bot.MoveFallback, OutOfScope: true}, &bot.About{}, nil)
		}, []string{"unanswered: requests involved fell_back out_of_scope contained unanswered"}},
		{"no words", func(s *story) { s.said("？？", bot.MoveFallback, "other", bot.About{}) }, []string{"unanswered: requests involved fell_back contained"}},
		{"an answer, then a fallback", func(s *story) {
			s.answered()
			s.said("星星几颗", bot.MoveFallback, "other", bot.About{})
		}, []string{"abandoned: requests involved answered fell_back contained abandoned unanswered"}},
		{"a fallback, then an answer", func(s *story) {
			s.said("星星几颗", bot.MoveFallback, "other", bot.About{})
			s.answered()
		}, []string{"assumed: requests involved answered fell_back contained assumed solved unanswered"}},
		{"a reading chosen", func(s *story) {
			s.said("那个呢那个", bot.MoveClarify, "fail", bot.About{})
			s.tapped("intent:fail", bot.MoveAnswer, "fail", bot.About{})
		}, []string{"assumed: requests involved answered covered clarified contained assumed solved"}},
		{"no reading chosen", func(s *story) { s.said("那个呢那个", bot.MoveClarify, "fail", bot.About{}) },
			[]string{"unanswered: requests involved covered clarified contained unanswered"}},
		{"called solved", func(s *story) { s.answered(); s.solved() }, []string{"confirmed: " + asked + "confirmed solved"}},
		{"solved, but nothing asked", func(s *story) { s.solved() }, []string{": small_talk_only"}},
		{"called solved, and then more", func(s *story) { s.answered(); s.solved(); s.answered() },
			[]string{"assumed: " + asked + "assumed solved revoked"}},
		{"called solved, and thanks", func(s *story) {
			s.answered()
			s.solved()
			s.said("谢谢", bot.MoveSmallTalk, "thanks", bot.About{})
		}, []string{"confirmed: " + asked + "confirmed solved"}},
		{"it did not help", func(s *story) {
			s.answered()
			s.tapped("not_resolved", bot.MoveNotHelped, "not_helped", bot.About{})
		}, []string{"abandoned: " + asked + "abandoned unanswered"}},
		{"it did not help, and then did", func(s *story) {
			s.answered()
			s.tapped("not_resolved", bot.MoveNotHelped, "not_helped", bot.About{})
			s.solved()
		}, []string{"confirmed: " + asked + "confirmed solved"}},
		{"left at a step", func(s *story) { s.answered(); s.begins("net", "a/1") }, []string{"abandoned: " + asked + "abandoned guided"}},
		{"every step done", func(s *story) {
			s.answered()
			s.begins("net", "a/1")
			s.tapped("step.tried", bot.MoveStep, "fail", bot.About{Flow: "net"}, bot.StepTaken{Flow: "net", Step: "a/1", Fix: "a", Outcome: bot.StepTried})
		}, []string{"assumed: " + assumed + " guided"}},
		{"no step helped", func(s *story) {
			s.answered()
			s.begins("net", "a/1")
			s.tapped("step.failed", bot.MoveStep, "fail", bot.About{}, bot.StepTaken{Flow: "net", Step: "a/1", Fix: "a", Outcome: bot.StepFailed},
				bot.FlowEnded{Flow: "net", Outcome: bot.FlowExhausted})
		}, []string{"abandoned: " + asked + "abandoned guided unanswered"}},
		{"left at the form", func(s *story) {
			s.said("我要申诉", bot.MoveAppeal, "appeal", bot.About{Appeal: bot.AppealExplain}, bot.AppealStarted{})
		}, []string{"abandoned: " + asked + "abandoned appeal_started"}},
	}
}

func returns() []history {
	back := "requests involved answered covered contained "
	return []history{
		{"asks again within the hour", func(s *story) { s.answered(); s.wait(hour); s.answered() }, []string{"assumed: " + assumed}},
		{"asks again after a pause", func(s *story) { s.answered(); s.wait(hour + 1); s.answered() },
			[]string{"open: " + back + "returned_24h returned_7d", "assumed: " + assumed}},
		{"solved, and back the same day", func(s *story) { s.answered(); s.solved(); s.wait(24 * hour); s.answered() },
			[]string{"open: " + back + "revoked returned_24h returned_7d", "assumed: " + assumed}},
		{"solved, and back the next day", func(s *story) { s.answered(); s.solved(); s.wait(24*hour + 1); s.answered() },
			[]string{"confirmed: " + back + "confirmed solved returned_7d", "assumed: " + assumed}},
		{"back after a week", func(s *story) { s.answered(); s.wait(7*24*hour + 1); s.answered() },
			[]string{"assumed: " + assumed, "assumed: " + assumed}},
		{"back elsewhere", func(s *story) { s.answered(); s.in("c2"); s.answered() },
			[]string{"open: " + back + "returned_24h returned_7d", "assumed: " + assumed}},
		{"back elsewhere to say hello", func(s *story) { s.answered(); s.in("c2"); s.said("你好", bot.MoveSmallTalk, "greet", bot.About{}) },
			[]string{"assumed: " + assumed, ": small_talk_only"}},
		{"two windows", func(s *story) {
			s.answered()
			s.in("c2")
			s.answered()
			s.in("c1")
			s.answered()
		}, []string{"open: " + back + "returned_24h returned_7d", "assumed: " + assumed}},
		{"three times, the third in the first chat", func(s *story) {
			s.answered()
			s.in("c2")
			s.wait(2 * hour)
			s.answered()
			s.in("c1")
			s.wait(48 * hour)
			s.answered()
		}, []string{"open: " + back + "returned_24h returned_7d", "assumed: " + back + "assumed solved returned_7d", "assumed: " + assumed}},
		{"somebody else", func(s *story) { s.answered(); s.in("c2"); s.who.User = "u2"; s.answered() },
			[]string{"assumed: " + assumed, "assumed: " + assumed}},
		{"the same name elsewhere", func(s *story) { s.answered(); s.in("c2"); s.who.Tenant = "other"; s.answered() }, []string{"assumed: " + assumed}},
		{"nobody known", func(s *story) {
			s.who = bot.Identity{Tenant: "acme", User: "anon-1", Anonymous: true}
			s.answered()
			s.in("c2")
			s.answered()
		}, []string{"open: " + back + "returned_24h returned_7d anonymous", "assumed: " + assumed + " anonymous"}},
		{"thanks after hours", func(s *story) {
			s.answered()
			s.wait(5 * hour)
			s.said("谢谢", bot.MoveSmallTalk, "thanks", bot.About{})
		},
			[]string{"assumed: " + assumed}},
		{"solved after days", func(s *story) { s.answered(); s.wait(72 * hour); s.solved() }, []string{"confirmed: " + back + "confirmed solved"}},
		{"a step after hours", func(s *story) { s.answered(); s.begins("net", "a/1"); s.wait(5 * hour); s.tries("net", "a/1", "") },
			[]string{"assumed: " + assumed + " guided"}},
		{"a step after days", func(s *story) { s.answered(); s.begins("net", "a/1"); s.wait(25 * hour); s.tries("net", "a/1", "") },
			[]string{"abandoned: " + back + "returned_7d abandoned guided", "assumed: " + assumed + " guided"}},
		{"a clock that goes back", func(s *story) { s.answered(); s.wait(-3 * hour); s.answered() }, []string{"assumed: " + assumed}},
		{"a clock that goes back elsewhere: the order of the log counts", func(s *story) {
			s.answered()
			s.in("c2")
			s.wait(-30 * hour)
			s.answered()
		}, []string{"open: " + back + "returned_24h returned_7d", "assumed: " + assumed}},
	}
}

func humans() []history {
	talked := humane + "human_answered "
	return []history{
		{"only a human", func(s *story) { s.wantsHuman("requested") }, []string{"handed_off: " + humane + "human_awaited"}},
		{"asked for, and withdrawn", func(s *story) { s.answered(); s.wantsHuman("requested"); s.cancels() },
			[]string{"handed_off: requests involved answered covered handed_off handoff_cancelled"}},
		{"withdrawn, and answered", func(s *story) { s.wantsHuman("requested"); s.cancels(); s.answered() },
			[]string{"handed_off: requests involved answered covered handed_off handoff_cancelled"}},
		{"nobody there", func(s *story) {
			s.said("转人工", bot.MoveHandoff, "agent", bot.About{}, bot.HandoffChanged{State: bot.HandoffRequested, Reason: "requested"})
		}, []string{"handed_off: " + humane + "ticketed human_awaited"}},
		{"in good hands", func(s *story) { s.wantsHuman("requested"); s.claimed() }, []string{"handed_off: " + humane + "human_talking"}},
		{"what an agent is told is no question to the bot", func(s *story) {
			s.wantsHuman("requested")
			s.claimed()
			s.agentWrites()
			s.wait(3 * hour)
			s.said("为什么", bot.MoveRelay, "", bot.About{})
		}, []string{"handed_off: " + talked + "human_talking"}},
		{"solved by a human", func(s *story) {
			s.wantsHuman("requested")
			s.claimed()
			s.agentWrites()
			s.closed(bot.SolvedYes)
			s.solved()
		}, []string{"handed_off: " + talked + "human_resolved human_solved"}},
		{"not solved by a human", func(s *story) { s.wantsHuman("requested"); s.claimed(); s.closed(bot.SolvedNo) },
			[]string{"handed_off: " + humane + "human_resolved"}},
		{"a human, and the bot again", func(s *story) {
			s.wantsHuman("requested")
			s.claimed()
			s.agentWrites()
			s.closed(bot.SolvedYes)
			s.answered()
		}, []string{"handed_off: requests involved answered covered handed_off human_answered human_resolved human_solved"}},
		{"a human, and back after a pause", func(s *story) {
			s.wantsHuman("requested")
			s.claimed()
			s.agentWrites()
			s.wait(3 * hour)
			s.closed(bot.SolvedYes)
			s.wait(2 * hour)
			s.answered()
		}, []string{"handed_off: requests returned_24h returned_7d handed_off human_answered human_resolved human_solved", "assumed: " + assumed}},
		{"waits over night", func(s *story) { s.wantsHuman("requested"); s.wait(12 * hour); s.answered() },
			[]string{"handed_off: requests involved answered covered handed_off human_awaited"}},
		{"a promise broken", func(s *story) {
			s.wantsHuman("requested")
			s.turn(bot.Breached{Queue: "general"}, bot.HandoffChanged{State: bot.HandoffQueued, Queue: "general"}, bot.Message{Author: bot.AuthorBot})
		}, []string{"handed_off: " + humane + "breached human_awaited"}},
		{"distress", func(s *story) {
			s.said("不想活了", bot.MoveCare, "distress", bot.About{}, bot.HandoffChanged{State: bot.HandoffQueued, Reason: "distress", Queue: "care"})
		}, []string{"handed_off: " + humane + "distress human_awaited"}},
		{"distress in front of a human", func(s *story) {
			s.wantsHuman("requested")
			s.claimed()
			s.said("不想活了", bot.MoveRelay, "", bot.About{}, bot.Alarmed{Reason: "distress"})
		}, []string{"handed_off: " + humane + "distress human_talking"}},
		{"an appeal that nobody takes", func(s *story) {
			s.said("我要申诉", bot.MoveAppeal, "appeal", bot.About{Appeal: bot.AppealExplain}, bot.AppealStarted{})
			s.tapped("appeal.submit", bot.MoveAppeal, "appeal", bot.About{}, bot.AppealSubmitted{}, bot.HandoffChanged{State: bot.HandoffRequested, Reason: "appeal"})
			s.wait(50 * hour)
			s.turn(bot.AppealRefused{Class: bot.RefusalClass("late")})
		}, []string{"handed_off: requests involved answered covered handed_off ticketed appeal_started appeal_submitted human_awaited appeal_refused"}},
		{"an appeal sent", func(s *story) {
			s.said("我要申诉", bot.MoveAppeal, "appeal", bot.About{Appeal: bot.AppealExplain}, bot.AppealStarted{}, bot.RightInvoked{Right: "human_review"})
			s.tapped("appeal.submit", bot.MoveAppeal, "appeal", bot.About{}, bot.AppealSubmitted{}, bot.HandoffChanged{State: bot.HandoffRequested, Reason: "appeal"})
			s.wait(50 * hour)
			s.turn(bot.AppealAccepted{})
		}, []string{"handed_off: requests involved answered covered handed_off ticketed right_review appeal_started appeal_submitted appeal_accepted human_awaited"}},
	}
}

func facts() []history {
	ok := func(d bot.Decision) bot.Checked {
		return bot.Checked{Outcome: bot.CheckOK, Verdict: &bot.Verdict{Decision: d}}
	}
	return []history{
		{"verdicts", func(s *story) {
			s.said("为什么", bot.MoveAnswer, "fail", bot.About{}, ok(bot.Ineligible))
			s.said("再查", bot.MoveAnswer, "fail", bot.About{}, ok(bot.Eligible))
			s.said("再查", bot.MoveAnswer, "fail", bot.About{}, ok(bot.InReview))
		}, []string{"assumed: " + assumed + " checked eligible ineligible in_review"}},
		{"a check that failed", func(s *story) {
			s.said("为什么", bot.MoveAnswer, "fail", bot.About{}, bot.Checked{Outcome: bot.CheckTimeout})
		},
			[]string{"assumed: " + assumed + " check_failed"}},
		{"votes", func(s *story) { s.answered(); s.vote(1, "down") }, []string{"assumed: " + assumed + " rated"}},
		{"a vote changed", func(s *story) { s.answered(); s.vote(1, "down"); s.vote(1, "up") }, []string{"assumed: " + assumed + " rated rated_up"}},
		{"a right", func(s *story) {
			s.said("凭什么", bot.MoveAnswer, "why", bot.About{}, bot.RightInvoked{Right: "explanation"})
		},
			[]string{"assumed: " + assumed + " right_explanation"}},
		{"a scam", func(s *story) { s.said("要我转账", bot.MoveWarn, "scam", bot.About{}, bot.Warned{Warning: "scam"}) },
			[]string{"assumed: " + assumed + " scam_warned"}},
		{"under age", func(s *story) { s.said("我十六", bot.MoveRefuse, "minor", bot.About{}, bot.AgeKnown{Minor: true}) },
			[]string{"assumed: " + assumed + " minor"}},
		{"not under age after all", func(s *story) {
			s.said("我十六", bot.MoveRefuse, "minor", bot.About{}, bot.AgeKnown{Minor: true})
			s.said("我二十六", bot.MoveAnswer, "status", bot.About{}, bot.AgeKnown{})
		}, []string{"assumed: " + assumed}},
		{"abuse", func(s *story) { s.said("笨蛋", bot.MoveSmallTalk, "abuse", bot.About{}) }, []string{": small_talk_only abused"}},
		{"an incident", func(s *story) { s.said("打不开", bot.MoveAnswer, "fail", bot.About{Incident: "inc"}) },
			[]string{"assumed: " + assumed + " incident_shown"}},
		{"personal data", func(s *story) {
			s.user(bot.Message{Masked: []string{"phone"}}, bot.Understood{Move: bot.MoveAnswer}, &bot.About{}, nil)
		}, []string{"assumed: " + assumed + " masked"}},
		{"confirmed by a check", func(s *story) {
			s.said("为什么", bot.MoveAnswer, "fail", bot.About{Cause: "net"}, ok(bot.Ineligible))
			s.begins("net", "a/1")
			s.tries("net", "a/1", "a")
			s.tapped("flow.check", bot.MoveStep, "fail", bot.About{}, ok(bot.Eligible), bot.FlowEnded{Flow: "net", Outcome: bot.FlowSolved},
				bot.Resolved{Confirmed: true}, bot.FixConfirmed{Flow: "net", Cause: "net", Fixes: []string{"a"}})
		}, []string{"confirmed: " + asked + "confirmed solved checked eligible ineligible guided flow_solved check_confirmed"}},
	}
}

// begins is being led through a flow.
func (s *story) begins(flow, step string) {
	s.t.Helper()
	s.tapped("flow:"+flow, bot.MoveStep, "fail", bot.About{Flow: flow, Step: step, Fixes: []string{"a"}}, bot.FlowStarted{Flow: flow})
}

// tries is the last step of a flow.
func (s *story) tries(flow, step, fix string) {
	s.t.Helper()
	s.tapped("step.tried", bot.MoveStep, "fail", bot.About{Flow: flow}, bot.StepTaken{Flow: flow, Step: step, Fix: fix, Outcome: bot.StepTried})
}

func TestContacts(t *testing.T) {
	t.Parallel()
	for _, h := range histories() {
		t.Run(h.name, func(t *testing.T) {
			t.Parallel()
			o := analytics.NewOracle(time.UTC)
			h.tells(newStory(t, o))
			var got []string
			for _, c := range contacts(t, o) {
				got = append(got, string(c.Outcome)+": "+marksOf(c))
			}
			want := make([]string, len(h.want))
			for i, words := range h.want {
				want[i] = strings.TrimRight(words, " ")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("want, got:\n%s", diff)
			}
		})
	}
}
