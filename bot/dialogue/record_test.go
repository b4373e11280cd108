package dialogue

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"

	"kaitong/bot"
	"kaitong/bot/bottest"
	"kaitong/knowledge"
)

// talk leads a conversation and returns its turns.
func talk(t *testing.T, replies []knowledge.Reply, locale string, acts ...knowledge.Exchange) []bot.Turn {
	t.Helper()
	o := options(t)
	log := bottest.NewEventLog()
	o.Log = log
	report, err := Run(t.Context(), o, []knowledge.Dialogue{{Locale: knowledge.Locale(locale), Replies: replies, Turns: acts}})
	if err != nil {
		t.Fatal(err)
	}
	for _, failure := range report.Failures() {
		t.Fatal(failure)
	}
	turns, err := log.Load(t.Context(), "dialogue-1", 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	return turns
}

func TestRecordedDialoguesPass(t *testing.T) {
	t.Parallel()
	overdue := []knowledge.Reply{refused("OVERDUE_CURRENT", "DEBT_MULTIPLE")}
	tests := map[string]struct {
		replies []knowledge.Reply
		locale  string
		acts    []knowledge.Exchange
		want    []string // what the file holds
		not     []string // what it does not
	}{
		"words, taps and a human": {
			replies: overdue,
			acts:    []knowledge.Exchange{{Say: why}, {Say: "第二个呢"}, {Tap: "not_resolved"}, {Tap: "agent"}, {Tap: "cancel_agent"}},
			want: []string{
				`- say: "` + why + `"`, "- tap: not_resolved", "- {decision: ineligible, reasons: [OVERDUE_CURRENT, DEBT_MULTIPLE], appealable: true}",
				"reasons: [credit.bad_record, credit.multiple_debts]", "handoff: requested", "handoff: cancelled",
			},
		},
		"a flow": {
			replies: []knowledge.Reply{refused("NETWORK_UNTRUSTED"), {Decision: "eligible"}},
			acts: []knowledge.Exchange{
				{Say: "网络异常，借呗开不了"}, {Tap: "flow:network"}, {Tap: "step.tried"}, {Say: "还不行"}, {Say: "开通收费吗"},
				{Tap: "flow.resume"}, {Tap: "resolved"}, {Tap: "flow.check"},
			},
			want: []string{"- tap: \"flow:network\"", "step: network.check/vpn_off", "flow: network", "flow: none", "events: [flow_ended, fix_confirmed]"},
		},
		"failed checks": {
			replies: []knowledge.Reply{{Fails: "timeout"}, {Fails: "invalid"}, {Decision: "eligible"}},
			acts:    []knowledge.Exchange{{Say: why}, {Say: "再查一次"}, {Say: "再查一次"}},
			want:    []string{"- {fails: timeout}", "- {fails: invalid}", "- {decision: eligible}"},
		},
		"personal data": {
			replies: overdue,
			acts: []knowledge.Exchange{
				{Say: "我手机号是13912345678，为什么开通不了"}, {Say: "身份证号110101199003070134"},
				{Say: "手机13912345678，邮箱li@qq.com，怎么开不了"},
			},
			want: []string{"13800000000", "someone@example.com"},
			not:  []string{"13912345678", "110101199003070134", "li@qq.com"},
		},
		"a chosen language": {
			replies: overdue, locale: "en",
			acts: []knowledge.Exchange{{Say: "why can't I open it"}, {Say: "第二个呢"}, {Tap: "resolved"}},
			want: []string{"locale: en"},
		},
		"languages as written": {
			replies: overdue,
			acts:    []knowledge.Exchange{{Say: "why can't I open it"}, {Say: "第二个呢"}, {Tap: "resolved"}},
			not:     []string{"locale:"},
		},
		"texts that look like syntax": {
			replies: overdue,
			acts:    []knowledge.Exchange{{Say: "- a: {b}\n# \"c\" \\ 为什么开不了"}, {Say: "\u200b开通\u2028不了\t?"}},
			want:    []string{`\u200b`, `\n`},
			not:     []string{"\u200b"},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			recording, err := Record("recorded", talk(t, test.replies, test.locale, test.acts...))
			if err != nil {
				t.Fatal(err)
			}
			file := string(Encode(recording.Dialogue))
			for _, words := range test.want {
				if !strings.Contains(file, words) {
					t.Errorf("the file does not hold %q:\n%s", words, file)
				}
			}
			for _, words := range append(test.not, "dialogue-1", tenant) {
				if strings.Contains(file, words) {
					t.Errorf("the file holds %q:\n%s", words, file)
				}
			}
			read := decode(t, file)
			if diff := cmp.Diff(recording.Dialogue, read); diff != "" {
				t.Fatalf("read back (-written +read):\n%s", diff)
			}
			for _, failure := range play(t, read) {
				t.Errorf("%s\n%s", failure, file)
			}
			if len(recording.Notes) > 0 {
				t.Errorf("notes: %v", recording.Notes)
			}
		})
	}
}

// decode reads a file as far as these tests need it.
func decode(t *testing.T, file string) knowledge.Dialogue {
	t.Helper()
	var d knowledge.Dialogue
	if err := yaml.UnmarshalWithOptions([]byte(file), &d, yaml.Strict()); err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	return d
}

