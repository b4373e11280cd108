package cli

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

// A thousand numbers, addresses and passwords, in every spelling, go into the
// program in every way there is. None is anywhere in what it leaves.
func TestNoIdentifierIsKept(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a thousand messages through the whole program; skipped by -short")
	}
	w := traced(t, nil)
	all := bottest.Identifiers(1000, 3)
	random := rand.New(rand.NewPCG(3, 3)) // the same again next time
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	take := func(n int) []bottest.Identifier {
		part := all[:n]
		all = all[n:]
		return part
	}
	every := append([]bottest.Identifier{}, all...)
	intoHello(w, take(40))
	intoFeedback(w, take(30))
	intoAppeals(w, take(12))
	intoHandover(w, take(120))
	chats := map[string][]bottest.Identifier{}
	var talking sync.WaitGroup
	var mu sync.Mutex
	for part := range 8 {
		mine := all[part*len(all)/8 : (part+1)*len(all)/8]
		talking.Go(func() {
			conversation := intoChat(w, fmt.Sprintf("demo-rejected-%d", part), mine)
			mu.Lock()
			defer mu.Unlock()
			chats[conversation] = mine
		})
	}
	talking.Wait()
	if t.Failed() {
		return
	}
	checkTraces(t, w.everything(), every)
	checkTurns(t, w.turns(), every, chats)
}

// stored waits until what was sent is acknowledged, and returns its ack.
func (p *person) stored(kind string, data any) (ack struct {
	Seq    int64
	Masked string
}) {
	p.t.Helper()
	if err := p.client.send(kind, data); err != nil {
		p.t.Fatal(err)
	}
	if err := json.Unmarshal(p.until("ack").Data, &ack); err != nil {
		p.t.Fatal(err)
	}
	return ack
}

// intoChat says everything, and hears each time what was stored of it.
func intoChat(w *traces, user string, all []bottest.Identifier) (conversation string) {
	p := newPerson(w.t, w.address, user, "zh-CN")
	for _, one := range all {
		if ack := p.stored("message.send", map[string]string{"text": one.Text()}); ack.Masked == "" || one.Left(ack.Masked) != "" {
			w.t.Errorf("%s, %s: of %q is left %q", one.Kind, one.Spelling, one.Text(), ack.Masked)
		}
	}
	return p.conversation()
}

// intoHello says things about the app that no app should say.
func intoHello(w *traces, all []bottest.Identifier) {
	for i, one := range all {
		said := one.Written
		if len([]rune(said)) > 32 || strings.ContainsAny(said, "\n\t") {
			said = one.Plain
		}
		words := []bot.Client{{AppVersion: said}, {OS: said}, {Network: said}, {Region: said}, {Channel: said}}
		c, err := dialWith(w.t.Context(), w.address, map[string]any{"locale": "zh-CN", "product": one.Plain, "client": words[i%len(words)]})
		if err != nil {
			w.t.Fatal(err)
		}
		p := &person{t: w.t, client: c}
		select {
		case f := <-c.frames: // refused, or welcome: then it can be stored
			if p.frames = append(p.frames, f); f.Type == "welcome" {
				p.stored("message.send", map[string]string{"text": "为什么我的借呗开通不了"})
			}
		case <-time.After(20 * time.Second):
			w.t.Error("no answer to hello")
		}
		_ = c.close()
	}
}

func intoFeedback(w *traces, all []bottest.Identifier) {
	p := newPerson(w.t, w.address, "demo-overdue", "en")
	p.ask("Why can't I activate Jiebei?")
	answer := p.frames[len(p.frames)-1]
	for _, one := range all {
		p.stored("feedback.send", map[string]string{"msg": answer.ID, "vote": "down", "reason": one.Text()})
	}
}

// intoAppeals writes explanations and calls documents after identifiers.
func intoAppeals(w *traces, all []bottest.Identifier) {
	for i := range len(all) / 4 {
		p := newPerson(w.t, w.address, "demo-rejected", "zh-CN")
		p.text("为什么我的借呗开通不了")
		_, refusal := p.says("刚帮你查了")
		p.choose(refusal, "intent:appeal")
		p.says("你认为哪里不准确")
		p.text("那笔账单去年就还清了，" + all[4*i].Text())
		p.says("10 MB")
		for n, one := range all[4*i+1 : 4*i+4] {
			name := strings.Map(func(r rune) rune {
				if r < ' ' || r == '"' || r == '\\' || r == '/' {
					return ' '
				}
				return r
			}, one.Text())
			if status, body := p.upload(w.address, name+".pdf", paper(fmt.Sprint("settled ", i, n))); status != http.StatusCreated || strings.Contains(body, one.Written) {
				w.t.Errorf("%d %s", status, body)
			}
		}
		_ = p.client.close()
	}
}

