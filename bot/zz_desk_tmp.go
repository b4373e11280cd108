package bot

import (
	"errors"
	"sync"
	"time"
)

var (
	ErrTaken  = errors.New("another agent has this conversation")
	ErrFenced = errors.New("the conversation has changed hands")
)

type Agent struct {
	Tenant string `json:"-"`
	ID     string `json:"id"`
	Name   string `json:"name"`
}

type Handoff struct {
	State    HandoffState
	Reason   string
	Ticket   string
	Queue    string
	Priority int
	Epoch    int64
	Agent    Agent
	Since    time.Time
	Due      time.Time
}

func (h Handoff) Waiting() bool { return h.State == HandoffRequested || h.State == HandoffQueued }
func (h Handoff) Open() bool    { return h.Waiting() || h.State == HandoffActive }

type DeskKind string

const (
	DeskClaim    DeskKind = "claim"
	DeskReply    DeskKind = "reply"
	DeskNote     DeskKind = "note"
	DeskTransfer DeskKind = "transfer"
	DeskRelease  DeskKind = "release"
	DeskResolve  DeskKind = "resolve"
	DeskTakeover DeskKind = "takeover"
)

type Solved string

type Disposition struct {
	Cause  string
	Solved Solved
	Note   string
}

type DeskAct struct {
	Conversation, ID string
	Agent            Agent
	Kind             DeskKind
	Epoch            int64
	Text             string
	Queue            string
	To               Agent
	Disposition      Disposition
	Lead             bool
}

type Entry struct {
	Conversation string
	Version      int64
	Owner        Identity
	Product      string
	Locale       string
	Handoff
	Last       string
	LastAuthor Author
	LastAt     time.Time
	Unanswered bool
}

type Case struct {
	Entry   Entry
	Turns   []Turn
	Summary []string
}

type Board struct {
	mu       sync.Mutex
	entries  map[string]Entry
	watchers map[int]func(Entry)
	next     int
}

func NewBoard() *Board {
	return &Board{entries: map[string]Entry{}, watchers: map[int]func(Entry){}}
}

func (b *Board) Put(entry Entry) {
	b.mu.Lock()
	if entry.Open() {
		b.entries[entry.Conversation] = entry
	} else {
		delete(b.entries, entry.Conversation)
	}
	var all []func(Entry)
	for _, w := range b.watchers {
		all = append(all, w)
	}
	b.mu.Unlock()
	for _, w := range all {
		w(entry)
	}
}

func (b *Board) Watch(call func(Entry)) (stop func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id := b.next
	b.next++
	b.watchers[id] = call
	return func() { b.mu.Lock(); defer b.mu.Unlock(); delete(b.watchers, id) }
}

func (b *Board) List(tenant string) []Entry {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []Entry
	for _, e := range b.entries {
		if e.Owner.Tenant == tenant {
			list = append(list, e)
		}
	}
	return list
}

func (b *Board) Wait(string) (time.Duration, bool) { return 0, false }
