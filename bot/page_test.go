package bot_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kaitong/bot"
	"kaitong/bot/bottest"
	"kaitong/knowledge"
)

// Every pack understands the questions it suggests, in both languages, and a
// person is there for whoever asks for one.
func TestPacksAnswerWhatTheySuggest(t *testing.T) {
	t.Parallel()
	for _, pack := range []struct{ name, title, about string }{
		{"jiebei", "借呗开通助手", "fail.unspecified how.activate fail.entry_missing agent"},
		{"huabei", "花呗小助手", "fail.unspecified fail.payment how.activate agent"},
		{"esim", "eSIM 激活助手", "fail.unspecified fail.qr how.transfer agent"},
	} {
		k := newTalk(t, verdict(bot.Eligible))
		if pack.name != "jiebei" {
			k = otherPack(t, pack.name, verdict(bot.Eligible))
		}
		if got := k.engine.Page("", "zh-CN").Title; got != pack.title {
			t.Errorf("%s: titled %q", pack.name, got)
		}
		for locale, human := range map[string]string{"zh-CN": "转人工", "en": "Talk to a person"} {
			var about []string
			for _, question := range append(k.engine.Page("", locale).Ask, human) {
				k.locale, k.conv = locale, k.conv+"1"
				about = append(about, k.say(question).About.Intent)
			}
			if got := strings.Join(about, " "); got != pack.about {
				t.Errorf("%s %s: what is suggested is taken for %s", pack.name, locale, got)
			}
		}
	}
}

// A pack that says nothing about the page gets the name of the product and its
// common questions; one that is published anew is shown at once.
func TestPageOfAnyPack(t *testing.T) {
	t.Parallel()
	library := libraryOf(t, withoutPage(t))
	engine := engineOf(t, bottest.NewEventLog(), verdict(bot.Eligible), library)
	page := engine.Page("", "en-GB")
	if page.Title != "Jiebei" || !slices.Contains(page.Ask, "How do I open Jiebei?") {
		t.Errorf("without a page: %+v", page)
	}
	shipped, err := knowledge.Load(knowledge.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	library.Publish(bot.Edition{ID: "with a page", Base: shipped, Model: library.Latest().Model})
	if page := engine.Page("", "fr"); page.Title != "借呗开通助手" {
		t.Errorf("after a reload: %+v", page)
	}
}

// withoutPage is the shipped pack as it was before it had a page.
func withoutPage(t *testing.T) *knowledge.Base {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, knowledge.Shipped()); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "pack.yaml")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	data = regexp.MustCompile(`(?m)^page:\n(?:  .*\n)+`).ReplaceAll(data, nil)
	if err := os.WriteFile(name, data, 0o644); err != nil {
		t.Fatal(err)
	}
	base, err := knowledge.Load(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	return base
}
