package bot_test

import (
	"testing"
	"time"

	"kaitong/bot"
	"kaitong/intents"
	"kaitong/knowledge"
)

func symptoms() map[string]string {
	return map[string]string{
		"symptoms/code_missing.yaml": `id: code_missing
label: {zh-CN: 收不到验证码, en: No code arrives}
says: {zh-CN: [验证码 … 收不到], en: [code … never arrives]}
intents: [fail.identity, fail.system]
text:
  - {zh-CN: 先看看短信有没有被拦截。, en: See whether messages are being blocked.}
fixes: [network.check]
related: [fail.system, fail.identity]`,
		"symptoms/stolen.yaml": `id: stolen
label: {zh-CN: 账号被盗, en: Account stolen}
says: {zh-CN: [被盗], en: [stolen]}
intents: [fail.risk]
alone: true
cause: account.security_check
text:
  - {zh-CN: 先挂失。, en: Suspend it first.}
fixes: [account.protect]
handoff: true
when: {os: [ios]}`,
	}
}

func TestSymptomRefinesTheAnswer(t *testing.T) {
	t.Parallel()
	base := guided(t, symptoms())
	reading := func(intent string, scope intents.Scope, seen ...string) bot.Reading {
		r := bot.Reading{Result: intents.Result{Ranking: []intents.Candidate{{Intent: intent, Confidence: 0.9}}, Scope: scope}}
		for _, id := range seen {
			r.Result.Entities = append(r.Result.Entities, intents.Entity{Kind: "symptom", Value: id})
		}
		r.Client.OS, r.Day = "ios", time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
		return r
	}
	android := reading("other", intents.OutOfScope, "stolen")
	android.Client.OS = "android"
	tests := []struct {
		name            string
		reading         bot.Reading
		intent, symptom string
		move            bot.Move
	}{
		{"of the question asked", reading("fail.system", intents.Confident, "code_missing"), "fail.system", "code_missing", bot.MoveAnswer},
		{"of another question", reading("fail.debt", intents.Confident, "code_missing"), "fail.debt", "", bot.MoveAnswer},
		{"where the question is unclear", reading("fail.debt", intents.Unsure, "code_missing"), "fail.identity", "code_missing", bot.MoveAnswer},
		{"off topic", reading("other", intents.OutOfScope, "code_missing"), "other", "", bot.MoveFallback},
		{"off topic, but the words are enough", reading("other", intents.OutOfScope, "stolen"), "fail.risk", "stolen", bot.MoveAnswer},
		{"for another phone", android, "other", "", bot.MoveFallback},
		{"gone from the pack", reading("fail.debt", intents.Confident, "nothing"), "fail.debt", "", bot.MoveAnswer},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := bot.NewConversation("c")
			plan := bot.Decide(c, test.reading, base, knowledge.Chinese)
			if plan.Intent != test.intent || plan.Symptom != test.symptom || plan.Move != test.move {
				t.Errorf("%s %s %s, want %s %s %s", plan.Move, plan.Intent, plan.Symptom, test.move, test.intent, test.symptom)
			}
			reply := bot.Compose(plan, bot.Finding{}, base)
			if reply.About.Symptom != test.symptom {
				t.Errorf("about %q", reply.About.Symptom)
			}
		})
	}
}

// A symptom with a cause is a guess, and beside the neutral refusal a guess is
// neither confirmed nor denied; one without is plain help and stays.
func TestSymptomBesideTheNeutralRefusal(t *testing.T) {
	t.Parallel()
	base := guided(t, symptoms())
	finding := bot.Finding{Outcome: bot.CheckOK, Verdict: bot.Verdict{Decision: bot.Ineligible, Reasons: []bot.Reason{{Code: "REVIEW_NOT_PASSED"}}}}
	for symptom, told := range map[string]bool{"code_missing": true, "stolen": false} {
		seen, _ := base.Symptom(symptom)
		plan := bot.Decide(bot.NewConversation("c"), bot.Reading{
			Client: bot.Client{OS: "ios"}, Day: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC),
			Result: intents.Result{
				Ranking: []intents.Candidate{{Intent: seen.Intents[0], Confidence: 0.9}}, Scope: intents.Confident,
				Entities: []intents.Entity{{Kind: "symptom", Value: symptom}},
			},
		}, base, knowledge.Chinese)
		reply := bot.Compose(plan, finding, base)
		found := false
		for _, block := range reply.Blocks {
			found = found || block.Source == "symptom:"+symptom
		}
		if found != told {
			t.Errorf("%s: told %v, want %v: %v", symptom, found, told, reply.Blocks)
		}
	}
}
