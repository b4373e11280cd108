package proofs

import (
	"bytes"
	"encoding/hex"
	"fmt"

	"kaitong/bot"
)

// inspectPDF looks at a PDF from outside. Its inside is compressed and may hide
// anything: that is what a scanner is for.
func inspectPDF(data []byte) error {
	if !bytes.Contains(data[max(0, len(data)-headBytes):], []byte("%%EOF")) {
		return fmt.Errorf("no end: %w", bot.ErrProofKind)
	}
	plain := unescapeNames(data)
	for _, name := range []string{"/JavaScript", "/Launch", "/EmbeddedFile", "/RichMedia"} {
		if bytes.Contains(plain, []byte(name)) {
			return fmt.Errorf("holds %s: %w", name, bot.ErrProofUnsafe)
		}
	}
	return nil
}

// unescapeNames writes the bytes that a PDF may spell as #4a as they are: names
// are the same either way. What is changed elsewhere by that is only looked at.
func unescapeNames(data []byte) []byte {
	if !bytes.ContainsRune(data, '#') {
		return data
	}
	plain := make([]byte, 0, len(data))
	for at := 0; at < len(data); at++ {
		var one [1]byte
		if data[at] == '#' && at+2 < len(data) {
			if _, err := hex.Decode(one[:], data[at+1:at+3]); err == nil {
				plain = append(plain, one[0])
				at += 2
				continue
			}
		}
		plain = append(plain, data[at])
	}
	return plain
}
