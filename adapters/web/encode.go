package web

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"kaitong/bot"
)

// Frames are appended by hand: the same bytes encoding/json makes of outFrame,
// without its reflection. What is rare or large goes through encoding/json.

// encode never fails: every frame is made of strings, numbers and blocks.
func encode(f outFrame) []byte { return appendFrame(nil, f) }

func appendFrame(b []byte, f outFrame) []byte {
	b = append(b, `{"type":"`...)
	b = append(b, f.Type...) // one of ours: nothing to escape
	b = append(b, '"')
	b = appendField(b, `,"id":`, f.ID)
	b = appendField(b, `,"conv":`, f.Conv)
	if f.Seq != 0 {
		b = strconv.AppendInt(append(b, `,"seq":`...), f.Seq, 10)
	}
	if !f.TS.IsZero() {
		b = append(b, `,"ts":"`...)
		b = append(appendStamp(b, f.TS), '"')
	}
	b = appendField(b, `,"re":`, f.Re)
	b = append(b, `,"data":`...)
	return append(f.Data.appendTo(b), '}')
}

// appendField adds a text that is left out when it is empty.
func appendField(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	return bot.AppendString(append(b, name...), value)
}

// body is the data of a frame.
type body interface {
	appendTo(b []byte) []byte
}

func (d ackData) appendTo(b []byte) []byte {
	b = strconv.AppendInt(append(b, `{"seq":`...), d.Seq, 10)
	b = strconv.AppendBool(append(b, `,"duplicate":`...), d.Duplicate)
	return append(appendField(b, `,"masked":`, d.Masked), '}')
}

func (d errorData) appendTo(b []byte) []byte {
	b = bot.AppendString(append(b, `{"code":`...), string(d.Code))
	b = bot.AppendString(append(b, `,"message":`...), d.Message)
	b = appendField(b, `,"field":`, d.Field)
	b = strconv.AppendBool(append(b, `,"retryable":`...), d.Retryable)
	if d.RetryAfterMS != 0 {
		b = strconv.AppendInt(append(b, `,"retry_after_ms":`...), d.RetryAfterMS, 10)
	}
	return append(b, '}')
}

func (d stateData) appendTo(b []byte) []byte {
	return append(bot.AppendString(append(b, `{"state":`...), d.State), '}')
}

func (d handoffData) appendTo(b []byte) []byte {
	b = bot.AppendString(append(b, `{"state":`...), string(d.State))
	if d.Position != 0 {
		b = strconv.AppendInt(append(b, `,"position":`...), int64(d.Position), 10)
	}
	return append(appendField(b, `,"agent":`, d.Agent), '}')
}

func (emptyData) appendTo(b []byte) []byte { return append(b, "{}"...) }

func (d goawayData) appendTo(b []byte) []byte {
	b = bot.AppendString(append(b, `{"reason":`...), d.Reason)
	b = strconv.AppendInt(append(b, `,"after_ms":`...), d.AfterMS, 10)
	return append(b, '}')
}

func (d messageData) appendTo(b []byte) []byte {
	b = bot.AppendString(append(b, `{"author":`...), string(d.Author))
	b = bot.AppendBlocks(append(b, `,"blocks":`...), d.Blocks)
	if d.About != nil {
		b = bot.AppendAbout(append(b, `,"about":`...), d.About)
	}
	b = appendField(b, `,"choice":`, d.Choice)
	b = appendField(b, `,"agent":`, d.Agent)
	if d.Masked {
		b = append(b, `,"masked":true`...)
	}
	return append(b, '}')
}

func (d welcomeData) appendTo(b []byte) []byte { return appendJSON(b, d) }

func appendJSON(b []byte, value any) []byte {
	text, err := json.Marshal(value)
	if err != nil {
		panic("encode: " + err.Error())
	}
	return append(b, text...)
}

// stamp is the one form of time on the wire; "" is no time.
func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return string(appendStamp(nil, at))
}

// appendStamp is RFC 3339 in UTC to the millisecond. The layout of package time
// costs several times as much, and every message has a time.
func appendStamp(b []byte, at time.Time) []byte {
	at = at.UTC()
	year, month, day := at.Date()
	hour, minute, second := at.Clock()
	b = appendDigits(b, year, 4)
	b = appendDigits(append(b, '-'), int(month), 2)
	b = appendDigits(append(b, '-'), day, 2)
	b = appendDigits(append(b, 'T'), hour, 2)
	b = appendDigits(append(b, ':'), minute, 2)
	b = appendDigits(append(b, ':'), second, 2)
	b = appendDigits(append(b, '.'), at.Nanosecond()/1e6, 3)
	return append(b, 'Z')
}

// appendDigits writes n with leading zeros.
func appendDigits(b []byte, n, width int) []byte {
	for range width {
		b = append(b, '0')
	}
	for i := len(b) - 1; n > 0 && i >= len(b)-width; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
	return b
}

// durable is the frame of one stored event, encoded once for all sockets and
// only when one of them needs it. It belongs to one goroutine.
type durable struct {
	seq     int64
	userID  string // message id when a user wrote it: its own socket needs no echo
	conv    string
	at      time.Time
	event   bot.Event
	encoded []byte
}

func (d *durable) bytes() []byte {
	if d.encoded == nil {
		f := eventFrame(d.event)
		f.Conv, f.TS = d.conv, d.at
		d.encoded = appendFrame(make([]byte, 0, 1024), f)
	}
	return d.encoded
}

// encodeTurns makes frames of the events a client may see.
func encodeTurns(conv string, turns ...bot.Turn) []durable {
	var frames []durable
	for _, turn := range turns {
		frames = slices.Grow(frames, len(turn.Events))
		for _, event := range turn.Events {
			if seq, ok := visible(event); ok {
				frames = append(frames, durable{seq: seq, userID: userMessageID(event), conv: conv, at: turn.At, event: event})
			}
		}
	}
	return frames
}
