package web

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestStrict(t *testing.T) {
	t.Parallel()
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	cases := []struct {
		text string
		code Code // empty: accepted
	}{
		{`{}`, ""}, {` { "a" : [ 1 , -0.5e+7 , true , false , null , "x" ] } `, ""},
		{`"\u0041\n\"\\\/\b\f\r\t"`, ""}, {`"😀 \ud83d\ude00"`, ""}, {`0`, ""}, {`-0`, ""}, {`1E5`, ""}, {"[\"\u007f\"]", ""},
		{`{"a":1,"A":2}`, ""}, {`{"a":{"x":1},"b":{"x":1}}`, ""}, {deep(16), ""}, {deep(17), ""},
		{deep(18), codeTooDeep}, {strings.Repeat("[", 1_000_000), codeTooDeep},
		{``, codeBadJSON}, {` `, codeBadJSON}, {`{`, codeBadJSON}, {`{"a"}`, codeBadJSON}, {`{"a":}`, codeBadJSON}, {`{"a":1,}`, codeBadJSON},
		{`{a:1}`, codeBadJSON}, {`{'a':1}`, codeBadJSON}, {`{,}`, codeBadJSON}, {`[1,]`, codeBadJSON}, {`[1 2]`, codeBadJSON}, {`[,1]`, codeBadJSON},
		{`01`, codeTrailingData}, {`1.`, codeBadJSON}, {`.5`, codeBadJSON}, {`+1`, codeBadJSON}, {`-`, codeBadJSON}, {`1e`, codeBadJSON}, {`0x10`, codeTrailingData},
		{`NaN`, codeBadJSON}, {`Infinity`, codeBadJSON}, {`tru`, codeBadJSON}, {`True`, codeBadJSON}, {`nul`, codeBadJSON},
		{`"a`, codeBadJSON}, {"\"a\nb\"", codeBadJSON}, {"\"\x00\"", codeBadJSON}, {`"\x41"`, codeBadJSON}, {`"\u12"`, codeBadJSON}, {`"\u12g4"`, codeBadJSON}, {`"\`, codeBadJSON},
		{`{}x`, codeTrailingData}, {`{}{}`, codeTrailingData}, {`{}//`, codeTrailingData}, {`null null`, codeTrailingData},
		{"\"\xff\"", codeInvalidUTF8}, {"\xef\xbb\xbf{}", codeBadJSON}, {"\"\xc0\xaf\"", codeInvalidUTF8}, {"\"\xed\xa0\x80\"", codeInvalidUTF8},
		{`"\ud800"`, codeLoneSurrogate}, {`"\ude00\ud83d"`, codeLoneSurrogate}, {`"\ud83dx"`, codeLoneSurrogate}, {`"\ud83d\n"`, codeLoneSurrogate}, {`{"\udead":1}`, codeLoneSurrogate},
		{`{"a":1,"a":1}`, codeDuplicateKey}, {`{"a":1,"\u0061":1}`, codeDuplicateKey}, {`[{"b":{"a":1,"a":2}}]`, codeDuplicateKey},
		{manyKeys(40, "k3"), codeDuplicateKey}, {manyKeys(40, "k39"), codeDuplicateKey}, {manyKeys(40, "new"), ""},
		{`{"Type":1}`, codeBadKey}, {`{"TYPE":1}`, codeBadKey}, {`{"x":{"Conv":1}}`, codeBadKey}, {`{"msġ":1}`, ""}, {`{"mſg":1}`, codeBadKey},
		{`{"\u212aey":1}`, ""}, {`{"to\u212aen":1}`, codeBadKey},
	}
	for _, c := range cases {
		got := Code("")
		if bad := checkStrict([]byte(c.text), knownKeys()); bad != nil {
			got = bad.code
		}
		if got != c.code {
			t.Errorf("%.60q: got %q, want %q", c.text, got, c.code)
		}
		if c.code == "" && !json.Valid([]byte(c.text)) {
			t.Errorf("%.60q is accepted but no JSON", c.text)
		}
	}
}

// manyKeys is an object of n keys k0, k1 … and one more.
func manyKeys(n int, last string) string {
	var b strings.Builder
	b.WriteString("{")
	for i := range n {
		b.WriteString(`"k` + itoa(int64(i)) + `":1,`)
	}
	b.WriteString(`"` + last + `":1}`)
	return b.String()
}

// The public collection of JSON texts that parsers disagree about. Names tell
// what RFC 8259 says: y_ is JSON, n_ is not, i_ is left open.
func TestJSONCollection(t *testing.T) {
	t.Parallel()
	names, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "data", "security", "json_parsing", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 {
		t.Skip("../shared/data/security/json_parsing is absent: the public collection is not tried")
	}
	// Well-formed, but with repeated keys, which we refuse on purpose.
	stricter := map[string]Code{"y_object_duplicated_key.json": codeDuplicateKey, "y_object_duplicated_key_and_value.json": codeDuplicateKey}
	count := map[byte]int{}
	for _, path := range names {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		bad := checkStrict(b, knownKeys())
		count[name[0]]++
		switch {
		case stricter[name] != "":
			if bad == nil || bad.code != stricter[name] {
				t.Errorf("%s: %v", name, bad)
			}
		case name[0] == 'y' && bad != nil:
			t.Errorf("%s refused: %v", name, bad)
		case name[0] == 'n' && bad == nil:
			t.Errorf("%s accepted", name)
		}
	}
	t.Logf("tried %d y_, %d n_, %d i_ files", count['y'], count['n'], count['i'])
	if count['y'] < 90 || count['n'] < 180 {
		t.Error("the collection is not complete")
	}
}

// Against encoding/json as the oracle: what the walker accepts is JSON, and
// JSON is refused only for one of the reasons we refuse on purpose.
func FuzzStrict(f *testing.F) {
	for _, seed := range []string{`{"a":[1,-2.5e3,"\u00e9\ud83d\ude00",null,true]}`, `{"a":1,"a":2}`, `"\ud800"`, `[[[]]]`, "\xff", `{"Type":1}`, `1 2`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		bad := checkStrict(data, knownKeys())
		valid := json.Valid(data)
		if bad == nil && !valid {
			t.Fatalf("accepted %q", data)
		}
		if bad != nil && valid && (bad.code == codeBadJSON || bad.code == codeTrailingData) {
			t.Fatalf("refused %q as %s", data, bad.code)
		}
		if (bad != nil && bad.code == codeInvalidUTF8) == utf8.Valid(data) {
			t.Fatalf("UTF-8 of %q judged wrongly: %v", data, bad)
		}
	})
}

