package cli

import (
	"fmt"
	"io"
	"time"

	"kaitong/adapters/bench"
)

// pulse shows how a measurement goes: a line that redraws itself on a
// terminal, a plain one now and then anywhere else.
type pulse struct {
	out      io.Writer
	terminal bool
	now      func() time.Time
	shown    time.Time
}

func startPulse(out io.Writer) *pulse {
	return &pulse{out: out, terminal: isTerminal(out), now: time.Now, shown: time.Now()}
}

// show is called once a second, never twice at a time.
func (p *pulse) show(what string, at bench.Progress) {
	line := pulseLine(at)
	if what != "" {
		line = what + ": " + line
	}
	if p.terminal {
		fmt.Fprintf(p.out, "\r%s\x1b[K", line)
		return
	}
	if now := p.now(); now.Sub(p.shown) >= lineEvery {
		p.shown = now
		fmt.Fprintln(p.out, line)
	}
}

func pulseLine(at bench.Progress) string {
	if !at.Asking {
		return fmt.Sprintf("%d of %d sockets", at.Connected, at.Sockets)
	}
	line := fmt.Sprintf("%6.0f answers/s  p50 %v  p99 %v  about %v left", at.PerSecond,
		at.P50.Round(10*time.Microsecond), at.P99.Round(10*time.Microsecond), at.Left.Round(time.Second))
	if at.Errors > 0 {
		line += fmt.Sprintf("  %d errors", at.Errors)
	}
	return line
}

// finish takes the line away.
func (p *pulse) finish() {
	if p.terminal {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
