package web

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// hotSeeds are frames on both sides of what the fast pass takes.
func hotSeeds() []string {
	return []string{
		`{"type":"message.send","id":"m1","data":{"text":"为什么我的借呗开通不了？"}}`,
		`{"data" : {"text":"a\nb\t\"c\" \u4e2d \ud83d\ude00"} ,"conv":"c_1","id":"m1","type":"message.send"} `,
		`{"type":"message.send","id":"m1","data":{"text":"\u0000\u0007"}}`,
		`{"type":"message.send","id":"m1","data":{"text":"\ud800"}}`,
		`{"type":"message.send","id":"m1","data":{"text":" "}}`,
		`{"type":"message.send","id":"m1","data":{"text":"x","more":1}}`,
		`{"type":"message.send","id":"m1","data":{"text":"x","choice":"y"}}`,
		`{"type":"message.send","id":"m1","data":{"text":"x","text":"y"}}`,
		`{"type":"message.send","id":"m1","data":{"Text":"x"}}`,
		`{"type":"message.send","id":"m1","data":{"text":null}}`,
		`{"type":"message.send","id":"m1","data":null}`,
		`{"type":"message.send","id":"m1","data":{}}`,
		`{"type":"message.send","id":"m 1","data":{"text":"x"}}`,
		`{"type":"message.send","id":"","data":{"text":"x"}}`,
		`{"type":"message.send","data":{"text":"x"}}`,
		`{"type":"message.send","type":"ping","id":"m1","data":{"text":"x"}}`,
		`{"type":"message.send","id":"m1","data":{"text":"x"}} {}`,
		`{"type":"message.send","id":"m1","data":{"text":"x"},}`,
		`{"t\u0079pe":"ping"}`,
		`{"type":"choice.send","id":"m2","data":{"msg":"b-m1","choice":"solved"}}`,
		`{"type":"choice.send","id":"m2","data":{"msg":"b-m1"}}`,
		`{"type":"choice.send","id":"m2","data":{"msg":"b-m1","choice":7}}`,
		`{"type":"ack","data":{"seq":12}}`,
		`{"type":"ack","data":{"seq":0}}`,
		`{"type":"ack","data":{"seq":-0}}`,
		`{"type":"ack","data":{"seq":007}}`,
		`{"type":"ack","data":{"seq":1.0}}`,
		`{"type":"ack","data":{"seq":1e2}}`,
		`{"type":"ack","data":{"seq":-1}}`,
		`{"type":"ack","data":{"seq":99999999999999999999}}`,
		`{"type":"ack","data":{"seq":999999999999999999}}`,
		`{"type":"ping","id":"p1"}`, `{"type":"ping"}`, `{"type":"ping","data":{}}`, `{"type":"ping","data":{"text":"x"}}`,
		`{"type":"ping","conv":"c_1","ts":"now"}`, `{"type":"ping","conv":null}`, `{"id":"m1"}`, `{}`, ``, `[]`, "{\"type\":\"ping\",\"id\":\"\xff\"}",
	}
}

// The fast pass takes what clients send all the time.
func TestHotFramesAreHot(t *testing.T) {
	t.Parallel()
	d := testDecoder()
	for _, text := range []string{hotSeeds()[0], hotSeeds()[1], `{"type":"choice.send","id":"m2","data":{"msg":"b-m1","choice":"solved"}}`, `{"type":"ack","data":{"seq":12}}`, `{"type":"ping","id":"p1"}`} {
		if _, ok := d.hot([]byte(text)); !ok {
			t.Errorf("left to the strict decoder: %s", text)
		}
	}
}

func testDecoder() decoder { return decoder{names: knownKeys(), textRunes: 20} }

// Whatever the fast pass takes, the strict decoder takes, and understands in
// the same way.
func FuzzHotFrame(f *testing.F) {
	for _, seed := range hotSeeds() {
		f.Add([]byte(seed))
	}
	d := testDecoder()
	f.Fuzz(func(t *testing.T, data []byte) {
		fast, ok := d.hot(data)
		if !ok {
			return
		}
		want, bad := d.strict(data)
		if bad != nil {
			t.Fatalf("%q is refused: %v", data, bad)
		}
		if diff := cmp.Diff(want, fast, cmp.AllowUnexported(frame{}, hello{}, resume{})); diff != "" {
			t.Fatalf("%q: %s", data, diff)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	d := decoder{names: knownKeys(), textRunes: 4000}
	for name, text := range map[string]string{
		"message": `{"type":"message.send","id":"0198c8f2-7c3b-7e11-9d0a-2f6f3a1c9b7e","data":{"text":"为什么我的借呗开通不了？昨天还显示可以申请，今天就没有入口了"}}`,
		"choice":  `{"type":"choice.send","id":"0198c8f2-7c3b-7e11-9d0a-2f6f3a1c9b7e","data":{"msg":"b-0198c8f2","choice":"step.tried"}}`,
		"ack":     `{"type":"ack","data":{"seq":12}}`,
	} {
		for how, decode := range map[string]func([]byte) (frame, *fault){"hot": d.decode, "strict": d.strict} {
			b.Run(name+"/"+how, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, bad := decode([]byte(text)); bad != nil {
						b.Fatal(bad)
					}
				}
			})
		}
	}
}
