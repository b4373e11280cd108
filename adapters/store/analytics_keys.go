package store

import (
	"encoding/binary"
	"fmt"

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

// set are the bits that count something.
func (k *keyBits) set() (set analytics.Bits) {
	for bit, n := range k {
		if n != 0 {
			set |= 1 << bit
		}
	}
	return set
}

// keyPacker makes counts of keys small, given in the order of their names: how
// far the name is from the one before, which bits count something, and how much
// each. Those that are all nought are left out.
type keyPacker struct {
	out  []byte
	last uint32
}

func (p *keyPacker) add(name uint32, bits *keyBits) {
	set := bits.set()
	if set == 0 {
		return
	}
	p.out = append(binary.AppendUvarint(p.out, uint64(name-p.last)), byte(set))
	p.last = name
	for bit, n := range bits {
		if set.Has(bit) {
			p.out = binary.AppendVarint(p.out, n)
		}
	}
}

// keyReader reads what a keyPacker wrote.
type keyReader struct {
	in   []byte
	name uint32
	bits keyBits
	bad  bool
}

// next goes on to the next key, and says whether there is one.
func (r *keyReader) next() bool {
	if len(r.in) == 0 {
		return false
	}
	step, size := binary.Uvarint(r.in)
	if size <= 0 || size == len(r.in) {
		return r.fail()
	}
	set := analytics.Bits(r.in[size])
	r.name, r.bits, r.in = r.name+uint32(step), keyBits{}, r.in[size+1:]
	for bit := range r.bits {
		if !set.Has(bit) {
			continue
		}
		n, size := binary.Varint(r.in)
		if size <= 0 {
			return r.fail()
		}
		r.bits[bit], r.in = n, r.in[size:]
	}
	return true
}

func (r *keyReader) fail() bool {
	r.in, r.bad = nil, true
	return false
}

// err says that what was read is damaged.
func (r *keyReader) err() error {
	if r.bad {
		return fmt.Errorf("%w: counts of keys end early", ErrCorrupt)
	}
	return nil
}

// addKeys adds up two rows of keys.
func addKeys(a, b []byte) ([]byte, error) {
	if len(a) == 0 {
		return b, nil
	}
	if len(b) == 0 {
		return a, nil
	}
	sum := keyPacker{out: make([]byte, 0, len(a)+len(b))}
	left, right := keyReader{in: a}, keyReader{in: b}
	inLeft, inRight := left.next(), right.next()
	for inLeft || inRight {
		switch {
		case !inRight || inLeft && left.name < right.name:
			sum.add(left.name, &left.bits)
			inLeft = left.next()
		case !inLeft || right.name < left.name:
			sum.add(right.name, &right.bits)
			inRight = right.next()
		default:
			left.bits.addAll(&right.bits)
			sum.add(left.name, &left.bits)
			inLeft, inRight = left.next(), right.next()
		}
	}
	if left.bad {
		return nil, left.err()
	}
	return sum.out, right.err()
}
