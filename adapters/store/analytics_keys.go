package store

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"

	"kaitong/bot/analytics"
)

// keyBits is in how many contacts each bit of a key is set.
type keyBits [analytics.MaxBits]int64

func (k *keyBits) add(bits analytics.Bits, n int64) {
	for bit := range k {
		if bits.Has(bit) {
			k[bit] += n
		}
	}
}

func (k *keyBits) addAll(other *keyBits) {
	for bit, n := range other {
		k[bit] += n
	}
}

// namedBits are the counts of one key.
type namedBits struct {
	name uint32
	bits keyBits
}

// placedKey is what is to be added to a key at a place.
type placedKey struct {
	place, day int64
	kind       string
	name       uint32
	bits       *keyBits
}

// gatherKeys makes rows of what is to be added, each with the keys of one kind in
// the order of their numbers.
func gatherKeys(sums []placedKey) []keyRow {
	slices.SortFunc(sums, func(a, b placedKey) int {
		if a.place != b.place || a.day != b.day {
			return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(a.day, b.day))
		}
		if a.kind != b.kind {
			return cmp.Compare(a.kind, b.kind)
		}
		return cmp.Compare(a.name, b.name)
	})
	var rows []keyRow
	all := make([]namedBits, 0, len(sums))
	for i := range sums {
		s := &sums[i]
		if i > 0 && sameKey(s, &sums[i-1]) {
			all[len(all)-1].bits.addAll(s.bits)
			continue
		}
		all = append(all, namedBits{s.name, *s.bits})
		if last := len(rows) - 1; last >= 0 && rows[last].place == s.place && rows[last].day == s.day && rows[last].kind == s.kind {
			rows[last].names = rows[last].names[:len(rows[last].names)+1]
			continue
		}
		rows = append(rows, keyRow{s.kind, s.place, s.day, all[len(all)-1:]})
	}
	return rows
}

func sameKey(a, b *placedKey) bool { return a.name == b.name && a.place == b.place && a.day == b.day }

// packKeys makes counts of keys small. Those that are all nought are left out.
func packKeys(keys []namedBits) []byte {
	data := make([]byte, 0, 8*len(keys))
	before := uint32(0)
	for i := range keys {
		key := &keys[i]
		set := key.bits.set()
		if set == 0 {
			continue
		}
		data = append(binary.AppendUvarint(data, uint64(key.name-before)), byte(set))
		before = key.name
		for bit, n := range key.bits {
			if set.Has(bit) {
				data = binary.AppendVarint(data, n)
			}
		}
	}
	return data
}

// set are the bits that count something.
func (k *keyBits) set() (set analytics.Bits) {
	for bit, n := range k {
		if n != 0 {
			set |= 1 << bit
		}
	}
	return set
}

// unpackKeys hands out what packKeys made small, in the order of names.
func unpackKeys(data []byte, take func(name uint32, bits *keyBits)) error {
	name := uint64(0)
	for len(data) > 0 {
		next, size := binary.Uvarint(data)
		if size <= 0 || size == len(data) {
			return fmt.Errorf("%w: counts of keys end early", ErrCorrupt)
		}
		name += next
		set := analytics.Bits(data[size])
		data = data[size+1:]
		var bits keyBits
		for bit := range bits {
			if !set.Has(bit) {
				continue
			}
			n, size := binary.Varint(data)
			if size <= 0 {
				return fmt.Errorf("%w: counts of keys end early", ErrCorrupt)
			}
			bits[bit], data = n, data[size:]
		}
		take(uint32(name), &bits)
	}
	return nil
}

// addKeys adds what packKeys made small, and returns the sum in the same form.
func addKeys(keys []namedBits, data []byte) ([]byte, error) {
	if len(data) == 0 {
		return packKeys(keys), nil
	}
	sum := make([]namedBits, 0, len(keys)+len(data)/3)
	err := unpackKeys(data, func(name uint32, bits *keyBits) {
		for len(keys) > 0 && keys[0].name < name {
			sum, keys = append(sum, keys[0]), keys[1:]
		}
		sum = append(sum, namedBits{name, *bits})
		if len(keys) > 0 && keys[0].name == name {
			sum[len(sum)-1].bits.addAll(&keys[0].bits)
			keys = keys[1:]
		}
	})
	return packKeys(append(sum, keys...)), err
}
