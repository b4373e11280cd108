package knowledge

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
)

// plainTree turns a node into what a YAML library decodes into an any, with
// every scalar but text as nil: the library types numbers in its own way.
func plainTree(n *node) any {
	switch n.kind {
	case textNode:
		return n.value
	case listNode:
		list := []any{}
		for _, item := range n.items {
			list = append(list, plainTree(item))
		}
		return list
	case mapNode:
		tree := map[string]any{}
		for _, e := range n.entries {
			tree[e.key] = plainTree(e.value)
		}
		return tree
	}
	return nil
}

// textOnly drops from a decoded tree what is not text.
func textOnly(value any) any {
	switch value := value.(type) {
	case string:
		return value
	case []any:
		list := []any{}
		for _, item := range value {
			list = append(list, textOnly(item))
		}
		return list
	case map[string]any:
		tree := map[string]any{}
		for key, item := range value {
			tree[key] = textOnly(item)
		}
		return tree
	}
	return nil
}

// agree compares the tree of a text with what the YAML library makes of it.
// Texts that either refuses are of no interest, nor are duplicate keys.
func agree(t *testing.T, text string) (compared bool) {
	t.Helper()
	problems := &Problems{}
	s := absent("x.yaml", problems)
	s.lines = strings.Split(text, "\n")
	root := s.parse(text)
	if root == nil {
		if len(*problems) == 0 {
			t.Errorf("%q was refused without a problem", text)
		}
		return false
	}
	var want any
	if err := yaml.Unmarshal([]byte(text), &want); err != nil {
		return false
	}
	if diff := cmp.Diff(textOnly(want), plainTree(root)); diff != "" {
		t.Errorf("%q:\n%s", text, diff)
	}
	return true
}

func trickyTexts() []string {
	return []string{
		"a: b\n", "a:\n  b\n  c\nd: e", "a: |\n  x\n\n  y\nb: >-\n  z\n  w\n\n  v\n", "a: |\n\nb: c\n", "a: |2\n   x\n", "a: |",
		"a: |+\n  x\n\n\nb: c\n", "- a: b\n  c:\n  - d\n  - - e\n    - f\n- g\n", "-\n  a: b\n-   c: d\n    e: f\n", "- \n- x\n",
		"a: {b: c, d: [e, {f: g}], h: }\n", "a: [\n  b,\n  c,\n]\nd: e\n", "a: '中''x'\nb: \"\\u4e00\\x41\\n\"\n", "a: \"x\n  y\"\nb: c\n",
		"# c\na: b # c\n# d\nc: # e\n  - f # g\n", "a : b\n\"q\": x\n'r': y\n", "a:\n- b\n- c\nd: e\n", "a:\n  b:\n    c:\n      d: e\nf: g\n",
		"a: x:y\nb: http://x.y/z\n", "--- \na: b\n", "a: ~\nb: null\nc: 1\nd: true\ne: 1.5\nf: .inf\n", "x\n", "- x", "[a, b]", "{a: b}",
		"a:\n    - b\n    -   c: d\n        e: f\n", "a: \"b\\\n  c\"\n", "a: >\n  x\n   y\n  z\n", "a: b\n\n\n\nc: d", "a:\n\n  # c\n\n  - b\n",
	}
}

func TestParseAgrees(t *testing.T) {
	t.Parallel()
	compared := 0
	for _, text := range trickyTexts() {
		if agree(t, text) {
			compared++
		} else {
			t.Logf("not compared: %q", text)
		}
	}
	if compared < len(trickyTexts())-2 {
		t.Errorf("only %d of %d texts could be compared", compared, len(trickyTexts()))
	}
}

// Every file of the shipped pack means the same to any YAML reader.
func TestParseAgreesOnShipped(t *testing.T) {
	t.Parallel()
	err := fs.WalkDir(Shipped(), ".", func(name string, item fs.DirEntry, err error) error {
		if err != nil || item.IsDir() || !isYAML(name) {
			return err
		}
		data, err := fs.ReadFile(Shipped(), name)
		if err == nil && !agree(t, string(data)) {
			t.Errorf("%s cannot be read", name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range trickyTexts() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.ContainsFunc(text, forbidden) && !strings.Contains(text, "\n") || strings.Contains(text, "\r") {
			t.Skip("never reaches the parser")
		}
		problems := &Problems{}
		s := absent("x.yaml", problems)
		s.lines = strings.Split(text, "\n")
		if root := s.parse(text); root == nil && len(*problems) == 0 {
			t.Error("refused without a problem")
		}
	})
}

// Whatever a file holds, Load answers with a pack or with located problems.
func FuzzLoad(f *testing.F) {
	for name, text := range small() {
		f.Add(name, text)
	}
	for _, text := range trickyTexts() {
		f.Add("causes/credit.record.yaml", text)
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		files := small()
		if !fs.ValidPath(name) {
			name = "causes/credit.record.yaml"
		}
		if _, known := files[name]; !known {
			name = "fixes/repay.on_time.yaml"
		}
		files[name] = text
		base, err := Load(pack(files))
		if (base == nil) == (err == nil) {
			t.Fatalf("base %v, error %v", base, err)
		}
		for _, p := range Lint(pack(files), lintDay(), nil) {
			if p.File == "" || p.Line < 1 || p.Column < 1 || p.Message == "" {
				t.Fatalf("a problem without a place: %+v", p)
			}
		}
	})
}
