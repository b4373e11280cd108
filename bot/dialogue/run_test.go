package dialogue

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"kaitong/bot"
	"kaitong/bot/bottest"
	"kaitong/intents"
	"kaitong/knowledge"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var shipped = sync.OnceValues(func() (bot.Edition, error) {
	base, err := knowledge.Load(knowledge.Shipped())
	if err != nil {
		return bot.Edition{}, err
	}
	model, err := intents.TrainShipped()
	return bot.Edition{ID: "shipped", Base: base, Model: model}, err
})

// options play the shipped pack with a log in memory, and a service that
// leaves out what may not be told as the real client does.
func options(t *testing.T) Options {
	t.Helper()
	edition, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	return Options{
		Edition: edition, Log: bottest.NewEventLog(), Now: time.Now,
		Check: func(_ context.Context, _ bot.CheckRequest, reply knowledge.Reply) (bot.Verdict, error) {
			return verdict(edition.Base, reply)
		},
	}
}

func verdict(base *knowledge.Base, reply knowledge.Reply) (bot.Verdict, error) {
	switch reply.Fails {
	case "timeout":
		return bot.Verdict{}, bot.ErrCheckTimeout
	case "unavailable":
		return bot.Verdict{}, bot.ErrCheckUnavailable
	case "invalid":
		return bot.Verdict{}, bot.ErrCheckInvalid
	}
	v := bot.Verdict{Decision: bot.Decision(reply.Decision), Appealable: reply.Appealable}
	for _, code := range reply.Reasons {
		if base.Class(code) == knowledge.Silent {
			code, v.Appealable = "REVIEW_NOT_PASSED", true
		}
		v.Reasons = append(v.Reasons, bot.Reason{Code: code})
	}
	return v, nil
}

func refused(codes ...string) knowledge.Reply {
	return knowledge.Reply{Decision: "ineligible", Reasons: codes, Appealable: true}
}

// play runs one dialogue and returns what was found wrong.
func play(t *testing.T, d knowledge.Dialogue) []Failure {
	t.Helper()
	report, err := Run(t.Context(), options(t), []knowledge.Dialogue{d})
	if err != nil {
		t.Fatal(err)
	}
	return report.Failures()
}

const why = "为什么我的借呗开通不了"

func TestPassingDialogues(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]knowledge.Dialogue{
		"a reason and what helps": {
			Replies: []knowledge.Reply{refused("OVERDUE_CURRENT")},
			Turns: []knowledge.Exchange{
				{Say: why, Expect: knowledge.Expect{
					Move: "answer", Intent: "fail.unspecified", Cause: "credit.bad_record", Reasons: []string{"credit.bad_record"},
					Decision: "ineligible", Fixes: []string{"repay.on_time"}, NotFixes: []string{"network.check"},
					Choices: []string{"resolved", "agent"}, Missing: []string{"cancel_agent"}, Sources: []string{"cause:credit.bad_record"},
					Said: []string{"逾期"}, NotSaid: []string{"反洗钱"}, Flow: "none", Step: "none", Symptom: "none", Handoff: "none",
					Events: []string{"started", "checked", "message"},
				}},
				{Tap: "agent", Expect: knowledge.Expect{Move: "handoff", Handoff: "requested", Events: []string{"handoff"}}},
			},
			Never: []string{"一定会通过"},
		},
		"the replies come in order and the last one stays": {
			Replies: []knowledge.Reply{{Fails: "timeout"}, {Decision: "eligible"}},
			Turns: []knowledge.Exchange{
				{Say: why, Expect: knowledge.Expect{Decision: "unknown"}},
				{Say: "再查一次", Expect: knowledge.Expect{Decision: "eligible"}},
				{Say: "再查一次", Expect: knowledge.Expect{Decision: "eligible"}},
			},
		},
		"somebody who is not signed in": {
			Anonymous: true,
			Turns:     []knowledge.Exchange{{Say: why, Expect: knowledge.Expect{Decision: "none", Sources: []string{"phrase:verdict.anonymous"}}}},
		},
		"another language than the one written": {
			Locale: knowledge.English, Replies: []knowledge.Reply{{Decision: "eligible"}},
			Turns: []knowledge.Exchange{{Say: why, Expect: knowledge.Expect{Said: []string{"I’ve just checked"}}}},
		},
		"an incident": {
			Replies: []knowledge.Reply{refused("SERVICE_OUTAGE")}, Incidents: []string{"technical"},
			Turns: []knowledge.Exchange{{Say: why, Expect: knowledge.Expect{Sources: []string{"incident:incident-technical"}}}},
		},
		"what must not be told cannot be told apart": {
			Replies: []knowledge.Reply{refused("REVIEW_NOT_PASSED")},
			Alike:   [][]knowledge.Reply{{refused("LIST_MATCH")}, {refused("NO_CODE_OF_OURS")}},
			Turns:   []knowledge.Exchange{{Say: why}, {Say: "到底为什么"}, {Tap: "agent"}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, failure := range play(t, d) {
				t.Error(failure)
			}
		})
	}
}

