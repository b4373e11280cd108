package bot_test

import (
	"strings"
	"testing"
	"unicode/utf8"

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

// A long name is shortened only once it is masked: half a number would stay.
func TestLongNamesOfDocumentsAreMaskedWhole(t *testing.T) {
	t.Parallel()
	k, _ := appealing(t)
	one := proof(1)
	one.Name = strings.Repeat("长", 34) + "11010519491231002X" + strings.Repeat("长", 60) + ".pdf"
	receipt, err := k.attach(one)
	if err != nil {
		t.Fatal(err)
	}
	kept, _ := receipt.Turn.Proof()
	if strings.ContainsAny(kept.Name, "0123456789X") || !strings.HasSuffix(kept.Name, ".pdf") || utf8.RuneCountInString(kept.Name) != 80 {
		t.Errorf("kept %q", kept.Name)
	}
}
