package status

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestRequestsAreReadStrictly(t *testing.T) {
	t.Parallel()
	contract, err := newContract()
	if err != nil {
		t.Fatal(err)
	}
	const plain = `"area":"technical","text":{"zh-CN":"坏了","en":"broken"}`
	for _, test := range []struct{ name, body, code, says string }{
		{"set", `{"op":"set","incident":{"id":"a",` + plain + `,"regions":["浙江"],"since":"2026-06-10T14:05:00+08:00"}}`, "", ""},
		{"clear", `{"op":"clear","incident":{"id":"a"}}`, "", ""},
		{"clear all", `{"op":"clear","all":true}`, "", ""},
		{"list", `{"op":"list"}`, "", ""},
		{"nothing", ``, codeBadJSON, "not JSON"},
		{"no JSON", `status please`, codeBadJSON, "not JSON"},
		{"a list", `["op"]`, codeBadJSON, "want one JSON object"},
		{"cut off", `{"op":"list"`, codeBadJSON, "not JSON"},
		{"two objects", `{"op":"list"}{"op":"list"}`, codeBadJSON, "something follows"},
		{"twice the same name", `{"op":"list","op":"clear"}`, codeBadJSON, `"op" is there twice`},
		{"twice inside", `{"op":"set","incident":{"id":"a","id":"b",` + plain + `}}`, codeBadJSON, `"id" is there twice`},
		{"not UTF-8", "{\"op\":\"list\xff\"}", codeBadJSON, "not UTF-8"},
		{"deep", strings.Repeat(`{"a":`, 50) + "1" + strings.Repeat("}", 50), codeBadJSON, "nested deeper"},
		{"large", `{"op":"list","x":"` + strings.Repeat("x", maxRequest) + `"}`, codeTooLarge, "at most 16384"},
		{"no op", `{}`, codeInvalid, "op"},
		{"unknown op", `{"op":"drop"}`, codeInvalid, "/op"},
		{"unknown name", `{"op":"list","now":true}`, codeInvalid, "now"},
		{"other case", `{"OP":"list"}`, codeInvalid, "missing property 'op'"},
		{"set of nothing", `{"op":"set"}`, codeInvalid, "incident"},
		{"set without an area", `{"op":"set","incident":{"id":"a","text":{"en":"x"}}}`, codeInvalid, "area"},
		{"set all", `{"op":"set","all":true,"incident":{"id":"a",` + plain + `}}`, codeInvalid, ""},
		{"clear of nothing", `{"op":"clear"}`, codeInvalid, "incident"},
		{"clear of one and all", `{"op":"clear","all":true,"incident":{"id":"a"}}`, codeInvalid, ""},
		{"clear with more", `{"op":"clear","incident":{"id":"a",` + plain + `}}`, codeInvalid, ""},
		{"list of one", `{"op":"list","incident":{"id":"a"}}`, codeInvalid, ""},
		{"all: false", `{"op":"clear","all":false}`, codeInvalid, "/all"},
		{"stamps are ours", `{"op":"set","incident":{"id":"a",` + plain + `,"changed":"2026-06-10T14:05:00Z"}}`, codeInvalid, "changed"},
		{"a day that is not", `{"op":"set","incident":{"id":"a",` + plain + `,"since":"2026-02-30T00:00:00Z"}}`, codeInvalid, "since"},
		{"an hour that is not", `{"op":"set","incident":{"id":"a",` + plain + `,"since":"14:05"}}`, codeInvalid, "/incident/since"},
		{"id in capitals", `{"op":"clear","incident":{"id":"A"}}`, codeInvalid, "/incident/id"},
		{"null", `{"op":"clear","incident":null}`, codeInvalid, "/incident"},
		{"text too long", `{"op":"set","incident":{"id":"a","area":"all","text":{"en":"` + strings.Repeat("字", 501) + `"}}}`, codeInvalid, "/incident/text/en"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := contract.readRequest([]byte(test.body))
			var fault *Fault
			switch {
			case test.code == "" && err != nil:
				t.Errorf("refused: %v", err)
			case test.code != "" && (!errors.As(err, &fault) || fault.Code != test.code || !strings.Contains(err.Error(), test.says)):
				t.Errorf("got %v, want %s %q", err, test.code, test.says)
			case err != nil && len(err.Error()) > 1500:
				t.Errorf("%d bytes of complaint", len(err.Error()))
			}
		})
	}
}

