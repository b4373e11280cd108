package main_test

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"
)

const (
	module   = "kaitong"
	maxLines = 500
	anything = "*" // in the table: every package of ours
)

// layer says what one package may import of ours. Its tests may import a
// little more: themselves, and the suites and oracles named here.
type layer struct {
	imports []string
	inTests []string
}

// table is the map of the project: every package, and the only arrows there
// are. A new package needs a row here, which is the moment to ask where it
// belongs. Adapters never see each other: what one needs from elsewhere is
// passed in by adapters/cli.
func table() map[string]layer {
	adapter := layer{imports: []string{"bot"}, inTests: []string{"bot/bottest"}}
	return map[string]layer{
		".":                            {imports: []string{"adapters/cli"}},
		".ci/deployed":                 {}, // a module of its own
		"configs":                      {},
		"intents":                      {},
		"knowledge":                    {},
		"bot":                          {imports: []string{"intents", "knowledge"}, inTests: []string{"bot/bottest"}},
		"bot/analytics":                {imports: []string{"bot"}, inTests: []string{"bot/bottest", "intents", "knowledge"}},
		"bot/access":                   {}, // whose tokens do not count any more
		"bot/bottest":                  {imports: []string{"bot"}},
		"bot/gaps":                     {imports: []string{"intents"}},
		"bot/outbox":                   {inTests: []string{"bot/outbox/outboxtest"}},
		"bot/outbox/outboxtest":        {imports: []string{"bot/outbox"}},
		"bot/staff":                    {inTests: []string{"bot/staff/stafftest"}},
		"bot/staff/stafftest":          {imports: []string{"bot/staff"}},
		"bot/dialogue":                 {imports: []string{"bot", "intents", "knowledge"}, inTests: []string{"bot/bottest"}},
		".ci/licences":                 {}, // the licences of everything that is built in
		"adapters/backup":              {}, // files with a manifest; adapters/cli says which
		"adapters/bench":               {},
		"adapters/bench/baseline":      {inTests: []string{"adapters/bench"}},
		"adapters/dashboard":           {imports: []string{"bot/analytics", "bot/gaps", "intents", "adapters/edge"}, inTests: []string{"adapters/demo", "bot", "knowledge"}},
		"adapters/demo":                {imports: []string{"bot"}, inTests: []string{"intents", "knowledge"}},
		"adapters/doctor":              {}, // what a server stands on; adapters/cli says what that is
		"adapters/edge":                {}, // what the servers of web and desk must know alike
		"adapters/conform":             {}, // what all contracts over NATS are read and verified with
		"adapters/eligibility":         {imports: []string{"bot", "adapters/conform"}, inTests: []string{"bot/bottest"}},
		"adapters/handoff":             {imports: []string{"bot", "bot/outbox"}, inTests: []string{"bot/bottest", "bot/outbox/outboxtest"}},
		"adapters/llm":                 {imports: []string{"bot", "adapters/conform"}, inTests: []string{"bot/bottest", "intents", "knowledge", "adapters/llm/llmtest"}},
		"adapters/llm/llmtest":         {},
		"adapters/appeals":             {imports: []string{"bot", "adapters/conform"}, inTests: []string{"bot/bottest"}},
		"adapters/metrics":             adapter,
		"adapters/natsbus":             {imports: []string{"bot"}, inTests: []string{"adapters/natsbus/natsbustest"}},
		"adapters/natsbus/natsbustest": {imports: []string{"adapters/natsbus"}},
		"adapters/proofs":              adapter,
		"adapters/status":              {imports: []string{"bot", "adapters/conform"}, inTests: []string{"bot/bottest"}},
		"adapters/desk":                {imports: []string{"bot", "bot/staff", "adapters/edge", "adapters/desk/sso"}, inTests: []string{"bot/bottest", "bot/staff/stafftest", "adapters/desk/ssotest", "adapters/web/browsertest"}},
		"adapters/desk/sso":            {imports: []string{"bot/staff"}, inTests: []string{"adapters/desk/ssotest"}},
		"adapters/desk/ssotest":        {},
		"adapters/store":               {imports: []string{"bot", "bot/access", "bot/analytics", "bot/outbox", "bot/staff"}, inTests: []string{"bot/bottest", "bot/outbox/outboxtest", "bot/staff/stafftest", "adapters/store/storetest"}},
		"adapters/store/storetest":     {},
		"adapters/tokens":              {}, // what host apps sign, read by web and by the command line
		"adapters/web":                 {imports: []string{"bot", "bot/access", "adapters/edge", "adapters/tokens"}, inTests: []string{"bot/bottest", "adapters/web/browsertest"}},
		"adapters/web/browsertest":     {},
		"adapters/cli":                 {imports: []string{anything}},
		"adapters/logging":             {inTests: []string{"bot"}}, // what a log line may hold
		"adapters/tracing":             {},                         // the only package that knows OpenTelemetry
	}
}

