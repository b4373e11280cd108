package llm_test

import (
	"errors"
	"strings"
	"testing"

	"kaitong/adapters/llm"
	"kaitong/adapters/llm/llmtest"
	"kaitong/bot"
)

func TestPhraseReturnsWhatTheModelCites(t *testing.T) {
	t.Parallel()
	p := provider(t, func(llmtest.Request) string {
		return `{"sentences":[{"text":"别着急，看页面。","cites":["p1"]}]}`
	})
	got, err := client(t, p).Phrase(t.Context(), bot.Rewording{Locale: "zh-CN", Paragraphs: []bot.Paragraph{{ID: "p1", Text: "看页面。"}}})
	if err != nil || len(got) != 1 || got[0].Cites[0] != "p1" {
		t.Errorf("%+v, %v", got, err)
	}
	if data := p.Asked()[0].Data; !strings.Contains(data, `"id":"p1"`) {
		t.Error(data)
	}
}

func TestSummariseIsHeldToWhatWasSaid(t *testing.T) {
	t.Parallel()
	faith := bot.Faith{Causes: func(string) []string { return nil }, Check: func(string) error { return nil }}
	gist := bot.Gist{Locale: "zh-CN", Said: []string{"我换了手机，借呗打不开，等了 3 天"}, Answered: []string{"网络问题"}}
	for answer, fine := range map[string]bool{
		`{"lines":["换手机后借呗打不开，已经等了 3 天"]}`:  true,
		`{"lines":["已经等了 9 天"]}`:            false,
		`{"lines":["在黑名单上"]}`:               false,
		`{"lines":["请看 evil.example.com"]}`: false,
		`{"lines":[]}`:                      false,
		`{"lines":["a","b","c","d"]}`:       false,
	} {
		p := provider(t, func(llmtest.Request) string { return answer })
		_, err := client(t, p).Summarise(t.Context(), gist, faith)
		if fine != (err == nil) || err != nil && !errors.Is(err, llm.ErrInvalid) {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

func TestNamesAreNames(t *testing.T) {
	t.Parallel()
	for answer, fine := range map[string]bool{
		`{"zh":"免息券怎么领","en":"How to get a coupon","id":"coupon"}`:           true,
		`{"zh":"免息券怎么领","en":"How to get a coupon","id":"../../etc/passwd"}`: false,
		`{"zh":"<img src=x>","en":"x","id":"coupon"}`:                        false,
		`{"zh":"","en":"x","id":"coupon"}`:                                   false,
		`{"zh":"` + strings.Repeat("长", 90) + `","en":"x","id":"coupon"}`:    false,
	} {
		p := provider(t, func(llmtest.Request) string { return answer })
		if _, err := client(t, p).Name(t.Context(), []string{"免息券怎么领"}); fine != (err == nil) {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

func TestAnUsualSummaryIsAllowed(t *testing.T) {
	t.Parallel()
	edition := shipped(t)
	for _, one := range []struct {
		locale string
		said   []string
		line   string
	}{
		{"zh-CN", []string{"为什么我的借呗开通不了", "换了网络还是不行，没用", "人工"}, "用户想知道借呗为什么开通不了，换了网络还是不行，要求转人工。"},
		{"en", []string{"why can't I open Jiebei", "I updated the app and it still fails"}, "The person wants to know why Jiebei can't open; they updated the app and it still fails."},
	} {
		gist := bot.Gist{Locale: one.locale, Said: one.said}
		faith := bot.FaithOf(edition.Base, edition.Model, edition.Base.Locale(one.locale))
		if err := gist.Allows([]string{one.line}, faith); err != nil {
			t.Errorf("%s: %v", one.line, err)
		}
	}
}
