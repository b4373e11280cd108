package store

import (
	"encoding/binary"
	"fmt"

	"kaitong/bot/analytics"
)

// packTotals makes totals small: most counts of a cell are nought.
func packTotals(t *analytics.Totals) []byte {
	data := make([]byte, 0, len(t.Marks)+2*len(t.Sums))
	for _, part := range [][]int64{t.Marks[:], t.Sums[:]} {
		for _, n := range part {
			data = binary.AppendVarint(data, n)
		}
	}
	return data
}

// unpackTotals adds what packTotals made small.
func unpackTotals(t *analytics.Totals, data []byte) error {
	for _, part := range [][]int64{t.Marks[:], t.Sums[:]} {
		for i := range part {
			n, size := binary.Varint(data)
			if size <= 0 {
				return fmt.Errorf("%w: counts of a cell end early", ErrCorrupt)
			}
			part[i] += n
			data = data[size:]
		}
	}
	if len(data) > 0 {
		return fmt.Errorf("%w: counts of a cell go on for %d bytes", ErrCorrupt, len(data))
	}
	return nil
}
