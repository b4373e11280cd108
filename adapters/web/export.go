package web

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"kaitong/bot"
)

// exportSchema names what an export is written by; its last part grows when
// something is taken away or means something else.
const exportSchema = "urn:kaitong:export:1"

// exportConversation is one conversation as its person saw it.
type exportConversation struct {
	ID       string          `json:"id"`
	Started  time.Time       `json:"started"`
	Product  string          `json:"product,omitempty"`
	Locale   string          `json:"locale,omitempty"`
	Client   *bot.Client     `json:"client,omitempty"`
	Messages []exportMessage `json:"messages"`
	Votes    []exportVote    `json:"votes"`
	Appeals  []exportAppeal  `json:"appeals"`
}

type exportMessage struct {
	At      time.Time       `json:"at"`
	Author  string          `json:"author"`
	Agent   string          `json:"agent,omitempty"`
	Blocks  json.RawMessage `json:"blocks,omitempty"`
	Choice  string          `json:"choice,omitempty"`
	Handoff string          `json:"handoff,omitempty"`
}

type exportVote struct {
	At     time.Time `json:"at"`
	Up     bool      `json:"up"`
	Reason string    `json:"reason,omitempty"`
}

type exportAppeal struct {
	State       string           `json:"state"`
	Reference   string           `json:"reference,omitempty"`
	Begun       time.Time        `json:"begun"`
	Submitted   *time.Time       `json:"submitted,omitempty"`
	Accepted    *time.Time       `json:"accepted,omitempty"`
	Refused     *time.Time       `json:"refused,omitempty"`
	Explanation string           `json:"explanation,omitempty"`
	Documents   []exportDocument `json:"documents"`
}

// exportDocument names a document. Its content is with the appeal.
type exportDocument struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"`
}

// export is GET /v1/me/export: one object, written conversation by conversation.
// One that ends before "complete" was cut off.
func (s *Server) export(w http.ResponseWriter, r *http.Request) {
	who, ok := s.person(w, r)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), personalTimeout)
	defer cancel()
	out := &exporter{w: w, who: who, at: s.now().UTC()}
	err := s.options.Personal.Export(ctx, who, out.conversation)
	if err == nil {
		err = out.end()
	}
	if err == nil {
		return
	}
	s.log.Warn("an export was not finished", "error", err)
	if !out.begun {
		s.problem(w, r, &fault{code: codeBusy, cause: err})
		return
	}
	panic(http.ErrAbortHandler) // what is there must not look whole
}

// exporter writes an export as it comes.
type exporter struct {
	w     http.ResponseWriter
	who   bot.Identity
	at    time.Time
	begun bool
	some  bool
}

func (e *exporter) begin() error {
	e.begun = true
	h := e.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", `attachment; filename="kaitong-export.json"`)
	h.Set("Cache-Control", "no-store")
	head, err := json.Marshal(map[string]any{
		"schema": exportSchema, "exported_at": e.at, "tenant": e.who.Tenant, "user": e.who.User, "anonymous": e.who.Anonymous,
	})
	if err != nil {
		return err
	}
	return e.write(string(head[:len(head)-1]) + `,"conversations":[`)
}

func (e *exporter) write(text string) error {
	_, err := io.WriteString(e.w, text)
	return err
}

func (e *exporter) conversation(b *bot.Belongings) error {
	if !e.begun {
		if err := e.begin(); err != nil {
			return err
		}
	}
	text, err := json.Marshal(exportOf(b))
	if err != nil {
		return err
	}
	if e.some {
		text = append([]byte(","), text...)
	}
	e.some = true
	return e.write(string(text))
}

func (e *exporter) end() error {
	if !e.begun {
		if err := e.begin(); err != nil {
			return err
		}
	}
	return e.write(`],"complete":true}` + "\n")
}

func exportOf(b *bot.Belongings) exportConversation {
	c := exportConversation{
		ID: b.Conversation, Started: b.Started, Product: b.Product, Locale: b.Locale, Client: b.Client,
		Messages: []exportMessage{}, Votes: []exportVote{}, Appeals: []exportAppeal{},
	}
	for _, said := range b.Said {
		m := exportMessage{At: said.At, Author: string(said.Author), Agent: said.Agent, Choice: said.Choice, Handoff: string(said.Handoff)}
		if said.Handoff == "" {
			m.Blocks = bot.AppendBlocks(nil, said.Blocks)
		}
		c.Messages = append(c.Messages, m)
	}
	for _, vote := range b.Votes {
		c.Votes = append(c.Votes, exportVote(vote))
	}
	for i := range b.Appeals {
		c.Appeals = append(c.Appeals, exportOfAppeal(&b.Appeals[i]))
	}
	return c
}

func exportOfAppeal(a *bot.Appeal) exportAppeal {
	one := exportAppeal{
		State: string(a.State), Reference: a.Reference, Begun: a.Begun, Submitted: known(a.Submitted), Accepted: known(a.Accepted),
		Refused: known(a.Refused), Explanation: a.Explanation, Documents: []exportDocument{},
	}
	for _, proof := range a.Proofs {
		one.Documents = append(one.Documents, exportDocument{proof.Name, proof.Type, proof.Size})
	}
	return one
}

// known is a time, nil where there is none.
func known(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}
