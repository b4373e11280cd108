package outboxtest

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"kaitong/bot/outbox"
)

// Memory is a box that forgets everything with its process.
type Memory struct {
	mu    sync.Mutex
	state outbox.State
	notes []outbox.Note // in the order in which they are told
}

var _ outbox.Box = (*Memory)(nil)

// NewMemory returns an empty box.
func NewMemory() *Memory { return &Memory{} }

// Lead implements [outbox.Box].
func (m *Memory) Lead(ctx context.Context) (bool, error) { return true, ctx.Err() }

// Close implements [outbox.Box].
func (m *Memory) Close() error { return nil }

// State implements [outbox.Box].
func (m *Memory) State(ctx context.Context) (outbox.State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	state := m.state
	state.Open, state.Endpoints = slices.Clone(state.Open), m.endpoints()
	return state, ctx.Err()
}

// Endpoints implements [outbox.Box].
func (m *Memory) Endpoints(ctx context.Context) ([]outbox.Endpoint, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.endpoints(), ctx.Err()
}

func (m *Memory) endpoints() []outbox.Endpoint {
	list := slices.Clone(m.state.Endpoints)
	for i := range list {
		list[i].Late = slices.ContainsFunc(m.notes, func(note outbox.Note) bool { return note.Endpoint == list[i].Name && note.Tries > 0 })
	}
	return list
}

// Advance implements [outbox.Box].
func (m *Memory) Advance(ctx context.Context, step outbox.Step) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case step.Begin == m.state.Begun || !step.Begin && step.From != m.state.Position:
		return outbox.ErrMoved
	}
	m.state.Begun, m.state.Position = true, step.To
	open := map[string]bool{}
	for _, name := range slices.Concat(m.state.Open, step.Opened) {
		open[name] = true
	}
	for _, name := range step.Closed {
		delete(open, name)
	}
	m.state.Open = slices.Sorted(maps.Keys(open))
	for _, endpoint := range step.Met {
		m.forget(endpoint.Name)
		m.state.Endpoints = append(m.state.Endpoints, endpoint)
	}
	slices.SortFunc(m.state.Endpoints, func(a, b outbox.Endpoint) int { return cmp.Compare(a.Name, b.Name) })
	for _, note := range step.Notes {
		if m.find(note) == nil {
			m.notes = append(m.notes, note)
		}
	}
	slices.SortStableFunc(m.notes, func(a, b outbox.Note) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.Nth, b.Nth))
	})
	return nil
}

func same(a, b outbox.Note) bool {
	return a.Endpoint == b.Endpoint && a.Conversation == b.Conversation && a.Position == b.Position && a.Nth == b.Nth
}

func (m *Memory) find(note outbox.Note) *outbox.Note {
	at := slices.IndexFunc(m.notes, func(other outbox.Note) bool { return same(note, other) })
	if at < 0 {
		return nil
	}
	return &m.notes[at]
}

// Due implements [outbox.Box].
func (m *Memory) Due(ctx context.Context, endpoint string, now time.Time, most int) ([]outbox.Note, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var due []outbox.Note
	earlier := map[string]bool{}
	for _, note := range m.notes {
		if note.Endpoint != endpoint || earlier[note.Conversation] {
			continue
		}
		earlier[note.Conversation] = true
		if !note.Due.After(now) {
			due = append(due, note)
		}
	}
	slices.SortStableFunc(due, func(a, b outbox.Note) int { return a.Due.Compare(b.Due) })
	return due[:min(most, len(due))], ctx.Err()
}

// Done implements [outbox.Box].
func (m *Memory) Done(ctx context.Context, note outbox.Note) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.notes = slices.DeleteFunc(m.notes, func(other outbox.Note) bool { return same(note, other) })
	return ctx.Err()
}

// Later implements [outbox.Box].
func (m *Memory) Later(ctx context.Context, note outbox.Note) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if kept := m.find(note); kept != nil {
		kept.Due, kept.Tries = note.Due, note.Tries
	}
	return ctx.Err()
}

// Gone implements [outbox.Box].
func (m *Memory) Gone(ctx context.Context, endpoint string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, known := range m.state.Endpoints {
		if known.Name == endpoint {
			m.state.Endpoints[i].Gone = true
		}
	}
	m.silence(endpoint)
	return ctx.Err()
}

// Forget implements [outbox.Box].
func (m *Memory) Forget(ctx context.Context, endpoint string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget(endpoint)
	m.silence(endpoint)
	return ctx.Err()
}

func (m *Memory) forget(endpoint string) {
	m.state.Endpoints = slices.DeleteFunc(m.state.Endpoints, func(e outbox.Endpoint) bool { return e.Name == endpoint })
}

func (m *Memory) silence(endpoint string) {
	m.notes = slices.DeleteFunc(m.notes, func(n outbox.Note) bool { return n.Endpoint == endpoint })
}
