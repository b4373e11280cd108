package analytics

import (
	"encoding/binary"
	"time"
)

// unpacker reads state. After the first thing that is wrong it reads nothing.
type unpacker struct {
	in  []byte
	bad bool
}

// unpack begins to read state of this version.
func unpack(data []byte) *unpacker {
	if len(data) == 0 || data[0] != Version {
		return &unpacker{bad: true}
	}
	return &unpacker{in: data[1:]}
}

func (b *unpacker) end() error {
	if b.bad || len(b.in) > 0 {
		return ErrState
	}
	return nil
}

func (b *unpacker) fail() { b.in, b.bad = nil, true }

// take returns the next n bytes, none where there are fewer.
func (b *unpacker) take(n uint64) []byte {
	if n > uint64(len(b.in)) {
		b.fail()
		return nil
	}
	taken := b.in[:n]
	b.in = b.in[n:]
	return taken
}

func (b *unpacker) number() int64 {
	n, size := binary.Varint(b.in)
	if size <= 0 {
		b.fail()
		return 0
	}
	b.in = b.in[size:]
	return n
}

func (b *unpacker) unsigned() uint64 {
	n, size := binary.Uvarint(b.in)
	if size <= 0 {
		b.fail()
		return 0
	}
	b.in = b.in[size:]
	return n
}

// below is a number from 0 to one less than a bound.
func (b *unpacker) below(bound int64) int64 {
	n := b.number()
	if n < 0 || n >= bound {
		b.fail()
		return 0
	}
	return n
}

// length is that of a list, whose entries take a byte each at least.
func (b *unpacker) length() int { return int(b.below(int64(len(b.in)) + 1)) }

func (b *unpacker) flag() bool {
	switch taken := b.take(1); {
	case len(taken) == 0:
	case taken[0] > 1:
		b.fail()
	default:
		return taken[0] == 1
	}
	return false
}

func (b *unpacker) text() string { return string(b.take(b.unsigned())) }

func (b *unpacker) moment() time.Time {
	if !b.flag() {
		return time.Time{}
	}
	seconds, nanos := b.number(), b.below(int64(time.Second))
	if b.bad {
		return time.Time{}
	}
	return time.Unix(seconds, nanos).UTC()
}

func (b *unpacker) place() Place {
	return Place{
		Tenant: b.text(), Product: b.text(), Locale: b.text(), Channel: b.text(), Version: b.text(), Region: b.text(), Cause: b.text(),
	}
}

func (b *unpacker) contact(c *Contact) {
	c.Conversation = b.text()
	c.N = int(b.number())
	c.Place = b.place()
	c.Began, c.Last = b.moment(), b.moment()
	c.First, c.Through, c.Opened, c.Position = b.number(), b.number(), b.number(), b.number()
	c.Outcome = Outcome(b.text())
	c.Intent = b.text()
	c.Marks = Marks(b.unsigned())
	for i := range c.Sums {
		c.Sums[i] = b.number()
	}
	if n := b.length(); n > 0 {
		c.Keys = make([]Keyed, n)
	}
	for i := range c.Keys {
		key := Key{Kind: Kind(b.text()), Key: b.text()}
		c.Keys[i] = Keyed{Key: key}
		if bits := b.take(1); len(bits) == 1 {
			c.Keys[i].Bits = Bits(bits[0])
		}
	}
	c.Unanswered = b.questions()
}

func (b *unpacker) question() Question {
	return Question{
		Version: b.number(), At: b.moment(), Locale: b.text(), Intent: b.text(), Text: b.text(), Outcome: Miss(b.text()),
	}
}

func (b *unpacker) questions() []Question {
	var list []Question
	for range b.length() {
		list = append(list, b.question())
	}
	return list
}

// replies refer to the keys of their contact, of which there are so many.
func (b *unpacker) replies(keys int) []reply {
	var list []reply
	for range b.length() {
		made := reply{id: b.hash()}
		for range b.length() {
			made.entries = append(made.entries, uint16(b.below(int64(keys))))
		}
		list = append(list, made)
	}
	return list
}

func (b *unpacker) votes() []vote {
	var list []vote
	for range b.length() {
		cast := vote{id: b.hash()}
		cast.up = b.flag()
		list = append(list, cast)
	}
	return list
}

func (b *unpacker) hash() uint64 {
	taken := b.take(8)
	if len(taken) < 8 {
		return 0
	}
	return binary.LittleEndian.Uint64(taken)
}
