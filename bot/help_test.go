package bot_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"kaitong/bot"
	"kaitong/bot/bottest"
	"kaitong/knowledge"
)

// packTalk is a talk about one of the packs.
func packTalk(t *testing.T, pack string) *talk {
	t.Helper()
	if pack == "jiebei" {
		return newTalk(t, failing(bot.ErrCheckUnavailable))
	}
	return otherPack(t, pack, failing(bot.ErrCheckUnavailable))
}

func articles(centre bot.HelpCentre) map[string]bot.Article {
	list := map[string]bot.Article{}
	for _, group := range centre.Groups {
		for _, article := range group.Articles {
			list[article.ID] = article
		}
	}
	return list
}

// Every pack has a help centre in both languages: each heading and each word
// is there, nothing is left to fill in, and Chinese stays Chinese.
func TestHelpCentre(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ pack, locale, product, title, groups, first string }{
		{"jiebei", "zh-CN", "借呗", "借呗开通助手", "怎么开通 信用与还款 身份与资料 账户情况 App 与网络 开放范围", "怎么开通借呗"},
		{"jiebei", "en", "Jiebei", "Jiebei helper", "Getting started Credit and repayment Identity and details Your account App and network Who it is open to", "How do I open Jiebei?"},
		{"huabei", "zh-CN", "花呗", "花呗小助手", "怎么开通 信用与还款 身份与资料 账户与额度 App 与网络 能在哪用", "花呗怎么开通"},
		{"esim", "zh-CN", "Lumo 的 eSIM", "eSIM 激活助手", "激活与换机 实名认证 号码与套餐 手机与信号 规定与限制", "怎么激活 eSIM"},
		{"esim", "en-GB", "Lumo eSIM", "Lumo eSIM help", "Activating and moving Identity check Number and plan Phone and signal Rules and limits", "How do I activate an eSIM?"},
		{"esim", "fr", "Lumo eSIM", "Lumo eSIM help", "Activating and moving Identity check Number and plan Phone and signal Rules and limits", "How do I activate an eSIM?"},
	} {
		centre := packTalk(t, test.pack).engine.HelpCentre(test.locale)
		var headings []string
		for _, group := range centre.Groups {
			headings = append(headings, group.Title)
		}
		if got := strings.Join(headings, " "); centre.Product != test.product || centre.Title != test.title || got != test.groups {
			t.Errorf("%s %s: %q, %q, %q", test.pack, test.locale, centre.Product, centre.Title, got)
		}
		if len(centre.Ask) == 0 || !slices.Equal(centre.Ask, packTalk(t, test.pack).engine.Page("", test.locale).Ask) {
			t.Errorf("%s %s offers %q", test.pack, test.locale, centre.Ask)
		}
		if got := centre.Groups[0].Articles[0].Title; got != test.first {
			t.Errorf("%s %s begins with %q", test.pack, test.locale, got)
		}
		for id, article := range articles(centre) {
			for _, words := range wordsOfArticle(article) {
				if strings.TrimSpace(words) == "" || strings.ContainsAny(words, "{}") {
					t.Errorf("%s %s: %s says %q", test.pack, test.locale, id, words)
				}
			}
		}
	}
}

func wordsOfArticle(article bot.Article) []string {
	words := append([]string{article.Title, article.Question}, article.Paragraphs...)
	for _, fix := range article.Fixes {
		words = append(append(words, fix.Title), fix.Steps...)
	}
	return words
}