func TestArchitecture(t *testing.T) {
	t.Parallel()
	problems, err := inspect(os.DirFS("."))
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Error(problem)
	}
}

// inspect returns every broken rule in a source tree, one sentence each. It
// reads the files and nothing else, so it sees all platforms and build tags,
// and it needs no compiled packages.
func inspect(tree fs.FS) ([]string, error) {
	var problems []string
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && skipped(name):
			return fs.SkipDir
		case !entry.Type().IsRegular() || name == ".git": // a file in linked worktrees
			return nil
		}
		content, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		found, err := inspectFile(name, content)
		problems = append(problems, found...)
		return err
	})
	return problems, err
}

// skipped are the folders that are not part of the source: what .gitignore
// names, and hidden ones such as .git. The scripts in .ci do count.
func skipped(dir string) bool {
	base := path.Base(dir)
	hidden := strings.HasPrefix(base, ".") && dir != "." && dir != ".ci"
	return hidden || dir == "bin" || dir == "data" || base == "node_modules"
}

func inspectFile(name string, content []byte) ([]string, error) {
	problems := append(checkText(name, content), checkWidget(name, content)...)
	if path.Ext(name) != ".go" || slices.Contains(strings.Split(name, "/"), "testdata") {
		return problems, nil
	}
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, content, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return problems, fmt.Errorf("parse: %w", err)
	}
	source := source{name: name, files: files, file: file}
	problems = append(problems, source.checkImports()...)
	problems = append(problems, source.checkInit()...)
	if !source.isTest() {
		problems = append(problems, source.checkVariables()...)
		problems = append(problems, source.checkLength()...)
	}
	return problems, nil
}

// checkText looks for what only means something on the machine a text was
// written on.
func checkText(name string, content []byte) []string {
	if bytes.IndexByte(content, 0) >= 0 || !utf8.Valid(content) {
		return nil // not a text
	}
	local := regexp.MustCompile(`(?:^|[^\w.~%-])/(?:work|tmp|root|home)/\w`)
	registry := regexp.MustCompile(`(?i)\b(?:(?:proxy|sum)\.golang\.org|goproxy\.\w+|registry\.npmjs\.org|npmmirror\.com|(?:pypi|pythonhosted)\.org|deb\.debian\.org|crates\.io)\b`)
	var problems []string
	number := 0
	for line := range bytes.Lines(content) {
		number++
		if local.Match(line) && path.Base(name) != "package-lock.json" { // a hash may look like a path
			problems = append(problems, fmt.Sprintf("%s:%d: a path of one machine; use a relative path or a temporary folder made on the spot", name, number))
		}
		if registry.Match(line) {
			problems = append(problems, fmt.Sprintf("%s:%d: a package registry; which one to use is the business of the machine", name, number))
		}
	}
	return problems
}

// checkWidget holds the sources of the widget to the length of Go files.
func checkWidget(name string, content []byte) []string {
	lines := bytes.Count(content, []byte("\n"))
	if !strings.HasPrefix(name, "adapters/web/ui/src/") || lines <= maxLines {
		return nil
	}
	return []string{tooLong(name, lines)}
}

// tooLong asks for a second concept in a file that has grown long.
func tooLong(at string, lines int) string {
	return fmt.Sprintf("%s: %d lines, more than %d: look for the second concept and give it a file", at, lines, maxLines)
}

// source is one Go file under inspection.
type source struct {
	name  string // slash path from the root
	files *token.FileSet
	file  *ast.File
}

