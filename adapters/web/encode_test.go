package web

import (
	"encoding/json"
	"testing"
	"time"
	"unicode/utf8"

	"kaitong/bot"
)

// FuzzEncode holds the frames appended by hand to what encoding/json makes of
// the same, byte for byte.
func FuzzEncode(f *testing.F) {
	f.Add("m1", "你好 <b>&\"\\\n\t\r\b\f\x00\x1f\x7f\u2028\u2029\xff\xed\xa0\x80 😀", int64(7), int64(1_700_000_000_123), true)
	f.Add("", "", int64(0), int64(0), false)
	f.Fuzz(func(t *testing.T, id, text string, n, ms int64, flag bool) {
		at := time.UnixMilli(min(max(ms, 0), 253_402_300_799_999)).UTC()
		for _, data := range []body{
			ackData{n, flag, text}, stateData{text}, handoffData{bot.HandoffState(text), int(int32(n)), id}, emptyData{}, goawayData{text, n},
			errorData{Code(text), text, id, flag, n},
			messageData{Author: bot.Author(text), Blocks: []bot.Block{{Type: "text", Text: text}}, Choice: id, Agent: text, Masked: flag},
			messageData{About: &bot.About{Intent: text}, Blocks: []bot.Block{}},
		} {
			frame := outFrame{Type: typeAck, ID: id, Conv: text, Seq: n, TS: at, Re: id, Data: data}
			want, err := json.Marshal(map[string]any{"frame": reference(frame)})
			if err != nil {
				t.Fatal(err)
			}
			if got := `{"frame":` + string(encode(frame)) + `}`; got != string(want) || !utf8.ValidString(got) {
				t.Fatalf("got  %s\nwant %s", got, want)
			}
		}
	})
}

// reference is a frame as encoding/json would be told of it.
func reference(f outFrame) any {
	ts := f.TS.Format("2006-01-02T15:04:05.000Z07:00")
	return struct {
		Type string `json:"type"`
		ID   string `json:"id,omitempty"`
		Conv string `json:"conv,omitempty"`
		Seq  int64  `json:"seq,omitempty"`
		TS   string `json:"ts,omitempty"`
		Re   string `json:"re,omitempty"`
		Data any    `json:"data"`
	}{f.Type, f.ID, f.Conv, f.Seq, ts, f.Re, f.Data}
}

func TestNoStampForNoTime(t *testing.T) {
	t.Parallel()
	if got := string(encode(outFrame{Type: typePong, Data: emptyData{}})); got != `{"type":"pong","data":{}}` {
		t.Error(got)
	}
}

// A frame is framed as RFC 6455 says, whatever its length.
func TestFrameLengths(t *testing.T) {
	t.Parallel()
	for n, head := range map[int]string{0: "\x81\x00", 125: "\x81\x7d", 126: "\x81\x7e\x00\x7e", 65535: "\x81\x7e\xff\xff", 65536: "\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"} {
		got := appendText(nil, make([]byte, n))
		if len(got) != len(head)+n || string(got[:len(head)]) != head {
			t.Errorf("%d bytes: %x", n, got[:min(len(got), 12)])
		}
	}
}