// An article tells of a cause what an answer may, and what helps.
func TestArticleOfACause(t *testing.T) {
	t.Parallel()
	centre := packTalk(t, "jiebei").engine.HelpCentre("zh-CN")
	article := articles(centre)["credit.bad_record"]
	if article.Title != "逾期或不良信用记录" || len(article.Paragraphs) != 4 || len(article.Fixes) != 3 {
		t.Fatalf("%+v", article)
	}
	for i, begin := range []string{"有欠款逾期", "看的是什么：主要参考", "什么时候再评估：还清后", "请留意：不要借新还旧"} {
		if !strings.HasPrefix(article.Paragraphs[i], begin) {
			t.Errorf("paragraph %d: %q", i, article.Paragraphs[i])
		}
	}
	for _, fix := range article.Fixes {
		if len(fix.Steps) == 0 {
			t.Errorf("%s has no steps", fix.Title)
		}
	}
	english := articles(packTalk(t, "jiebei").engine.HelpCentre("en"))["credit.bad_record"]
	if !strings.HasPrefix(english.Paragraphs[1], "What it is based on: Mainly") {
		t.Errorf("%q", english.Paragraphs[1])
	}
	if stop := articles(centre)["compliance.underage"]; len(stop.Fixes) != 0 || len(stop.Paragraphs) == 0 {
		t.Errorf("the age rule: %+v", stop)
	}
}

// Every cause has an article, except where two must not be told apart. Silent
// codes have no cause, so there is nothing of them to be read.
func TestEveryCauseHasAnArticle(t *testing.T) {
	t.Parallel()
	base, err := shippedBase()
	if err != nil {
		t.Fatal(err)
	}
	list := articles(packTalk(t, "jiebei").engine.HelpCentre("zh-CN"))
	var titles []string
	for _, cause := range base.Causes() {
		titles = append(titles, cause.Title.In("zh-CN"))
		if _, ok := list[cause.ID]; !ok && cause.ID != "account.security_check" { // says the same as account.closed
			t.Errorf("no article about %s", cause.ID)
		}
	}
	for id, article := range list {
		if !strings.HasPrefix(id, "how.") && !slices.Contains(titles, article.Title) {
			t.Errorf("%s is about no cause", id)
		}
	}
	for _, reason := range base.Reasons() {
		for id, article := range list {
			if strings.Contains(strings.Join(wordsOfArticle(article), "\n"), reason.Code) {
				t.Errorf("%s names the code %s", id, reason.Code)
			}
		}
	}
}

// What an article suggests to ask is understood, and leads to the answer made
// for it; where there is none, to the general one.
func TestArticlesSuggestWhatIsUnderstood(t *testing.T) {
	t.Parallel()
	for _, pack := range []string{"jiebei", "esim"} {
		k := packTalk(t, pack)
		for _, locale := range []string{"zh-CN", "en"} {
			for id, article := range articles(k.engine.HelpCentre(locale)) {
				k.locale, k.conv = locale, k.conv+"1"
				about := k.say(article.Question).About
				if !slices.Contains(intentsFor(t, pack, id), about.Intent) {
					t.Errorf("%s %s: %q leads to %s, %s", pack, id, article.Question, about.Intent, about.Cause)
				}
			}
		}
	}
}

// intentsFor are the questions that an article may suggest.
func intentsFor(t *testing.T, pack, id string) []string {
	t.Helper()
	base, err := shippedBase()
	if pack != "jiebei" {
		base, err = knowledge.Load(os.DirFS("../knowledge/testdata/" + pack))
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := base.Answer(id); ok {
		return []string{id}
	}
	var list []string
	for _, entry := range base.Answers() {
		if entry.Cause == id {
			list = append(list, entry.Intent)
		}
	}
	if len(list) == 0 {
		return []string{"fail.unspecified"}
	}
	return list
}

// What is not yet valid is not yet told.
func TestHelpCentreOfADay(t *testing.T) {
	t.Parallel()
	engine := bot.NewEngine(bot.Options{
		Log: bottest.NewEventLog(), Library: packTalk(t, "esim").library,
		Eligibility: verdict(bot.Eligible), NewID: func() string { return "1" },
		Now: func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) },
	})
	if centre := engine.HelpCentre("en"); len(centre.Groups) != 0 || centre.Product != "Lumo eSIM" {
		t.Errorf("before anything is valid: %+v", centre)
	}
}
