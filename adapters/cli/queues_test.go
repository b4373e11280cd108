package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones of the test are not those of the machine

	"kaitong/bot"
)

const goodQueues = `queues:
  - id: care
    name: {zh-CN: 紧急关怀, en: Urgent care}
    reasons: [distress]
    priority: 100
    answer: 30s
    keep: 48h
  - id: english
    name: {zh-CN: 英文, en: English}
    locales: [en]
    hours: {zone: Asia/Shanghai, days: [mon, tue, wed, thu, fri], from: "09:00", to: "18:00"}
  - id: general
    name: {zh-CN: 综合, en: General}
`

func TestReadQueues(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "queues.yaml")
	if err := os.WriteFile(file, []byte(goodQueues), 0o600); err != nil {
		t.Fatal(err)
	}
	routing, err := readQueues(file)
	if err != nil {
		t.Fatal(err)
	}
	if care, _ := routing.Queue("care"); care.Keep != 48*time.Hour {
		t.Errorf("kept for %s", care.Keep)
	}
	english, _ := routing.Queue("english")
	monday := time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC) // 11:00 there
	if !english.Hours.Open(monday) || english.Hours.Open(monday.Add(8*time.Hour)) || english.Hours.Open(monday.Add(-24*time.Hour)) {
		t.Errorf("hours: %+v", english.Hours)
	}
	if general, _ := routing.Queue("general"); general.Answer != usualAnswer || general.Keep != bot.UsualKeep {
		t.Errorf("without an answer time: %s, kept for %s", general.Answer, general.Keep)
	}
	if shipped, err := readQueues(""); err != nil || len(shipped.Queues) != 3 {
		t.Errorf("without a file: %v, %v", shipped, err)
	}
}

func TestQueuesSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	general := "\n  - id: general\n    name: {zh-CN: 综合, en: General}\n"
	for text, want := range map[string]string{
		"queues: []": "no queues",
		"queues:\n  - id: a\n    name: {zh-CN: 甲, en: A}\n    prority: 3" + general:               `[4:5] unknown field "prority"`,
		"queues:\n  - id: A b\n    name: {zh-CN: 甲, en: A}" + general:                             "queue 1 (A b): id: want small letters",
		"queues:\n  - id: a\n    name: {zh-CN: 甲}" + general:                                      "name: want one in zh-CN and one in en",
		"queues:\n  - id: a\n    name: {zh-CN: 甲, en: A}\n    answer: 10ms" + general:             "answer: want a duration",
		"queues:\n  - id: a\n    name: {zh-CN: 甲, en: A}\n    keep: 30s" + general:                "keep: want a duration",
		"queues:\n  - id: a\n    name: {zh-CN: 甲, en: A}\n    answer: 3h\n    keep: 2h" + general: "keep: want a duration",
		"queues:\n  - id: a\n    name: {zh-CN: 甲, en: A}\n    hours: {zone: Mars}" + general:      `"Mars" is no time zone`,
		"queues:\n  - id: a\n    name: {zh-CN: 甲, en: A}\n    hours: {days: [monday]}" + general:  `"monday" is no day`,
		"queues:\n  - id: a\n    name: {zh-CN: 甲, en: A}\n    hours: {from: \"9 am\"}" + general:  "hours.from: want a time of day",
		"queues:\n  - id: a\n    name: {zh-CN: 甲, en: A}\n    reasons: [appeal]\n":                "the last queue (a) takes whoever fits nowhere else",
		"queues:\n  - id: general\n    name: {zh-CN: 综合, en: General}" + general:                  "another queue has this id",
	} {
		if _, err := parseQueues([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\nwant %q, got %v", text, want, err)
		}
	}
	if _, err := readQueues(filepath.Join(t.TempDir(), "nothing.yaml")); err == nil || !strings.Contains(err.Error(), "desk.queues") {
		t.Errorf("no such file: %v", err)
	}
}

func FuzzParseQueues(f *testing.F) {
	f.Add([]byte(goodQueues))
	f.Add([]byte("queues: [{id: a, name: {zh-CN: 甲, en: A}, hours: {zone: Asia/Shanghai, from: \"25:00\"}}]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		routing, err := parseQueues(text)
		if err == nil && len(routing.Queues) == 0 {
			t.Error("no error, and no queue either")
		}
	})
}

// nobodyAt is a desk of ours at which nobody is.
type nobodyAt struct{}

func (nobodyAt) Online(string, string) int { return 0 }
func (nobodyAt) There(string, string) bool { return false }

// What is written of another desk counts only while it hears of who waits.
func TestOtherDesksCountWhileTheyListen(t *testing.T) {
	t.Parallel()
	takes := map[string]bool{"a": true, "b": false}
	r := roster{desk: nobodyAt{}, others: []string{"a", "b"}, takes: func(name string) bool { return takes[name] }, listens: func(name string) bool { return name == "a" }}
	if n := r.Online("default", "general"); n != 1 {
		t.Errorf("%d are there, want 1", n)
	}
	takes["a"] = false
	if n := r.Online("default", "general"); n != 0 {
		t.Errorf("%d are there, want none", n)
	}
	if !r.There("default", "a/7") || r.There("default", "lin") {
		t.Error("who has a desk open is mixed up")
	}
	if r.There("default", "gone/7") {
		t.Error("people wait for an agent of a desk that hears nothing more")
	}
}
