package bench

import "io"

// firstBuffer holds most answers; one that is larger grows it.
const firstBuffer = 2 << 10

// inflow reads frames. What it passes on lies in its buffer and is valid until
// hear returns.
type inflow struct {
	from       io.Reader
	buffer     []byte
	start, end int // of what is not read yet
	assembler  assembler
}

// reset begins with a new connection and what was read of it already.
func (f *inflow) reset(from io.Reader, rest []byte) {
	if f.buffer == nil {
		f.buffer = make([]byte, firstBuffer)
	}
	f.from, f.assembler, f.start = from, assembler{}, 0
	f.buffer = append(f.buffer[:0], rest...)
	f.end = len(f.buffer)
	f.buffer = f.buffer[:cap(f.buffer)]
}

// pump passes on what is complete, and reads once when nothing is.
func (f *inflow) pump(hear func(wireFrame, []byte) error) error {
	heard, err := f.drain(hear)
	if err != nil || heard {
		return err
	}
	f.makeRoom()
	n, err := f.from.Read(f.buffer[f.end:])
	f.end += n
	if n > 0 {
		err = nil // shown again by the next read
	}
	return err
}

func (f *inflow) drain(hear func(wireFrame, []byte) error) (heard bool, err error) {
	for {
		frame, size, err := readFrame(f.buffer[f.start:f.end])
		if err != nil || size == 0 {
			return heard, err
		}
		f.start += size
		heard = true
		var message []byte
		if frame.opcode < opClose {
			if message, err = f.assembler.add(frame); err != nil {
				return heard, err
			}
		}
		if err := hear(frame, message); err != nil {
			return heard, err
		}
	}
}

// makeRoom moves what is left to the front, and grows a buffer that it fills.
func (f *inflow) makeRoom() {
	f.end = copy(f.buffer, f.buffer[f.start:f.end])
	f.start = 0
	if f.end == len(f.buffer) {
		f.buffer = append(f.buffer, make([]byte, len(f.buffer))...)
	}
}
