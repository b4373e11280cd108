package cli

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kaitong/adapters/web"
	"kaitong/configs"
)

// Every part that /readyz names has a section that says what to do.
func TestEveryCheckHasARunbook(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	var headings []string
	for _, found := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(string(text), -1) {
		headings = append(headings, strings.ReplaceAll(strings.ToLower(found[1]), " ", "-"))
	}
	config := configs.Default()
	config.Addr, config.Data, config.Pack = "127.0.0.1:0", t.TempDir(), "../../knowledge/data/jiebei"
	config.LLM.Provider, config.LLM.BaseURL, config.LLM.Model, config.LLM.Uses = "vllm", "http://127.0.0.1:1/v1", "m", []string{"understand"}
	app, err := NewApp(t.Context(), config, newLogger(config, logLevel("error"), &lines{}))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = app.Close(t.Context()) }()
	checks := append(app.core.checks(), web.Check{Name: "serving"}, web.Check{Name: "token keys"}, web.Check{Name: "other desks"})
	if len(checks) < 10 {
		t.Errorf("only %d checks", len(checks))
	}
	for _, one := range checks {
		if anchor := strings.ReplaceAll(one.Name, " ", "-"); !slices.Contains(headings, anchor) {
			t.Errorf("docs/operations.md has no section %q", one.Name)
		}
	}
	for _, link := range regexp.MustCompile(`\]\(#([^)]*)\)`).FindAllStringSubmatch(string(text), -1) {
		if !slices.Contains(headings, link[1]) {
			t.Errorf("docs/operations.md links to no section: %s", link[1])
		}
	}
}
