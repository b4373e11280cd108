package bottest

import (
	"fmt"
	"strings"
	"time"

	"kaitong/bot"
)

// Turn returns version of conversation holding one user message. Two turns
// made from the same arguments are equal; any other argument shows in it.
func Turn(conversation string, version int64, text string) bot.Turn {
	return bot.Turn{
		Conversation: conversation,
		Version:      version,
		At:           time.Date(2026, 3, 1, 9, 30, 0, int(version%1e9), time.UTC),
		Events: []bot.Event{bot.Message{
			Seq:    version,
			ID:     fmt.Sprintf("%s-%d", conversation, version),
			Author: bot.AuthorUser,
			Blocks: []bot.Block{{Type: bot.BlockText, Text: text}},
		}},
	}
}

// Texts are message texts that storage likes to damage.
func Texts() map[string]string {
	return map[string]string{
		"empty":         "",
		"chinese":       "为什么我的借呗开通不了？我从没逾期过。",
		"emoji":         "急😭 家人👨‍👩‍👧‍👦 旗🇨🇳 肤色👍🏽",
		"zero bytes":    "a\x00b\x00",
		"control":       "tab\tline\nreturn\r\u0085bell\a del\u007f",
		"invisible":     "借\u200b呗\ufeff \u202eabc\u202c\u2028\u2029",
		"markup":        `<script>alert("1")</script> & {{.}} ${x} %s %d '; DROP TABLE turns; --`,
		"backslashes":   `\\ \u0041 \n "quoted"`,
		"combining":     "e" + strings.Repeat("\u0301", 300),
		"astral":        "𠮷野家 𝒜𝓁𝒾𝓅𝒶𝓎",
		"64 KiB ascii":  strings.Repeat("a", 64<<10),
		"64 KiB of 啊":   strings.Repeat("啊", (64<<10)/3),
		"ends in slash": `C:\`,
	}
}

// EveryEvent returns one event of every kind with every field set, followed
// by one of every kind with none. A kind added to package bot belongs here.
func EveryEvent() []bot.Event {
	at := time.Date(2026, 3, 1, 9, 30, 15, 123456789, time.UTC)
	return append([]bot.Event{
		bot.Started{Tenant: "default", User: "demo-thin-history", Anonymous: true, Product: "jiebei", Locale: "zh-CN", Pack: "jiebei@1",
			Client: &bot.Client{AppVersion: "10.5.1", OS: "ios", Network: "wifi", Region: "浙江", Channel: "app"}},
		fullMessage(),
		bot.AgeKnown{Minor: true},
		bot.Understood{
			Move: bot.MoveAnswer, Intent: "fail.credit_thin", Confidence: 0.1 + 0.2, OutOfScope: true, Locale: "zh-CN",
			Ranking:  []bot.Ranked{{Intent: "fail.credit_thin", Confidence: 0.7312345678901234}, {Intent: "other", Confidence: 1e-12}},
			Entities: []bot.EntityRef{{Kind: "product", Value: "借呗", Negated: true}}, Reader: "llm",
		},
		bot.Claimed{Tenant: "default", User: "user-4711"},
		bot.Checked{Outcome: bot.CheckOK, Verdict: &bot.Verdict{
			Decision:   bot.Ineligible,
			Reasons:    []bot.Reason{{Code: "CREDIT_THIN", Params: map[string]string{"months": "3", "说明": "不足"}}},
			Appealable: true, ReviewETA: &at, CheckedAt: at, ValidUntil: at.Add(time.Hour),
		}},
		bot.HandoffChanged{
			Seq: 3, State: bot.HandoffQueued, Reason: "requested", Ticket: "T-1", Owner: 2, Queue: "care", Priority: 100,
			Agent: &bot.Agent{ID: "lin", Name: "林晓"}, Due: &at, Until: &at,
		},
		bot.Attended{ID: "d1", Digest: "sha256:2", Agent: bot.Agent{ID: "lin", Name: "林晓"}, Act: bot.DeskReply},
		bot.Noted{Agent: bot.Agent{ID: "lin", Name: "林晓"}, Text: "等他上传证件"},
		bot.Disposed{Agent: bot.Agent{ID: "lin", Name: "林晓"}, Cause: "credit.thin_history", Solved: bot.SolvedNo, Note: "要等一周"},
		bot.Breached{Queue: "care", Due: at, Next: &at},
		bot.Alarmed{Reason: "distress", Priority: 100},
		bot.RightInvoked{Right: "explanation"},
		bot.Warned{Warning: "scam"},
		bot.FeedbackGiven{Message: "m1", Vote: "down", Reason: "没有帮助", ID: "v1", Digest: "sha256:1"},
		bot.Resolved{Confirmed: true},
		bot.FlowStarted{Flow: "network", Edition: "5f2b9c", Cause: "technical.network", Before: bot.Ineligible},
		bot.StepTaken{Flow: "network", Step: "network.check/1", Fix: "network.check", Outcome: bot.StepAnswered, Answer: "yes"},
		bot.FlowEnded{Flow: "network", Outcome: bot.FlowSolved},
		bot.FixConfirmed{Flow: "network", Cause: "technical.network", Fixes: []string{"network.check"}, Before: bot.Ineligible, After: bot.Eligible},
		bot.AppealStarted{Product: "jiebei", Causes: []string{"credit.bad_record"}, Decided: at},
		bot.AppealFilled{Field: "explanation", Value: "账单去年就还清了"},
		bot.ProofAttached{Proof: bot.Proof{ID: "p1", Name: "结清证明.pdf", Type: "application/pdf", Size: 1 << 20, SHA256: "9f86d081"}},
		bot.AppealSubmitted{Reference: "A-7F31-09BC-22E4"},
		bot.AppealAccepted{Reference: "A-7F31-09BC-22E4", At: at},
		bot.AppealRefused{Reference: "A-7F31-09BC-22E4", Class: bot.RefusedLate, At: at},
		bot.ProofDropped{ID: "p1"},
	}, bareEvents()...)
}

func fullMessage() bot.Message {
	return bot.Message{
		Seq: 1, ID: "m1", Author: bot.AuthorBot, Re: "u1", Digest: "sha256:0", Choice: "c1", Masked: []string{"phone"}, By: &bot.Agent{ID: "lin", Name: "林晓"},
		Blocks: []bot.Block{
			{Type: bot.BlockNotice, Level: "care", Text: "先别着急。", Source: "phrase:care"},
			{Type: bot.BlockSteps, Title: "可以这样做", At: 2, Of: 5, Export: "1. 补全资料\n", Items: []bot.Item{{Label: "1", Text: "补全资料", How: "我的 > 设置", Source: "fix:profile.complete"}}},
			{Type: bot.BlockLink, Text: "帮助", URL: "https://example.com/?a=1&b=2"},
			{Type: bot.BlockForm, Title: "申诉", Fields: []bot.Field{{ID: "proofs", Label: "证明", Kind: bot.FieldFile, Value: "1", Optional: true}}},
			{Type: bot.BlockChoices, Choices: []bot.Choice{{ID: "done", Label: "已解决"}}},
		},
		About: &bot.About{
			Intent: "fail.credit_thin", Confidence: 0.9, Cause: "credit.thin_history", Reasons: []string{"credit.thin_history"},
			Fixes: []string{"profile.complete"}, Sources: []string{"cause:credit.thin_history"}, Decision: bot.Ineligible, Nth: 1, Composed: "authored",
			Symptom: "sms_code", Flow: "network", Step: "network.check/1", Incident: "outage-1", Appeal: bot.AppealProofs,
		},
	}
}

func bareEvents() []bot.Event {
	return []bot.Event{
		bot.Started{}, bot.Claimed{}, bot.Message{}, bot.Understood{}, bot.Checked{}, bot.HandoffChanged{},
		bot.Attended{}, bot.Noted{}, bot.Disposed{}, bot.Breached{}, bot.Alarmed{},
		bot.RightInvoked{}, bot.Warned{}, bot.AgeKnown{}, bot.FeedbackGiven{}, bot.Resolved{},
		bot.FlowStarted{}, bot.StepTaken{}, bot.FlowEnded{}, bot.FixConfirmed{},
		bot.AppealStarted{}, bot.AppealFilled{}, bot.ProofAttached{}, bot.AppealSubmitted{}, bot.AppealAccepted{}, bot.AppealRefused{}, bot.ProofDropped{},
	}
}
