package store

import "sync"

// maxFresh bounds the turns that wait in memory for the projector. What does not
// fit is read from the log.
const maxFresh = 1 << 15

// fresh are the turns that this process stored last, without holes, so that the
// projector need not read them back: that would cost ten times as much. Only a
// database that says where it put a turn fills it.
type fresh struct {
	mu    sync.Mutex
	turns []freshTurn
	taken []freshTurn // being folded; the projector's
}

type freshTurn struct {
	position     int64
	conversation string
	version      int64
	at           string
	events       string // "" when an overview does not need them
}

// add takes in what a group has stored.
func (f *fresh) add(group []*pending) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, turn := range group {
		if turn.result == nil && turn.position > 0 {
			f.append(turn)
		}
	}
}

func (f *fresh) append(turn *pending) {
	if n := len(f.turns); n == maxFresh || n > 0 && f.turns[n-1].position != turn.position-1 {
		f.drop(n)
	}
	one := freshTurn{turn.position, turn.conversation, turn.version, turn.at, ""}
	if turn.concerns {
		one.events = turn.events
	}
	f.turns = append(f.turns, one)
}

// page folds what comes after a position; false means that the beginning is not
// here.
func (f *fresh) page(after int64) (*overviewPage, bool) {
	more, ok := f.take(after)
	if !ok {
		return nil, false
	}
	page := newOverviewPage(after)
	page.more = more
	for i := range f.taken {
		one := &f.taken[i]
		if !page.add(briefTurn(one.position, one.conversation, one.version, one.at, []byte(one.events))) {
			page.more = true
			break
		}
	}
	clear(f.taken)
	return page, true
}

// take copies what comes after a position, so that the writer need not wait for
// the fold, and forgets what comes before.
func (f *fresh) take(after int64) (more, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.turns) == 0 || f.turns[0].position > after+1 || f.turns[len(f.turns)-1].position <= after {
		return false, false
	}
	f.drop(int(after + 1 - f.turns[0].position))
	count := min(len(f.turns), projectPage)
	f.taken = append(f.taken[:0], f.turns[:count]...)
	return count < len(f.turns), true
}

// drop forgets the first so many.
func (f *fresh) drop(count int) {
	left := copy(f.turns, f.turns[count:])
	clear(f.turns[left:])
	f.turns = f.turns[:left]
}

// clear forgets all.
func (f *fresh) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.drop(len(f.turns))
}
