package intents

import (
	"errors"
	"strings"
	"testing"
)

func TestReadDataset(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, lines, want string }{
		{"bad JSON", "{\"text\":\"a\",\"intent\":\"greet\"}\n{\"text\":", "f.jsonl:2: bad JSON"},
		{"two values", `{"text":"a","intent":"greet"} {}`, "f.jsonl:1: bad JSON: more than one value"},
		{"unknown key", `{"text":"a","intnet":"greet"}`, `f.jsonl:1: bad JSON: json: unknown field "intnet"`},
		{"unknown intent", `{"text":"a","intent":"gret"}`, `f.jsonl:1: unknown intent "gret"`},
		{"unknown other label", `{"text":"a","intent":"greet","also":["x"]}`, `f.jsonl:1: unknown intent "x"`},
		{"empty text", `{"text":" ","intent":"greet"}`, "f.jsonl:1: text is empty"},
		{"no intent", `{"text":"a"}`, "f.jsonl:1: intent is missing"},
		{"GBK", "\n{\"text\":\"\xbd\xe8\xdf\xc2\",\"intent\":\"greet\"}", "f.jsonl:2: the line is not UTF-8"},
		{"too long", "\n" + strings.Repeat("x", maxLine+1), "f.jsonl:2: "},
		{"nothing", "\n\n", "f.jsonl: no lines"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := LoadDataset(strings.NewReader(test.lines), "f.jsonl", []string{"greet", "bye"})
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

func TestReadDatasetGoesOnAfterABadLine(t *testing.T) {
	t.Parallel()
	lines := "\ufeff{\"text\":\"a\",\"intent\":\"x\"}\r\nbad\n\n{\"text\":\"b\",\"intent\":\"y\",\"also\":[\"x\"]}\n"
	corpus, err := LoadDataset(strings.NewReader(lines), "f", nil)
	if err == nil || len(corpus) != 2 || corpus[1].Also[0] != "x" {
		t.Errorf("corpus %+v, error %v", corpus, err)
	}
}

// endless yields the same line for ever: reading must not gather it first.
type endless struct {
	line string
	at   int
}

func (e *endless) Read(p []byte) (int, error) {
	n := copy(p, e.line[e.at:])
	e.at = (e.at + n) % len(e.line)
	return n, nil
}

func TestReadDatasetStreams(t *testing.T) {
	t.Parallel()
	n, enough := 0, errors.New("enough")
	var stopped error
	for _, err := range ReadDataset(&endless{line: "{\"text\":\"a\",\"intent\":\"x\"}\n"}, "f", nil) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 100_000 {
			stopped = enough
			break
		}
	}
	if !errors.Is(stopped, enough) {
		t.Errorf("stopped after %d lines", n)
	}
}

func FuzzReadDataset(f *testing.F) {
	f.Add([]byte("{\"text\":\"a\",\"intent\":\"x\"}\n"))
	f.Add([]byte("{}\n\xff\n[]"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		corpus, err := LoadDataset(strings.NewReader(string(raw)), "f", nil)
		if err == nil && len(corpus) == 0 {
			t.Error("nothing read and nothing said")
		}
		for _, u := range corpus {
			if strings.TrimSpace(u.Text) == "" || u.Intent == "" {
				t.Errorf("accepted %+v", u)
			}
		}
	})
}