func TestRecordNotes(t *testing.T) {
	t.Parallel()
	overdue := []knowledge.Reply{refused("OVERDUE_CURRENT")}
	joined := append(talk(t, overdue, "", knowledge.Exchange{Say: why}, knowledge.Exchange{Tap: "agent"}),
		bot.Turn{Version: 3, Events: []bot.Event{bot.HandoffChanged{Seq: 9, State: bot.HandoffActive, Owner: 2}}},
		bot.Turn{Version: 4, Events: []bot.Event{bot.Message{Seq: 10, ID: "u9", Author: bot.AuthorUser, Blocks: []bot.Block{{Type: bot.BlockText, Text: "在吗"}}}}},
	)
	older := talk(t, overdue, "", knowledge.Exchange{Say: why}, knowledge.Exchange{Say: "你好"})
	older = append(older, bot.Turn{Version: 3, Events: []bot.Event{
		bot.Message{Seq: 9, ID: "u9", Author: bot.AuthorUser, Choice: "more", Blocks: []bot.Block{{Type: bot.BlockText, Text: "还有什么办法"}}},
		bot.Understood{Move: bot.MoveFollowUp},
		bot.Message{Seq: 10, ID: "b9", Author: bot.AuthorBot, Blocks: []bot.Block{{Type: bot.BlockText, Text: "还可以"}}},
	}})
	voted := append(talk(t, overdue, "", knowledge.Exchange{Say: why}), bot.Turn{Version: 2, Events: []bot.Event{bot.FeedbackGiven{ID: "v1", Vote: "up"}}})
	for name, test := range map[string]struct {
		turns []bot.Turn
		said  int
		note  string
	}{
		"a human takes over": {joined, 2, "A human took over; what followed is not recorded."},
		"an older choice":    {older, 3, "A choice of an older answer was tapped; its words are recorded as said."},
		"a vote":             {voted, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			recording, err := Record("r", test.turns)
			if err != nil {
				t.Fatal(err)
			}
			if len(recording.Dialogue.Turns) != test.said || test.note != "" && !slices.Contains(recording.Notes, test.note) {
				t.Errorf("%d exchanges, notes %v", len(recording.Dialogue.Turns), recording.Notes)
			}
		})
	}
}

func TestRecordNothing(t *testing.T) {
	t.Parallel()
	for name, turns := range map[string][]bot.Turn{
		"no turn": nil, "a hole": {{Version: 2}}, "nothing said": {{Version: 1, Events: []bot.Event{bot.Started{}}}},
	} {
		if _, err := Record("r", turns); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestEncodeEverything(t *testing.T) {
	t.Parallel()
	d := knowledge.Dialogue{
		ID: "all", About: "谁问: \"什么\" # 不是注释", Locale: "en", Anonymous: true,
		Client:  knowledge.Client{OS: "ios", AppVersion: "10.5", Network: "vpn", Region: "浙江"},
		Replies: []knowledge.Reply{{Decision: "review", ReviewETA: knowledge.Date{Time: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)}}, {Fails: "unavailable"}},
		Never:   []string{"yes", "- a", "{b}"}, Incidents: []string{"all", "technical.network"},
		Alike: [][]knowledge.Reply{{{Decision: "ineligible", Reasons: []string{"A_B"}}, {Fails: "timeout"}}},
		Turns: []knowledge.Exchange{
			{Say: "1\n2\r\n\x00\x7f\u0085", Expect: knowledge.Expect{Reasons: []string{}}},
			{Tap: "intent:appeal"},
			{Tap: "no", Expect: knowledge.Expect{
				Move: "answer", Intent: "closed", Symptom: "a", Cause: "b", Decision: "none", Reasons: []string{"c"}, Fixes: []string{"d.e"},
				Choices: []string{"flow:f", "answer:yes"}, Sources: []string{"cause:b"}, Said: []string{"「好」", "it's"}, NotSaid: []string{"%"}, Missing: []string{"g"},
				NotFixes: []string{"h"}, Flow: "none", Step: "i/1", Handoff: "requested", Events: []string{"j"},
			}},
		},
	}
	file := string(Encode(d))
	if !strings.Contains(file, "review_eta: 2026-12-01}") {
		t.Errorf("no date in\n%s", file)
	}
	d.Replies[0].ReviewETA = knowledge.Date{} // read by the loader of package knowledge only
	if diff := cmp.Diff(d, decode(t, string(Encode(d)))); diff != "" {
		t.Errorf("read back (-written +read):\n%s\n%s", diff, file)
	}
}

func FuzzEncode(f *testing.F) {
	for _, text := range bottest.Texts() {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, text, id string) {
		text, id = strings.ToValidUTF8(text, "?"), strings.ToValidUTF8(id, "?")
		if text == "" || id == "" {
			t.Skip()
		}
		want := knowledge.Dialogue{
			ID: id, Never: []string{text}, Incidents: []string{id, id},
			Turns: []knowledge.Exchange{{Say: text}, {Tap: id}, {Tap: id, Expect: knowledge.Expect{Said: []string{text}, Choices: []string{id}}}},
		}
		if diff := cmp.Diff(want, decode(t, string(Encode(want)))); diff != "" {
			t.Errorf("read back (-written +read):\n%s", diff)
		}
	})
}
