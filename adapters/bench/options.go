package bench

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
)

//go:embed questions.txt
var shippedQuestions string

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

func (o Options) validate() error {
	switch {
	case o.Sockets < 1:
		return errors.New("at least one socket is needed")
	case o.Duration <= 0:
		return errors.New("the duration must be above zero")
	case o.Rate < 0 || o.Ramp < 0 || o.Warmup < 0 || o.Think < 0 || o.PerConversation < 0:
		return errors.New("no number may be below zero")
	case o.Rate > 0 && o.Think > 0:
		return errors.New("with a rate, questions come when they are due; a pause between them makes no sense")
	}
	return nil
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

// ReadQuestions reads one question a line. Empty lines are passed over.
func ReadQuestions(from io.Reader) ([]string, error) {
	var questions []string
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		if line := strings.TrimSpace(lines.Text()); line != "" {
			questions = append(questions, line)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("questions: %w", err)
	}
	if len(questions) == 0 {
		return nil, errors.New("questions: there are none")
	}
	return questions, nil
}

// plainQuestion makes a message of about 120 bytes.
const plainQuestion = "a question as long as most that people type in ......"

// quoted makes JSON strings of questions, once for all the times they are
// asked.
func quoted(questions []string) ([][]byte, error) {
	if len(questions) == 0 {
		var err error
		if questions, err = ReadQuestions(strings.NewReader(shippedQuestions)); err != nil {
			return nil, err
		}
	}
	list := make([][]byte, len(questions))
	for i, question := range questions {
		var err error
		if list[i], err = json.Marshal(question); err != nil {
			return nil, fmt.Errorf("question %d: %w", i+1, err)
		}
	}
	return list, nil
}
