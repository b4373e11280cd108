package desk

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"testing"

	"kaitong/bot"
	"kaitong/bot/staff"
)

// papers are what a fake store holds, by conversation and id.
func papers(options *Options) {
	held := map[string]string{"c1/p1": "picture", "c1/p2": "paper", "c1/p3": "<script>alert(1)</script>"}
	options.Documents = func(_ context.Context, conversation, id string) ([]byte, error) {
		if content, ok := held[conversation+"/"+id]; ok {
			return []byte(content), nil
		}
		if id == "fire" {
			return nil, errors.New("disk on fire at rack 7")
		}
		return nil, fmt.Errorf("store: %w", bot.ErrNotFound)
	}
}

// attach stores that somebody attached a document.
func (e *fakeEngine) attach(conversation, id, name, kind string) {
	e.mu.Lock()
	c := e.cases[conversation]
	turn := e.next(c, c.Entry, bot.ProofAttached{Proof: bot.Proof{ID: id, Name: name, Type: kind, Size: 52_000, SHA256: "x"}})
	e.mu.Unlock()
	e.publish(turn, conversation)
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	o := open(t, papers)
	o.engine.wait("c1", "general")
	evil := "\"; filename=x.exe\r\nSet-Cookie: a=b\u202e结清<b>.pdf"
	o.engine.attach("c1", "p1", "收入证明.png", "image/png")
	o.engine.attach("c1", "p2", evil, "application/pdf")
	o.engine.attach("c1", "p3", "a.svg", "image/svg+xml")
	b := o.staffed("lin", staff.Agent, "general")
	for id, want := range map[string]struct{ content, kind, how, name string }{
		"p1": {"picture", "image/png", "inline", "收入证明.png"},
		"p2": {"paper", "application/pdf", "attachment", evil},
		"p3": {"<script>alert(1)</script>", "application/octet-stream", "attachment", "a.svg"}, // no kind that is kept
	} {
		got := b.ask("GET", "/v1/desk/conversations/c1/proofs/"+id, nil)
		if got.status != http.StatusOK || got.text != want.content {
			t.Errorf("%s: %d %q", id, got.status, got.text)
		}
		how, rest, err := mime.ParseMediaType(got.header.Get("Content-Disposition"))
		if err != nil || how != want.how || rest["filename"] != want.name {
			t.Errorf("%s: %s %q, %v", id, how, rest, err)
		}
		for name, value := range map[string]string{
			"Content-Type": want.kind, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
			"Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'", "Cross-Origin-Resource-Policy": "same-origin", "Set-Cookie": "",
		} {
			if got.header.Get(name) != value {
				t.Errorf("%s: %s is %q", id, name, got.header.Get(name))
			}
		}
	}
}

// Whoever looks is on record before they see anything; nothing is found by
// guessing, and whose conversation it is not sees nothing.
func TestDocumentsAreGuarded(t *testing.T) {
	t.Parallel()
	o := open(t, papers)
	o.engine.wait("c1", "general")
	o.engine.wait("c2", "general")
	o.engine.attach("c1", "p1", "a.png", "image/png")
	o.engine.attach("c1", "gone", "b.png", "image/png")
	o.engine.attach("c1", "fire", "c.png", "image/png")
	agent := o.staffed("lin", staff.Agent, "general")
	elsewhere := o.staffed("wang", staff.Agent, "compliance")
	for _, test := range []struct {
		who        *browser
		path, want string
	}{
		{agent, "c1/proofs/p2", "not_found"}, // kept, but of no event
		{agent, "c2/proofs/p1", "not_found"}, // of another conversation
		{agent, "c1/proofs/..%2f..%2fkey", "not_found"},
		{agent, "none/proofs/p1", "not_found"},
		{agent, "c1/proofs/gone", "not_found"},
		{agent, "c1/proofs/fire", "internal"},
		{elsewhere, "c1/proofs/p1", "forbidden"},
		{o.staffed("he", staff.Compliance), "c1/proofs/p1", "forbidden"},
		{o.browser(), "c1/proofs/p1", "unauthorized"},
	} {
		if got := test.who.ask("GET", "/v1/desk/conversations/"+test.path, nil); got.code() != test.want || strings.Contains(got.text, "rack") {
			t.Errorf("%s: %d %s, want %s", test.path, got.status, got.text, test.want)
		}
	}
	if got := o.staffed("zhao", staff.Lead).ask("GET", "/v1/desk/conversations/c1/proofs/p1", nil); got.status != http.StatusOK {
		t.Errorf("a lead: %+v", got)
	}
	records, err := o.vault.Records(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	var looks []string
	for _, record := range records {
		if record.Did == "document" {
			looks = append(looks, record.Who+" "+record.Conversation+" "+record.Reason)
		}
	}
	if got := strings.Join(looks, ", "); got != "lin c1 gone, lin c1 fire, zhao c1 p1" {
		t.Errorf("on record: %s", got)
	}
}

func TestNoDocumentsAreKept(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.engine.wait("c1", "general")
	o.engine.attach("c1", "p1", "a.png", "image/png")
	if got := o.staffed("lin", staff.Agent, "general").ask("GET", "/v1/desk/conversations/c1/proofs/p1", nil); got.code() != "not_found" {
		t.Errorf("got %+v", got)
	}
}
