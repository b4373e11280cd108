package web

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"kaitong/adapters/tokens"
)

// embeddingDoc is what developers who embed the chat read.
func embeddingDoc(t *testing.T) string {
	t.Helper()
	doc, err := os.ReadFile("../../docs/embedding.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(doc)
}

// section is the text below a heading, up to the next one.
func section(t *testing.T, doc, heading string) string {
	t.Helper()
	_, text, found := strings.Cut(doc, "\n"+heading+"\n")
	if !found {
		t.Fatalf("the document has no %q", heading)
	}
	before, _, _ := strings.Cut(text, "\n##") // one # begins a comment of a program
	return before
}

// fences are the fenced blocks of a language.
func fences(text, language string) []string {
	var blocks []string
	for _, match := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(text, -1) {
		blocks = append(blocks, match[1])
	}
	return blocks
}

// example is one way to sign tokens: the program of a section, saved as file,
// made ready by the command build where there is one, and run.
type example struct {
	heading, language, file string
	build, run              []string
}

func examples() []example {
	return []example{
		{"### Go", "go", "sign.go", []string{"go", "build", "-o", "sign.exe", "sign.go"}, []string{"./sign.exe"}},
		{"### Java", "java", "Sign.java", nil, []string{"java", "Sign.java"}},
		{"### Node", "js", "sign.mjs", nil, []string{"node", "sign.mjs"}},
		{"### Python", "python", "sign.py", nil, []string{"python3", "sign.py"}},
	}
}

func TestDocumentedTokenEndpoints(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("starts a compiler and virtual machines")
	}
	doc := embeddingDoc(t)
	for _, e := range examples() {
		t.Run(e.language, func(t *testing.T) {
			t.Parallel()
			endpoint := e.start(t, doc)
			if token := askToken(t, endpoint+"?user=user-4711", ""); token != "" {
				t.Error("a token without a session")
			}
			believed(t, askToken(t, endpoint+"?user=somebody-else", "a=b; session=made-up-session"), "user-4711")
		})
	}
}

// start runs the example and returns the address it prints.
func (e example) start(t *testing.T, doc string) string {
	t.Helper()
	programs := fences(section(t, doc, e.heading), e.language)
	if len(programs) != 1 {
		t.Fatalf("%d programs below %s, want one", len(programs), e.heading)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, e.file), []byte(programs[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	if e.build != nil {
		if out, err := e.command(t, dir, e.build).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", e.build, err, out)
		}
	}
	return firstLine(t, e.command(t, dir, e.run))
}

func (e example) command(t *testing.T, dir string, line []string) *exec.Cmd {
	t.Helper()
	if _, err := exec.LookPath(line[0]); err != nil && !strings.HasPrefix(line[0], "./") {
		t.Skipf("the example is not tried: %s is missing on this machine", line[0])
	}
	command := exec.CommandContext(t.Context(), line[0], line[1:]...)
	command.Dir = dir
	command.Env = append(os.Environ(), "KAITONG_AUTH_KEY="+testKey, "PORT=0")
	return command
}

// firstLine starts a program that goes on running, and returns what it says first.
func firstLine(t *testing.T, command *exec.Cmd) string {
	t.Helper()
	var complaints logBuffer
	command.Stderr = &complaints
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait() // killed
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%v: %v\n%s", command.Args, err, &complaints)
	}
	return strings.TrimSpace(line)
}

