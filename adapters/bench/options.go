package bench

import (
	"errors"
	"fmt"
	"math"
	"net/url"
	"time"
)

// Options say what a measurement is like. [Options.Sockets] and
// [Options.Duration] are required.
type Options struct {
	Sockets         int           `json:"sockets"`
	Rate            float64       `json:"rate,omitempty"` // questions a second in all, at fixed times; 0: each socket asks when it is answered
	Duration        time.Duration `json:"duration_ns"`    // measured
	Warmup          time.Duration `json:"warmup_ns"`      // before that, with questions
	Think           time.Duration `json:"think_ns"`       // between an answer and the next question
	Ramp            float64       `json:"ramp,omitempty"` // handshakes a second; 0: as fast as they are taken
	Idle            bool          `json:"idle,omitempty"` // ask nothing
	PerConversation int           `json:"per_conversation,omitempty"`
	Seed            uint64        `json:"seed"`
	Questions       []string      `json:"-"` // none: those in the program
	Users           []string      `json:"-"` // none: the demo users of the server
}

const (
	// MostSockets is how many may be asked for at all.
	MostSockets = 200_000
	// otherFiles is what is open beside the sockets, here and in the server.
	otherFiles = 200
)

// Validate says what is wrong with the options.
func (o Options) Validate() error {
	switch {
	case o.Sockets < 1:
		return errors.New("sockets: at least one is needed")
	case o.Sockets > MostSockets:
		return fmt.Errorf("sockets: %d are too many; at most %d can be held", o.Sockets, MostSockets)
	case o.Duration <= 0:
		return errors.New("duration: it must be above zero, such as 10s")
	case !sane(o.Rate) || !sane(o.Ramp) || o.Warmup < 0 || o.Think < 0 || o.PerConversation < 0:
		return errors.New("no number may be below zero or without end")
	case o.Rate > 0 && o.Think > 0:
		return errors.New("with a rate, questions come when they are due: leave out the rate or the pause between an answer and the next question")
	case o.Rate > 0 && o.Idle:
		return errors.New("idle sockets ask nothing: leave out the rate or idle")
	}
	return enoughFiles(o.Sockets, openFiles())
}

func sane(number float64) bool { return number >= 0 && !math.IsInf(number, 1) }

// enoughFiles tells when the sockets are more than may be open; a limit of 0 is
// none.
func enoughFiles(sockets, limit int) error {
	if limit == 0 || sockets+otherFiles <= limit {
		return nil
	}
	return fmt.Errorf("sockets: this process may have %d files open, which allows %d; raise the limit with `ulimit -n %d`, or hold fewer",
		limit, max(limit-otherFiles, 0), sockets+otherFiles)
}

// Target is a server to measure.
type Target struct {
	URL   string // http://host:port
	PID   int    // of its process, when it is on this machine; 0: found where that is possible
	Plain bool   // no protocol: the frame that names a question is its answer

	base *url.URL
}

func (t *Target) parse() error {
	base, err := url.Parse(t.URL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return fmt.Errorf("address %q: want something like http://localhost:8080", t.URL)
	}
	t.base = base
	return nil
}
