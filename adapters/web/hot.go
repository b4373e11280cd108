package web

import (
	"strings"
	"unicode/utf8"

	"kaitong/bot"
)

// hot reads the frames that come all the time (message.send, choice.send, ack
// and ping, as clients write them) in one pass and without reflection. It only
// ever accepts: whatever is not plain, or wrong in any way, is left to the
// strict decoder, so that there is one place where frames are refused.
//
// What it accepts is what the strict decoder would have made of it.
func (d decoder) hot(data []byte) (frame, bool) {
	if !utf8.Valid(data) {
		return frame{}, false
	}
	h := hotFrame{walker: walker{data: data}}
	if !h.outer() {
		return frame{}, false
	}
	h.space()
	if h.at < len(data) {
		return frame{}, false
	}
	return h.frame(d.textRunes)
}

// hotFrame is what was read so far. Which fields were there, and so cannot come
// again, is in seen.
type hotFrame struct {
	walker
	seen  hotField
	ended bool // of the object being read

	kind              string
	id, conv          string
	text, msg, choice string
	seq               int64
}

// hotField is a set of the fields of hot frames.
type hotField uint8

const (
	hotType hotField = 1 << iota
	hotID
	hotConv
	hotData
	hotText
	hotMsg
	hotChoice
	hotSeq
)

// outer reads the frame itself.
func (h *hotFrame) outer() bool {
	more := h.begin()
	for more {
		if !h.outerMember(h.key()) {
			return false
		}
		more = h.another()
	}
	return h.ended
}

func (h *hotFrame) outerMember(key []byte) bool {
	switch string(key) {
	case "type":
		return h.once(hotType) && h.kindValue()
	case "id":
		return h.once(hotID) && h.idValue(&h.id)
	case "conv":
		return h.once(hotConv) && h.idValue(&h.conv)
	case "data":
		return h.once(hotData) && h.inner()
	}
	return false
}

// inner reads the data of the frame.
func (h *hotFrame) inner() bool {
	more := h.begin()
	for more {
		if !h.innerMember(h.key()) {
			return false
		}
		more = h.another()
	}
	return h.ended
}

func (h *hotFrame) innerMember(key []byte) bool {
	switch string(key) {
	case "text":
		return h.once(hotText) && h.textValue()
	case "msg":
		return h.once(hotMsg) && h.idValue(&h.msg)
	case "choice":
		return h.once(hotChoice) && h.idValue(&h.choice)
	case "seq":
		return h.once(hotSeq) && h.seqValue()
	}
	return false
}

// begin enters an object and says whether a member follows. When none does,
// here or after another, ended tells the end of the object from nonsense.
func (h *hotFrame) begin() bool {
	h.ended = false
	if !h.take('{') {
		return false
	}
	h.space()
	h.ended = h.take('}')
	return !h.ended
}

// another goes on to the next member, if there is one.
func (h *hotFrame) another() bool {
	h.space()
	h.ended = h.take('}')
	if h.ended || !h.take(',') {
		return false
	}
	h.space()
	return true
}

// key reads a plain key and goes on to its value; nil is none.
func (h *hotFrame) key() []byte {
	key, ok := h.plain()
	h.space()
	if !ok || !h.take(':') {
		return nil
	}
	h.space()
	return key
}

// once says false when the field was there already.
func (h *hotFrame) once(field hotField) bool {
	if h.seen&field != 0 {
		return false
	}
	h.seen |= field
	return true
}

// plain reads a string without escapes, and returns it where it stands.
func (h *hotFrame) plain() ([]byte, bool) {
	if !h.take('"') {
		return nil, false
	}
	start := h.at
	for h.at < len(h.data) {
		switch c := h.data[h.at]; {
		case c == '"':
			h.at++
			return h.data[start : h.at-1], true
		case c == '\\', c < ' ':
			return nil, false
		}
		h.at++
	}
	return nil, false
}

func (h *hotFrame) kindValue() bool {
	kind, ok := h.plain()
	switch string(kind) {
	case typeMessageSend:
		h.kind = typeMessageSend
	case typeChoiceSend:
		h.kind = typeChoiceSend
	case typeAck:
		h.kind = typeAck
	case typePing:
		h.kind = typePing
	default:
		return false
	}
	return ok
}

func (h *hotFrame) textValue() (ok bool) {
	h.text, ok = h.walker.text()
	return ok
}

func (h *hotFrame) idValue(into *string) bool {
	id, ok := h.plain()
	if !ok || len(id) == 0 || len(id) > maxIDBytes {
		return false
	}
	for _, c := range id {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	*into = string(id)
	return true
}

// seqValue reads a number of digits alone, short enough for an int64.
func (h *hotFrame) seqValue() bool {
	start := h.at
	if !h.digits() || h.at-start > 18 || h.data[start] == '0' && h.at-start > 1 {
		return false
	}
	for _, c := range h.data[start:h.at] {
		h.seq = 10*h.seq + int64(c-'0')
	}
	return true
}

// frame makes a frame of what was read, when that is all its kind wants and
// nothing else.
func (h *hotFrame) frame(textRunes int) (frame, bool) {
	f := frame{kind: h.kind, id: h.id, conv: h.conv}
	switch h.kind {
	case typeMessageSend:
		f.text = stripControls(h.text)
		fits := strings.TrimSpace(f.text) != "" && utf8.RuneCountInString(f.text) <= textRunes
		return f, fits && h.has(hotID, hotData|hotText)
	case typeChoiceSend:
		f.choice = &bot.ChoiceRef{Message: h.msg, Choice: h.choice}
		return f, h.has(hotID, hotData|hotMsg|hotChoice)
	case typeAck:
		f.ackedSeq = h.seq
		return f, h.has(0, hotData|hotSeq)
	case typePing:
		return f, h.has(0, 0) || h.has(0, hotData)
	}
	return frame{}, false
}

// has says whether exactly these fields of data were there, and of the others
// at least id when that is asked for.
func (h *hotFrame) has(id, data hotField) bool {
	const inData = hotData | hotText | hotMsg | hotChoice | hotSeq
	return h.seen&inData == data && h.seen&id == id
}
