package knowledge

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// load loads a pack that must be fine.
func load(t *testing.T, files map[string]string) *Base {
	t.Helper()
	base, err := Load(pack(files))
	if err != nil {
		t.Fatal(err)
	}
	return base
}

func TestBaseReason(t *testing.T) {
	t.Parallel()
	base := load(t, small())
	tests := []struct {
		code  string
		want  Reason
		known bool
	}{
		{"OVERDUE", Reason{Code: "OVERDUE", Cause: "credit.record", Disclosure: Specific}, true},
		{"REVIEW", Reason{Code: "REVIEW", Cause: "credit.review", Disclosure: Generic}, true},
		{"LISTED", Reason{Code: "LISTED", Disclosure: Silent}, true},
		{"NEVER_HEARD_OF", Reason{Code: "NEVER_HEARD_OF", Disclosure: Silent}, false},
		{"overdue", Reason{Code: "overdue", Disclosure: Silent}, false},
		{"", Reason{Disclosure: Silent}, false},
	}
	for _, test := range tests {
		t.Run(test.code, func(t *testing.T) {
			t.Parallel()
			got, known := base.Reason(test.code)
			if diff := cmp.Diff(test.want, got); diff != "" || known != test.known {
				t.Errorf("known %v\n%s", known, diff)
			}
			if class := base.Class(test.code); class != test.want.Disclosure {
				t.Errorf("class %s, want %s", class, test.want.Disclosure)
			}
		})
	}
}

func TestBaseOrder(t *testing.T) {
	t.Parallel()
	base := load(t, small())
	var got []string
	for _, cause := range base.Causes() {
		got = append(got, cause.ID)
	}
	for _, fix := range base.Fixes() {
		got = append(got, fix.ID)
	}
	for _, answer := range base.Answers() {
		got = append(got, answer.Intent)
	}
	for _, reason := range base.Reasons() {
		got = append(got, reason.Code)
	}
	want := []string{"credit.record", "credit.review", "repay.on_time",
		"fail.debt", "fail.other", "how.open", "OVERDUE", "REVIEW", "LISTED"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBaseUnknown(t *testing.T) {
	t.Parallel()
	base := load(t, small())
	if _, ok := base.Cause("Credit.Record"); ok {
		t.Error("a cause that does not exist was found")
	}
	if _, ok := base.Fix(""); ok {
		t.Error("a fix that does not exist was found")
	}
	if _, ok := base.Answer("other"); ok {
		t.Error("an answer that does not exist was found")
	}
	if got := base.Neutral().ID; got != "credit.review" {
		t.Errorf("neutral is %q", got)
	}
}

// What a caller does with a looked-up value changes nothing for the others.
func TestBasePhrase(t *testing.T) {
	t.Parallel()
	files := small()
	files[phrasesFile] = strings.Replace(files[phrasesFile],
		"  followup.nth:\n    zh-CN: 你好，12。\n    en: Hello 12.",
		"  followup.nth:\n    zh-CN: 第{n}个：{cause}（{n}）\n    en: \"No. {n}: {cause}\"", 1)
	base := load(t, files)
	tests := []struct {
		name, key string
		locale    Locale
		args      map[string]string
		want      string
	}{
		{"Chinese", "followup.nth", Chinese, map[string]string{"n": "2", "cause": "逾期"}, "第2个：逾期（2）"},
		{"English", "followup.nth", English, map[string]string{"n": "2", "cause": "late"}, "No. 2: late"},
		{"argument with braces", "followup.nth", English, map[string]string{"n": "{cause}", "cause": "{n}{"}, "No. {cause}: {n}{"},
		{"argument with percent and dollar", "followup.nth", English, map[string]string{"n": "$1", "cause": "%s\\"}, `No. $1: %s\`},
		{"argument missing", "followup.nth", English, map[string]string{"n": "2"}, "No. 2: "},
		{"argument too many", "greeting", English, map[string]string{"n": "2"}, "Hello 8."},
		{"no arguments", "greeting", Chinese, nil, "你好，8。"},
		{"foreign locale", "greeting", "fr", nil, "你好，8。"},
		{"unknown key", "nothing", Chinese, nil, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := base.Phrase(test.key, test.locale, test.args); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestBaseLocale(t *testing.T) {
	t.Parallel()
	base := load(t, small())
	want := map[string]Locale{
		"zh": Chinese, "zh-CN": Chinese, "zh-Hans": Chinese, "zh-Hans-SG": Chinese, "zh-TW": Chinese,
		"zh-Hant-HK": Chinese, "zh_CN": Chinese, "ZH-cn": Chinese, "cmn": Chinese, "yue": Chinese,
		"en": English, "en-US": English, "en-GB": English, "en-AU": English, "EN": English,
		"en-US-u-hc-h12": English,
		"fr":             Chinese, "de-DE": Chinese, "ar": Chinese, "": Chinese, "und": Chinese, "not a tag": Chinese,
		strings.Repeat("en-", 5000): Chinese,
	}
	for tag, locale := range want {
		if got := base.Locale(tag); got != locale {
			t.Errorf("%.20q is served in %s, want %s", tag, got, locale)
		}
	}
}

// The first locale of the pack is the default, whichever it is.
func TestBaseLocaleEnglishFirst(t *testing.T) {
	t.Parallel()
	files := small()
	files[packFile] = strings.Replace(files[packFile], "  - zh-CN\n  - en\n", "  - en\n  - zh-CN\n", 1)
	base := load(t, files)
	for tag, want := range map[string]Locale{"fr": English, "": English, "zh-TW": Chinese, "zh": Chinese, "en-IN": English} {
		if got := base.Locale(tag); got != want {
			t.Errorf("%q is served in %s, want %s", tag, got, want)
		}
	}
	if got := base.Phrase("greeting", "fr", nil); got != "Hello 8." {
		t.Errorf("got %q", got)
	}
}
