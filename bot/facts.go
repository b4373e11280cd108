package bot

import (
	"encoding/json"
	"errors"
	"fmt"
)

// errFacts says no more than that a row is damaged: what it holds is nobody's
// business.
var errFacts = errors.New("decode facts: not a row of the log")

// DecodeFacts reads one row as a [FactsReader] does.
func DecodeFacts(row []byte) ([]Event, error) { return new(FactsReader).Read(row) }

// FactsReader reads of rows what figures are made of. Words that come again and
// again it makes once. It is not for concurrent use.
type FactsReader struct{ terms terms }

// Read reads of a row, as [EncodeEvents] writes it, what figures need. It needs
// no sealed blocks: messages have no blocks but the first of the person's own,
// with its text, and neither seq nor what they answer; what understood them comes
// without ranking and entities, a beginning without the pack. Kinds of a newer
// program are passed over. Nothing it returns points into the row.
func (r *FactsReader) Read(row []byte) ([]Event, error) {
	s := scanner{in: row, terms: &r.terms}
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
func (s *scanner) event() (event Event, err error) {
	var kind, read string
	var data []byte
	err = s.object(func(key []byte) (err error) {
		switch string(key) {
		case "kind":
			kind, err = s.term()
		case "data":
			s.space()
			begin := s.at
			event, err = s.eventOf(kind)
			read, data = kind, s.in[begin:s.at]
		default:
			err = s.skip()
		}
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case len(data) == 0:
		return nil, errFacts
	case kind == read:
		return event, nil
	}
	again := scanner{in: data, terms: s.terms} // no log has the kind behind the data
	return again.eventOf(kind)
}

// eventOf reads the event of a kind, none while it is not known.
func (s *scanner) eventOf(kind string) (Event, error) {
	switch kind {
	case "":
		return nil, s.skip()
	case "started":
		return s.startedFacts()
	case "message":
		return s.messageFacts()
	case "understood":
		return s.understoodFacts()
	case "checked":
		return s.checkedFacts()
	}
	data, err := s.raw()
	if err != nil {
		return nil, err
	}
	event, err := decodeEvent(envelope{Kind: kind, Data: json.RawMessage(data)}, nil)
	if errors.Is(err, ErrUnknownEvent) {
		return nil, nil
	}
	return event, err
}

func (s *scanner) startedFacts() (Event, error) {
	var e Started
	err := s.object(func(key []byte) (err error) {
		switch string(key) {
		case "tenant":
			e.Tenant, err = s.term()
		case "user":
			e.User, err = s.text()
		case "anonymous":
			e.Anonymous, err = s.truth()
		case "product":
			e.Product, err = s.term()
		case "locale":
			e.Locale, err = s.term()
		case "client":
			e.Client, err = s.clientFacts()
		default:
			err = s.skip()
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("started: %w", err)
	}
	return e, nil
}

// clientFacts is the client without its system and network.
func (s *scanner) clientFacts() (*Client, error) {
	if s.null() {
		return nil, nil
	}
	c := &Client{}
	return c, s.object(func(key []byte) (err error) {
		switch string(key) {
		case "app_version":
			c.AppVersion, err = s.term()
		case "region":
			c.Region, err = s.term()
		case "channel":
			c.Channel, err = s.term()
		default:
			err = s.skip()
		}
		return err
	})
}

func (s *scanner) messageFacts() (Event, error) {
	var m Message
	var author string
	var blocks []byte
	err := s.object(func(key []byte) (err error) {
		switch string(key) {
		case "id":
			m.ID, err = s.text()
		case "author":
			author, err = s.term()
		case "blocks":
			blocks, err = s.raw()
		case "about":
			m.About, err = s.about()
		case "choice":
			m.Choice, err = s.term()
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
			a.Intent, err = s.term()
		case "cause":
			a.Cause, err = s.term()
		case "reasons":
			a.Reasons, err = s.texts()
		case "fixes":
			a.Fixes, err = s.texts()
		case "sources":
			a.Sources, err = s.texts()
		case "decision":
			err = textInto(s, &a.Decision)
		case "symptom":
			a.Symptom, err = s.term()
		case "flow":
			a.Flow, err = s.term()
		case "step":
			a.Step, err = s.term()
		case "incident":
			a.Incident, err = s.term()
		case "appeal":
			err = textInto(s, &a.Appeal)
		case "composed":
			a.Composed, err = s.term()
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
			u.Intent, err = s.term()
		case "out_of_scope":
			u.OutOfScope, err = s.truth()
		case "locale":
			u.Locale, err = s.term()
		case "reader":
			u.Reader, err = s.term()
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
