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
		Seq       int64 `json:"seq"`
		Duplicate bool  `json:"duplicate"`
	}
	messageData struct {
		Author bot.Author  `json:"author"`
		Blocks []bot.Block `json:"blocks"`
		About  *bot.About  `json:"about,omitempty"`
		Choice string      `json:"choice,omitempty"`
	}
	handoffData struct {
		State bot.HandoffState `json:"state"`
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

func eventFrame(event bot.Event) (outFrame, bool) {
	switch e := event.(type) {
	case bot.Message:
		blocks := e.Blocks
		if blocks == nil {
			blocks = []bot.Block{}
		}
		data := messageData{Author: e.Author, Blocks: blocks, About: e.About, Choice: e.Choice}
		return outFrame{Type: typeMessage, ID: e.ID, Seq: e.Seq, Re: e.Re, Data: data}, true
	case bot.HandoffChanged:
		return outFrame{Type: typeHandoffState, Seq: e.Seq, Data: handoffData{State: e.State}}, true
	}
	return outFrame{}, false
}

func userMessageID(event bot.Event) string {
	if m, ok := event.(bot.Message); ok && m.Author == bot.AuthorUser {
		return m.ID
	}
	return ""
}
