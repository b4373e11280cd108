package dialogue

import (
	"strings"
	"testing"

	"kaitong/bot"
	"kaitong/knowledge"
)

// TestAlways gives the checks of every answer answers that the engine should
// never give.
func TestAlways(t *testing.T) {
	t.Parallel()
	human := bot.Choice{ID: "agent", Label: "转人工"}
	tests := map[string]struct {
		blocks []bot.Block
		about  bot.About
		other  bot.Event // of the same turn
		want   string
	}{
		"fine":              {blocks: []bot.Block{{Type: bot.BlockText, Text: "好的"}, {Type: bot.BlockChoices, Choices: []bot.Choice{human}}}},
		"no human":          {blocks: []bot.Block{{Text: "好的"}, {Choices: []bot.Choice{{ID: "resolved", Label: "已解决"}}}}, want: "no way to a human is offered; there is resolved"},
		"no label":          {blocks: []bot.Block{{Text: "好的"}, {Choices: []bot.Choice{human, {ID: "more", Label: " "}}}}, want: `choice "more" has no label`},
		"offered twice":     {blocks: []bot.Block{{Text: "好的"}, {Choices: []bot.Choice{human, human}}}, want: `choice "agent" is offered twice`},
		"no words":          {blocks: []bot.Block{{Choices: []bot.Choice{human}}}, want: "the answer has no words"},
		"a promise":         {blocks: []bot.Block{{Text: "还清了就一定能开通。"}, {Choices: []bot.Choice{human}}}, want: "words the pack may not say"},
		"a foreign number":  {blocks: []bot.Block{{Text: "请拨打 400-123-4567。"}, {Choices: []bot.Choice{human}}}, want: "words the pack may not say"},
		"ends with a lead":  {blocks: []bot.Block{{Text: "好的"}, {Text: "说说你问的这点："}, {Choices: []bot.Choice{human}}}, want: `the answer ends where something should follow: "说说你问的这点："`},
		"step shown again":  {blocks: []bot.Block{{Text: "关掉 VPN"}, {Choices: []bot.Choice{human}}}, about: bot.About{Step: "network.check/1"}, want: `step "network.check/1" is shown again`},
		"a code is visible": {blocks: []bot.Block{{Text: "OVERDUE_CURRENT"}, {Choices: []bot.Choice{human}}}, want: "the reason code OVERDUE_CURRENT is visible"},
		"a code is visible in what hosts read": {
			blocks: []bot.Block{{Text: "好的"}, {Choices: []bot.Choice{human}}}, about: bot.About{Reasons: []string{"OVERDUE_CURRENT"}}, want: "the reason code OVERDUE_CURRENT is visible",
		},
		"a silent code is kept": {
			blocks: []bot.Block{{Text: "好的"}, {Choices: []bot.Choice{human}}},
			other:  bot.Checked{Outcome: bot.CheckOK, Verdict: &bot.Verdict{Reasons: []bot.Reason{{Code: "LIST_MATCH"}}}},
			want:   "the silent reason code LIST_MATCH is stored",
		},
		"a code that may be told is kept": {
			blocks: []bot.Block{{Text: "好的"}, {Choices: []bot.Choice{human}}},
			other:  bot.Checked{Outcome: bot.CheckOK, Verdict: &bot.Verdict{Reasons: []bot.Reason{{Code: "OVERDUE_CURRENT"}}}},
		},
	}
	edition, err := shipped()
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := &player{base: edition.Base, script: &script{replies: []knowledge.Reply{refused("OVERDUE_CURRENT", "LIST_MATCH")}}}
			events := []bot.Event{bot.Message{Seq: 1, ID: "b1", Author: bot.AuthorBot, Blocks: test.blocks, About: &test.about}}
			if test.other != nil {
				events = append(events, test.other)
			}
			conv := bot.NewConversation("c")
			conv.Taken = []string{"network.check/1"}
			p.always(0, read(bot.Turn{Events: events}, conv))
			switch {
			case test.want == "" && len(p.failures) > 0:
				t.Errorf("got %v, want nothing", p.failures)
			case test.want != "" && (len(p.failures) != 1 || !strings.Contains(p.failures[0].Message, test.want)):
				t.Errorf("got %v, want %s", p.failures, test.want)
			}
		})
	}
}
