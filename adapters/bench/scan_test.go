package bench

import (
	"encoding/json"
	"testing"
)

func TestScanInbound(t *testing.T) {
	t.Parallel()
	message := ` {"seq":12, "type":"message" ,"id":"m-1","data":{"author":"bot","blocks":[{"text":"a \"}{\\"}],"n":{"re":"inner"}},
		"other":[1,[2,"]"],{"a":null}],"flag":true,"re":"q-1","conv":"c_1"} `
	in, ok := scanInbound([]byte(message))
	if !ok || string(in.kind) != "message" || string(in.id) != "m-1" || string(in.conv) != "c_1" || string(in.re) != "q-1" || in.seq != 12 {
		t.Errorf("%v %+v", ok, in)
	}
	if author := string(text(field(in.data, "author"))); author != "bot" {
		t.Errorf("author %q in %s", author, in.data)
	}
	if field(in.data, "missing") != nil || field([]byte(`[1]`), "author") != nil || text([]byte("12")) != nil {
		t.Error("something was found where nothing is")
	}
}

func TestScanBroken(t *testing.T) {
	t.Parallel()
	for _, message := range []string{"", "1", "[]", "{", `{"a"`, `{"a":`, `{"a":}`, `{"a":1`, `{"a":1 "b":2}`, `{"a":"x}`, `{"a":[1}`, `{a:1}`, `{"a":"\"}`, `{"a":{"b":1}`} {
		if _, ok := scanInbound([]byte(message)); ok {
			t.Errorf("%q passes", message)
		}
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for digits, want := range map[string]int64{"0": 0, "7": 7, "4096": 4096, "922337203685477579": 922337203685477579, "99999999999999999999": 0, "-1": 0, "1.5": 0, "": 0, `"3"`: 0} {
		if got := number([]byte(digits)); got != want {
			t.Errorf("%q is %d, want %d", digits, got, want)
		}
	}
}

// What a decoder takes for an object, the scan takes for the same one.
func FuzzScanInbound(f *testing.F) {
	f.Add([]byte(`{"type":"ack","conv":"c","re":"x","data":{"seq":3,"duplicate":false}}`))
	f.Add([]byte(`{"type":"message","seq":4,"data":{"blocks":[{"text":"\\\"]}"}]}}`))
	f.Add([]byte(`{"a":{"b":[{}]},"re":"\u0041"}`))
	f.Fuzz(func(t *testing.T, message []byte) {
		in, ok := scanInbound(message)
		var want map[string]json.RawMessage
		if json.Unmarshal(message, &want) != nil || want == nil {
			return // no object: it need only end
		}
		if !ok {
			t.Fatalf("%q does not pass", message)
		}
		if len(want) == countFields(message) && want["data"] != nil && string(in.data) != string(want["data"]) {
			t.Errorf("data is %q, want %q", in.data, want["data"])
		}
	})
}

// countFields counts fields, also those that come twice or have escapes.
func countFields(message []byte) int {
	n := 0
	for fields := openObject(message); fields.next(); {
		n++
	}
	return n
}
