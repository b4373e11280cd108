package cli

import (
	"fmt"
	"io"
	"strings"
	"time"
)

const (
	progressAfter = time.Second            // what is quicker needs no bar
	redrawEvery   = 100 * time.Millisecond // on a terminal
	lineEvery     = 5 * time.Second        // elsewhere
	progressCells = 30
)

// progress shows how far a long step is: a bar that redraws itself on a
// terminal, a plain line now and then anywhere else.
type progress struct {
	out      io.Writer
	terminal bool
	what     string
	now      func() time.Time
	started  time.Time
	shown    time.Time // zero: nothing yet
}

func startProgress(out io.Writer, what string, now func() time.Time) *progress {
	return &progress{out: out, terminal: isTerminal(out), what: what, now: now, started: now()}
}

// update shows that so much is done, unless something was shown just now.
// Calls must not overlap.
func (p *progress) update(done, total int) {
	now := p.now()
	every := lineEvery
	if p.terminal {
		every = redrawEvery
	}
	if total <= 0 || now.Sub(p.started) < progressAfter || now.Sub(p.shown) < every {
		return
	}
	p.shown = now
	share := min(float64(done)/float64(total), 1)
	left := time.Duration(0)
	if share > 0 {
		left = time.Duration(float64(now.Sub(p.started)) * (1 - share) / share).Round(time.Second)
	}
	if !p.terminal {
		fmt.Fprintf(p.out, "%s: %.0f %%, about %v left\n", p.what, 100*share, left)
		return
	}
	full := int(share * progressCells)
	fmt.Fprintf(p.out, "\r%s %s%s %3.0f %%  about %v left \x1b[K", p.what,
		strings.Repeat("█", full), strings.Repeat("░", progressCells-full), 100*share, left)
}

// finish takes the bar away.
func (p *progress) finish() {
	if p.terminal && !p.shown.IsZero() {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
