package configs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"kaitong/configs"
)

// Every configuration that the page on language models shows can be used as it
// stands, but for the keys.
func TestTheSettingsOfThePageOnLanguageModels(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/llm.md")
	if err != nil {
		t.Fatal(err)
	}
	key := filepath.Join(t.TempDir(), "the.key")
	if err := os.WriteFile(key, []byte("sk-0123456789\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, block := range regexp.MustCompile("(?s)```yaml\n(llm:.*?)```").FindAllStringSubmatch(string(page), -1) {
		text := regexp.MustCompile(`key_file: \S+`).ReplaceAllString(block[1], "key_file: "+key)
		config, err := configs.Load(save(t, text), nil)
		if err != nil {
			t.Errorf("%v in\n%s", err, text)
			continue
		}
		if err := config.Validate(); err != nil {
			t.Errorf("%v in\n%s", err, text)
		}
		seen[config.LLM.Provider] = true
	}
	for provider := range strings.FieldsSeq("qwen deepseek glm doubao vllm ollama openai custom") {
		if !seen[provider] {
			t.Errorf("the page has no configuration for %s", provider)
		}
	}
}
