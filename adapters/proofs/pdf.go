package proofs

import (
	"bytes"
	"fmt"

	"kaitong/bot"
)

// inspectPDF looks at a PDF from outside. Its inside is compressed and may hide
// anything: that is what a scanner is for.
func inspectPDF(data []byte) error {
	if !bytes.Contains(data[max(0, len(data)-headBytes):], []byte("%%EOF")) {
		return fmt.Errorf("no end: %w", bot.ErrProofKind)
	}
	for _, name := range []string{"/JavaScript", "/Launch", "/EmbeddedFile"} {
		if bytes.Contains(data, []byte(name)) {
			return fmt.Errorf("holds %s: %w", name, bot.ErrProofUnsafe)
		}
	}
	return nil
}
