package proofs

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image/jpeg"

	"kaitong/bot"
)

// maxScans of one picture: cameras write at most ten; thousands make a small
// file an hour's work to draw.
const maxScans = 100

// The markers of a JPEG that matter here.
const (
	markerEnd  = 0xd9
	markerScan = 0xda
)

// inspectJPEG walks from marker to marker and returns the first picture. What
// phones append to it (another exposure, a map of the light) is left out, and
// with it whatever else stands there.
func inspectJPEG(data []byte) ([]byte, error) {
	config, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", bot.ErrProofKind, err)
	}
	if err := fits(config.Width, config.Height); err != nil {
		return nil, err
	}
	scans := 0
	for at := 2; ; {
		marker, next := nextMarker(data, at)
		switch marker {
		case 0:
			return nil, fmt.Errorf("ends in the middle: %w", bot.ErrProofKind)
		case markerEnd:
			return data[:next], nil
		case markerScan:
			if scans++; scans > maxScans {
				return nil, fmt.Errorf("more than %d scans: %w", maxScans, bot.ErrProofUnsafe)
			}
		}
		if at = skipSegment(data, marker, next); at < 0 {
			return nil, fmt.Errorf("a broken segment: %w", bot.ErrProofKind)
		}
	}
}

// nextMarker finds the next marker, past what a scan holds, and where it ends.
// 0 is none.
func nextMarker(data []byte, at int) (marker byte, next int) {
	for at+1 < len(data) {
		i := bytes.IndexByte(data[at:], 0xff)
		if i < 0 || at+i+1 >= len(data) {
			return 0, 0
		}
		at += i + 1
		if data[at] != 0 && data[at] != 0xff {
			return data[at], at + 1
		}
	}
	return 0, 0
}

// skipSegment returns where the segment of a marker ends, -1 where it cannot.
func skipSegment(data []byte, marker byte, at int) int {
	if marker == 0x01 || marker >= 0xd0 && marker <= 0xd8 { // these have none
		return at
	}
	if at+2 > len(data) {
		return -1
	}
	length := int(binary.BigEndian.Uint16(data[at:]))
	if length < 2 || at+length > len(data) {
		return -1
	}
	return at + length
}
