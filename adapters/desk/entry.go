package desk

import (
	"encoding/json"
	"fmt"

	"kaitong/bot"
)

// entryData is a conversation as the lists show it.
type entryData struct {
	Conversation string           `json:"conversation"`
	Version      int64            `json:"version"`
	User         string           `json:"user"` // masked
	Anonymous    bool             `json:"anonymous,omitempty"`
	Product      string           `json:"product,omitempty"`
	Locale       string           `json:"locale,omitempty"`
	State        bot.HandoffState `json:"state"`
	Reason       string           `json:"reason,omitempty"`
	Ticket       string           `json:"ticket,omitempty"`
	Queue        string           `json:"queue,omitempty"`
	Priority     int              `json:"priority"`
	Urgent       bool             `json:"urgent,omitempty"` // somebody in distress
	Epoch        int64            `json:"epoch"`
	Agent        *bot.Agent       `json:"agent,omitempty"`
	Since        string           `json:"since,omitempty"`
	Due          string           `json:"due,omitempty"`
	Until        string           `json:"until,omitempty"` // then the request is closed
	Late         int              `json:"late,omitempty"`  // promises that were not kept; due is the one after them
	Last         string           `json:"last,omitempty"`
	LastAuthor   bot.Author       `json:"last_author,omitempty"`
	LastAt       string           `json:"last_at,omitempty"`
	Unanswered   bool             `json:"unanswered"`
}

func newEntryData(e bot.Entry) entryData {
	data := entryData{
		Conversation: e.Conversation, Version: e.Version, User: masked(e.Owner.User), Anonymous: e.Owner.Anonymous,
		Product: e.Product, Locale: e.Locale, State: e.State, Reason: e.Reason, Ticket: e.Ticket, Queue: e.Queue,
		Priority: e.Priority, Urgent: e.Urgent, Epoch: e.Epoch, Since: stamp(e.Since), Due: stamp(e.Due), Until: stamp(e.Until), Late: e.Late,
		Last: e.Last, LastAuthor: e.LastAuthor, LastAt: stamp(e.LastAt), Unanswered: e.Unanswered,
	}
	if e.Agent.ID != "" {
		agent := e.Agent
		data.Agent = &agent
	}
	return data
}

// turnData is a turn with everything in it that a desk may see.
type turnData struct {
	Conversation string      `json:"conversation,omitempty"`
	Version      int64       `json:"version"`
	At           string      `json:"at"`
	Events       []eventData `json:"events"`
}

type eventData struct {
	Kind string          `json:"kind"`
	Data json.RawMessage `json:"data"`
}

func newTurnData(turn bot.Turn) (turnData, error) {
	data := turnData{Conversation: turn.Conversation, Version: turn.Version, At: stamp(turn.At), Events: []eventData{}}
	for _, event := range turn.Events {
		switch e := event.(type) {
		case bot.Started:
			e.User = masked(e.User)
			event = e
		case bot.Claimed:
			e.User = masked(e.User)
			event = e
		}
		text, err := json.Marshal(event)
		if err != nil {
			return turnData{}, fmt.Errorf("turn %d of %s: %w", turn.Version, turn.Conversation, err)
		}
		data.Events = append(data.Events, eventData{Kind: event.Kind(), Data: text})
	}
	return data, nil
}
