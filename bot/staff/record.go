package staff

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Record is one line of the audit log: who did what, when, to which
// conversation, and why. It never holds what anybody wrote to anybody.
type Record struct {
	N            int64     // 1, 2, 3 … without gaps; set by the vault
	At           time.Time // UTC, to the microsecond
	Who          string    // a user; "" for nobody known
	Did          string    // login, login_failed, opened, claim, reveal …
	Conversation string
	Subject      string // the account it was done to, or another agent
	Reason       string // given by who did it
	From         string // the address it was done from
	Chain        Link   // set by the vault
}

// Link chains a record to the one before it: a hash over that one's link and
// everything in the record. The first hangs on a link of zeros.
type Link [sha256.Size]byte

// ErrBroken says that records are missing or were changed.
var ErrBroken = errors.New("audit log is not whole")

// Linked returns the record as it follows another one, as a vault keeps it.
func (r Record) Linked(n int64, before Link) Record {
	r.N, r.At = n, r.At.UTC().Truncate(time.Microsecond)
	r.Chain = r.link(before)
	return r
}

// link hashes with lengths in front, so that no field can lend bytes to its
// neighbour. Of the conversation it takes a hash only, which may stand in its place.
func (r Record) link(before Link) Link {
	return r.hash("kaitong audit 2\n", before, conversationHash(r.Conversation))
}

// firstLink is how records were linked before conversations could be erased.
func (r Record) firstLink(before Link) Link {
	return r.hash("kaitong audit\n", before, r.Conversation)
}

func (r Record) hash(kind string, before Link, conversation string) Link {
	b := append([]byte(kind), before[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(r.N))
	b = binary.BigEndian.AppendUint64(b, uint64(r.At.UnixMicro()))
	for _, field := range []string{r.Who, r.Did, conversation, r.Subject, r.Reason, r.From} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(field)))
		b = append(b, field...)
	}
	return sha256.Sum256(b)
}

// erasedMark begins what stands in the place of a conversation that was erased.
const erasedMark = "erased:"

// ErasedConversation is what stands in the place of a conversation that was
// erased. The record is whole with it as it was before.
func ErasedConversation(conversation string) string {
	return erasedMark + conversationHash(conversation)
}

func conversationHash(conversation string) string {
	if hash, erased := strings.CutPrefix(conversation, erasedMark); erased && len(hash) == 2*sha256.Size {
		return hash
	}
	sum := sha256.Sum256([]byte("kaitong audit conversation\n" + conversation))
	return hex.EncodeToString(sum[:])
}

// Erasable says whether the conversation of a record that follows a link can be
// taken out of it. From records of earlier versions it cannot.
func (r Record) Erasable(before Link) bool { return r.link(before) == r.Chain }

// Follow checks records that come one after the other, the first of them after
// number n with the link before. It returns the last link.
func Follow(n int64, before Link, records []Record) (Link, error) {
	for _, r := range records {
		n++
		switch {
		case r.N != n:
			return before, fmt.Errorf("%w: record %d is missing", ErrBroken, n)
		case r.link(before) != r.Chain && r.firstLink(before) != r.Chain:
			return before, fmt.Errorf("%w: record %d or its link was changed", ErrBroken, n)
		}
		before = r.Chain
	}
	return before, nil
}
