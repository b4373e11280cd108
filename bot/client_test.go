package bot_test

import (
	"strings"
	"testing"

	"kaitong/bot"
)

// The first turn says from where somebody came, in words nobody can make grow.
func TestStartedSaysTheClient(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		client bot.Client
		want   *bot.Client
	}{
		"nothing said":      {bot.Client{}, nil},
		"all said":          {bot.Client{AppVersion: "10.5.1", OS: "iOS 19", Network: "wifi", Region: "浙江", Channel: "App"}, &bot.Client{AppVersion: "10.5.1", OS: "iOS 19", Network: "wifi", Region: "浙江", Channel: "app"}},
		"a channel made up": {bot.Client{Channel: "channel-4711"}, &bot.Client{Channel: "other"}},
		"no name":           {bot.Client{Region: "a@example.com", OS: strings.Repeat("x", 33)}, &bot.Client{Region: "other", OS: "other"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			k := newTalk(t, verdict(bot.Eligible))
			k.answer(bot.Say{Text: "你好", Client: test.client})
			started, ok := k.turn.Events[0].(bot.Started)
			if !ok {
				t.Fatalf("the first event is %T", k.turn.Events[0])
			}
			switch got := started.Client; {
			case (got == nil) != (test.want == nil):
				t.Errorf("client %+v, want %+v", got, test.want)
			case got != nil && *got != *test.want:
				t.Errorf("client %+v, want %+v", *got, *test.want)
			}
		})
	}
}
