package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"kaitong/adapters/web"
	"kaitong/bot"
)

// errAppealsWait is the short word for what the note says in full.
var errAppealsWait = errors.New("an appeal waits for too long")

// appealCheck shows operators which appeals wait for the institution, and which
// it refused that nobody has seen to.
func (c *core) appealCheck() web.Check {
	return web.Check{
		Name: "appeals", Optional: true, Fault: "appeals wait for the institution for too long, the log says why; they are tried on",
		Run: func(context.Context) error {
			if _, overdue := c.appeals.outlook(time.Now()); overdue {
				return errAppealsWait
			}
			return nil
		},
		Note: func() string {
			note, _ := c.appeals.outlook(time.Now())
			return note
		},
	}
}

// outlook says what of appeals operators should know, "" where there is nothing.
func (r *appealRun) outlook(now time.Time) (note string, overdue bool) {
	if r == nil { // no people are served here
		return "", false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var parts []string
	failing, tries, oldest := 0, 0, now
	for _, one := range r.tries {
		if one.count == 0 {
			continue
		}
		failing++
		tries = max(tries, one.count)
		if !one.since.IsZero() && one.since.Before(oldest) {
			oldest = one.since
		}
		overdue = overdue || one.overdue(now, r.patient)
	}
	if failing > 0 {
		parts = append(parts, fmt.Sprintf("waiting for the institution: %d, the oldest since %s, up to %d tries", failing, oldest.UTC().Format(time.RFC3339), tries))
	}
	if len(r.lost) > 0 {
		parts = append(parts, "refused for good, a human has to see to it: "+ticketsOf(r.lost))
	}
	return strings.Join(parts, "; "), overdue
}

// mostNamed is how many refused appeals a note names.
const mostNamed = 5

// ticketsOf names conversations as agents find them.
func ticketsOf(list []*bot.Overview) string {
	var names []string
	for _, one := range list[:min(mostNamed, len(list))] {
		names = append(names, one.Ticket+" (conversation "+one.Conversation+")")
	}
	if more := len(list) - mostNamed; more > 0 {
		names = append(names, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}
