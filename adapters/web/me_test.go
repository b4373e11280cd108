package web

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"kaitong/bot"
)

// belongings gives everybody one conversation, and remembers who was erased.
type belongings struct {
	erased []bot.Identity
	fails  error // after the first conversation
	gone   ErasedPerson
}

func (b *belongings) personal() *Personal {
	return &Personal{
		Export: func(_ context.Context, who bot.Identity, each func(*bot.Belongings) error) error {
			if err := each(fullBelongings(who)); err != nil {
				return err
			}
			return b.fails
		},
		Erase: func(_ context.Context, who bot.Identity) (ErasedPerson, error) {
			b.erased = append(b.erased, who)
			return b.gone, b.fails
		},
	}
}

func fullBelongings(who bot.Identity) *bot.Belongings {
	at := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	words := func(text string) []bot.Block { return []bot.Block{{Type: bot.BlockText, Text: text}} }
	return &bot.Belongings{
		Conversation: "c_of_" + who.User, Started: at, Product: "jiebei", Locale: "zh-CN", Client: &bot.Client{OS: "ios"},
		Said: []bot.Said{
			{At: at, Author: bot.AuthorUser, Blocks: words("为什么"), Choice: "intent:appeal"},
			{At: at, Author: bot.AuthorAgent, Agent: "小林", Blocks: words("你好")},
			{At: at, Author: bot.AuthorSystem, Handoff: bot.HandoffQueued},
		},
		Votes: []bot.Voted{{At: at, Up: true, Reason: "clear"}},
		Appeals: []bot.Appeal{{
			State: bot.AppealSent, Reference: "A-1", Begun: at, Submitted: at, Explanation: "还清了", Causes: []string{"credit.secret_reason"},
			Proofs: []bot.Proof{{ID: "p1", Name: "a.pdf", Type: "application/pdf", Size: 9}},
		}},
	}
}

func newPersonalWorld(t *testing.T) (*world, *belongings) {
	t.Helper()
	b := &belongings{}
	return newWorld(t, func(o *Options) { o.Personal = b.personal() }), b
}

func TestExportOfAPerson(t *testing.T) {
	t.Parallel()
	w, b := newPersonalWorld(t)
	a := w.request("GET", "/v1/me/export", "", "Authorization", "Bearer "+w.token("demo-a"))
	if a.StatusCode != 200 || a.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	mustFit(t, "http.json#/$defs/export", a.body)
	var export struct {
		User          string
		Conversations []exportConversation
	}
	if err := json.Unmarshal(a.body, &export); err != nil || export.User != "demo-a" || export.Conversations[0].ID != "c_of_demo-a" {
		t.Errorf("%v %s", err, a.body)
	}
	if strings.Contains(string(a.body), "secret_reason") || strings.Contains(string(a.body), "p1") {
		t.Errorf("the export tells more than the person saw: %s", a.body)
	}
	wantProblem(t, w.request("GET", "/v1/me/export", ""), codeUnauthorized)
	b.fails = errors.New("the disk is away")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/v1/me/export", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.token("demo-b"))
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return // cut off before anything came
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err == nil {
		t.Errorf("an export that was cut off looks whole: %s", body)
	}
}

func TestErasureOfAPerson(t *testing.T) {
	t.Parallel()
	w, b := newPersonalWorld(t)
	b.gone = ErasedPerson{Conversations: 2, Told: []string{"institution"}, Wiped: true}
	ask := func(user, body string) answer {
		return w.request("POST", "/v1/me/erase", body, "Content-Type", "application/json", "Authorization", "Bearer "+w.token(user))
	}
	wantProblem(t, ask("demo-a", `{}`), codeMissingField)
	wantProblem(t, ask("demo-a", `{"confirm":"yes"}`), codeBadField)
	wantProblem(t, ask("demo-a", `{"Confirm":"erase everything"}`), codeBadKey)
	wantProblem(t, w.request("POST", "/v1/me/erase", `{"confirm":"erase everything"}`, "Content-Type", "application/json"), codeUnauthorized)
	if len(b.erased) != 0 {
		t.Fatalf("erased %v", b.erased)
	}
	a := ask("demo-c", `{"confirm":"erase everything"}`)
	if a.StatusCode != 200 || len(b.erased) != 1 || b.erased[0] != w.identity("demo-c") {
		t.Fatalf("%d %s, erased %v", a.StatusCode, a.body, b.erased)
	}
	mustFit(t, "http.json#/$defs/erased", a.body)
	for range personalTimes - 1 {
		ask("demo-c", `{}`)
	}
	wantProblem(t, ask("demo-c", `{}`), codeRateLimited)
	b.fails = errors.New("the disk is away")
	wantProblem(t, ask("demo-d", `{"confirm":"erase everything"}`), codeBusy)
}

// Whoever looks at an erased conversation is sent away, and others are not.
func TestSocketsOfAnErasedConversation(t *testing.T) {
	t.Parallel()
	w, _ := newPersonalWorld(t)
	p, other := w.join("demo-a"), w.join("demo-b")
	w.server.Erased(func(conversation string) bool { return conversation == p.conv })
	p.wantClose(4411)
	other.say("m1", "hello")
	other.want("ack")
}
