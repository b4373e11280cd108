package handoff

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"kaitong/bot"
	"kaitong/bot/outbox"
)

// maxList is how much is read of an answer of Chatwoot.
const maxList = 4 << 20

// chatwoot is a courier to an API channel of Chatwoot. A conversation of ours
// is a contact there, with our id as its source_id, and that contact's only
// conversation: so nothing has to be remembered to find one from the other.
type chatwoot struct {
	name   string // of the endpoint
	inbox  *url.URL
	client *http.Client
}

// room is a conversation as Chatwoot knows it.
type room struct {
	ID     int64  `json:"id"`
	Status string `json:"status"`
}

// refusal is an answer of Chatwoot that is not 2xx.
type refusal struct {
	status int
	pause  string // Retry-After
}

func (r refusal) Error() string { return fmt.Sprintf("status %d", r.status) }

func newChatwoot(name, base, inbox string, client *http.Client) (*chatwoot, error) {
	parsed, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	return &chatwoot{name: name, inbox: parsed.JoinPath("public/api/v1/inboxes", inbox), client: client}, nil
}

// deliver implements courier. What was sent and not acknowledged is sent again,
// and may then stand there twice: Chatwoot knows no ids of others.
func (c *chatwoot) deliver(ctx context.Context, note outbox.Note, now time.Time) outcome {
	var event cloudEvent
	if err := json.Unmarshal(note.Body, &event); err != nil {
		return outcome{why: err.Error()}
	}
	words, closes := c.wordsOf(event)
	if words == "" && !closes {
		return outcome{took: true}
	}
	err := c.say(ctx, event.Data, words, closes)
	if err == nil {
		return outcome{took: true}
	}
	refused, _ := errors.AsType[refusal](err)
	return outcome{why: why(err), pause: retryAfter(refused.pause, now)}
}

func (c *chatwoot) say(ctx context.Context, data eventData, words string, closes bool) error {
	found, err := c.room(ctx, data)
	if err != nil {
		return err
	}
	if words != "" {
		path := []string{"contacts", data.Conversation, "conversations", strconv.FormatInt(found.ID, 10), "messages"}
		if err := c.call(ctx, http.MethodPost, path, map[string]string{"content": words}, nil); err != nil {
			return err
		}
	}
	if closes && (words != "" || found.Status != "resolved") {
		return c.call(ctx, http.MethodPost, []string{"contacts", data.Conversation, "conversations", strconv.FormatInt(found.ID, 10), "toggle_status"}, struct{}{}, nil)
	}
	return nil
}

// room finds the conversation, or makes it. The contact may be there already,
// when an earlier try ended in between; Chatwoot then returns it.
func (c *chatwoot) room(ctx context.Context, data eventData) (room, error) {
	path := []string{"contacts", data.Conversation, "conversations"}
	var rooms []room
	err := c.call(ctx, http.MethodGet, path, nil, &rooms)
	refused, _ := errors.AsType[refusal](err)
	missing := refused.status == http.StatusNotFound
	switch {
	case err != nil && !missing:
		return room{}, err
	case len(rooms) > 0:
		return rooms[len(rooms)-1], nil
	}
	if missing {
		contact := map[string]string{"source_id": data.Conversation, "name": strings.TrimSpace("Kaitong " + data.Ticket)}
		if err := c.call(ctx, http.MethodPost, []string{"contacts"}, contact, nil); err != nil {
			return room{}, err
		}
	}
	about := map[string]string{"ticket": data.Ticket, "reason": data.Reason, "queue": data.Queue, "product": data.Product, "locale": data.Locale, "transcript": data.Transcript}
	var made room
	err = c.call(ctx, http.MethodPost, path, map[string]any{"custom_attributes": about}, &made)
	return made, err
}

func (c *chatwoot) call(ctx context.Context, method string, path []string, body, into any) error {
	for i := range path {
		path[i] = url.PathEscape(path[i])
	}
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.inbox.JoinPath(path...).String(), content)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Kaitong")
	response, err := c.client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxAnswerBytes)) // so that the connection can be used again
		return refusal{response.StatusCode, response.Header.Get("Retry-After")}
	}
	if into == nil {
		_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxAnswerBytes))
		return nil
	}
	return json.NewDecoder(io.LimitReader(response.Body, maxList)).Decode(into)
}

// wordsOf is what is said of an event in Chatwoot, where everything we say comes
// from the person, and whether it closes the conversation there. What its own
// agents did stands there already.
func (c *chatwoot) wordsOf(event cloudEvent) (words string, closes bool) {
	data := event.Data
	w := chatwootWordsZH()
	if data.Locale == "en" {
		w = chatwootWordsEN()
	}
	switch event.Type {
	case EventRequested:
		return w.request(data), false
	case EventClaimed:
		if data.Agent != nil && data.Agent.Desk != c.name {
			return fmt.Sprintf(w.claimed, data.Agent.Name), false
		}
	case EventMessage:
		if said := data.Message; said != nil && (said.Agent == nil || said.Agent.Desk != c.name) {
			return w.line(*said), false
		}
	case EventCancelled:
		if data.Reason == bot.ReasonExpired {
			return w.expired, true
		}
		return w.cancelled, true
	case EventResolved:
		return "", true
	}
	return "", false
}

// chatwootWords are the words around what was said.
type chatwootWords struct{ asks, bot, agent, claimed, cancelled, expired string }

func chatwootWordsZH() chatwootWords {
	return chatwootWords{asks: "【请求人工】", bot: "【机器人】", agent: "【%s】", claimed: "【已由 %s 接手】", cancelled: "【对方不再需要人工】", expired: "【等候到期，请求已关闭】"}
}

func chatwootWordsEN() chatwootWords {
	return chatwootWords{asks: "[Asks for a human]", bot: "[Bot] ", agent: "[%s] ", claimed: "[%s has taken this conversation]", cancelled: "[No longer wants a human]", expired: "[Nobody came in time: the request is closed]"}
}

func (w chatwootWords) request(data eventData) string {
	lines := append([]string{strings.TrimSpace(w.asks + " " + data.Ticket)}, data.Brief...)
	lines = append(lines, "")
	for _, said := range data.Messages {
		lines = append(lines, w.line(said))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

func (w chatwootWords) line(said message) string {
	switch {
	case said.Agent != nil:
		return fmt.Sprintf(w.agent, said.Agent.Name) + said.Text
	case said.Author == bot.AuthorUser:
		return said.Text
	}
	return w.bot + said.Text
}