// Whatever comes in, decoding ends in a frame that obeys the rules or in a
// code of the table.
func FuzzFrame(f *testing.F) {
	for _, seed := range []string{
		`{"type":"hello","id":"h","data":{"locale":"zh-CN","token":"t","resume":{"conv":"c","epoch":"e","after_seq":3}}}`,
		`{"type":"message.send","id":"1","data":{"text":"为什么"}}`, `{"type":"choice.send","id":"1","data":{"msg":"m","choice":"c"}}`,
		`{"type":"feedback.send","id":"1","data":{"msg":"m","vote":"up","reason":"r"}}`, `{"type":"ack","data":{"seq":1}}`, `{"type":"handoff.request","id":"1"}`,
	} {
		f.Add([]byte(seed))
	}
	d := decoder{names: knownKeys(), textRunes: 4000}
	codes := codeTable()
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, bad := d.decode(data)
		if frame.id != "" && !validID(frame.id) {
			t.Fatalf("id %q", frame.id)
		}
		if bad != nil {
			if _, ok := codes[bad.code]; !ok {
				t.Fatalf("code %q is not in the table", bad.code)
			}
			return
		}
		if frame.isAct() && frame.id == "" {
			t.Fatalf("an act without id from %q", data)
		}
		if frame.kind == typeMessageSend && (strings.TrimSpace(frame.text) == "" || utf8.RuneCountInString(frame.text) > 4000 || stripControls(frame.text) != frame.text) {
			t.Fatalf("text %q", frame.text)
		}
		if frame.kind == typeHello && frame.hello == nil {
			t.Fatal("hello without content")
		}
	})
}
