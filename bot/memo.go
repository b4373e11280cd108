package bot

import (
	"sync"

	"kaitong/intents"
)

const (
	// maxHeard is how many texts are remembered at most, twice over.
	maxHeard = 2048
	// maxHeardBytes keeps out what nobody else will write.
	maxHeardBytes = 200
)

// memo remembers what texts were read as. People ask the same questions in the
// same words, and an edition always reads the same words the same way. It holds
// masked texts only, in memory, and forgets those that are not asked again: a
// text is looked for in two generations, and the older one is dropped when the
// younger is full. It is safe for concurrent use.
type memo struct {
	mu           sync.Mutex
	young, older map[string]heard
}

// heard is a text that was read, and whether it was said like that: then there
// is nothing in it to hide.
type heard struct {
	Reading
	clean bool
}

func newMemo() *memo { return &memo{young: map[string]heard{}} }

// clean says whether a text was said before and had nothing to hide.
func (m *memo) clean(text string) bool {
	known, ok := m.find(text)
	return ok && known.clean
}

// reading is what a model makes of a text. The slices in it are shared: read
// them, never write to them. clean says that the text is what was said.
func (m *memo) reading(text string, clean bool, model *intents.Model) Reading {
	if len(text) > maxHeardBytes {
		return understand(model, text)
	}
	if known, ok := m.find(text); ok {
		return known.Reading
	}
	fresh := understand(model, text)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.keep(text, heard{fresh, clean})
	return fresh
}

func (m *memo) find(text string) (heard, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if known, ok := m.young[text]; ok {
		return known, true
	}
	known, ok := m.older[text]
	if ok {
		m.keep(text, known)
	}
	return known, ok
}

// keep needs the lock.
func (m *memo) keep(text string, reading heard) {
	if len(m.young) >= maxHeard {
		m.older, m.young = m.young, make(map[string]heard, maxHeard)
	}
	m.young[text] = reading
}

func (m *memo) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.young, m.older = map[string]heard{}, nil
}
