package handoff

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"kaitong/bot"
)

// The types of events that other desks are told of.
const (
	EventRequested = "com.kaitong.handoff.requested" // somebody waits, or waits elsewhere than before
	EventClaimed   = "com.kaitong.handoff.claimed"   // an agent has it, of whichever desk
	EventMessage   = "com.kaitong.handoff.message"   // something was said meanwhile
	EventCancelled = "com.kaitong.handoff.cancelled" // by the person, or because nobody came in time
	EventResolved  = "com.kaitong.handoff.resolved"  // the bot answers again
)

// EventTypes are all of them.
func EventTypes() []string {
	return []string{EventRequested, EventClaimed, EventMessage, EventCancelled, EventResolved}
}

// cloudEvent tells of a conversation.
type cloudEvent = envelope[eventData]

// envelope is the structured JSON form of CloudEvents 1.0.
type envelope[D any] struct {
	SpecVersion     string    `json:"specversion"`
	ID              string    `json:"id"`
	Source          string    `json:"source"`
	Type            string    `json:"type"`
	Subject         string    `json:"subject"`
	Time            time.Time `json:"time"`
	DataContentType string    `json:"datacontenttype"`
	Data            D         `json:"data"`
}

// eventData is what an event says. It names no user: what identifies people is
// the business of whoever serves them.
type eventData struct {
	Conversation string           `json:"conversation"`
	Version      int64            `json:"version"` // grows with everything that happens in the conversation
	Epoch        int64            `json:"epoch"`   // grows whenever the conversation changes hands
	State        bot.HandoffState `json:"state"`
	Ticket       string           `json:"ticket,omitempty"`
	Reason       string           `json:"reason,omitempty"`
	Queue        string           `json:"queue,omitempty"`
	Priority     int              `json:"priority"`
	Urgent       bool             `json:"urgent,omitempty"` // somebody in distress
	Locale       string           `json:"locale"`
	Product      string           `json:"product"`
	Anonymous    bool             `json:"anonymous"`
	Since        *time.Time       `json:"since,omitempty"` // waiting or talking since
	Due          *time.Time       `json:"due,omitempty"`   // what the person was promised
	Until        *time.Time       `json:"until,omitempty"` // after which who waits is told that nobody came
	Agent        *agent           `json:"agent,omitempty"`
	Brief        []string         `json:"brief,omitempty"`
	Messages     []message        `json:"messages,omitempty"` // the latest, oldest first
	Message      *message         `json:"message,omitempty"`
	Disposition  *disposition     `json:"disposition,omitempty"`
	Transcript   string           `json:"transcript"` // where everything said can be read
}

// agent is who has a conversation. Desk is the name of the endpoint whose agent
// it is, empty for those of the built-in desk.
type agent struct {
	Desk string `json:"desk,omitempty"`
	ID   string `json:"id"`
	Name string `json:"name"`
}

// message is something said, as plain text.
type message struct {
	ID     string     `json:"id"`
	Author bot.Author `json:"author"`
	Agent  *agent     `json:"agent,omitempty"`
	Text   string     `json:"text"`
	At     time.Time  `json:"at"`
}

type disposition struct {
	Cause  string     `json:"cause,omitempty"`
	Solved bot.Solved `json:"solved"`
	Note   string     `json:"note,omitempty"`
}

// dataOf is what every event says of a conversation.
func (h *Hooks) dataOf(conv *bot.Conversation) eventData {
	hand := conv.Handoff
	data := eventData{
		Conversation: conv.ID, Version: conv.Version, Epoch: hand.Epoch, State: hand.State,
		Ticket: hand.Ticket, Reason: hand.Reason, Queue: hand.Queue, Priority: hand.Priority, Urgent: hand.Urgent,
		Locale: conv.Locale, Product: conv.Product, Anonymous: conv.Owner.Anonymous,
		Since: moment(hand.Since), Due: moment(hand.Due), Until: moment(hand.Until), Transcript: h.transcriptLink(conv.ID),
	}
	if hand.State == bot.HandoffActive {
		data.Agent = h.agentOf(&hand.Agent)
	}
	return data
}

func moment(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC()
	return &at
}

// encode gives an event its envelope. The same event has the same id, however
// often it is read from the log.
func (h *Hooks) encode(kind string, at time.Time, nth int, data eventData) (id string, body []byte, err error) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d\x00%d", h.log.Epoch(), data.Conversation, data.Version, nth))
	id = "evt_" + hex.EncodeToString(sum[:16])
	body, err = json.Marshal(cloudEvent{
		SpecVersion: "1.0", ID: id, Source: sourceOf(h.tenant), Type: kind, Subject: data.Conversation,
		Time: at.UTC(), DataContentType: "application/json", Data: data,
	})
	return id, body, err
}

func sourceOf(tenant string) string { return "urn:kaitong:" + tenant }

// foreign is between the name of an endpoint and the id of its agent, so that
// no desk can act as an agent of another, or of ours.
const foreign = "/"

// agentOf takes apart what [actBody.agent] put together.
func (h *Hooks) agentOf(a *bot.Agent) *agent {
	if a == nil {
		return nil
	}
	desk, id, ours := strings.Cut(a.ID, foreign)
	if _, known := h.endpoints[desk]; !ours || !known {
		return &agent{ID: a.ID, Name: a.Name}
	}
	return &agent{Desk: desk, ID: id, Name: a.Name}
}

// messagesIn are the messages of turns.
func (h *Hooks) messagesIn(turns []bot.Turn) []message {
	list := []message{}
	for _, turn := range turns {
		for _, event := range turn.Events {
			if said, ok := event.(bot.Message); ok {
				list = append(list, h.messageOf(said, turn.At))
			}
		}
	}
	return list
}

func (h *Hooks) messageOf(said bot.Message, at time.Time) message {
	return message{ID: said.ID, Author: said.Author, Agent: h.agentOf(said.By), Text: wordsOf(said.Blocks), At: at.UTC()}
}

// wordsOf is what blocks say, line by line.
func wordsOf(blocks []bot.Block) string {
	var lines []string
	add := func(parts ...string) {
		text := strings.TrimSpace(strings.Join(parts, ""))
		if text != "" {
			lines = append(lines, text)
		}
	}
	for _, block := range blocks {
		add(block.Title)
		add(block.Text)
		add(block.URL)
		for _, item := range block.Items {
			add("- ", item.Label, " ", item.Text)
		}
		for _, choice := range block.Choices {
			add("[", choice.Label, "]")
		}
	}
	return strings.Join(lines, "\n")
}
