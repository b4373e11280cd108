package web

import (
	"time"

	"kaitong/bot"
)

// outFrame is one frame to a client.
type outFrame struct {
	Type string
	ID   string
	Conv string
	Seq  int64 // on durable frames only
	TS   time.Time
	Re   string // id of the frame answered
	Data body
}

type (
	welcomeData struct {
		Conv      string      `json:"conv"`
		Epoch     string      `json:"epoch"`
		Seq       int64       `json:"seq"` // last of the conversation before this socket
		PingMS    int64       `json:"ping_ms"`
		Recovered bool        `json:"recovered"`
		Anon      string      `json:"anon,omitempty"`
		ExpiresAt string      `json:"expires_at,omitempty"`
		Features  []string    `json:"features"`
		Greeting  []bot.Block `json:"greeting"`
		Page      bot.Page    `json:"page"`
	}
	ackData struct {
		Seq       int64  `json:"seq"`
		Duplicate bool   `json:"duplicate"`
		Masked    string `json:"masked,omitempty"` // what is stored of a text in which something was hidden
	}
	messageData struct {
		Author bot.Author  `json:"author"`
		Blocks []bot.Block `json:"blocks"`
		About  *bot.About  `json:"about,omitempty"`
		Choice string      `json:"choice,omitempty"`
		Agent  string      `json:"agent,omitempty"`  // who wrote it, of agents' messages
		Masked bool        `json:"masked,omitempty"` // something a person wrote was hidden
	}
	handoffData struct {
		State    bot.HandoffState `json:"state"`
		Position int              `json:"position,omitempty"` // in line, 1 is next; only on frames without a number
		Agent    string           `json:"agent,omitempty"`    // who has joined
	}
	stateData struct {
		State string `json:"state"`
	}
	errorData struct {
		Code         Code   `json:"code"`
		Message      string `json:"message"`
		Field        string `json:"field,omitempty"`
		Retryable    bool   `json:"retryable"`
		RetryAfterMS int64  `json:"retry_after_ms,omitempty"`
	}
	goawayData struct {
		Reason  string `json:"reason"`
		AfterMS int64  `json:"after_ms"`
	}
	emptyData struct{}
)

// visible says which number an event has for clients, if they may see it.
func visible(event bot.Event) (seq int64, ok bool) {
	switch e := event.(type) {
	case bot.Message:
		return e.Seq, true
	case bot.HandoffChanged:
		return e.Seq, true
	}
	return 0, false
}

// eventFrame is the frame of a visible event.
func eventFrame(event bot.Event) outFrame {
	switch e := event.(type) {
	case bot.Message:
		blocks := e.Blocks
		if blocks == nil {
			blocks = []bot.Block{}
		}
		data := messageData{Author: e.Author, Blocks: blocks, About: e.About, Choice: e.Choice, Agent: nameOf(e.By), Masked: len(e.Masked) > 0}
		return outFrame{Type: typeMessage, ID: e.ID, Seq: e.Seq, Re: e.Re, Data: data}
	case bot.HandoffChanged:
		return outFrame{Type: typeHandoffState, Seq: e.Seq, Data: handoffData{State: e.State, Agent: nameOf(e.Agent)}}
	}
	return outFrame{}
}

// nameOf is what people are told of an agent.
func nameOf(agent *bot.Agent) string {
	if agent == nil {
		return ""
	}
	return agent.Name
}

func userMessageID(event bot.Event) string {
	if m, ok := event.(bot.Message); ok && m.Author == bot.AuthorUser {
		return m.ID
	}
	return ""
}
