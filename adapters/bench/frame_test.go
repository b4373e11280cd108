package bench

import (
	"bytes"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

// serverFrame is a frame the way a server writes it: without a mask.
func serverFrame(opcode byte, fin bool, payload []byte) []byte {
	frame := appendFrame(nil, opcode, payload)
	header := len(frame) - len(payload) - 4
	frame[1] &^= maskBit
	if !fin {
		frame[0] &^= finBit
	}
	return append(frame[:header:header], payload...)
}

func TestFrameRoundTrip(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 125, 126, 127, 1000, 65535, 65536, 200_000} {
		payload := bytes.Repeat([]byte("x"), size)
		wire := append(serverFrame(opText, true, payload), "next"...)
		got, used, err := readFrame(wire)
		if err != nil || used != len(wire)-len("next") || !bytes.Equal(got.payload, payload) || got.opcode != opText || !got.fin {
			t.Errorf("%d bytes: used %d of %d, %v", size, used, len(wire), err)
		}
		for _, cut := range []int{0, 1, 2, 3, used / 2, used - 1} {
			if _, used, err := readFrame(wire[:min(cut, used-1)]); used != 0 || err != nil {
				t.Errorf("%d bytes cut at %d: used %d, %v", size, cut, used, err)
			}
		}
	}
}

func TestFrameRefused(t *testing.T) {
	t.Parallel()
	tests := map[string][]byte{
		"reserved bit":         {0xc1, 0},
		"masked":               appendFrame(nil, opText, []byte("x")),
		"unknown opcode":       {0x83, 0},
		"unknown control":      {0x8b, 0},
		"control in parts":     {0x09, 0},
		"long control":         {0x89, 126, 0, 200},
		"more than ever comes": {0x81, 127, 0x7f, 0, 0, 0, 0, 0, 0, 0},
	}
	for name, wire := range tests {
		if _, used, err := readFrame(wire); err == nil || used != 0 {
			t.Errorf("%s: used %d, %v", name, used, err)
		}
	}
}

// However the bytes come, the same messages come out, and none of them lies
// where the next one is read to.
func TestInflowInPieces(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("长", 5000)
	wire := bytes.Join([][]byte{
		serverFrame(opText, true, []byte("one")),
		serverFrame(opText, false, []byte("tw")),
		serverFrame(opPing, true, []byte("between the parts")),
		serverFrame(opContinuation, false, []byte("o, ")),
		serverFrame(opContinuation, true, []byte("in parts")),
		serverFrame(opText, true, []byte(long)),
		serverFrame(opText, true, []byte("last")),
	}, nil)
	for _, already := range []int{0, 1, 7, 40} {
		var in inflow
		in.reset(iotest.OneByteReader(bytes.NewReader(wire[already:])), wire[:already])
		var got []string
		var err error
		for err == nil {
			err = in.pump(func(f wireFrame, message []byte) error {
				if message != nil {
					got = append(got, string(message))
				}
				return nil
			})
		}
		if diff := cmp.Diff([]string{"one", "two, in parts", long, "last"}, got); diff != "" || err.Error() != "EOF" {
			t.Errorf("%d bytes first: %v\n%s", already, err, diff)
		}
	}
}

func TestPartsInTheWrongOrder(t *testing.T) {
	t.Parallel()
	for name, frames := range map[string][]wireFrame{
		"goes on with nothing": {{opcode: opContinuation, fin: true}},
		"begins twice":         {{opcode: opText}, {opcode: opText, fin: true}},
	} {
		var a assembler
		var err error
		for _, f := range frames {
			if err == nil {
				_, err = a.add(f)
			}
		}
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Whatever a server sends, reading it ends and never goes past what is there.
func FuzzReadFrame(f *testing.F) {
	f.Add(serverFrame(opText, true, []byte(`{"type":"ack"}`)))
	f.Add(serverFrame(opText, false, bytes.Repeat([]byte("x"), 300)))
	f.Add([]byte{0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0})
	f.Fuzz(func(t *testing.T, wire []byte) {
		frame, size, err := readFrame(wire)
		switch {
		case err != nil && size != 0:
			t.Errorf("an error and %d bytes", size)
		case size > len(wire) || len(frame.payload) > size:
			t.Errorf("%d bytes with %d of payload, of %d", size, len(frame.payload), len(wire))
		case size > 0 && !bytes.HasSuffix(wire[:size], frame.payload):
			t.Error("the payload is not the end of the frame")
		}
	})
}
