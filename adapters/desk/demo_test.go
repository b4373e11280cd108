package desk

import (
	"testing"

	"kaitong/bot"
	"kaitong/bot/staff"
)

// Agents of the demo are called in the language of whom they talk to; others have
// one name.
func TestDemoAgentsAreCalledInTheLanguageOfThePerson(t *testing.T) {
	t.Parallel()
	o := open(t, func(options *Options) { options.Demo = true })
	for conversation, locale := range map[string]string{"zh": "zh-CN", "en": "en"} {
		o.engine.put(bot.Entry{
			Conversation: conversation, Owner: bot.Identity{Tenant: tenant, User: "u"}, Locale: locale,
			Handoff: bot.Handoff{State: bot.HandoffQueued, Queue: "general", Epoch: 1},
		})
	}
	o.hire("zhou", staff.Agent)
	lin := o.signIn("demo-lin")
	l := lin.connect()
	for conversation, want := range map[string]string{"zh": "林晓", "en": "Lin Xiao"} {
		if code := l.act("claim-"+conversation, map[string]any{"conversation": conversation, "kind": "claim", "epoch": 1}); code != "" {
			t.Fatal(code)
		}
		if entry, _ := o.engine.board.Get(conversation); entry.Agent.Name != want {
			t.Errorf("%s: called %q, want %q", conversation, entry.Agent.Name, want)
		}
	}
	if me := lin.ask("GET", "/v1/desk/me", nil).body; me["name"] != "林晓" || me["name_en"] != "Lin Xiao" {
		t.Errorf("got %v", me)
	}
	if me := o.signIn("zhou").ask("GET", "/v1/desk/me", nil).body; me["name_en"] != nil {
		t.Errorf("got %v", me)
	}
}
