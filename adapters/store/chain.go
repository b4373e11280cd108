package store

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// link is what chains a turn to the one before it: a hash over that one's link
// and everything that is stored of the turn. The first of a conversation hangs
// on a link of zeros.
type link [sha256.Size]byte

// chainer makes links. It only keeps a buffer, and is not for concurrent use.
type chainer struct{ buffer []byte }

// link hashes with lengths in front, so that no field can lend bytes to its
// neighbour.
func (c *chainer) link(before link, conversation string, version int64, at string, events string) link {
	b := append(c.buffer[:0], before[:]...)
	b = appendField(b, conversation)
	b = binary.BigEndian.AppendUint64(b, uint64(version))
	b = appendField(b, at)
	b = appendField(b, events)
	c.buffer = b
	return sha256.Sum256(b)
}

func appendField(b []byte, text string) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(len(text)))
	return append(b, text...)
}

// walk goes along one conversation and says where its turns do not fit
// together.
type walk struct {
	chainer chainer
	version int64 // the last one met
	link    link
}

// next checks the record that comes after the last one met. It goes on from
// what it finds, so that one fault is told once.
func (w *walk) next(r record) error {
	missing := r.version - w.version - 1
	want := w.chainer.link(w.link, r.conversation, r.version, r.at, r.events)
	w.version, w.link = r.version, r.chain
	switch {
	case missing == 1:
		return fmt.Errorf("%w: version %d is missing", ErrBroken, r.version-1)
	case missing > 1:
		return fmt.Errorf("%w: versions %d to %d are missing", ErrBroken, r.version-missing, r.version-1)
	case r.sealed != nil:
		return r.sealed
	case want != r.chain:
		return fmt.Errorf("%w: the turn or its link was changed", ErrBroken)
	}
	return nil
}
