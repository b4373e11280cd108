package bot

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"
)

// The appenders write the JSON that encoding/json would, without reflection:
// a message is written twice in every turn, once for the log and once for the
// person who waits. A test holds both against encoding/json.

// AppendBlocks appends blocks as a JSON array. Sealed ones are there already.
func AppendBlocks(b []byte, blocks []Block) []byte {
	b = append(b, '[')
	for i := range blocks {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendBlock(b, &blocks[i])
	}
	return append(b, ']')
}

func appendBlock(b []byte, block *Block) []byte {
	if block.sealed != nil {
		return append(b, block.sealed.json...)
	}
	o := openObject(b)
	o.always("type", string(block.Type))
	o.text("level", block.Level)
	o.text("title", block.Title)
	o.text("text", block.Text)
	o.text("url", block.URL)
	if len(block.Items) > 0 {
		o.key("items")
		o.b = appendList(o.b, block.Items, appendItem)
	}
	if len(block.Choices) > 0 {
		o.key("choices")
		o.b = appendList(o.b, block.Choices, appendChoice)
	}
	if len(block.Fields) > 0 {
		o.key("fields")
		o.b = appendList(o.b, block.Fields, appendField)
	}
	o.text("source", block.Source)
	o.number("at", int64(block.At))
	o.number("of", int64(block.Of))
	o.text("export", block.Export)
	return o.close()
}

func appendItem(b []byte, item *Item) []byte {
	o := openObject(b)
	o.text("label", item.Label)
	o.always("text", item.Text)
	o.text("how", item.How)
	o.text("source", item.Source)
	return o.close()
}

func appendChoice(b []byte, choice *Choice) []byte {
	o := openObject(b)
	o.always("id", choice.ID)
	o.always("label", choice.Label)
	return o.close()
}

func appendField(b []byte, field *Field) []byte {
	o := openObject(b)
	o.always("id", field.ID)
	o.always("label", field.Label)
	o.always("kind", string(field.Kind))
	o.text("value", field.Value)
	o.flag("optional", field.Optional)
	return o.close()
}

// AppendAbout appends what an answer rests on as a JSON object.
func AppendAbout(b []byte, about *About) []byte {
	o := openObject(b)
	o.always("intent", about.Intent)
	o.key("confidence")
	o.b = appendFloat(o.b, about.Confidence)
	o.text("cause", about.Cause)
	o.texts("reasons", about.Reasons)
	o.texts("fixes", about.Fixes)
	o.texts("sources", about.Sources)
	o.text("decision", string(about.Decision))
	o.number("nth", int64(about.Nth))
	o.text("symptom", about.Symptom)
	o.text("flow", about.Flow)
	o.text("step", about.Step)
	o.text("incident", about.Incident)
	o.text("appeal", string(about.Appeal))
	o.always("composed", about.Composed)
	return o.close()
}

// appendList appends a JSON array.
func appendList[T any](b []byte, list []T, one func([]byte, *T) []byte) []byte {
	b = append(b, '[')
	for i := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = one(b, &list[i])
	}
	return append(b, ']')
}

// object is a JSON object in the making.
type object struct {
	b     []byte
	first bool
}

func openObject(b []byte) object { return object{b: append(b, '{'), first: true} }

func (o *object) close() []byte { return append(o.b, '}') }

// key needs no escaping: keys are our own.
func (o *object) key(key string) {
	if !o.first {
		o.b = append(o.b, ',')
	}
	o.first = false
	o.b = append(o.b, '"')
	o.b = append(o.b, key...)
	o.b = append(o.b, '"', ':')
}

// foreign takes a key that is not ours.
func (o *object) foreign(key, value string) {
	if !o.first {
		o.b = append(o.b, ',')
	}
	o.first = false
	o.b = append(AppendString(o.b, key), ':')
	o.b = AppendString(o.b, value)
}

func (o *object) always(key, value string) {
	o.key(key)
	o.b = AppendString(o.b, value)
}

// text leaves an empty value out, as number and the like do.
func (o *object) text(key, value string) {
	if value != "" {
		o.always(key, value)
	}
}

func (o *object) number(key string, value int64) {
	if value != 0 {
		o.key(key)
		o.b = strconv.AppendInt(o.b, value, 10)
	}
}

func (o *object) flag(key string, value bool) {
	if value {
		o.key(key)
		o.b = append(o.b, "true"...)
	}
}

func (o *object) texts(key string, values []string) {
	if len(values) > 0 {
		o.key(key)
		o.b = appendList(o.b, values, func(b []byte, s *string) []byte { return AppendString(b, *s) })
	}
}

func (o *object) moment(key string, at time.Time) {
	o.key(key)
	o.b = append(o.b, '"')
	o.b = at.AppendFormat(o.b, time.RFC3339Nano)
	o.b = append(o.b, '"')
}

// appendFloat writes the shortest text that reads back the same. What JSON has
// no word for is 0.
func appendFloat(b []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, '0')
	}
	if size := math.Abs(f); size != 0 && (size < 1e-6 || size >= 1e21) {
		return strconv.AppendFloat(b, f, 'e', -1, 64)
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

// AppendString appends s as a JSON string. What is no UTF-8 becomes U+FFFD, and
// what HTML or JavaScript would take for more than text is escaped.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf && c >= ' ' && c != '"' && c != '\\' && c != '<' && c != '>' && c != '&' {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if (r != utf8.RuneError || size > 1) && r != '\u2028' && r != '\u2029' {
				i += size
				continue
			}
			b = append(b, s[from:i]...)
			b = appendEscape(b, r)
			i += size
			from = i
			continue
		}
		b = append(b, s[from:i]...)
		b = appendEscape(b, rune(c))
		i++
		from = i
	}
	b = append(b, s[from:]...)
	return append(b, '"')
}

const hexDigits = "0123456789abcdef"

func appendEscape(b []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(b, '\\', byte(r))
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	case '\b':
		return append(b, '\\', 'b')
	case '\f':
		return append(b, '\\', 'f')
	}
	return append(b, '\\', 'u', hexDigits[r>>12&15], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}
