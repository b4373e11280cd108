package handoff

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The examples sign as we do, believe what is signed, and nothing else.
func TestTheExamplesOfTheDocument(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds and runs the examples")
	}
	for language, example := range map[string]struct {
		file, main string
		command    []string
	}{
		"go": {"sign.go", "\nfunc main() {\n\ta := os.Args\n\told := \"1000000000\"\n\tsignature := sign(a[1], a[2], a[3], []byte(a[4]))\n\t" +
			"fmt.Println(signature, verify(a[1], a[2], a[3], \"v1,x \"+signature, []byte(a[4])), verify(a[1], a[2], a[3], signature, []byte(a[4]+\"x\")), " +
			"verify(a[1], a[2], old, sign(a[1], a[2], old, []byte(a[4])), []byte(a[4])), verify(a[5], a[2], a[3], signature, []byte(a[4])))\n}\n", []string{"go", "run", "sign.go"}},
		"js": {"sign.mjs", "\nconst [secret, id, stamp, body, other] = process.argv.slice(2), old = '1000000000', signature = sign(secret, id, stamp, body)\n" +
			"console.log(signature, verify(secret, id, stamp, 'v1,x ' + signature, body), verify(secret, id, stamp, signature, body + 'x'), " +
			"verify(secret, id, old, sign(secret, id, old, body), body), verify(other, id, stamp, signature, body))\n", []string{"node", "sign.mjs"}},
		"python": {"sign.py", "\nimport sys\nsecret, id, stamp, body, other = sys.argv[1:]\nbody, old = body.encode(), '1000000000'\nsignature = sign(secret, id, stamp, body)\n" +
			"print(signature, *[str(x).lower() for x in (verify(secret, id, stamp, 'v1,x ' + signature, body), verify(secret, id, stamp, signature, body + b'x'), " +
			"verify(secret, id, old, sign(secret, id, old, body), body), verify(other, id, stamp, signature, body))])\n", []string{"python3", "sign.py"}},
	} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			program, err := exec.LookPath(example.command[0])
			if err != nil {
				t.Skipf("no %s here, so the example is not run", example.command[0])
			}
			text := block(t, language)
			if language == "go" {
				text = strings.Replace(text, `"encoding/base64"`, "\"encoding/base64\"\n\t\"fmt\"\n\t\"os\"", 1)
			}
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, example.file), []byte(text+example.main), 0o600); err != nil {
				t.Fatal(err)
			}
			id, now, body := "evt_1", time.Now(), `{"text":"人工 🙂"}`
			command := exec.CommandContext(t.Context(), program, append(example.command[1:], newSecret, id, fmt.Sprint(now.Unix()), body, oldSecret)...)
			command.Dir = dir
			out, err := command.CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			want := signedBy(t, newSecret, id, now, []byte(body)).Get("webhook-signature") + " true false false false"
			if got := strings.TrimSpace(string(out)); got != want {
				t.Errorf("got %s\nwant %s", got, want)
			}
		})
	}
}

// The bodies of the document are bodies of ours.
func TestTheBodiesOfTheDocument(t *testing.T) {
	t.Parallel()
	blocks := strings.Split(document(t), "```json\n")[1:]
	if len(blocks) != 3 {
		t.Fatalf("%d blocks of JSON", len(blocks))
	}
	strict := func(text string, into any) {
		t.Helper()
		decoder := json.NewDecoder(strings.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(into); err != nil {
			t.Errorf("%v: %s", err, text)
		}
	}
	var event cloudEvent
	text, _, _ := strings.Cut(blocks[0], "```")
	strict(text, &event)
	if event.Data.Conversation == "" || len(event.Data.Brief) == 0 {
		t.Errorf("%+v", event)
	}
	text, _, _ = strings.Cut(blocks[1], "```")
	acts := json.NewDecoder(strings.NewReader(text))
	for count := 0; ; count++ {
		var raw json.RawMessage
		if acts.Decode(&raw) != nil {
			if count != 5 {
				t.Errorf("%d acts", count)
			}
			break
		}
		var id struct{ ID string }
		strict(string(raw), new(actBody))
		_ = json.Unmarshal(raw, &id)
		if act, bad := readAct(bytes.Clone(raw), id.ID); bad != nil {
			t.Errorf("%s: %+v", act.ID, bad)
		}
	}
	text, _, _ = strings.Cut(blocks[2], "```")
	strict(text, new(actAnswer))
}

// Every code and every type is explained.
func TestTheDocumentNamesEverything(t *testing.T) {
	t.Parallel()
	text := document(t)
	for _, row := range codeTable() {
		if !strings.Contains(text, "`"+string(row.code)+"`") || !strings.Contains(text, fmt.Sprint(row.status)) {
			t.Errorf("no %s", row.code)
		}
	}
	for _, kind := range EventTypes() {
		if !strings.Contains(text, "`"+strings.TrimPrefix(kind, "com.kaitong.handoff.")+"`") {
			t.Errorf("no %s", kind)
		}
	}
}

func document(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/handoff.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// block is the only example in a language.
func block(t *testing.T, language string) string {
	t.Helper()
	_, text, _ := strings.Cut(document(t), "```"+language+"\n")
	text, _, found := strings.Cut(text, "```")
	if !found {
		t.Fatalf("no example in %s", language)
	}
	return text
}