// askToken asks as somebody with these cookies, and returns "" when refused.
func askToken(t *testing.T, address, cookies string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	if cookies != "" {
		request.Header.Set("Cookie", cookies)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode == http.StatusUnauthorized {
		return ""
	}
	var answer struct{ Token string }
	if err := json.Unmarshal(body, &answer); err != nil || response.StatusCode != http.StatusOK || answer.Token == "" {
		t.Fatalf("%s: %d %s", address, response.StatusCode, body)
	}
	if response.Header.Get("Cache-Control") != "no-store" {
		t.Error("the token may be kept by caches")
	}
	return answer.Token
}

// believed shows a token to a server that shares the key, and to one that does not.
func believed(t *testing.T, token, user string) {
	t.Helper()
	w := newWorld(t)
	welcome := w.dial().hello(map[string]any{"locale": "en", "token": token})
	if welcome.Data["expires_at"] == nil {
		t.Errorf("welcomed without a token: %s", welcome.raw)
	}
	if pass, bad := w.server.identity.fromToken(t.Context(), token); bad != nil || pass.who.User != user {
		t.Errorf("the token is for %+v (%v), want %s", pass.who, bad, user)
	}
	p := newWorld(t, func(o *Options) { o.Token.Keys = tokens.Secrets([]byte("another key of thirty-two bytes.")) }).dial()
	p.send(map[string]any{"type": "hello", "id": "h1", "data": map[string]any{"token": token}})
	p.wantError(codeUnauthorized)
	p.wantClose(4501)
}

func TestDocumentedFrames(t *testing.T) {
	t.Parallel()
	frames := 0
	for _, block := range fences(section(t, embeddingDoc(t), "## The bare protocol"), "text") {
		for line := range strings.Lines(block) {
			schema := map[string]string{">": "client.json", "<": "server.json"}[line[:1]]
			if schema == "" {
				t.Fatalf("neither sent nor received: %s", line)
			}
			mustFit(t, schema, []byte(line[1:]))
			frames++
		}
	}
	if frames < 15 {
		t.Errorf("found %d frames", frames)
	}
}

// TestDocumentedCloseCodes compares the close codes with the table of the program.
func TestDocumentedCloseCodes(t *testing.T) {
	t.Parallel()
	table := codeTable()
	mentions := regexp.MustCompile("`(\\w+)`, close code (\\d+)").FindAllStringSubmatch(embeddingDoc(t), -1)
	for _, mention := range mentions {
		if row, known := table[Code(mention[1])]; !known || fmt.Sprint(row.close) != mention[2] {
			t.Errorf("%q: the program closes with %d", mention[0], row.close)
		}
	}
	if len(mentions) < 3 {
		t.Errorf("found %d close codes", len(mentions))
	}
}

func TestDocumentedAPI(t *testing.T) {
	t.Parallel()
	source := uiSource(t, "api.ts")
	doc := embeddingDoc(t)
	members := regexp.MustCompile(`(?m)^  (\w+)[(<]`).FindAllStringSubmatch(between(t, source, "interface KaitongAPI {", "\n}"), -1)
	compareNames(t, "calls", names(members), names(regexp.MustCompile("(?m)^\\| `(\\w+)\\(").FindAllStringSubmatch(section(t, doc, "## JavaScript"), -1)))
	events := regexp.MustCompile(`(?m)^  (\w+): `).FindAllStringSubmatch(between(t, source, "interface Events {", "\n}"), -1)
	rows := regexp.MustCompile("(?m)^\\| (`.*?) \\|").FindAllString(section(t, doc, "### Events"), -1)
	compareNames(t, "events", names(events), names(regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(strings.Join(rows, "\n"), -1)))
}

func uiSource(t *testing.T, name string) string {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("ui", "src", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

func between(t *testing.T, text, from, to string) string {
	t.Helper()
	_, rest, found := strings.Cut(text, from)
	inside, _, closed := strings.Cut(rest, to)
	if !found || !closed {
		t.Fatalf("no %q … %q in the source", from, to)
	}
	return inside
}

// names are the first groups of matches, each once.
func names(matches [][]string) []string {
	found := map[string]bool{}
	for _, match := range matches {
		found[match[1]] = true
	}
	return slices.Sorted(maps.Keys(found))
}

func compareNames(t *testing.T, what string, source, documented []string) {
	t.Helper()
	if len(source) == 0 || !slices.Equal(source, documented) {
		t.Errorf("%s in the source: %q, in the document: %q", what, source, documented)
	}
}

func TestDocumentedAttributes(t *testing.T) {
	t.Parallel()
	var attributes []string
	for _, name := range names(regexp.MustCompile(`\bdata\.(\w+)`).FindAllStringSubmatch(uiSource(t, "settings.ts"), -1)) {
		attributes = append(attributes, regexp.MustCompile("[A-Z]").ReplaceAllStringFunc(name, func(letter string) string { return "-" + strings.ToLower(letter) }))
	}
	// What the address of /chat may say as well is read by say("name").
	attributes = append(attributes, names(regexp.MustCompile(`say\("(\w+)"\)`).FindAllStringSubmatch(uiSource(t, "settings.ts"), -1))...)
	slices.Sort(attributes)
	documented := section(t, embeddingDoc(t), "## Attributes of the script tag")
	compareNames(t, "attributes", attributes, names(regexp.MustCompile("(?m)^\\| `data-([a-z-]+)`").FindAllStringSubmatch(documented, -1)))
}

func TestDocumentedProperties(t *testing.T) {
	t.Parallel()
	property := regexp.MustCompile(`--kaitong-([a-z-]+[a-z])`)
	source := names(property.FindAllStringSubmatch(uiSource(t, "style/widget.css"), -1))
	documented := section(t, embeddingDoc(t), "## Colours, corners, place")
	compareNames(t, "properties", source, names(property.FindAllStringSubmatch(documented, -1)))
}
