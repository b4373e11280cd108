package knowledge

import (
	"bytes"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The published schemas are those of the decoder's types.
func TestSchemasFresh(t *testing.T) {
	for kind, root := range schemaKinds() {
		want := makeSchema(t, kind, root)
		if *update {
			if err := os.WriteFile(schemaFile(kind), want, 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := fs.ReadFile(Schemas(), path.Base(schemaFile(kind)))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s is not what the types say; write it with: go test ./knowledge -run Schemas -update", schemaFile(kind))
		}
	}
}

// compileSchemas makes the published schemas ready, by kind.
func compileSchemas(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	compiled := map[string]*jsonschema.Schema{}
	for kind := range schemaKinds() {
		name := path.Base(schemaFile(kind))
		data, err := fs.ReadFile(Schemas(), name)
		if err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		if err := compiler.AddResource(name, document); err != nil {
			t.Fatal(err)
		}
		if compiled[kind], err = compiler.Compile(name); err != nil {
			t.Fatal(err)
		}
	}
	return compiled
}

// document is a file as a JSON reader sees it.
func document(t *testing.T, text string) any {
	t.Helper()
	s := absent("x.yaml", &Problems{})
	s.lines = strings.Split(text, "\n")
	root := s.parse(text)
	if root == nil {
		t.Fatalf("cannot be read: %v", s.problems.err())
	}
	return asJSON(t, root)
}

func asJSON(t *testing.T, n *node) any {
	t.Helper()
	switch n.kind {
	case textNode:
		return n.value
	case numberNode:
		return json.Number(n.value)
	case boolNode:
		value, _ := strconv.ParseBool(n.value)
		return value
	case listNode:
		list := []any{}
		for _, item := range n.items {
			list = append(list, asJSON(t, item))
		}
		return list
	case mapNode:
		tree := map[string]any{}
		for _, e := range n.entries {
			tree[e.key] = asJSON(t, e.value)
		}
		return tree
	}
	return nil
}

// Every file that Load takes is fine for an editor, too.
func TestSchemasTakeShipped(t *testing.T) {
	t.Parallel()
	compiled := compileSchemas(t)
	packs := map[string]fs.FS{"shipped": Shipped(), "small": pack(small())}
	for _, name := range []string{"huabei", "esim"} {
		packs[name] = os.DirFS("testdata/" + name)
	}
	for name, files := range packs {
		eachYAML(t, files, func(file, text string) {
			kind := kindOf(file)
			if kind == "" {
				return
			}
			if err := compiled[kind].Validate(document(t, text)); err != nil {
				t.Errorf("%s: %s: %v", name, file, err)
			}
		})
	}
}

// Every file of the shipped pack names its schema, and no file of a pack beside
// this one names a wrong one.
func TestSchemasNamed(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"data/jiebei", "testdata/huabei", "testdata/esim"} {
		eachYAML(t, os.DirFS(folder), func(name, text string) {
			kind := kindOf(name)
			first, _, _ := strings.Cut(text, "\n")
			link, named := strings.CutPrefix(first, "# yaml-language-server: $schema=")
			switch {
			case kind == "" || !named && folder != "data/jiebei":
			case path.Join(folder, path.Dir(name), link) != schemaFile(kind):
				t.Errorf("%s/%s begins with %q, which does not lead to %s", folder, name, first, schemaFile(kind))
			}
		})
	}
}

// eachYAML visits the YAML files of a pack.
func eachYAML(t *testing.T, files fs.FS, visit func(name, text string)) {
	t.Helper()
	err := fs.WalkDir(files, ".", func(name string, item fs.DirEntry, err error) error {
		if err != nil || item.IsDir() || !isYAML(name) {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err == nil {
			visit(name, string(data))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSchemasRefuse(t *testing.T) {
	t.Parallel()
	compiled := compileSchemas(t)
	files := small()
	files["dialogues/repay-first.yaml"] = talk
	tests := []struct{ name, file, old, new string }{
		{"unknown key", "causes/credit.record.yaml", "avoid:", "avoidd:"},
		{"missing key", "causes/credit.record.yaml", "owner: content\n", ""},
		{"category", "causes/credit.record.yaml", "category: credit", "category: money"},
		{"silent cause", "causes/credit.record.yaml", "disclosure: specific", "disclosure: silent"},
		{"number for text", "causes/credit.record.yaml", "en: Credit record", "en: 12"},
		{"text for a list", "causes/credit.record.yaml", "fixes:\n  - repay.on_time", "fixes: repay.on_time"},
		{"capitals", "causes/credit.record.yaml", "id: credit.record", "id: Credit.record"},
		{"no day", "causes/credit.record.yaml", "2027-05-31", "soon"},
		{"day that is none", "causes/credit.record.yaml", "2027-05-31", "2027-05-32"},
		{"version zero", "causes/credit.record.yaml", "version: 1", "version: 0"},
		{"step without how", "fixes/repay.on_time.yaml", "    how:\n      zh-CN: 点「还款」\n      en: Tap Repay\n", ""},
		{"truth as a word", "answers/fail.debt.yaml", "check: true", "check: yes"},
		{"code in small letters", "reasons.yaml", "code: OVERDUE", "code: overdue"},
		{"silent code with a cause", "reasons.yaml", "disclosure: silent", "disclosure: silent\n    cause: credit.record"},
		{"code with neither", "reasons.yaml", "    disclosure: silent\n", ""},
		{"bare hotline", "pack.yaml", `"95188"`, "95188"},
		{"unknown phrase", "phrases.yaml", "  greeting:", "  greting:"},
		{"wordings as a text", "symptoms/limit.gone.yaml", "  en:\n    - limit … gone", "  en: limit … gone"},
		{"text beside a fix", "flows/repay.yaml", "  - fix: repay.on_time\n", "  - fix: repay.on_time\n    text: {en: Fine}\n"},
		{"step without id", "flows/repay.yaml", "  - id: wait\n    text:", "  - text:"},
		{"unknown system", "flows/repay.yaml", "[ios, android]", "[iphone]"},
		{"no version", "flows/repay.yaml", "10.5.0", "10.x"},
		{"said and tapped", "dialogues/repay-first.yaml", "  - tap: answer:due\n", "  - tap: answer:due\n    say: 有\n"},
		{"unknown failure", "dialogues/repay-first.yaml", "fails: timeout", "fails: slow"},
		{"unknown wish", "dialogues/repay-first.yaml", "      cause:", "      causes:"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(files[test.file], test.old) {
				t.Fatalf("no %q in %s", test.old, test.file)
			}
			text := strings.Replace(files[test.file], test.old, test.new, 1)
			if compiled[kindOf(test.file)].Validate(document(t, text)) == nil {
				t.Error("the schema takes it")
			}
		})
	}
}
