package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kaitong/bot"
)

// planned is a chat that was just shown an answer with a plan.
func planned(t *testing.T, lead, export string) (*chat, *strings.Builder) {
	t.Helper()
	var out strings.Builder
	c := &chat{s: streams{out: &out}}
	data, err := json.Marshal(messageData{Author: bot.AuthorBot, Blocks: []bot.Block{
		{Type: bot.BlockText, Text: lead},
		{Type: bot.BlockSteps, Items: []bot.Item{{Text: "1"}}, Export: export},
	}})
	if err != nil {
		t.Fatal(err)
	}
	c.show(frame{Type: "message", ID: "b1", Data: data})
	return c, &out
}

func TestChatSavesAPlan(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	taken := filepath.Join(dir, "taken.txt")
	if err := os.WriteFile(taken, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ lead, export, file, says, holds string }{
		"a new file":                  {"给你的建议", "建议\n1. 还清\n", "my plan.txt", "已保存到 ", "建议\n1. 还清\n"},
		"in English":                  {"Your plan", "Plan\n", "en.txt", "Saved to ", "Plan\n"},
		"nothing a terminal acts on":  {"给你的建议", "建议\x1b[2J\n", "clean.txt", "已保存到 ", "建议[2J\n"},
		"never over another file":     {"给你的建议", "建议\n", "taken.txt", "换个名字", "mine"},
		"where nothing can be stored": {"Your plan", "Plan\n", "no/such/folder.txt", "Could not write ", ""},
		"nothing to save":             {"给你的建议", "", "none.txt", "还没有可以保存的内容", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			chat, out := planned(t, c.lead, c.export)
			if hinted := strings.Contains(out.String(), "/save"); hinted != (c.export != "") {
				t.Errorf("shown:\n%s", out)
			}
			path := filepath.Join(dir, c.file)
			if err := chat.submit(t.Context(), "/save "+path); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(out.String(), c.says) || strings.Contains(out.String(), "no such file") {
				t.Errorf("shown:\n%s", out)
			}
			if got, _ := os.ReadFile(path); string(got) != c.holds {
				t.Errorf("the file holds %q", got)
			}
		})
	}
}

func TestSaving(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"/save": saveAs, "/save ": saveAs, "/save a b.txt": "a b.txt", "/save  计划.txt ": "计划.txt", "/save a\x1b.txt": "a.txt",
		"/saved": "", "save x": "", "/ save": "", "请 /save": "",
	} {
		if name, ok := saving(line); name != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", line, name, ok)
		}
	}
}

// Words of a model are marked in the terminal as they are on the page.
func TestChatMarksWordsOfAModel(t *testing.T) {
	t.Parallel()
	for composed, marks := range map[string]int{bot.ByModel: 1, "authored": 0} {
		var out strings.Builder
		c := &chat{s: streams{out: &out}}
		data, err := json.Marshal(bot.Message{Author: bot.AuthorBot, Blocks: []bot.Block{{Type: bot.BlockText, Text: "要填的资料"}}, About: &bot.About{Composed: composed}})
		if err != nil {
			t.Fatal(err)
		}
		c.show(frame{Type: "message", ID: "b1", Data: data})
		if got := strings.Count(out.String(), "由 AI 生成 / Written by AI"); got != marks {
			t.Errorf("%s: marked %d times:\n%s", composed, got, out.String())
		}
	}
}
