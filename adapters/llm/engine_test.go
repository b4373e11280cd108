package llm_test

import (
	"testing"
	"time"

	"kaitong/adapters/llm"
	"kaitong/adapters/llm/llmtest"
	"kaitong/bot"
	"kaitong/bot/bottest"
)

// engineWith is an engine that a model helps, nil for none.
func engineWith(edition bot.Edition, c *llm.Client) *bot.Engine {
	o := bot.Options{
		Log: bottest.NewEventLog(), Library: bot.NewLibrary(edition), Eligibility: refused{},
		Now:   func() time.Time { return time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC) },
		NewID: func() string { return "id-00000001" },
	}
	if c != nil {
		o.Interpreter, o.Phraser = c, c
	}
	return bot.NewEngine(o)
}

// Whatever a provider does wrong, people get the authored answer.
func TestEveryTrapGivesTheAuthoredAnswer(t *testing.T) {
	t.Parallel()
	edition := shipped(t)
	questions := map[string]string{"worded": "借呗要填哪些资料", "read": "我前天显示可以申请蚂蚁借呗了"}
	want := map[string]string{}
	for name, question := range questions {
		answer, _ := say(t, engineWith(edition, nil), name, question)
		want[name] = shown(answer)
	}
	for _, trap := range llmtest.Traps() {
		for mode, set := range map[string]func(*llm.Options){"whole": func(*llm.Options) {}, "stream": streaming} {
			t.Run(string(trap)+", "+mode, func(t *testing.T) {
				t.Parallel()
				p := provider(t, llmtest.Helpful)
				p.Set(trap)
				c := client(t, p, set, func(o *llm.Options) { o.UnderstandWithin, o.PhraseWithin = 300*time.Millisecond, 300*time.Millisecond })
				engine := engineWith(edition, c)
				for name, question := range questions {
					answer, reader := say(t, engine, name, question)
					if shown(answer) != want[name] || answer.About.Composed != "authored" || reader != "" {
						t.Errorf("%s: %s", name, shown(answer))
					}
				}
				if len(p.Asked()) == 0 {
					t.Error("nobody was asked")
				}
			})
		}
	}
}

// And where it does nothing wrong, they get what it made.
func TestAGoodModelHelps(t *testing.T) {
	t.Parallel()
	p := provider(t, llmtest.Helpful)
	c := client(t, p, func(o *llm.Options) { o.PhraseWithin = 20 * time.Second })
	answer, _ := say(t, engineWith(shipped(t), c), "c", "借呗要填哪些资料")
	if answer.About.Composed != bot.ByModel {
		t.Errorf("composed %s", answer.About.Composed)
	}
}
