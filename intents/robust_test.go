package intents

import (
	"os"
	"strings"
	"testing"
)

// questions reads the labelled real questions, if they are at hand.
func questions(t *testing.T) Corpus {
	t.Helper()
	file, err := os.Open("../../shared/data/intents/questions_dev.jsonl")
	if err != nil {
		t.Skip("questions_dev.jsonl is not beside the repository; real questions cannot be measured")
	}
	defer func() { _ = file.Close() }()
	corpus, err := LoadDataset(file, "questions_dev.jsonl", nil)
	if err != nil {
		t.Fatal(err)
	}
	return corpus
}

// spellings are ways to write the same words. Each must leave the reading alone.
func spellings() map[string]func(string) string {
	traditional := map[rune]rune{}
	for i, to := range simplified() {
		if to != 0 && traditional[rune(to)] == 0 {
			traditional[rune(to)] = rune(foldLow + i)
		}
	}
	return map[string]func(string) string{
		"traditional": func(text string) string {
			return strings.Map(func(r rune) rune {
				if t, ok := traditional[r]; ok {
					return t
				}
				return r
			}, text)
		},
		"full width": func(text string) string {
			return strings.Map(func(r rune) rune {
				if '!' <= r && r <= '~' {
					return r + 0xFEE0
				}
				return r
			}, text)
		},
		"spaced": func(text string) string {
			var out strings.Builder
			for _, r := range text {
				out.WriteRune(r)
				if isHan(r) {
					out.WriteByte(' ')
				}
			}
			return out.String()
		},
		"upper case":         strings.ToUpper,
		"emoji and marks":    func(text string) string { return "😭" + text + "？？！！" },
		"zero width":         func(text string) string { return strings.Join(strings.Split(text, ""), "\u200b") },
		"product by ear":     strings.NewReplacer("借呗", "借贝", "花呗", "花贝").Replace,
		"product by sound":   strings.NewReplacer("借呗", "接呗", "花呗", "华呗").Replace,
		"product in pinyin":  strings.NewReplacer("借呗", "jiebei", "花呗", "huabei").Replace,
		"product as request": strings.NewReplacer("的借呗", "的借吧", "的花呗", "的花吧", "开通借呗", "开通借吧", "开通花呗", "开通花吧").Replace,
	}
}

func TestSpellingsDoNotChangeTheReading(t *testing.T) {
	t.Parallel()
	m, lines := shippedModel(t), questions(t)
	for name, respell := range spellings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			same := 0
			for _, line := range lines {
				want, got := m.Classify(line.Text).Top().Intent, m.Classify(respell(line.Text)).Top().Intent
				if want == got {
					same++
					continue
				}
				t.Logf("%q is %s, %q is %s", Normalize(line.Text), want, Normalize(respell(line.Text)), got)
			}
			if share := ratio(same, len(lines)); share < 0.99 {
				t.Errorf("%.2f %% keep their label, want 99", 100*share)
			}
		})
	}
}
