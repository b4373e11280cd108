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
	w := walker{data: data}
	h := hotFrame{walker: &w}
	if !h.members(h.outer) {
		return frame{}, false
	}
	w.space()
	if w.at < len(data) {
		return frame{}, false
	}
	return h.frame(d.textRunes)
}

// hotFrame is what was read so far. Which fields were there, and so cannot come
// again, is in seen.
type hotFrame struct {
	*walker
	seen hotField

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

// members reads one object whose keys are plain, each by member.
func (h *hotFrame) members(member func(key []byte) bool) bool {
	if !h.take('{') {
		return false
	}
	h.space()
	if h.take('}') {
		return true
	}
	for {
		key, ok := h.plain()
		if !ok {
			return false
		}
		h.space()
		if !h.take(':') {
			return false
		}
		h.space()
		if !member(key) {
			return false
		}
		h.space()
		if h.take('}') {
			return true
		}
		if !h.take(',') {
			return false
		}
		h.space()
	}
}

// outer reads one member of the frame itself.
func (h *hotFrame) outer(key []byte) bool {
	switch string(key) {
	case "type":
		return h.once(hotType) && h.kindValue()
	case "id":
		return h.once(hotID) && h.idValue(&h.id)
	case "conv":
		return h.once(hotConv) && h.idValue(&h.conv)
	case "data":
		return h.once(hotData) && h.members(h.inner)
	}
	return false
}

// inner reads one member of data.
func (h *hotFrame) inner(key []byte) bool {
	switch string(key) {
	case "text":
		if !h.once(hotText) {
			return false
		}
		text, ok := h.walker.text()
		h.text = text
		return ok
	case "msg":
		return h.once(hotMsg) && h.idValue(&h.msg)
	case "choice":
		return h.once(hotChoice) && h.idValue(&h.choice)
	case "seq":
		return h.once(hotSeq) && h.seqValue()
	}
	return false
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
