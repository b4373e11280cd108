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

// A page that may begin with the number of another one is not touched, and is told
// of. Rows are in none of those below 832 GiB.
func TestPagesThatNobodyCanTell(t *testing.T) {
	t.Parallel()
	leaf, interior := []byte{0x0d, 0, 0, 0, 1, 0, 20}, []byte{0x02, 0, 0, 0, 1, 0, 20}
	for _, test := range []struct {
		page  []byte
		pages int
		want  bool
	}{
		{interior, 1 << 25, true}, {interior, 1<<25 - 1, false}, {leaf, 1 << 27, false}, {leaf, 0x0d000000, true},
	} {
		if got := ambiguous(test.page, 2, test.pages); got != test.want {
			t.Errorf("%x of %d pages: %v", test.page, test.pages, got)
		}
	}
}
