package bot

import (
	"sync"

	"kaitong/intents"
	"kaitong/knowledge"
)

// Edition is one state of what the bot knows: a pack, and the model that reads
// questions for it. It never changes.
type Edition struct {
	ID    string // names the content, so that equal packs are equal editions
	Base  *knowledge.Base
	Model *intents.Model

	heard *memo // what questions were read as; nil before the edition is in a library
}

// keptEditions is how many former editions are kept for people who are being
// guided by one.
const keptEditions = 4

// Library holds the edition that answers now, and former ones for those who
// began a flow with them. It is safe for concurrent use.
type Library struct {
	mu     sync.RWMutex
	latest Edition
	former []Edition // newest first
}

// NewLibrary returns a library whose first edition answers.
func NewLibrary(first Edition) *Library {
	first.heard = newMemo()
	return &Library{latest: first}
}

// Latest returns the edition that answers now.
func (l *Library) Latest() Edition {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.latest
}

// Publish makes an edition the one that answers from now on.
func (l *Library) Publish(edition Edition) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if edition.ID == l.latest.ID {
		return
	}
	edition.heard = newMemo()
	l.former = append([]Edition{l.latest}, l.former...)
	l.former = l.former[:min(len(l.former), keptEditions)]
	l.latest = edition
}

// Edition returns a former edition, or the latest where it is not kept any more.
func (l *Library) Edition(id string) Edition {
	l.mu.RLock()
	defer l.mu.RUnlock()
	for _, edition := range l.former {
		if edition.ID == id {
			return edition
		}
	}
	return l.latest
}

// forget drops what questions were read as: it holds what people wrote, and nobody
// knows who.
func (l *Library) forget() {
	l.mu.RLock()
	defer l.mu.RUnlock()
	l.latest.heard.forget()
	for _, edition := range l.former {
		edition.heard.forget()
	}
}