func (s source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

func (s source) dir() string { return path.Dir(s.name) }

func (s source) problem(at token.Pos, format string, args ...any) string {
	return fmt.Sprintf("%s: %s", s.files.Position(at), fmt.Sprintf(format, args...))
}

func (s source) checkImports() []string {
	row, known := table()[s.dir()]
	if !known {
		return []string{s.problem(s.file.Package, "package %s is missing from the import table of the architecture test", s.dir())}
	}
	allowed := row.imports
	if s.isTest() {
		allowed = slices.Concat(row.imports, row.inTests, []string{s.dir()})
	}
	var problems []string
	for _, spec := range s.file.Imports {
		imported, ours := ourPackage(spec)
		if ours && !slices.Contains(allowed, imported) && !slices.Contains(allowed, anything) {
			problems = append(problems, s.problem(spec.Pos(), "%s may not import %s; let adapters/cli pass in what it needs", s.dir(), imported))
		}
	}
	return problems
}

// ourPackage returns the folder of an imported package of this module.
func ourPackage(spec *ast.ImportSpec) (folder string, ours bool) {
	imported, err := strconv.Unquote(spec.Path.Value)
	if err != nil || imported == module {
		return ".", err == nil
	}
	return strings.CutPrefix(imported, module+"/")
}

func (s source) checkInit() []string {
	var problems []string
	for _, decl := range s.file.Decls {
		if function, ok := decl.(*ast.FuncDecl); ok && function.Recv == nil && function.Name.Name == "init" {
			problems = append(problems, s.problem(decl.Pos(), "no init(): work that happens on import is found by nobody; do it where the thing is made"))
		}
	}
	return problems
}

// checkVariables refuses package-level state. What stays are values that Go
// has no constant for and nobody assigns: embedded files, sentinel errors,
// interface assertions and values computed once on first use.
func (s source) checkVariables() []string {
	var problems []string
	for _, decl := range s.file.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.VAR {
			continue
		}
		for _, spec := range group.Specs {
			variable := spec.(*ast.ValueSpec)
			if !embedded(group.Doc) && !embedded(variable.Doc) && !fixed(variable) {
				problems = append(problems, s.problem(variable.Pos(), "package-level variable %s; make it a constant, a field or a function", variable.Names[0].Name))
			}
		}
	}
	return problems
}

func embedded(doc *ast.CommentGroup) bool {
	return doc != nil && slices.ContainsFunc(doc.List, func(c *ast.Comment) bool { return strings.HasPrefix(c.Text, "//go:embed ") })
}

func fixed(variable *ast.ValueSpec) bool {
	assertion := !slices.ContainsFunc(variable.Names, func(n *ast.Ident) bool { return n.Name != "_" })
	return assertion || len(variable.Values) > 0 && !slices.ContainsFunc(variable.Values, func(value ast.Expr) bool {
		call, ok := value.(*ast.CallExpr)
		return !ok || !slices.Contains([]string{"errors.New", "fmt.Errorf", "sync.OnceValue", "sync.OnceValues"}, qualified(call.Fun))
	})
}

// qualified returns "pkg.Name" for a name from another package, else "".
func qualified(expression ast.Expr) string {
	selector, ok := expression.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	pkg, ok := selector.X.(*ast.Ident)
	if !ok {
		return ""
	}
	return pkg.Name + "." + selector.Sel.Name
}

// checkLength holds files to a length. Tables (…_table.go) and the contract
// suites, which are tests, may run on.
func (s source) checkLength() []string {
	lines := s.files.File(s.file.FileStart).LineCount()
	if lines <= maxLines || strings.HasSuffix(s.name, "_table.go") || s.dir() == "bot/bottest" {
		return nil
	}
	return []string{tooLong(s.files.Position(s.file.Package).String(), lines)}
}

