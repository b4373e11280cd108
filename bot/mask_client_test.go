package bot_test

import (
	"testing"

	"kaitong/bot"
)

// What an app says about itself is kept, unless it says something about the
// person. The eligibility service hears no more.
func TestWhatIsKeptOfAClient(t *testing.T) {
	t.Parallel()
	var asked bot.Client
	k := newTalk(t, check(func(r bot.CheckRequest) (bot.Verdict, error) {
		asked = r.Client
		return bot.Verdict{Decision: bot.Eligible}, nil
	}))
	k.answer(bot.Say{Text: "为什么我的借呗开通不了", Client: bot.Client{AppVersion: "10.6.20.8000", OS: "Android 14", Network: "13800138000", Region: "6234 5678", Channel: "a@b.cn"}})
	want := bot.Client{AppVersion: "10.6.20.8000", OS: "Android 14", Network: "other", Region: "other", Channel: "other"}
	if started, ok := k.turn.Events[0].(bot.Started); !ok || *started.Client != want || asked != want {
		t.Errorf("kept %+v, asked with %+v", started.Client, asked)
	}
}
