package bench

import (
	"bytes"
	"math"
)

// inbound is what the checks need of one frame of the protocol. Its texts lie
// in the message as they were sent, with their escapes: all that is compared
// has none.
type inbound struct {
	kind, id, conv, re []byte
	seq                int64
	data               []byte
}

// scanInbound reads one message; false when it is no JSON object.
func scanInbound(message []byte) (in inbound, ok bool) {
	fields := openObject(message)
	for fields.next() {
		switch string(fields.key) {
		case "type":
			in.kind = text(fields.value)
		case "id":
			in.id = text(fields.value)
		case "conv":
			in.conv = text(fields.value)
		case "re":
			in.re = text(fields.value)
		case "seq":
			in.seq = number(fields.value)
		case "data":
			in.data = fields.value
		}
	}
	return in, fields.ended
}

// field returns the value of one field of an object, nil when it has none.
func field(object []byte, name string) []byte {
	fields := openObject(object)
	for fields.next() {
		if string(fields.key) == name {
			return fields.value
		}
	}
	return nil
}

// object walks over the fields of a JSON object. It only looks at what it
// needs to find their ends: what it walks over may be wrong inside.
type object struct {
	b          []byte
	at         int
	key, value []byte
	ended      bool // the closing brace was reached
	failed     bool
}

func openObject(b []byte) object {
	o := object{b: b}
	o.failed = !o.take('{')
	return o
}

// next moves to the next field; false at the end, or where it makes no sense.
func (o *object) next() bool {
	if o.failed || o.ended || o.take('}') {
		o.ended = !o.failed
		return false
	}
	if o.key != nil && !o.take(',') {
		return o.fail()
	}
	o.space()
	end := skipString(o.b, o.at)
	if end < 0 {
		return o.fail()
	}
	o.key, o.at = o.b[o.at+1:end-1], end
	if !o.take(':') {
		return o.fail()
	}
	o.space()
	if end = skipValue(o.b, o.at); end <= o.at {
		return o.fail()
	}
	o.value, o.at = o.b[o.at:end], end
	return true
}

func (o *object) fail() bool {
	o.failed = true
	return false
}

// take moves over one character, and over space before it.
func (o *object) take(c byte) bool {
	o.space()
	if o.at >= len(o.b) || o.b[o.at] != c {
		return false
	}
	o.at++
	return true
}

func (o *object) space() {
	for o.at < len(o.b) && isSpace(o.b[o.at]) {
		o.at++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// skipValue returns the end of the value at i, or -1.
func skipValue(b []byte, i int) int {
	if i >= len(b) {
		return -1
	}
	switch b[i] {
	case '"':
		return skipString(b, i)
	case '{', '[':
		return skipNested(b, i)
	}
	if end := bytes.IndexAny(b[i:], ",}] \t\r\n"); end >= 0 {
		return i + end
	}
	return len(b)
}

// skipString returns the end of the string at i, or -1.
func skipString(b []byte, i int) int {
	if i >= len(b) || b[i] != '"' {
		return -1
	}
	for at := i + 1; ; {
		quote := bytes.IndexByte(b[at:], '"')
		if quote < 0 {
			return -1
		}
		at += quote + 1
		if !escaped(b[i+1 : at-1]) {
			return at
		}
	}
}

// escaped says whether what follows text is escaped: whether it ends in an odd
// number of backslashes.
func escaped(text []byte) bool {
	odd := false
	for i := len(text) - 1; i >= 0 && text[i] == '\\'; i-- {
		odd = !odd
	}
	return odd
}

// skipNested returns the end of the object or array at i, or -1.
func skipNested(b []byte, i int) int {
	for depth := 0; i < len(b); {
		switch b[i] {
		case '"':
			if i = skipString(b, i); i < 0 {
				return -1
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
		i++
	}
	return -1
}

// text is what is between the quotes of a string, nil for anything else.
func text(value []byte) []byte {
	if len(value) < 2 || value[0] != '"' {
		return nil
	}
	return value[1 : len(value)-1]
}

// number is a whole number without a sign, 0 for anything else.
func number(value []byte) int64 {
	var n int64
	for _, c := range value {
		if c < '0' || c > '9' || n > (math.MaxInt64-9)/10 {
			return 0
		}
		n = n*10 + int64(c-'0')
	}
	return n
}
