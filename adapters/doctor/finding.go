package doctor

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// State says how bad a finding is.
type State string

// The states of a finding.
const (
	Fine    State = "fine"
	Warning State = "warning" // works, and somebody should see to it
	Fault   State = "fault"   // does not work, or must not go on like this
	Skipped State = "skipped" // could not be looked at, or makes no sense here
)

// Args fill the {names} in the words of a problem.
type Args map[string]string

// Finding is one thing that was looked at.
type Finding struct {
	Check   string // names what was looked at
	State   State
	Problem string // names the words of what is wrong; "" where nothing is
	Args    Args
	Detail  string // what was seen, as it was seen
}

// fine says that a check found nothing.
func fine(check, format string, args ...any) Finding {
	return Finding{Check: check, State: Fine, Detail: fmt.Sprintf(format, args...)}
}

// Good is a finding of a check that found nothing.
func Good(check, format string, args ...any) Finding { return fine(check, format, args...) }

// Skip is a check that could not be made, or that makes no sense here.
func Skip(check, format string, args ...any) Finding {
	return Finding{Check: check, State: Skipped, Detail: fmt.Sprintf(format, args...)}
}

// Bad is something that does not work. err may be nil.
func Bad(problem string, err error, args Args) Finding { return wrong(Fault, problem, err, args) }

// Doubt is something that works and should be seen to. err may be nil.
func Doubt(problem string, err error, args Args) Finding { return wrong(Warning, problem, err, args) }

// wrong finds the check in the name of the problem: data.not-writable is found
// by the check data.
func wrong(state State, problem string, err error, args Args) Finding {
	check, _, _ := strings.Cut(problem, ".")
	f := Finding{Check: check, State: state, Problem: problem, Args: args}
	if err != nil {
		f.Detail = err.Error()
	}
	return f
}

// Language chooses the words.
type Language string

// The languages.
const (
	Chinese Language = "zh"
	English Language = "en"
)

// words are the same in both languages.
type words struct{ zh, en string }

func (w words) in(language Language) string {
	if language == Chinese {
		return w.zh
	}
	return w.en
}

// problem is what a kind of finding says.
type problem struct{ wrong, means, mend words }

// Told is a finding in words.
type Told struct {
	Check   string `json:"check"`
	State   State  `json:"state"`
	Name    string `json:"name"`
	Problem string `json:"problem,omitempty"`
	Wrong   string `json:"wrong,omitempty"`
	Means   string `json:"means,omitempty"`
	Mend    string `json:"mend,omitempty"`
	Detail  string `json:"detail,omitempty"`
}

// Tell puts a finding into words.
func (f Finding) Tell(language Language) Told {
	told := Told{Check: f.Check, State: f.State, Name: names()[f.Check].in(language), Problem: f.Problem, Detail: f.Detail}
	told.Name = cmp.Or(told.Name, f.Check)
	if f.Problem == "" {
		return told
	}
	said := problems()[f.Problem]
	told.Wrong, told.Means, told.Mend = f.fill(said.wrong.in(language)), f.fill(said.means.in(language)), f.fill(said.mend.in(language))
	return told
}

func (f Finding) fill(text string) string {
	pairs := make([]string, 0, 2*len(f.Args))
	for name, value := range f.Args {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Sound says whether nothing was found.
func Sound(findings []Finding) bool {
	for _, one := range findings {
		if one.State == Fault || one.State == Warning {
			return false
		}
	}
	return true
}

// cause is the innermost error: what the operating system said.
func cause(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}