func TestArchitectureRules(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, file, content string
		want                string // part of the only problem; empty means none
	}{
		{"allowed import", "bot/a.go", `package bot; import "kaitong/intents"`, ""},
		{"foreign import", "intents/a.go", `package intents; import "golang.org/x/text/width"`, ""},
		{"core imports adapter", "bot/a.go", `package bot; import "kaitong/adapters/web"`, "bot may not import adapters/web"},
		{"adapter imports adapter", "adapters/web/a.go", `package web; import "kaitong/adapters/store"`, "adapters/web may not import adapters/store"},
		{"adapter imports data package", "adapters/web/a.go", `package web; import "kaitong/knowledge"`, "adapters/web may not import knowledge"},
		{"leaf imports leaf", "configs/a.go", `package configs; import "kaitong/intents"`, "configs may not import intents"},
		{"wiring imports everything", "adapters/cli/a.go", "package cli\nimport \"kaitong/configs\"\nimport \"kaitong/adapters/web\"", ""},
		{"program imports past the wiring", "main.go", `package main; import "kaitong/bot"`, ". may not import bot"},
		{"package imports the program", "bot/a.go", `package bot; import "kaitong"`, "bot may not import ."},
		{"suite in shipped code", "adapters/store/a.go", `package store; import "kaitong/bot/bottest"`, "may not import bot/bottest"},
		{"suite in a test", "adapters/store/a_test.go", "package store_test\nimport \"kaitong/bot/bottest\"\nimport \"kaitong/adapters/store\"", ""},
		{"other adapter in a test", "adapters/store/a_test.go", `package store; import "kaitong/adapters/web"`, "may not import adapters/web"},
		{"other platform", "bot/a_windows.go", `package bot; import "kaitong/configs"`, "bot may not import configs"},
		{"unknown package", "helpers/a.go", `package helpers`, "helpers is missing from the import table"},
		{"unknown sub-package", "adapters/web/parts/a.go", `package parts`, "adapters/web/parts is missing"},
		{"fixture is no package", "bot/testdata/a.go", `package nonsense`, ""},
		{"ignored folder", "bin/a.go", `package nonsense`, ""},

		{"init", "bot/a.go", "package bot\nfunc init() {}", "a.go:2:1: no init()"},
		{"method called init", "bot/a.go", "package bot\ntype t struct{}\nfunc (t) init() {}", ""},
		{"init in a test", "bot/a_test.go", "package bot\nfunc init() {}", "no init()"},

		{"counter", "bot/a.go", "package bot\nvar count int", "a.go:2:5: package-level variable count"},
		{"map", "bot/a.go", "package bot\nvar names = map[string]string{}", "variable names"},
		{"group with one mutable", "bot/a.go", "package bot\nimport \"errors\"\nvar (\n\tErrA = errors.New(\"a\")\n\tcache []int\n)", "a.go:5:2: package-level variable cache"},
		{"sentinels", "bot/a.go", "package bot\nvar (\n\tErrA = errors.New(\"a\")\n\tErrB = fmt.Errorf(\"b: %w\", ErrA)\n)", ""},
		{"assertion", "bot/a.go", "package bot\nvar _ I = (*t)(nil)", ""},
		{"embedded files", "bot/a.go", "package bot\nimport \"embed\"\n\n//go:embed data\nvar data embed.FS", ""},
		{"embedded text", "bot/a.go", "package bot\nimport _ \"embed\"\n\n//go:embed a.txt\nvar text string", ""},
		{"computed once", "bot/a.go", "package bot\nvar v = sync.OnceValue(func() int { return 1 })", ""},
		{"variable in a test", "bot/a_test.go", "package bot\nvar update = flag.Bool(\"update\", false, \"\")", ""},
		{"variable in a function", "bot/a.go", "package bot\nfunc f() { var n int; _ = n }", ""},

		{"long file", "bot/a.go", "package bot\n" + strings.Repeat("\n", maxLines), "501 lines, more than 500"},
		{"longest file", "bot/a.go", "package bot\n" + strings.Repeat("\n", maxLines-1), ""},
		{"long table", "bot/a_table.go", "package bot\n" + strings.Repeat("\n", maxLines), ""},
		{"long test", "bot/a_test.go", "package bot\n" + strings.Repeat("\n", maxLines), ""},

		{"machine path", "README.md", "fine\nsee /" + "work/notes", "README.md:2: a path of one machine"},
		{"home folder in code", "bot/a.go", "package bot\nconst dir = \"/" + "root/x\"", "a.go:2: a path of one machine"},
		{"path inside an address", "README.md", "https://example.com/" + "home/x and ./" + "tmp/x", ""},
		{"registry", ".ci/run", "curl https://proxy.golang" + ".org", ".ci/run:1: a package registry"},
		{"machine path in the widget", "adapters/web/ui/src/a.tsx", "const dir = '/" + "home/x'", "a.tsx:1: a path of one machine"},
		{"registry in the widget", "adapters/web/ui/build.mjs", "fetch('https://registry.npmjs" + ".org/x')", "build.mjs:1: a package registry"},
		{"hash like a path", "adapters/web/ui/package-lock.json", "\"integrity\": \"sha512-a+/" + "tmp/x==\"", ""},
		{"registry in a lock file", "adapters/web/ui/package-lock.json", "\"resolved\": \"https://registry.npmjs" + ".org/x\"", "a package registry"},
		{"packages of others", "adapters/web/ui/node_modules/x/a.go", "package nonsense // /" + "tmp/x", ""},
		{"long widget source", "adapters/web/ui/src/a.ts", strings.Repeat("\n", maxLines+1), "a.ts: 501 lines, more than 500"},
		{"longest widget source", "adapters/web/ui/src/a.css", strings.Repeat("\n", maxLines), ""},
		{"built file", "adapters/web/page/a.js", strings.Repeat("\n", maxLines+1), ""},
		{"linked worktree", ".git", "gitdir: /" + "work/.git/worktrees/x", ""},
		{"binary", "a.png", "\x00 /" + "work/notes", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			problems, err := inspect(fstest.MapFS{test.file: {Data: []byte(test.content)}})
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case test.want == "" && len(problems) > 0:
				t.Errorf("got %q, want no problem", problems)
			case test.want != "" && (len(problems) != 1 || !strings.Contains(problems[0], test.want)):
				t.Errorf("got %q, want one problem with %q", problems, test.want)
			}
		})
	}
}
