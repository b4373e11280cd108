package analytics

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"kaitong/bot"
)

// ErrState says that what should be a memory, contact or person is none of this
// version.
var ErrState = errors.New("no state of this version")

// MarshalBinary is a memory in a small form, for a projection to keep.
func (m *Memory) MarshalBinary() ([]byte, error) {
	return m.AppendBinary(make([]byte, 0, usualMemory))
}

// AppendBinary appends what MarshalBinary returns.
func (m *Memory) AppendBinary(to []byte) ([]byte, error) {
	b := packer{append(to, Version)}
	b.number(m.Version)
	b.flag(m.Broken)
	b.contact(&m.Contact)
	b.text(m.who)
	b.place(m.base)
	b.flag(m.anonymous)
	b.moment(m.clock)
	b.text(string(m.handoff))
	b.text(m.reason)
	b.text(m.queue)
	b.moment(m.asked)
	b.moment(m.attended)
	b.flag(m.answered)
	b.flag(m.solved)
	b.number(int64(m.left))
	b.text(m.step)
	b.question(m.question)
	b.number(m.clarify)
	b.questions(m.misses)
	b.replies(m.replies)
	b.votes(m.votes)
	return b.out, nil
}

const usualMemory = 1024

// UnmarshalBinary reads what MarshalBinary wrote, and refuses anything else.
func (m *Memory) UnmarshalBinary(data []byte) error {
	b := unpack(data)
	var read Memory
	read.Version = b.number()
	read.Broken = b.flag()
	b.contact(&read.Contact)
	read.who = b.text()
	read.base = b.place()
	read.anonymous = b.flag()
	read.clock = b.moment()
	read.handoff = bot.HandoffState(b.text())
	read.reason = b.text()
	read.queue = b.text()
	read.asked = b.moment()
	read.attended = b.moment()
	read.answered = b.flag()
	read.solved = b.flag()
	read.left = pending(b.below(int64(pendings)))
	read.step = b.text()
	read.question = b.question()
	read.clarify = b.number()
	read.misses = b.questions()
	read.replies = b.replies(len(read.Contact.Keys))
	read.votes = b.votes()
	if err := b.end(); err != nil {
		return fmt.Errorf("memory: %w", err)
	}
	*m = read
	return nil
}

// MarshalBinary is a contact in a small form, all of it.
func (c *Contact) MarshalBinary() ([]byte, error) {
	return c.AppendBinary(make([]byte, 0, usualMemory))
}

// AppendBinary appends what MarshalBinary returns.
func (c *Contact) AppendBinary(to []byte) ([]byte, error) {
	b := packer{append(to, Version)}
	b.contact(c)
	return b.out, nil
}

// UnmarshalBinary reads what MarshalBinary wrote, and refuses anything else.
func (c *Contact) UnmarshalBinary(data []byte) error {
	b := unpack(data)
	var read Contact
	b.contact(&read)
	if err := b.end(); err != nil {
		return fmt.Errorf("contact: %w", err)
	}
	*c = read
	return nil
}

// MarshalBinary is what is remembered of a person, in a small form.
func (p *Person) MarshalBinary() ([]byte, error) {
	b := packer{[]byte{Version}}
	b.text(p.Conversation)
	b.number(int64(p.N))
	return b.out, nil
}

// UnmarshalBinary reads what MarshalBinary wrote, and refuses anything else.
func (p *Person) UnmarshalBinary(data []byte) error {
	b := unpack(data)
	read := Person{Conversation: b.text(), N: int(b.number())}
	if err := b.end(); err != nil {
		return fmt.Errorf("person: %w", err)
	}
	*p = read
	return nil
}

// packer writes state.
type packer struct{ out []byte }

func (b *packer) number(n int64) { b.out = binary.AppendVarint(b.out, n) }

func (b *packer) flag(holds bool) { b.out = append(b.out, byte(one(holds))) }

func (b *packer) text(s string) {
	b.out = binary.AppendUvarint(b.out, uint64(len(s)))
	b.out = append(b.out, s...)
}

// moment writes the zero time as 0 and any other after it.
func (b *packer) moment(at time.Time) {
	if at.IsZero() {
		b.flag(false)
		return
	}
	b.flag(true)
	b.number(at.Unix())
	b.number(int64(at.Nanosecond()))
}

func (b *packer) place(p Place) {
	for _, part := range []string{p.Tenant, p.Product, p.Locale, p.Channel, p.Version, p.Region, p.Cause} {
		b.text(part)
	}
}

func (b *packer) contact(c *Contact) {
	b.text(c.Conversation)
	b.number(int64(c.N))
	b.place(c.Place)
	b.moment(c.Began)
	b.moment(c.Last)
	for _, n := range []int64{c.First, c.Through, c.Opened, c.Position} {
		b.number(n)
	}
	b.text(string(c.Outcome))
	b.text(c.Intent)
	b.out = binary.AppendUvarint(b.out, uint64(c.Marks))
	for _, sum := range c.Sums {
		b.number(sum)
	}
	b.number(int64(len(c.Keys)))
	for _, keyed := range c.Keys {
		b.text(string(keyed.Kind))
		b.text(keyed.Key.Key)
		b.out = append(b.out, byte(keyed.Bits))
	}
	b.questions(c.Unanswered)
}

func (b *packer) question(q Question) {
	b.number(q.Version)
	b.moment(q.At)
	for _, part := range []string{q.Locale, q.Intent, q.Text, string(q.Outcome)} {
		b.text(part)
	}
}

func (b *packer) questions(list []Question) {
	b.number(int64(len(list)))
	for _, q := range list {
		b.question(q)
	}
}

func (b *packer) replies(list []reply) {
	b.number(int64(len(list)))
	for _, made := range list {
		b.out = binary.LittleEndian.AppendUint64(b.out, made.id)
		b.number(int64(len(made.entries)))
		for _, at := range made.entries {
			b.number(int64(at))
		}
	}
}

func (b *packer) votes(list []vote) {
	b.number(int64(len(list)))
	for _, cast := range list {
		b.out = binary.LittleEndian.AppendUint64(b.out, cast.id)
		b.flag(cast.up)
	}
}
