package store

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"
)

// tombstone is what is left of a conversation that was erased: enough to prove
// that the rest of the log is whole, and nothing that tells of a person.
type tombstone struct {
	n         int64
	name      link // a hash of the salt and the id
	turns     int64
	positions []int64 // in their order
	last      link    // of its last turn
	at        time.Time
	reason    Reason
	chain     link // to the tombstone before it
}

// graveName is what the id of a conversation becomes. Ids are made of random
// bits, so nobody can try them all.
func graveName(salt, conversation string) link { return sha256.Sum256([]byte(salt + conversation)) }

// linked hashes everything of a tombstone and the link of the one before it.
func (t *tombstone) linked(before link) link {
	b := append([]byte(nil), before[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(t.n))
	b = append(b, t.name[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(t.turns))
	b = appendField(b, string(packPositions(t.positions)))
	b = append(b, t.last[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(t.at.UnixMicro()))
	b = appendField(b, string(t.reason))
	return sha256.Sum256(b)
}

// highest is the last of its positions, 0 for none.
func (t *tombstone) highest() int64 {
	if len(t.positions) == 0 {
		return 0
	}
	return t.positions[len(t.positions)-1]
}

// packPositions writes how far each is from the one before it.
func packPositions(positions []int64) []byte {
	packed, before := []byte{}, int64(0)
	for _, one := range positions {
		packed = binary.AppendUvarint(packed, uint64(one-before))
		before = one
	}
	return packed
}

var errPacked = errors.New("positions that cannot be read")

// unpackPositions adds what was packed to a list.
func unpackPositions(list []int64, packed []byte) ([]int64, error) {
	before := int64(0)
	for len(packed) > 0 {
		step, size := binary.Uvarint(packed)
		if size <= 0 || step == 0 || step > 1<<62 {
			return list, errPacked
		}
		before += int64(step)
		list = append(list, before)
		packed = packed[size:]
	}
	return list, nil
}
