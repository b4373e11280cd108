package proofs

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image/png"

	"kaitong/bot"
)

// maxSideChunk bounds the chunks beside the picture: a profile or a text may
// unfold to a thousand times its size.
const maxSideChunk = 64 << 10

// inspectPNG walks from chunk to chunk: each whole, the last one the end, and
// nothing behind it.
func inspectPNG(data []byte) error {
	config, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("%w: %w", bot.ErrProofKind, err)
	}
	if err := fits(config.Width, config.Height); err != nil {
		return err
	}
	heads := 0
	for rest := data[8:]; ; {
		kind, length, ok := chunk(rest)
		if kind == "IHDR" {
			heads++
		}
		switch {
		case !ok:
			return fmt.Errorf("a broken chunk: %w", bot.ErrProofKind)
		case heads > 1: // a program may believe either
			return fmt.Errorf("two sizes: %w", bot.ErrProofUnsafe)
		case unfolds(kind) && length > maxSideChunk:
			return fmt.Errorf("a chunk %q of %d bytes: %w", kind, length, bot.ErrProofUnsafe)
		}
		rest = rest[length+12:]
		if kind != "IEND" {
			continue
		}
		if len(rest) > 0 {
			return fmt.Errorf("%d bytes behind the end: %w", len(rest), bot.ErrProofUnsafe)
		}
		return nil
	}
}

// chunk reads the head of a chunk and checks its sum.
func chunk(data []byte) (kind string, length int, ok bool) {
	if len(data) < 12 {
		return "", 0, false
	}
	size := binary.BigEndian.Uint32(data)
	if int64(size) > int64(len(data)-12) {
		return "", 0, false
	}
	length = int(size)
	body, sum := data[4:8+length], binary.BigEndian.Uint32(data[8+length:])
	return string(data[4:8]), length, crc32.ChecksumIEEE(body) == sum
}

// unfolds says whether a chunk is compressed and not the picture itself, whose
// size is known.
func unfolds(kind string) bool { return kind == "zTXt" || kind == "iTXt" || kind == "iCCP" }
