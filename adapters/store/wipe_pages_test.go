package store

import (
	"bytes"
	"testing"
)

// Whatever a page holds, no byte that is in use changes.
func FuzzMiddleOfPages(f *testing.F) {
	f.Add([]byte{0x0d, 0, 0, 0, 1, 0, 20, 0, 0, 21, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14}, 2)
	f.Fuzz(func(t *testing.T, page []byte, number int) {
		before := bytes.Clone(page)
		changed := clearMiddle(page, number)
		if changed == bytes.Equal(before, page) {
			t.Errorf("changed %v, and %x became %x", changed, before, page)
		}
		if clearMiddle(page, number) {
			t.Error("there was something left")
		}
	})
}