// Whatever a board sends, another can read.
func TestRepliesFitTheSchema(t *testing.T) {
	t.Parallel()
	contract, err := newContract()
	if err != nil {
		t.Fatal(err)
	}
	full := State{}
	for i := range maxIncidents {
		one := with(fmt.Sprintf("n%d", i), func(one *Incident) {
			one.Text = map[string]string{"zh-CN": strings.Repeat("字", maxText), "en": strings.Repeat("\u2028", maxText)}
			one.Regions = strings.Split(strings.Repeat("浙", maxRegions), "")
		})
		if err := full.set(one, start()); err != nil {
			t.Fatal(err)
		}
		full.suggest(Suggestion{ID: fmt.Sprintf("s%d", i), Area: "policy", Category: "policy", Since: start(), Conversations: 8, Minutes: 10, Usual: 0.25})
	}
	for i := range maxCleared {
		full.end(fmt.Sprintf("c%d", i), start())
	}
	for name, state := range map[string]State{"empty": {}, "full": full} {
		data, err := json.Marshal(state)
		if err != nil {
			t.Fatal(err)
		}
		got, err := contract.readReply(data)
		again, _ := json.Marshal(got)
		if err != nil || string(again) != string(data) {
			t.Errorf("%s: %v, %d bytes became %d", name, err, len(data), len(again))
		}
		if _, err := contract.readState(data); err != nil {
			t.Errorf("%s as a file: %v", name, err)
		}
	}
	data, err := json.Marshal(refusal{&Fault{Code: codeFull, Message: "full"}})
	if err != nil {
		t.Fatal(err)
	}
	var fault *Fault
	if _, err := contract.readReply(data); !errors.As(err, &fault) || fault.Code != codeFull {
		t.Errorf("a refusal reads as %v", err)
	}
}

func FuzzRequest(f *testing.F) {
	for _, seed := range []string{
		`{"op":"list"}`, `{"op":"clear","all":true}`, `{"op":"clear","incident":{"id":"a"}}`,
		`{"op":"set","incident":{"id":"a","area":"technical","text":{"zh-CN":"坏了","en":"broken"},"regions":["浙江"],"since":"2026-06-10T14:05:00Z"}}`,
	} {
		f.Add([]byte(seed))
	}
	contract, err := newContract()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		request, err := contract.readRequest(data)
		if err != nil {
			return
		}
		var s State
		if s.apply(request, testRules(), start()) != nil {
			return
		}
		written, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := contract.readReply(written); err != nil {
			t.Fatalf("%s makes a state that breaks the schema: %v", data, err)
		}
	})
}

func FuzzState(f *testing.F) {
	f.Add([]byte(`{"incidents":[]}`))
	f.Add([]byte(`{"incidents":[{"id":"a","area":"all","text":{"zh-CN":"坏了","en":"broken"}}],"suggested":[{"id":"s","area":"all","category":"all","since":"2026-06-10T14:05:00Z","conversations":8,"minutes":10,"usual":0.5}],"cleared":[{"id":"b","changed":"2026-06-10T14:05:00Z"}]}`))
	f.Add([]byte(`{"error":{"code":"full","message":""}}`))
	contract, err := newContract()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		state, err := contract.readState(data)
		if err != nil {
			return
		}
		var mine State
		mine.adopt(state, State{}, start())
		mine.merge(state.timely(start()), func(one Incident) error { return testRules().check(one, start()) })
		if len(mine.Incidents) > maxIncidents || len(mine.Cleared) > maxCleared {
			t.Fatalf("%d incidents and %d cleared", len(mine.Incidents), len(mine.Cleared))
		}
	})
}
