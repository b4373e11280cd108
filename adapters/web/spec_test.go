package web

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The published list of codes, the table and its words stay one.
func TestCodeTable(t *testing.T) {
	t.Parallel()
	var schema struct {
		Defs struct {
			Code struct {
				Enum []Code `json:"enum"`
			} `json:"code"`
		} `json:"$defs"`
	}
	b, err := files.ReadFile("spec/schemas/server.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &schema); err != nil {
		t.Fatal(err)
	}
	table := codeTable()
	published := map[Code]bool{}
	for _, code := range schema.Defs.Code.Enum {
		published[code] = true
		if _, ok := table[code]; !ok {
			t.Errorf("%s is published but not in the table", code)
		}
	}
	for code, row := range table {
		if !published[code] {
			t.Errorf("%s is in the table but not published", code)
		}
		if row.words.ZH == "" || row.words.EN == "" {
			t.Errorf("%s lacks words", code)
		}
		if final := row.close >= 4500 && row.close < 5000; final && row.retry {
			t.Errorf("%s is final but retryable", code)
		}
		if again := row.close >= 4000 && row.close < 4500; again && !row.retry {
			t.Errorf("%s asks to come back but is not retryable", code)
		}
		if row.wait > 0 && !row.retry {
			t.Errorf("%s says how long to wait for nothing", code)
		}
	}
}

// The table for people who write clients is made from the table in the code.
func TestErrorsPage(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("# Errors of kaitong.v1\n\nIn a frame: `error {code, message, retryable, retry_after_ms?}`. Over HTTP: a problem of RFC 9457 with the same code.\n" +
		"Before hello every error ends the socket: with the close code below, else 4400 when it is worth another try and 4500 when it is not.\n\n" +
		"| code | close code | HTTP | try again | words |\n|---|---|---|---|---|\n")
	table := codeTable()
	for _, code := range slices.Sorted(maps.Keys(table)) {
		row := table[code]
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s %s |\n", code, orDash(row.close), orDash(row.status), yes(row.retry), row.words.ZH, row.words.EN)
	}
	compareGolden(t, filepath.Join("..", "spec", "errors.md"), b.String())
}

func orDash(n int) string {
	if n == 0 {
		return "–"
	}
	return strconv.Itoa(n)
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return "no"
}

// Every reference of the AsyncAPI document leads somewhere, every frame of the
// schemas is in it, and the schemas know every frame type the code knows.
func TestAsyncAPI(t *testing.T) {
	t.Parallel()
	b, err := files.ReadFile("spec/asyncapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := yaml.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	if doc["asyncapi"] != "3.1.0" {
		t.Errorf("version %v", doc["asyncapi"])
	}
	payloads := map[string]bool{}
	walkRefs(doc, func(ref string) {
		file, pointer, _ := strings.Cut(ref, "#")
		if file == "" {
			if lookUp(doc, pointer) == nil {
				t.Errorf("%s leads nowhere", ref)
			}
			return
		}
		if _, err := compileSchema(strings.TrimPrefix(ref, "./schemas/")); err != nil {
			t.Errorf("%s: %v", ref, err)
		}
		payloads[strings.TrimPrefix(ref, "./schemas/")] = true
	})
	for _, file := range []string{"client.json", "server.json"} {
		for _, kind := range frameTypes(t, file) {
			if !payloads[file+"#/$defs/"+kind] {
				t.Errorf("%s of %s is not in the document", kind, file)
			}
		}
	}
	server := strings.Join(frameTypes(t, "server.json"), " ")
	for _, kind := range []string{typeWelcome, typeAck, typeMessage, typeHandoffState, typeCheckState, typeError, typePing, typePong, typeGoaway} {
		if !strings.Contains(" "+server+" ", " "+kind+" ") {
			t.Errorf("%s is in no schema", kind)
		}
	}
	d := decoder{names: knownKeys(), textRunes: 10}
	for _, kind := range frameTypes(t, "client.json") {
		if _, bad := d.decode([]byte(`{"type":"` + kind + `","id":"1"}`)); bad != nil && bad.code == codeUnknownType {
			t.Errorf("%s is published but not understood", kind)
		}
	}
}

func walkRefs(node any, visit func(string)) {
	switch n := node.(type) {
	case map[string]any:
		for key, value := range n {
			if ref, ok := value.(string); ok && key == "$ref" {
				visit(ref)
			}
			walkRefs(value, visit)
		}
	case []any:
		for _, value := range n {
			walkRefs(value, visit)
		}
	}
}

func lookUp(node any, pointer string) any {
	for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		m, ok := node.(map[string]any)
		if !ok {
			return nil
		}
		node = m[part]
	}
	return node
}

