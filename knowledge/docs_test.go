package knowledge

import (
	"os"
	"strings"
	"testing"
)

// authored are the files shown on the page for authors: each example begins
// with its name, and those without a signature get one.
func authored(t *testing.T) map[string]string {
	t.Helper()
	page, err := os.ReadFile("../docs/knowledge.md")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, part := range strings.Split(string(page), "```yaml\n")[1:] {
		text, _, _ := strings.Cut(part, "```")
		first, _, _ := strings.Cut(text, "\n")
		name := strings.TrimPrefix(first, "# ")
		if kind := kindOf(name); kind != "reasons" && kind != "dialogue" && !strings.Contains(text, "owner:") {
			text += signed
		}
		files[name] = text
	}
	return files
}

// The examples for authors are a pack that loads, and that lint finds nothing
// to mend in.
func TestDocsExamples(t *testing.T) {
	t.Parallel()
	files := authored(t)
	if len(files) < 7 {
		t.Fatalf("%d examples on the page, want one of each kind", len(files))
	}
	files[packFile] = strings.NewReplacer("neutral: credit.review", "neutral: card.review", "zh-CN: 借呗", "zh-CN: 借书证", "en: Jiebei", "en: Library card").Replace(small()[packFile])
	files[phrasesFile] = small()[phrasesFile]
	files["causes/card.review.yaml"] = strings.Replace(cause("card.review", "generic"), "repay.on_time", "fee.pay", 1)
	for _, intent := range []string{"how.requirements", "agent"} {
		text := strings.NewReplacer("cause: credit.record\n", "", "repay.on_time", "fee.pay").Replace(answer(intent, "fail.unspecified"))
		files["answers/"+intent+".yaml"] = strings.Replace(text, "related:\n  - fail.unspecified\n", "", 1)
	}
	if got := linted(pack(files), "fail.unspecified", "how.requirements", "agent"); got != nil {
		t.Errorf("the examples have problems:\n%s", strings.Join(got, "\n"))
	}
	compiled := compileSchemas(t)
	for name, text := range files {
		if err := compiled[kindOf(name)].Validate(document(t, text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
