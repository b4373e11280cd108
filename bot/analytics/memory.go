package analytics

import (
	"strings"
	"time"
	"unicode/utf8"

	"kaitong/bot"
)

// Memory is what the fold remembers of a conversation: the contact that is
// open, and what is needed to judge what comes next.
type Memory struct {
	Version int64 // of the last turn applied
	Broken  bool  // a turn was missing: no more is counted here
	Contact Contact

	who       string // person key
	base      Place  // of every contact here
	anonymous bool
	clock     time.Time // of the last turn, never going back

	handoff  bot.HandoffState
	reason   string // why a human was asked for
	queue    string
	asked    time.Time // when a human was asked for, while nobody has written since
	attended time.Time // the agent's last act, while one has the conversation
	answered bool      // a human has written since one was asked for

	solved   bool       // called solved, and nothing asked since
	left     pending    // what the last reply left open
	step     string     // flow/step shown and not taken
	question Question   // answered last
	clarify  int64      // version of the question for which readings were offered
	misses   []Question // of the contact, whether or not they count in the end
	replies  []reply
	votes    []vote
}

// pending is what the last reply waits for.
type pending uint8

const (
	nothing pending = iota // the reply was an answer
	another                // not understood, or did not help: other words
	word                   // a step, or an answer to a form
	pendings
)

// Limits of a memory. What is beyond them is counted less finely, never wrongly.
const (
	maxReplies = 64
	maxVotes   = 64
	maxMisses  = 16
)

// reply is a bot message as votes refer to it.
type reply struct {
	id      uint64   // hash of the message id
	entries []uint16 // places in the keys of the contact
}

// vote is the last vote on a message.
type vote struct {
	id uint64
	up bool
}

// open takes in how a conversation begins.
func (m *Memory) open(s *bot.Started) {
	m.who, m.anonymous = PersonKey(s.Tenant, s.User), s.Anonymous
	m.base = Place{Tenant: clean(s.Tenant), Product: clean(s.Product), Locale: clean(s.Locale)}
	if s.Client != nil {
		m.base.Channel, m.base.Region, m.base.Version = clean(s.Client.Channel), clean(s.Client.Region), majorMinor(s.Client.AppVersion)
	}
}

// clean makes a text one that any database can hold, and a key can be made of.
func clean(text string) string {
	if strings.IndexByte(text, 0) < 0 && strings.IndexByte(text, '|') < 0 && utf8.ValidString(text) {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case 0:
			return '\uFFFD'
		case '|':
			return '/'
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

// majorMinor is the part of a version that figures keep apart: 10.5 of 10.5.1.
func majorMinor(version string) string {
	if version == "" {
		return ""
	}
	parts := strings.SplitN(strings.TrimPrefix(version, "v"), ".", 3)
	for i, part := range parts[:min(2, len(parts))] {
		digits, _, _ := strings.Cut(part, "-")
		if digits == "" || len(digits) > 4 || strings.Trim(digits, "0123456789") != "" {
			return "other"
		}
		parts[i] = digits
	}
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// Person is the key of the person whose conversation it is.
func (m *Memory) Person() string { return m.who }

// next begins another contact of the conversation.
func (m *Memory) next(turn bot.Turn) {
	m.Contact = Contact{
		Conversation: turn.Conversation, N: m.Contact.N + 1, Place: m.base,
		Began: m.clock, Last: m.clock, First: turn.Version, Opened: turn.Position,
	}
	m.Contact.mark(Contacts, true)
	m.Contact.mark(Anonymous, m.anonymous)
	m.solved, m.left, m.question, m.clarify = false, nothing, Question{}, 0
	m.misses, m.replies, m.votes = nil, nil, nil
}

// returned notes that the person asked for something again elsewhere, or here
// after a pause.
func (m *Memory) returned(after time.Duration) {
	if after <= ReturnWeek {
		m.Contact.mark(Returned7d, true)
	}
	if after <= ReturnDay {
		m.Contact.mark(Returned24h, true)
		m.doubt()
	}
	m.settle()
}

// ask notes that something is asked; it undoes that all was called solved.
func (m *Memory) ask() {
	m.Contact.mark(Requests, true)
	m.doubt()
	m.solved = false
}

// doubt takes back that fixes helped, but for those a check has confirmed.
func (m *Memory) doubt() {
	if !m.solved {
		return
	}
	m.Contact.mark(Revoked, true)
	for i := range m.Contact.Keys {
		if key := &m.Contact.Keys[i]; key.Kind == KindFix && key.Bits&FixHelped != 0 && key.Bits&FixConfirmed == 0 {
			key.Bits = key.Bits&^FixHelped | FixDoubted
		}
	}
}
