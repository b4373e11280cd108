package desk

import (
	"encoding/json"

	"kaitong/bot"
)

// Subprotocol is what a desk asks for when it connects.
const Subprotocol = "kaitong.desk.v1"

// frame is a message of the protocol in either direction.
type frame struct {
	Type string          `json:"type"`
	ID   string          `json:"id,omitempty"`
	Re   string          `json:"re,omitempty"`
	Data json.RawMessage `json:"data,omitempty"`
}

// What a server sends.
const (
	typeHello    = "hello"
	typeEntry    = "entry"
	typeGone     = "gone"
	typeTurn     = "turn"
	typeAck      = "ack"
	typeError    = "error"
	typePresence = "presence"
	typeTyping   = "typing"
	typePing     = "ping"
)

type helloData struct {
	Me       meData         `json:"me"`
	Queues   []string       `json:"queues"`
	Board    []entryData    `json:"board"`
	Presence []presenceData `json:"presence"`
}

type presenceData struct {
	User   string   `json:"user"`
	Name   string   `json:"name"`
	NameEN string   `json:"name_en,omitempty"` // of the demo's
	Role   string   `json:"role"`
	Status Status   `json:"status"`
	Load   int      `json:"load"` // conversations they have
	Queues []string `json:"queues"`
}

// goneData is a conversation that left the lists of a desk.
type goneData struct {
	Conversation string     `json:"conversation"`
	Agent        *bot.Agent `json:"agent,omitempty"` // who has it now
}

type conversationData struct {
	Conversation string `json:"conversation"`
}

type ackData struct {
	Duplicate bool `json:"duplicate"`
}

type errorData struct {
	Code         Code   `json:"code"`
	Message      string `json:"message"`
	Field        string `json:"field,omitempty"`
	Retryable    bool   `json:"retryable"`
	RetryAfterMS int64  `json:"retry_after_ms,omitempty"`
}

// What a desk sends, besides actData.
type (
	watchAsk struct {
		Conversation string `json:"conversation"`
		// After is the version the desk has; later turns are sent at once. Absent:
		// only those that are stored from now on.
		After *int64 `json:"after"`
	}
	statusAsk struct {
		Status Status `json:"status"`
	}
)

// actAsk is what an agent does. The id of the frame makes it happen once.
type actAsk struct {
	Conversation string       `json:"conversation"`
	Kind         bot.DeskKind `json:"kind"`
	Epoch        int64        `json:"epoch"`
	Text         string       `json:"text"`
	Queue        string       `json:"queue"`
	To           *struct {
		ID   string `json:"id"`
		Name string `json:"name"` // not believed
	} `json:"to"`
	Disposition *struct {
		Cause  string     `json:"cause"`
		Solved bot.Solved `json:"solved"`
		Note   string     `json:"note"`
	} `json:"disposition"`
}

// encode never fails: all there is are strings, numbers and what was encoded
// before.
func encode(kind, id, re string, data any) []byte {
	body, err := json.Marshal(data)
	if err != nil {
		panic("encode " + kind + ": " + err.Error())
	}
	text, err := json.Marshal(frame{Type: kind, ID: id, Re: re, Data: body})
	if err != nil {
		panic("encode " + kind + ": " + err.Error())
	}
	return text
}
