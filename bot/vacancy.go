package bot

import (
	"sync"
	"time"
)

// vacancy knows since when nobody is there for a line, as far as anybody looked.
// It is safe for concurrent use.
type vacancy struct {
	mu    sync.Mutex
	since map[[2]string]time.Time // tenant and queue
}

func newVacancy() *vacancy { return &vacancy{since: map[[2]string]time.Time{}} }

// look takes in whether somebody is there now, and returns since when nobody
// is.
func (v *vacancy) look(line [2]string, empty bool, now time.Time) time.Time {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !empty {
		delete(v.since, line)
		return now
	}
	if _, known := v.since[line]; !known {
		v.since[line] = now
	}
	return v.since[line]
}

// vacatedAfter is how long nobody is there before who waits is told: longer than
// an agent takes to load the page anew.
const vacatedAfter = 45 * time.Second

// vacated says whether somebody is in a line that nobody serves any more.
func (e *Engine) vacated(entry Entry, place Place) bool {
	now := e.now()
	since := e.vacancy.look([2]string{entry.Owner.Tenant, entry.Queue}, place.State != HandoffQueued, now)
	if since.Before(entry.InLine) { // seen before they came
		since = entry.InLine
	}
	return now.Sub(since) > vacatedAfter
}
