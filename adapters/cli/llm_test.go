package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kaitong/adapters/llm/llmtest"
	"kaitong/configs"
)

// odd is a question that the classifier is not sure of.
const odd = "我前天显示可以申请蚂蚁借呗了"

func fakeModel(t *testing.T) *llmtest.Provider {
	t.Helper()
	p := llmtest.New(llmtest.Helpful)
	t.Cleanup(p.Close)
	return p
}

// modelFile is a configuration with a model, for commands.
func modelFile(t *testing.T, p *llmtest.Provider, more string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kaitong.yaml")
	text := "llm:\n  provider: custom\n  base_url: " + p.BaseURL() + "\n  model: fake\n  key: sk-secret\n" + more
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func commandLine(t *testing.T, args ...string) (code int, out string) {
	t.Helper()
	var all strings.Builder
	code = run(t.Context(), args, streams{in: strings.NewReader(""), out: &all, err: &all})
	return code, all.String()
}

func TestLLMDoctor(t *testing.T) {
	t.Parallel()
	p := fakeModel(t)
	code, out := commandLine(t, "llm", "doctor", "--config", modelFile(t, p, "  uses: [understand]\n"))
	if code != exitOK || strings.Contains(out, "FAIL") || strings.Count(out, "ok    ") < 7 {
		t.Errorf("exit %d:\n%s", code, out)
	}
	if strings.Contains(out, "sk-secret") {
		t.Error("the key is printed")
	}
}

func TestLLMDoctorSaysWhatToMend(t *testing.T) {
	t.Parallel()
	for trap, mend := range map[llmtest.Trap]string{
		llmtest.Refused: "llm.key", llmtest.Redirect: "llm.base_url", llmtest.Blank: "thinking", llmtest.TooMany: "patience", llmtest.OldError: "leaving fields out did not help",
	} {
		p := fakeModel(t)
		p.Set(trap)
		if code, out := commandLine(t, "llm", "doctor", "--config", modelFile(t, p, "")); code != exitFailed || !strings.Contains(out, mend) {
			t.Errorf("%s: exit %d, %q should be in:\n%s", trap, code, mend, out)
		}
	}
	p := fakeModel(t)
	p.Answer(func(r llmtest.Request) string {
		if r.Body["response_format"] == nil {
			return llmtest.Helpful(r)
		}
		return "I do not know this format."
	})
	if code, out := commandLine(t, "llm", "doctor", "--config", modelFile(t, p, "")); code != exitFailed || !strings.Contains(out, "set llm.structured: none") {
		t.Errorf("exit %d:\n%s", code, out)
	}
	if code, out := commandLine(t, "llm", "doctor"); code != exitUsage || !strings.Contains(out, "docs/llm.md") {
		t.Errorf("without settings: exit %d: %s", code, out)
	}
}

func TestLLMEval(t *testing.T) {
	t.Parallel()
	p := fakeModel(t)
	data := filepath.Join(t.TempDir(), "questions.jsonl")
	lines := `{"text":"` + odd + `","intent":"how.activate"}` + "\n" + `{"text":"为什么我的借呗开通不了","intent":"fail.unspecified"}` + "\n"
	if err := os.WriteFile(data, []byte(lines), 0o600); err != nil {
		t.Fatal(err)
	}
	p.Answer(func(r llmtest.Request) string {
		if strings.Contains(r.Data, odd) {
			return `{"reason":"昨天","intent":"how.activate"}`
		}
		return llmtest.Helpful(r)
	})
	config := modelFile(t, p, "  price_in: 100\n  price_out: 200\n")
	code, out := commandLine(t, "llm", "eval", "--config", config, "--data", data, "--answers", "4", "--json")
	var report llmReport
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != exitOK {
		t.Fatalf("exit %d, %v:\n%s", code, err, out)
	}
	if r := report.Reading; r.Questions != 2 || r.Asked != 1 || r.With["right"] != 2 || len(r.Wins) != 1 || len(r.Losses) != 0 {
		t.Errorf("reading: %+v", r)
	}
	if w := report.Wording; w.Answers != 4 || w.Kept != 4 || report.Cost <= 0 {
		t.Errorf("wording: %+v, cost %f", w, report.Cost)
	}
	if code, out := commandLine(t, "llm", "eval", "--config", config, "--data", data); code != exitOK || !strings.Contains(out, "better 1, worse 0") {
		t.Errorf("exit %d:\n%s", code, out)
	}
}

// The whole program, with a model that helps with everything and then fails.
func TestAModelHelpsAndCannotHurt(t *testing.T) {
	t.Parallel()
	p := fakeModel(t)
	address := startApp(t, func(c *configs.Config) {
		c.LLM.Provider, c.LLM.BaseURL, c.LLM.Model, c.LLM.Key = "custom", p.BaseURL(), "fake", "sk-secret"
		c.LLM.Uses = []string{configs.LLMUnderstand, configs.LLMPhrase, configs.LLMSummarise, configs.LLMName}
	})
	someone := newPerson(t, address, "demo-eligible", "zh-CN")
	if got := someone.ask("借呗要填哪些资料"); got.About.Composed != "llm" {
		t.Errorf("composed %v", got.About.Composed)
	}
	p.Set(llmtest.HTML)
	if got := someone.ask("要填哪些资料才能开通借呗"); got.About.Composed != "authored" {
		t.Errorf("composed %v by a model that is down", got.About.Composed)
	}
	p.Set(llmtest.Fine)
	lin := atDesk(t, address, "demo-lin", "")
	someone.ask("我要找人工客服")
	entry := lin.until("entry", func(entry map[string]any) bool { return entry["state"] == "queued" })
	lin.send("watch", map[string]any{"conversation": entry["conversation"], "after": 0})
	lin.until("turn", func(turn map[string]any) bool {
		text, _ := json.Marshal(turn)
		return strings.Contains(string(text), "由 AI 生成，请核对。") && strings.Contains(string(text), "我要找人工客服")
	})
}
