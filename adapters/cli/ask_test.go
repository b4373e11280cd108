package cli

import (
	"net"
	"strings"
	"testing"
)

func ask(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	var all strings.Builder
	code = run(t.Context(), append([]string{"ask"}, args...), streams{in: strings.NewReader(""), out: &all, err: &all})
	return code, all.String()
}

func TestAskJoinsWords(t *testing.T) {
	t.Parallel()
	code, out := ask(t, "why", "can't", "I", "activate", "Jiebei", "--user", "demo-debts", "--json")
	if code != exitOK || !strings.Contains(out, `"question": "why can't I activate Jiebei"`) {
		t.Errorf("exit %d:\n%s", code, out)
	}
}

func TestAskNothing(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", "\n\t"} {
		code, out := ask(t, text)
		if code != exitUsage || !strings.Contains(out, "the question is empty") {
			t.Errorf("%q: exit %d: %s", text, code, out)
		}
	}
}

// Nobody hears of a hand-off that `ask` records, and it says so.
func TestAskTellsThatItIsATrial(t *testing.T) {
	t.Parallel()
	for text, note := range map[string]string{
		"人工": "ask 只是试用", "talk to a human": "ask is a trial: nothing was stored and nobody was told",
	} {
		code, out := ask(t, text, "--user", "demo-overdue")
		if code != exitOK || strings.Count(out, note) != 1 {
			t.Errorf("%s: exit %d; %q should be there once:\n%s", text, code, note, out)
		}
	}
	for _, args := range [][]string{{"为什么我的借呗开通不了"}, {"人工", "--json"}} {
		if _, out := ask(t, args...); strings.Contains(out, "试用") {
			t.Errorf("%v:\n%s", args, out)
		}
	}
}

func TestAskInALanguage(t *testing.T) {
	t.Parallel()
	for locale, want := range map[string]string{"": "identity", "en": "identity", "zh": "身份", "zh-CN": "身份"} {
		code, out := ask(t, "why can't I activate Jiebei", "--user", "demo-kyc", "--locale", locale)
		if code != exitOK || !strings.Contains(out, want) {
			t.Errorf("locale %q: exit %d, %q should be in:\n%s", locale, code, want, out)
		}
	}
}

// A server that runs has the address of nats.listen; a question beside it does
// not need it.
func TestAskOpensNoPort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	t.Setenv("KAITONG_NATS_LISTEN", taken.Addr().String())
	if code, out := ask(t, "为什么我的借呗开通不了", "--user", "demo-overdue"); code != exitOK || !strings.Contains(out, "逾期") {
		t.Errorf("exit %d:\n%s", code, out)
	}
}
