package proofs

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"kaitong/bot"
)

// MaxBytes is the largest document.
const MaxBytes = 10 << 20

// What a picture may measure: enough for any scan of a page and any phone, and
// little enough to be drawn by any computer.
const (
	maxSide   = 16_384
	maxPixels = 64 << 20
)

// The kinds of documents.
const (
	TypeJPEG = "image/jpeg"
	TypePNG  = "image/png"
	TypePDF  = "application/pdf"
)

// Inspect finds out what a document is, from its content alone, and returns
// what of it is worth keeping. Errors wrap [bot.ErrProofSize],
// [bot.ErrProofKind] or [bot.ErrProofUnsafe].
func Inspect(data []byte) (kind string, kept []byte, err error) {
	if len(data) == 0 || len(data) > MaxBytes {
		return "", nil, fmt.Errorf("%d bytes: %w", len(data), bot.ErrProofSize)
	}
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		kind = TypeJPEG
		kept, err = inspectJPEG(data)
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		kind, kept = TypePNG, data
		err = inspectPNG(data)
	case bytes.HasPrefix(data, []byte("%PDF-")):
		kind, kept = TypePDF, data
		err = inspectPDF(data)
	default:
		return "", nil, bot.ErrProofKind
	}
	if err == nil {
		err = singleFaced(kind, data)
	}
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", kind, err)
	}
	return kind, kept, nil
}

// headBytes is how far programs look for the beginning of a document.
const headBytes = 1024

// singleFaced refuses what other programs take for another kind of file: one
// with the head of a page or of a PDF inside, or with an archive behind.
func singleFaced(kind string, data []byte) error {
	head := bytes.ToLower(data[:min(headBytes, len(data))])
	if kind != TypePDF && bytes.Contains(head, []byte("%pdf-")) {
		return fmt.Errorf("a PDF inside: %w", bot.ErrProofUnsafe)
	}
	for _, mark := range []string{"<html", "<script", "<!doctype html", "<?php", "<svg"} {
		if bytes.Contains(head, []byte(mark)) {
			return fmt.Errorf("a page inside: %w", bot.ErrProofUnsafe)
		}
	}
	if archived(data) {
		return fmt.Errorf("an archive inside: %w", bot.ErrProofUnsafe)
	}
	for _, mark := range []string{"Rar!\x1a\x07", "7z\xbc\xaf\x27\x1c"} { // found wherever they are: too long to be there by chance
		if bytes.Contains(data, []byte(mark)) {
			return fmt.Errorf("an archive inside: %w", bot.ErrProofUnsafe)
		}
	}
	return nil
}

// archived looks for the end of a ZIP archive, which is what makes one of any
// file: its record is found from the end, and says how long the rest is.
func archived(data []byte) bool {
	const record, longest = 22, 22 + 1<<16
	tail := data[max(0, len(data)-longest):]
	for {
		at := bytes.LastIndex(tail, []byte("PK\x05\x06"))
		if at < 0 {
			return false
		}
		if at+record <= len(tail) && at+record+int(binary.LittleEndian.Uint16(tail[at+20:])) <= len(tail) {
			return true
		}
		tail = tail[:at]
	}
}

// fits says whether a picture can be drawn without harm.
func fits(width, height int) error {
	if width <= 0 || height <= 0 {
		return fmt.Errorf("%d × %d pixels: %w", width, height, bot.ErrProofKind)
	}
	if width > maxSide || height > maxSide || width*height > maxPixels {
		return fmt.Errorf("%d × %d pixels: %w", width, height, bot.ErrProofUnsafe)
	}
	return nil
}
