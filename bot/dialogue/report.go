package dialogue

import (
	"fmt"
	"strings"
	"time"
)

// Report is what came of playing dialogues.
type Report struct {
	Results  []Result      `json:"results"` // in the order of the dialogues
	Coverage Coverage      `json:"coverage"`
	Took     time.Duration `json:"-"`
}

// Failures lists everything found wrong.
func (r Report) Failures() []Failure {
	var all []Failure
	for _, result := range r.Results {
		all = append(all, result.Failures...)
	}
	return all
}

// Failed is how many dialogues did not pass.
func (r Report) Failed() int {
	n := 0
	for _, result := range r.Results {
		if len(result.Failures) > 0 {
			n++
		}
	}
	return n
}

// Result is what came of one dialogue.
type Result struct {
	Dialogue  string     `json:"dialogue"`
	File      string     `json:"file"`
	Exchanges []Exchange `json:"exchanges"` // as far as it was played
	Failures  []Failure  `json:"failures,omitempty"`
}

// Exchange is one thing said and its answer, both shortened.
type Exchange struct {
	Said   string `json:"said"`
	Answer string `json:"answer"`
}

// Failure is one expectation that was not met.
type Failure struct {
	Dialogue string `json:"dialogue"`
	File     string `json:"file"`
	Line     int    `json:"line,omitempty"` // of the exchange
	Turn     int    `json:"turn"`           // from 1
	Said     string `json:"said"`
	Message  string `json:"message"`
	Answer   string `json:"answer,omitempty"` // what was answered, shortened
}

// String is file:line: turn n, what was said, what is wrong, and under it what
// was answered.
func (f Failure) String() string {
	var out strings.Builder
	out.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&out, ":%d", f.Line)
	}
	fmt.Fprintf(&out, ": turn %d %s: %s", f.Turn, f.Said, f.Message)
	if f.Answer != "" {
		out.WriteString("\n    answered: " + f.Answer)
	}
	return out.String()
}
