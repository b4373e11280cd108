package knowledge

import (
	"strings"
	"testing"
	"time"

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

// A revision changes with every file that is read, and with nothing else.
func TestBaseRevision(t *testing.T) {
	t.Parallel()
	first := load(t, small()).Revision()
	if len(first) != 12 || load(t, small()).Revision() != first {
		t.Errorf("revision %q, then %q", first, load(t, small()).Revision())
	}
	seen := map[string]string{first: "nothing"}
	for name, text := range small() {
		files := small()
		files[name] = text + "# a note\n"
		revision := load(t, files).Revision()
		if other, taken := seen[revision]; taken {
			t.Errorf("a change of %s is named like one of %s", name, other)
		}
		seen[revision] = name
	}
	for _, name := range []string{"dialogues/x.yaml", "intents/base.yaml", "README.md", ".hidden.yaml"} {
		files := small()
		files[name] = "x: y\n"
		if load(t, files).Revision() != first {
			t.Errorf("%s is not read and changes the revision", name)
		}
	}
}

// The steps of a fix are offered in a flow when the step, the fix and the
// flow's entry all say so.
func TestBaseStops(t *testing.T) {
	t.Parallel()
	files := small()
	const fix = "fixes/repay.on_time.yaml"
	files[fix] = strings.Replace(files[fix], "      en: Tap Me\n", "      en: Tap Me\n    when: {os: [ios]}\n", 1) + "when: {locale: [en]}\n"
	base := load(t, files)
	stops := base.Stops("repay")
	var keys []string
	for _, stop := range stops {
		keys = append(keys, stop.Key)
	}
	if diff := cmp.Diff([]string{"repay/ask", "repay.on_time/1", "repay.on_time/2", "repay/wait"}, keys); diff != "" {
		t.Fatal(diff)
	}
	day := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	fits := Situation{OS: "ios", AppVersion: "10.4.9", Locale: English, Day: day}
	tests := []struct {
		name   string
		change func(*Situation)
		want   [2]bool // the steps of the fix
	}{
		{"fits", func(*Situation) {}, [2]bool{true, true}},
		{"the step is for another system", func(s *Situation) { s.OS = "android" }, [2]bool{false, true}},
		{"the entry is for older apps", func(s *Situation) { s.AppVersion = "10.5.0" }, [2]bool{}},
		{"the entry is for known apps", func(s *Situation) { s.AppVersion = "" }, [2]bool{}},
		{"the fix is for another language", func(s *Situation) { s.Locale = Chinese }, [2]bool{}},
		{"the fix is not valid yet", func(s *Situation) { s.Day = time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC) }, [2]bool{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			situation := fits
			test.change(&situation)
			got := [2]bool{stops[1].When.Holds(situation), stops[2].When.Holds(situation)}
			if got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
	if own, _ := base.Fix("repay.on_time"); len(own.Steps[0].When.Also) > 0 {
		t.Error("the fix itself was changed")
	}
}

func TestWhenHolds(t *testing.T) {
	t.Parallel()
	day := func(text string) Date {
		d, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return Date{d}
	}
	tests := []struct {
		name      string
		when      When
		situation Situation
		want      bool
	}{
		{"nothing is asked", When{}, Situation{}, true},
		{"decision", When{Decision: []string{"review", "ineligible"}}, Situation{Decision: "ineligible"}, true},
		{"other decision", When{Decision: []string{"review"}}, Situation{Decision: "eligible"}, false},
		{"no check", When{Decision: []string{"none"}}, Situation{}, true},
		{"symptom", When{Says: []string{"a", "b"}}, Situation{Symptoms: []string{"b"}}, true},
		{"other symptom", When{Says: []string{"a"}}, Situation{Symptoms: []string{"b"}}, false},
		{"system in capitals", When{OS: []string{"ios"}}, Situation{OS: "iOS"}, true},
		{"unknown system", When{OS: []string{"ios"}}, Situation{}, false},
		{"older", When{AppBelow: "10.5.0"}, Situation{AppVersion: "10.4.12"}, true},
		{"ten is more than nine", When{AppBelow: "10.10"}, Situation{AppVersion: "10.9"}, true},
		{"the same version", When{AppBelow: "10.5.0"}, Situation{AppVersion: "10.5"}, false},
		{"from a version on", When{AppFrom: "10.5.0"}, Situation{AppVersion: "10.5"}, true},
		{"unknown version", When{AppFrom: "1"}, Situation{}, false},
		{"language", When{Locale: []Locale{English}}, Situation{Locale: Chinese}, false},
		{"first day", When{ValidFrom: day("2026-12-01")}, Situation{Day: day("2026-12-01").Time}, true},
		{"too early", When{ValidFrom: day("2026-12-01")}, Situation{Day: day("2026-11-30").Time}, false},
		{"last day, late", When{Until: day("2026-12-01")}, Situation{Day: day("2026-12-01").Add(23 * time.Hour)}, true},
		{"too late", When{Until: day("2026-12-01")}, Situation{Day: day("2026-12-02").Time}, false},
		{"and what it is a part of", When{OS: []string{"ios"}, Also: []When{{Locale: []Locale{English}}}}, Situation{OS: "ios", Locale: Chinese}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := test.when.Holds(test.situation); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
	due := Meta{ValidFrom: day("2026-12-01"), ReviewBy: day("2026-12-02")}
	if due.Valid(day("2026-11-30").Time) || !due.Valid(day("2026-12-01").Time) || !due.Valid(day("2027-12-01").Time) {
		t.Error("an entry is shown from its first day on, however late its review is")
	}
}
