package bot

import (
	"encoding/json"
	"errors"
	"fmt"
)

// errFacts says no more than that a row is damaged: what it holds is nobody's
// business.
var errFacts = errors.New("decode facts: not a row of the log")

// DecodeFacts reads of a row, as [EncodeEvents] writes it, what figures are made
// of. It needs no sealed blocks: of messages it gives no blocks but the first
// of the person's own, with its text, and of what understood them neither
// ranking nor entities. Kinds of a newer program are passed over. Nothing it
// returns points into the row.
func DecodeFacts(row []byte) ([]Event, error) {
	s := scanner{in: row}
	events := make([]Event, 0, usualEvents)
	err := s.list(func() error {
		event, err := s.event()
		if event != nil {
			events = append(events, event)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if s.space(); s.at < len(s.in) {
		return nil, errFacts
	}
	return events, nil
}

// usualEvents is how many events most turns hold.
const usualEvents = 6

// event reads one event, nil for a kind that is not known.
func (s *scanner) event() (Event, error) {
	var kind string
	var data scanner
	err := s.object(func(key []byte) (err error) {
		switch string(key) {
		case "kind":
			kind, err = s.text()
		case "data":
			data.in, err = s.raw()
		default:
			err = s.skip()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return data.eventOf(kind)
}

func (s *scanner) eventOf(kind string) (Event, error) {
	if len(s.in) == 0 {
		return nil, errFacts
	}
	switch kind {
	case "message":
		return s.messageFacts()
	case "understood":
		return s.understoodFacts()
	case "checked":
		return s.checkedFacts()
	}
	event, err := decodeEvent(envelope{Kind: kind, Data: json.RawMessage(s.in)}, nil)
	if errors.Is(err, ErrUnknownEvent) {
		return nil, s.skip() // a newer program's, but whole
	}
	return event, err
}

func (s *scanner) messageFacts() (Event, error) {
	var m Message
	var author string
	var blocks []byte
	err := s.object(func(key []byte) (err error) {
		switch string(key) {
		case "seq":
			m.Seq, err = s.number()
		case "id":
			m.ID, err = s.text()
		case "author":
			author, err = s.text()
		case "re":
			m.Re, err = s.text()
		case "blocks":
			blocks, err = s.raw()
		case "about":
			m.About, err = s.about()
		case "choice":
			m.Choice, err = s.text()
		case "masked":
			m.Masked, err = s.texts()
		default:
			err = s.skip()
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("message: %w", err)
	}
	m.Author = Author(author)
	if m.Author == AuthorUser {
		words := scanner{in: blocks}
		if m.Blocks, err = words.firstBlock(); err != nil {
			return nil, fmt.Errorf("message: blocks: %w", err)
		}
	}
	return m, nil
}

// firstBlock is the first of some blocks, with its text.
func (s *scanner) firstBlock() ([]Block, error) {
	var blocks []Block
	if len(s.in) == 0 || s.null() {
		return nil, nil
	}
	err := s.list(func() error {
		if len(blocks) > 0 {
			return s.skip()
		}
		block := Block{Type: BlockText}
		err := s.object(func(key []byte) (err error) {
			if string(key) != "text" {
				return s.skip()
			}
			block.Text, err = s.text()
			return err
		})
		blocks = append(blocks, block)
		return err
	})
	return blocks, err
}

func (s *scanner) about() (*About, error) {
	if s.null() {
		return nil, nil
	}
	a := &About{}
	err := s.object(func(key []byte) (err error) {
		switch string(key) {
		case "intent":
			a.Intent, err = s.text()
		case "cause":
			a.Cause, err = s.text()
		case "reasons":
			a.Reasons, err = s.texts()
		case "fixes":
			a.Fixes, err = s.texts()
		case "sources":
			a.Sources, err = s.texts()
		case "decision":
			err = textInto(s, &a.Decision)
		case "symptom":
			a.Symptom, err = s.text()
		case "flow":
			a.Flow, err = s.text()
		case "step":
			a.Step, err = s.text()
		case "incident":
			a.Incident, err = s.text()
		case "appeal":
			err = textInto(s, &a.Appeal)
		case "composed":
			a.Composed, err = s.text()
		default:
			err = s.skip()
		}
		return err
	})
	return a, err
}

func (s *scanner) understoodFacts() (Event, error) {
	var u Understood
	err := s.object(func(key []byte) (err error) {
		switch string(key) {
		case "move":
			err = textInto(s, &u.Move)
		case "intent":
			u.Intent, err = s.text()
		case "out_of_scope":
			u.OutOfScope, err = s.truth()
		case "locale":
			u.Locale, err = s.text()
		case "reader":
			u.Reader, err = s.text()
		default:
			err = s.skip()
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("understood: %w", err)
	}
	return u, nil
}

func (s *scanner) checkedFacts() (Event, error) {
	var c Checked
	err := s.object(func(key []byte) (err error) {
		switch string(key) {
		case "outcome":
			err = textInto(s, &c.Outcome)
		case "verdict":
			c.Verdict, err = s.verdictFacts()
		default:
			err = s.skip()
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("checked: %w", err)
	}
	return c, nil
}

// verdictFacts is the decision, without its reasons and times.
func (s *scanner) verdictFacts() (*Verdict, error) {
	if s.null() {
		return nil, nil
	}
	v := &Verdict{}
	err := s.object(func(key []byte) error {
		if string(key) == "decision" {
			return textInto(s, &v.Decision)
		}
		return s.skip()
	})
	return v, err
}
