package bot

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Row is what a log stores for the events of one turn.
type Row struct {
	JSON   []byte    // [{"kind": …, "data": …}, …], with references to sealed blocks
	Sealed []*Sealed // the blocks referred to; a log must keep them with the row
}

// EncodeEvents turns events into what a log stores for a turn.
func EncodeEvents(events []Event) (Row, error) {
	row := Row{JSON: make([]byte, 0, rowBytes)}
	row.JSON = append(row.JSON, '[')
	for i, event := range events {
		if i > 0 {
			row.JSON = append(row.JSON, ',')
		}
		if err := row.add(event); err != nil {
			return Row{}, fmt.Errorf("encode %s event: %w", event.Kind(), err)
		}
	}
	row.JSON = append(row.JSON, ']')
	return row, nil
}

// rowBytes is room for most turns.
const rowBytes = 1536

func (row *Row) add(event Event) error {
	b := append(row.JSON, `{"kind":"`...)
	b = append(b, event.Kind()...)
	b = append(b, `","data":`...)
	switch e := event.(type) {
	case Message:
		b = row.message(b, &e)
	case Understood:
		b = appendUnderstood(b, &e)
	case Checked:
		b = appendChecked(b, &e)
	case Started:
		b = appendStarted(b, &e)
	default: // the rare ones
		data, err := json.Marshal(event)
		if err != nil {
			return err
		}
		b = append(b, data...)
	}
	row.JSON = append(b, '}')
	return nil
}

// message puts references in the place of sealed blocks and notes them.
func (row *Row) message(b []byte, m *Message) []byte {
	o := openObject(b)
	o.key("seq")
	o.b = strconv.AppendInt(o.b, m.Seq, 10)
	o.always("id", m.ID)
	o.always("author", string(m.Author))
	o.text("re", m.Re)
	o.key("blocks")
	if m.Blocks == nil {
		o.b = append(o.b, "null"...)
	} else {
		o.b = appendList(o.b, m.Blocks, row.block)
	}
	if m.About != nil {
		o.key("about")
		o.b = AppendAbout(o.b, m.About)
	}
	o.text("digest", m.Digest)
	o.text("choice", m.Choice)
	o.texts("masked", m.Masked)
	if m.By != nil {
		o.key("by")
		by := openObject(o.b)
		by.always("id", m.By.ID)
		by.always("name", m.By.Name)
		o.b = by.close()
	}
	return o.close()
}

func (row *Row) block(b []byte, block *Block) []byte {
	if block.sealed == nil {
		return appendBlock(b, block)
	}
	if row.Sealed == nil {
		row.Sealed = make([]*Sealed, 0, usualBlocks)
	}
	row.Sealed = append(row.Sealed, block.sealed)
	b = append(b, `{"sealed":"`...)
	b = append(b, block.sealed.key...)
	return append(b, `"}`...)
}

func appendStarted(b []byte, s *Started) []byte {
	o := openObject(b)
	o.always("tenant", s.Tenant)
	o.always("user", s.User)
	o.flag("anonymous", s.Anonymous)
	o.always("product", s.Product)
	o.always("locale", s.Locale)
	o.always("pack", s.Pack)
	if s.Client != nil {
		o.key("client")
		o.b = appendClient(o.b, s.Client)
	}
	return o.close()
}

func appendClient(b []byte, c *Client) []byte {
	o := openObject(b)
	o.text("app_version", c.AppVersion)
	o.text("os", c.OS)
	o.text("network", c.Network)
	o.text("region", c.Region)
	o.text("channel", c.Channel)
	return o.close()
}

func appendUnderstood(b []byte, u *Understood) []byte {
	o := openObject(b)
	o.always("move", string(u.Move))
	o.always("intent", u.Intent)
	o.key("confidence")
	o.b = appendFloat(o.b, u.Confidence)
	if len(u.Ranking) > 0 {
		o.key("ranking")
		o.b = appendList(o.b, u.Ranking, appendRanked)
	}
	o.flag("out_of_scope", u.OutOfScope)
	o.text("locale", u.Locale)
	if len(u.Entities) > 0 {
		o.key("entities")
		o.b = appendList(o.b, u.Entities, appendEntity)
	}
	o.text("reader", u.Reader)
	return o.close()
}

func appendRanked(b []byte, r *Ranked) []byte {
	o := openObject(b)
	o.always("intent", r.Intent)
	o.key("confidence")
	o.b = appendFloat(o.b, r.Confidence)
	return o.close()
}

func appendEntity(b []byte, e *EntityRef) []byte {
	o := openObject(b)
	o.always("kind", e.Kind)
	o.always("value", e.Value)
	o.flag("negated", e.Negated)
	return o.close()
}

func appendChecked(b []byte, c *Checked) []byte {
	o := openObject(b)
	o.always("outcome", string(c.Outcome))
	if c.Verdict != nil {
		o.key("verdict")
		o.b = appendVerdict(o.b, c.Verdict)
	}
	return o.close()
}

func appendVerdict(b []byte, v *Verdict) []byte {
	o := openObject(b)
	o.always("decision", string(v.Decision))
	if len(v.Reasons) > 0 {
		o.key("reasons")
		o.b = appendList(o.b, v.Reasons, appendReason)
	}
	o.flag("appealable", v.Appealable)
	if v.ReviewETA != nil {
		o.moment("review_eta", *v.ReviewETA)
	}
	o.moment("checked_at", v.CheckedAt)
	o.moment("valid_until", v.ValidUntil)
	return o.close()
}

func appendReason(b []byte, r *Reason) []byte {
	o := openObject(b)
	o.always("code", r.Code)
	if len(r.Params) > 0 {
		o.key("params")
		params := openObject(o.b)
		for _, key := range slices.Sorted(maps.Keys(r.Params)) {
			params.foreign(key, r.Params[key])
		}
		o.b = params.close()
	}
	return o.close()
}

// MarshalEvents is the same JSON with every block in full, for people to read.
func MarshalEvents(events []Event) ([]byte, error) {
	list := make([]envelope, 0, len(events))
	for _, event := range events {
		data, err := json.Marshal(event)
		if err != nil {
			return nil, fmt.Errorf("encode %s event: %w", event.Kind(), err)
		}
		list = append(list, envelope{Kind: event.Kind(), Data: data})
	}
	return json.Marshal(list)
}