// frameTypes lists the types of one schema file.
func frameTypes(t *testing.T, file string) []string {
	t.Helper()
	var schema struct {
		OneOf []struct {
			Ref string `json:"$ref"`
		} `json:"oneOf"`
	}
	b, err := files.ReadFile("spec/schemas/" + file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &schema); err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, ref := range schema.OneOf {
		kinds = append(kinds, strings.TrimPrefix(ref.Ref, "#/$defs/"))
	}
	sort.Strings(kinds)
	return kinds
}

// The schemas refuse what is no frame; otherwise validating proves nothing.
func TestSchemasRefuse(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{
		"server.json": {
			`{"type":"welcome","data":{}}`, `{"type":"ack","conv":"c","re":"1","data":{"seq":1,"duplicate":false,"extra":1}}`,
			`{"type":"message","id":"1","conv":"c","data":{"author":"bot","blocks":[]}}`,
			`{"type":"message","id":"1","conv":"c","seq":1,"data":{"author":"bot","blocks":[{"type":"html","text":"x"}]}}`,
			`{"type":"message","id":"1","conv":"c","seq":1,"data":{"author":"bot","blocks":[{"type":"form","fields":[{"id":"a","label":"b","kind":"password"}]}]}}`,
			`{"type":"error","data":{"code":"made_up","message":"x","retryable":false}}`,
			`{"type":"message","id":"1","conv":"c","seq":1,"data":{"author":"bot","blocks":[{"type":"steps","items":[],"at":1}]}}`,
			`{"type":"message","id":"1","conv":"c","seq":1,"data":{"author":"bot","blocks":[{"type":"steps","items":[],"at":0,"of":2}]}}`,
			`{"type":"message","id":"1","conv":"c","seq":1,"data":{"author":"bot","blocks":[{"type":"text","text":"x","export":"x"}]}}`,
			`{"type":"message","id":"1","conv":"c","seq":1,"data":{"author":"bot","blocks":[],"about":{"intent":"x","confidence":1,"composed":"authored","step":"f/1"}}}`,
		},
		"client.json": {
			`{"type":"message.send","data":{"text":"x"}}`, `{"type":"message.send","id":"a b","data":{"text":"x"}}`, `{"type":"message.send","id":"编号","data":{"text":"x"}}`, `{"type":"hello"}`, `{"type":"welcome"}`,
			`{"type":"hello","data":{"client":{"region":"` + strings.Repeat("x", 33) + `"}}}`, `{"type":"hello","data":{"client":{"channel":1}}}`,
		},
	}
	for schema, frames := range cases {
		compiled, err := compileSchema(schema)
		if err != nil {
			t.Fatal(err)
		}
		for _, frame := range frames {
			var value any
			if err := json.Unmarshal([]byte(frame), &value); err != nil {
				t.Fatal(err)
			}
			if compiled.Validate(value) == nil {
				t.Errorf("%s accepts %s", schema, frame)
			}
		}
	}
}

// A whole conversation as it goes over the wire, for people who write clients.
// Ids and times that differ each run are replaced.
func TestGoldenDialogue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var record bytes.Buffer
	p := w.dial()
	send := func(frame string) {
		mustFit(t, "client.json", []byte(frame))
		record.WriteString("> " + frame + "\n")
		p.raw([]byte(frame))
	}
	get := func(n int) (last received) {
		for range n {
			last = p.next()
			record.WriteString("< " + string(last.raw) + "\n")
		}
		return last
	}
	send(`{"type":"hello","id":"h1","data":{"locale":"zh-CN","token":"` + w.token("demo-overdue") + `","client":{"app_version":"10.6.0","os":"android","network":"wifi","region":"华东","channel":"app"}}}`)
	p.conv = get(1).Conv
	send(`{"type":"message.send","id":"m1","data":{"text":"为什么我的借呗开通不了"}}`)
	get(3)
	p.last = 1
	get(1)
	send(`{"type":"choice.send","id":"m2","data":{"msg":"b-m1","choice":"solved"}}`)
	get(1)
	p.last = 3
	get(1)
	send(`{"type":"feedback.send","id":"m3","data":{"msg":"b-m1","vote":"up"}}`)
	get(1)
	send(`{"type":"handoff.request","id":"m4"}`)
	get(3)
	send(`{"type":"message.send","id":"m4","data":{"text":"同一个编号"}}`)
	get(1)
	send(`{"type":"ping","id":"p1"}`)
	get(1)
	compareGolden(t, "dialogue.txt", steady(record.String(), p.conv))
}

// steady replaces what differs from run to run.
func steady(text, conv string) string {
	text = strings.ReplaceAll(text, conv, "c_CONVERSATION")
	text = regexp.MustCompile(`\d{4}-\d\d-\d\dT[0-9:.]+Z`).ReplaceAllString(text, "2026-01-02T03:04:05.678Z")
	return regexp.MustCompile(`"token":"[^"]+"`).ReplaceAllString(text, `"token":"TOKEN"`)
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs; run with -update and look at the change.\ngot:\n%s", path, got)
	}
}