func TestUnmetExpectations(t *testing.T) {
	t.Parallel()
	for want, expect := range map[string]knowledge.Expect{
		`move is "answer", want "clarify"`:                              {Move: "clarify"},
		`intent is "fail.unspecified", want "closed"`:                   {Intent: "closed"},
		`symptom is "none", want "limit_gone"`:                          {Symptom: "limit_gone"},
		`cause is "credit.bad_record", want "none"`:                     {Cause: "none"},
		`decision is "ineligible", want "eligible"`:                     {Decision: "eligible"},
		`flow is "none", want "network"`:                                {Flow: "network"},
		`step is "none", want "network.check/1"`:                        {Step: "network.check/1"},
		`handoff is "none", want "requested"`:                           {Handoff: "requested"},
		`reasons are [credit.bad_record], want []`:                      {Reasons: []string{}},
		`fix "client.update" is not shown; there is repay.on_time`:      {Fixes: []string{"client.update"}},
		`fix "repay.on_time" is shown`:                                  {NotFixes: []string{"repay.on_time"}},
		`choice "none" is not offered; there is`:                        {Choices: []string{"none"}},
		`choice "agent" is offered`:                                     {Missing: []string{"agent"}},
		`source "phrase:greeting" is not quoted`:                        {Sources: []string{"phrase:greeting"}},
		`event "handoff" is not in the turn; there is started, message`: {Events: []string{"handoff"}},
		`the answer does not say "恭喜"`:                                  {Said: []string{"恭喜"}},
		`the answer says "逾期"`:                                          {NotSaid: []string{"逾期"}},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			failures := play(t, knowledge.Dialogue{
				ID: "overdue", File: "dialogues/overdue.yaml", Replies: []knowledge.Reply{refused("OVERDUE_CURRENT")},
				Turns: []knowledge.Exchange{{Say: why, Expect: expect, Line: 7}},
			})
			if len(failures) != 1 {
				t.Fatalf("%d failures, want one: %v", len(failures), failures)
			}
			text := failures[0].String()
			if !strings.HasPrefix(text, "dialogues/overdue.yaml:7: turn 1 「"+why+"」: "+want) || !strings.Contains(text, "\n    answered: 刚帮你查了") {
				t.Errorf("got\n%s\nwant\n%s", text, want)
			}
		})
	}
}

func TestBrokenDialogues(t *testing.T) {
	t.Parallel()
	overdue := []knowledge.Reply{refused("OVERDUE_CURRENT")}
	for want, d := range map[string]knowledge.Dialogue{
		`turn 1 [resolved]: choice "resolved" is not offered; there is none`:  {Turns: []knowledge.Exchange{{Tap: "resolved"}, {Say: why}}},
		`choice "flow.resume" is not offered; there is`:                       {Replies: overdue, Turns: []knowledge.Exchange{{Say: why}, {Tap: "flow.resume"}}},
		`a check was made, but no eligibility reply is recorded`:              {Turns: []knowledge.Exchange{{Say: why}}},
		`the answer says "逾期", which this dialogue must never say`:            {Replies: overdue, Never: []string{"逾期"}, Turns: []knowledge.Exchange{{Say: why}}},
		`with the replies of alike[0] the answer differs: …`:                  {Replies: overdue, Alike: [][]knowledge.Reply{{refused("DEBT_MULTIPLE")}}, Turns: []knowledge.Exchange{{Say: why}}},
		`with the replies of alike[0]: choice "cause:credit.multiple_debts" `: {Replies: []knowledge.Reply{refused("OVERDUE_CURRENT", "DEBT_MULTIPLE")}, Alike: [][]knowledge.Reply{overdue}, Turns: []knowledge.Exchange{{Say: why}, {Tap: "cause:credit.multiple_debts"}}},
		`no answer: message u1: text: invalid input`:                          {Turns: []knowledge.Exchange{{Say: strings.Repeat("长", bot.MaxText+1)}}},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			failures := play(t, d)
			if len(failures) != 1 || !strings.Contains(failures[0].String(), want) {
				t.Errorf("got %v, want one with %s", failures, want)
			}
		})
	}
}

func TestResultsComeInOrder(t *testing.T) {
	t.Parallel()
	var dialogues []knowledge.Dialogue
	for i := range 30 {
		dialogues = append(dialogues, knowledge.Dialogue{ID: fmt.Sprint("d", i), Turns: []knowledge.Exchange{{Say: "你好"}}})
	}
	dialogues[11].Turns[0].Expect.Move = "answer"
	o, told := options(t), 0
	o.Parallel = 7
	o.Progress = func(done, total int) {
		if told++; done != told || total != 30 {
			t.Errorf("progress says %d of %d after %d", done, total, told)
		}
	}
	report, err := Run(t.Context(), o, dialogues)
	if err != nil {
		t.Fatal(err)
	}
	for i, result := range report.Results {
		if result.Dialogue != dialogues[i].ID || len(result.Exchanges) != 1 {
			t.Errorf("result %d is %+v", i, result)
		}
	}
	if told != 30 || report.Failed() != 1 || report.Failures()[0].Dialogue != "d11" {
		t.Errorf("told %d, failures %v", told, report.Failures())
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, options(t), []knowledge.Dialogue{{Turns: []knowledge.Exchange{{Say: why}}}}); err == nil {
		t.Error("no error from a cancelled run")
	}
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	report, err := Run(t.Context(), options(t), []knowledge.Dialogue{{
		Replies: []knowledge.Reply{refused("OVERDUE_CURRENT")}, Turns: []knowledge.Exchange{{Say: why}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	reached := map[string]string{"causes": "credit.bad_record", "fixes": "repay.on_time", "intents": "fail.unspecified"}
	for _, part := range report.Coverage {
		never := strings.Join(part.Never, " ")
		if id := reached[part.Kind]; id != "" && (strings.Contains(never, id) || len(part.Never) != part.All-1) {
			t.Errorf("%s: %d, never %s", part.Kind, part.All, never)
		}
	}
}