// intoHandover talks with an agent, who says such things too.
func intoHandover(w *traces, all []bottest.Identifier) {
	lin, chen := atDesk(w.t, w.address, "demo-lin", ""), atDesk(w.t, w.address, "demo-chen", "")
	p := newPerson(w.t, w.address, "demo-kyc", "zh-CN")
	p.stored("message.send", map[string]string{"text": "我要找人工客服"})
	entry := lin.until("entry", func(entry map[string]any) bool { return entry["state"] == "queued" })
	conversation := entry["conversation"]
	lin.act(map[string]any{"conversation": conversation, "kind": "claim", "epoch": entry["epoch"]})
	taken := chen.waits(conversation.(string), "active")
	for i, one := range all {
		switch i % 3 {
		case 0:
			if ack := p.stored("message.send", map[string]string{"text": one.Text()}); ack.Masked == "" {
				w.t.Errorf("nobody is told that %q was masked", one.Text())
			}
		case 1:
			lin.act(map[string]any{"conversation": conversation, "kind": "reply", "epoch": taken["epoch"], "text": one.Text()})
		case 2:
			lin.act(map[string]any{"conversation": conversation, "kind": "note", "text": one.Text()})
		}
	}
	lin.act(map[string]any{
		"conversation": conversation, "kind": "resolve", "epoch": taken["epoch"],
		"disposition": map[string]string{"cause": "", "solved": "yes", "note": all[0].Text()},
	})
}

// marks are the byte strings that would give one away. A number of few digits is
// in every file by chance, so it counts only with the words before it.
func marks(one bottest.Identifier) []string {
	marks := []string{one.Written}
	if len(one.Plain) >= 11 || strings.ContainsAny(one.Plain, "@EC") || one.Kind == "password" {
		marks = append(marks, one.Plain)
	}
	if len(one.Written) < 11 {
		marks[0] = one.Text()
	}
	return marks
}

func checkTraces(t *testing.T, all map[string][]byte, of []bottest.Identifier) {
	t.Helper()
	for _, want := range []string{"metrics", "NATS", "other desk", "prompts"} {
		if len(all[want]) == 0 {
			t.Errorf("%s: nothing to look at", want)
		}
	}
	for name, content := range all {
		text := string(content)
		for _, one := range of {
			for _, mark := range marks(one) {
				if at := strings.Index(text, mark); at >= 0 {
					t.Errorf("%s holds the %s (%s) %q: …%q…", name, one.Kind, one.Spelling, mark, text[max(0, at-60):min(len(text), at+len(mark)+20)])
				}
			}
		}
	}
}

// checkTurns reads the log as it is read when it is played again.
func checkTurns(t *testing.T, turns []bot.Turn, of []bottest.Identifier, chats map[string][]bottest.Identifier) {
	t.Helper()
	said := map[string]int{}
	for _, turn := range turns {
		text, err := json.Marshal(turn.Events)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range of {
			for _, mark := range marks(one) {
				if strings.Contains(string(text), mark) {
					t.Errorf("turn %d of %s holds the %s (%s) %q", turn.Version, turn.Conversation, one.Kind, one.Spelling, mark)
				}
			}
		}
		for _, event := range turn.Events {
			m, ok := event.(bot.Message)
			if !ok || m.Author != bot.AuthorUser || chats[turn.Conversation] == nil {
				continue
			}
			one := chats[turn.Conversation][said[turn.Conversation]]
			said[turn.Conversation]++
			if left := one.Left(m.Blocks[0].Text); left != "" || len(m.Masked) == 0 {
				t.Errorf("%s, %s: %q is stored of %q", one.Kind, one.Spelling, m.Blocks[0].Text, one.Text())
			}
		}
	}
	for conversation, all := range chats {
		if said[conversation] != len(all) {
			t.Errorf("%d of %d messages are stored", said[conversation], len(all))
		}
	}
}
