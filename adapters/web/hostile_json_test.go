package web

import (
	"net/http"
	"strings"
	"testing"

	"kaitong/bot/bottest"
)

// Every text of the collection is tried as a frame, as the data of one, as a value
// that nobody asked for, and as the body of a request. What is no JSON is refused
// by a name; nothing brings the server down.
func TestJSONCollectionInFramesAndBodies(t *testing.T) {
	t.Parallel()
	texts := bottest.JSONTexts(t)
	w := newWorld(t)
	d := w.server.decoder
	for name, text := range texts {
		inside := func(before, behind string) []byte { return append(append([]byte(before), text...), behind...) }
		for place, framed := range map[string][]byte{
			"frame": text, "data": inside(`{"type":"message.send","id":"m1","data":`, `}`), "text": inside(`{"type":"message.send","id":"m1","data":{"text":`, `}}`),
			"extra": inside(`{"type":"ping","id":"m1","x":`, `}`),
		} {
			_, bad := d.decode(framed)
			wellFormed := name[0] == 'y' && !strings.HasPrefix(name, "y_object_duplicated_key")
			named := bad == nil
			if bad != nil {
				_, named = w.server.codes[bad.code]
			}
			switch {
			case !named:
				t.Errorf("%s as %s: refused by no name: %v", name, place, bad)
			case name[0] == 'n' && bad == nil && !balanced(name):
				t.Errorf("%s as %s is taken", name, place)
			case place == "extra" && wellFormed && bad != nil:
				t.Errorf("%s as %s: %v", name, place, bad)
			}
		}
		a := w.request(http.MethodPost, "/v1/demo/token", string(text), "Content-Type", "application/json")
		if a.StatusCode < 400 || a.StatusCode >= 500 || a.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s as a body: %d %s", name, a.StatusCode, a.body)
		}
	}
}

// balanced are no JSON alone and become it between the brackets of a frame.
func balanced(name string) bool {
	return name == "n_single_space.json" || name == "n_structure_no_data.json"
}

// A frame of a million brackets is refused at once, and the socket lives on.
func TestDepthOfAMillion(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Limits.FrameBytes = 4 << 20 })
	p := w.join("demo-a")
	p.raw([]byte(`{"type":"message.send","id":"deep","data":` + strings.Repeat("[", 1_000_000) + strings.Repeat("]", 1_000_000) + `}`))
	p.wantError(codeTooDeep)
	p.exchange("m1", "x")
}
