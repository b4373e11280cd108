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
	markerEnd    = 0xd9
	markerScan   = 0xda
	markerHeight = 0xdc // says anew how high the picture is
)

// sizes says whether a marker begins a frame, which says how large the picture
// is.
func sizes(marker byte) bool {
	return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc
}

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
	scans, frames := 0, 0
	for at := 2; ; {
		marker, next := nextMarker(data, at)
		switch {
		case marker == 0:
			return nil, fmt.Errorf("ends in the middle: %w", bot.ErrProofKind)
		case marker == markerEnd:
			return data[:next], nil
		case marker == markerScan:
			scans++
		case sizes(marker) || marker == markerHeight:
			frames++
		}
		switch {
		case scans > maxScans:
			return nil, fmt.Errorf("more than %d scans: %w", maxScans, bot.ErrProofUnsafe)
		case frames > 1: // a program may believe either
			return nil, fmt.Errorf("two sizes: %w", bot.ErrProofUnsafe)
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
