package web

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"kaitong/bot"
)

func TestResumeReplaysOnceAndInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	for i := range 5 {
		p.exchange(fmt.Sprint("m", i), fmt.Sprint("text ", i))
	}
	p.conn.Close()

	back, welcome := w.rejoin("demo-a", p.conv, 4)
	if welcome.Data["recovered"] != true || welcome.Data["seq"] != 10.0 || welcome.Conv != p.conv {
		t.Fatalf("welcome: %s", welcome.raw)
	}
	for seq := int64(5); seq <= 10; seq++ {
		r := back.want("message")
		want := "bot"
		if seq%2 == 1 {
			want = "user"
		}
		if r.Seq != seq || r.Data["author"] != want {
			t.Fatalf("replay: %s", r.raw)
		}
	}
	back.wantQuiet()
	if ack, _ := back.exchange("m9", "goes on"); ack.Data["seq"] != 11.0 {
		t.Errorf("ack: %s", ack.raw)
	}
}

// Who waits in line sees their place as soon as they are back, and on every page
// they open, after what they missed; who waits in none is told of none.
func TestPlaceInLineOnComingBack(t *testing.T) {
	t.Parallel()
	line := map[string]int{}
	w := newWorld(t, func(o *Options) {
		o.Place = func(conversation string) (int, bool) {
			place, waits := line[conversation]
			return place, waits
		}
	})
	p := w.join("demo-a")
	p.exchange("m1", "text")
	back, _ := w.rejoin("demo-a", p.conv, 2)
	back.wantQuiet()
	back.conn.Close()

	line[p.conv] = 3
	back, _ = w.rejoin("demo-a", p.conv, 0)
	back.want("message")
	back.want("message")
	if r := back.want("handoff.state"); r.Data["position"] != 3.0 || r.Data["state"] != "queued" || r.Seq != 0 {
		t.Errorf("told %s", r.raw)
	}
	p.wantQuiet()
}

// A message that was stored but whose ack was lost is sent again after resume.
func TestResendAfterLostAck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	p.say("m1", "wait here")
	<-w.engine.inside
	p.conn.Close()
	w.engine.gate <- struct{}{}

	back, _ := w.rejoin("demo-a", p.conv, 0)
	back.say("m1", "wait here")
	for acked, shown := false, 0; !acked || shown < 2; {
		switch r := back.next(); r.Type {
		case "ack":
			acked = true
		case "message":
			shown++
			if r.ID != "m1" && r.Re != "m1" {
				t.Fatalf("unexpected %s", r.raw)
			}
		default:
			t.Fatalf("unexpected %s", r.raw)
		}
	}
	if turns := len(w.engine.find(w.identity("demo-a"), p.conv).turns); turns != 1 {
		t.Errorf("stored %d times", turns)
	}
}

// Somebody who loses the line while the very first message is on its way must
// come back to the same conversation, or it would be stored in two.
func TestResumeBeforeAnythingIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	p.say("m1", "wait")
	<-w.engine.inside
	p.conn.Close()
	stranger, welcome := w.rejoin("demo-b", p.conv, 0)
	if welcome.Conv == p.conv {
		t.Fatal("a stranger got the conversation")
	}
	stranger.wantQuiet()

	w.engine.gate <- struct{}{}
	back, welcome := w.rejoin("demo-a", p.conv, 0)
	if welcome.Conv != p.conv || welcome.Data["recovered"] != true {
		t.Fatalf("welcome: %s", welcome.raw)
	}
	back.want("message")
	back.want("message")
}

func TestUnstoredConversationIsKeptWhileItsSocketLives(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	tab, welcome := w.rejoin("demo-a", p.conv, 0)
	if welcome.Conv != p.conv || welcome.Data["recovered"] != true {
		t.Fatalf("welcome: %s", welcome.raw)
	}
	p.exchange("m1", "first")
	if r := tab.want("message"); r.Data["author"] != "user" || r.ID != "m1" {
		t.Errorf("echo: %s", r.raw)
	}
	tab.want("message")
}

func TestResumeThatCannotRecover(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	mine, theirs := "c_mine", "c_theirs"
	w.engine.fill(mine, w.identity("demo-a"), 300) // 600 events
	w.engine.fill(theirs, w.identity("demo-b"), 3)
	cases := []struct {
		name, conv, epoch string
		after             int64
		keeps             bool // the conversation stays; otherwise a new one is opened
		recovered         bool
	}{
		{"gap of 500", mine, "epoch-1", 100, true, true},
		{"gap of 501", mine, "epoch-1", 99, true, false},
		{"stale epoch", mine, "epoch-0", 600, true, false},
		{"future", mine, "epoch-1", 601, true, false},
		{"far future", mine, "epoch-1", 1 << 60, true, false},
		{"foreign", theirs, "epoch-1", 0, false, false},
		{"unknown", "c_nobody", "epoch-1", 0, false, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := w.dial()
			defer p.conn.Close()
			welcome := p.hello(map[string]any{"locale": "en", "token": w.token("demo-a"),
				"resume": map[string]any{"conv": c.conv, "epoch": c.epoch, "after_seq": c.after}})
			if (welcome.Conv == c.conv) != c.keeps || welcome.Data["recovered"] != c.recovered {
				t.Fatalf("welcome: %s", welcome.raw)
			}
			if c.recovered {
				p.last = c.after
				for range 500 {
					p.want("message")
				}
			}
			p.wantQuiet()
			w.server.waitGone(t, p)
		})
	}
}

// Who cannot be recovered reads the pages up to the seq of the welcome, and the
// socket goes on after it: together everything once.
func TestUnrecoveredGoesOnAfterThePages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.engine.fill("c_1", w.identity("demo-a"), 300)
	for _, resume := range []map[string]any{
		{"conv": "c_1", "epoch": "epoch-0", "after_seq": 600},
		{"conv": "c_1", "epoch": "epoch-1", "after_seq": 1},
	} {
		p := w.dial()
		welcome := p.hello(map[string]any{"token": w.token("demo-a"), "resume": resume})
		seq := int64(welcome.Data["seq"].(float64))
		if welcome.Data["recovered"] != false || w.readPages("demo-a", "c_1") != seq {
			t.Fatalf("welcome: %s", welcome.raw)
		}
		w.elsewhere(w.engine.agent("c_1", w.identity("demo-a"), "next"))
		if r := p.want("message"); r.Seq != seq+1 {
			t.Fatalf("after %d: %s", seq, r.raw)
		}
	}
}

// An id stays taken over sockets, by what was first sent under it.
func TestIDConflictAfterResume(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	p.exchange("m1", "first")
	p.conn.Close()
	back, _ := w.rejoin("demo-a", p.conv, 2)
	back.say("m1", "something else")
	if r := back.wantError(codeIDConflict); r.Re != "m1" || r.Data["retryable"] != false {
		t.Errorf("%s", r.raw)
	}
	back.say("m1", "first")
	if ack := back.want("ack"); ack.Data["duplicate"] != true {
		t.Errorf("%s", ack.raw)
	}
	back.wantQuiet()
}

// waitGone closes p and waits until the server has noticed.
func (s *Server) waitGone(t *testing.T, p *peer) {
	t.Helper()
	p.conn.Close()
	deadline := time.Now().Add(patience)
	for s.Counters().Sockets > 0 {
		if time.Now().After(deadline) {
			t.Fatal("the socket was never let go")
		}
		time.Sleep(time.Millisecond)
	}
}

// The welcomes for a foreign and for an unknown conversation differ in nothing
// but the ids and times that always differ.
func TestForeignLooksLikeUnknown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.engine.fill("c_theirs", w.identity("demo-b"), 3)
	_, foreign := w.rejoin("demo-a", "c_theirs", 0)
	_, unknown := w.rejoin("demo-a", "c_nobody", 0)
	for _, r := range []received{foreign, unknown} {
		delete(r.Data, "conv")
		delete(r.Data, "expires_at")
	}
	if fmt.Sprint(foreign.Data) != fmt.Sprint(unknown.Data) {
		t.Errorf("foreign %v, unknown %v", foreign.Data, unknown.Data)
	}
}

func TestAnonymousIsTheSamePersonAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.dial()
	welcome := p.hello(map[string]any{"locale": "zh-CN"})
	anon, _ := welcome.Data["anon"].(string)
	if len(anon) != 43 {
		t.Fatalf("anon token %q", anon)
	}
	p.exchange("m1", "x")

	resume := map[string]any{"conv": p.conv, "epoch": w.engine.epoch, "after_seq": 0}
	same := w.dial()
	again := same.hello(map[string]any{"locale": "zh-CN", "anon": anon, "resume": resume})
	if again.Conv != p.conv || again.Data["recovered"] != true || again.Data["anon"] != anon {
		t.Errorf("same person: %s", again.raw)
	}
	other := w.dial()
	if r := other.hello(map[string]any{"locale": "zh-CN", "resume": resume}); r.Conv == p.conv || r.Data["anon"] == anon {
		t.Errorf("another person: %s", r.raw)
	}
	for _, c := range w.engine.convs {
		if !c.owner.Anonymous || c.owner.User == anon || len(c.owner.User) != len("anon-")+32 {
			t.Errorf("owner: %+v", c.owner)
		}
	}
}

func TestAnonymousCanBeShutOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Anonymous = false })
	p := w.dial()
	p.send(map[string]any{"type": "hello", "data": map[string]any{"locale": "en"}})
	p.wantError(codeUnauthorized)
	p.wantClose(4501)
}

func TestTwoTabsSeeOneOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Limits.MessagesPerWindow, o.Limits.Inbox, o.Limits.Outbox = 1000, 1000, 1000 })
	a := w.join("demo-a")
	b, _ := w.rejoin("demo-a", a.conv, 0)
	c, _ := w.rejoin("demo-a", a.conv, 0)
	const each = 40
	var all sync.WaitGroup
	seen := make([][]int64, 3)
	for i, p := range []*peer{a, b, c} {
		all.Go(func() { seen[i] = chatter(p, fmt.Sprint(i), each) })
	}
	all.Wait()
	for i, seqs := range seen {
		if len(seqs) != 3*each*2 {
			t.Errorf("tab %d saw %d events, want %d", i, len(seqs), 3*each*2)
		}
		for n, seq := range seqs {
			if seq != int64(n+1) {
				t.Fatalf("tab %d: place %d holds seq %d", i, n, seq)
			}
		}
	}
}

// chatter sends n messages, now and then several at once, and returns the
// sequence numbers in the order they came, acks of own messages included. It
// reads until every message of all three tabs was seen.
func chatter(p *peer, name string, n int) []int64 {
	var seqs []int64
	sent, acked := 0, 0
	for len(seqs) < 3*n*2 {
		burst := rand.IntN(3)
		if acked == sent {
			burst++ // or all might wait for each other
		}
		for ; burst > 0 && sent < n; burst-- {
			sent++
			p.say(fmt.Sprintf("%s-%d", name, sent), "x")
		}
		r, err := p.read()
		if err != nil {
			p.t.Errorf("tab %s: %v", name, err)
			return seqs
		}
		switch r.Type {
		case "ack":
			acked++
			seqs = append(seqs, int64(r.Data["seq"].(float64)))
		case "message":
			seqs = append(seqs, r.Seq)
		case "error":
			p.t.Errorf("tab %s: %s", name, r.raw)
			return seqs
		}
	}
	return seqs
}

// Turns that come from elsewhere, in any order, repeated or with holes, are
// shown once and in order.
func TestAnnouncementsFillGaps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	p.exchange("m1", "x")
	who := w.identity("demo-a")
	turns := make([]bot.Turn, 0, 20)
	for i := range 20 {
		turns = append(turns, w.engine.agent(p.conv, who, fmt.Sprint("agent says ", i)))
	}
	for _, i := range []int{3, 3, 0, 7, 1, 19, 2, 19, 5} {
		w.elsewhere(turns[i])
	}
	for i := range 20 {
		if r := p.want("message"); r.text() != fmt.Sprint("agent says ", i) || r.Data["author"] != "agent" {
			t.Fatalf("place %d: %s", i, r.raw)
		}
	}
	p.wantQuiet()
}

// What somebody says in another tab while a turn is running comes at once when
// it is next.
func TestShownDuringTurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	p.exchange("m1", "x")
	p.say("m2", "wait")
	<-w.engine.inside
	// The fake holds the conversation during a turn, so what another node
	// stores is shown from a turn made by hand.
	next := bot.Turn{Conversation: p.conv, Events: []bot.Event{bot.Message{Seq: 3, ID: "agent-3", Author: bot.AuthorAgent, Blocks: []bot.Block{{Type: bot.BlockText, Text: "at once"}}}}}
	w.server.show(p.conv, encodeTurns(p.conv, next), nil)
	if r := p.want("message"); r.text() != "at once" {
		t.Fatalf("%s", r.raw)
	}
	p.conn.Close()
	w.engine.gate <- struct{}{}
}

// When the history cannot fill a hole the socket is closed, so that the client
// comes back and asks again; it is never shown a history with a hole.
func TestHoleInHistoryClosesTheSocket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	p.exchange("m1", "x")
	who := w.identity("demo-a")
	w.engine.hide = 2
	w.engine.agent(p.conv, who, "lost")
	w.elsewhere(w.engine.agent(p.conv, who, "after the hole"))
	p.wantClose(4410)
}

// A's ids, conversations and tokens in B's hands lead nowhere.
func TestNobodyReadsSomebodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.join("demo-a")
	_, answer := a.exchange("m1", "my private matter")
	b := w.join("demo-b")
	frames := []string{
		`{"type":"message.send","id":"x1","conv":"` + a.conv + `","data":{"text":"x"}}`,
		`{"type":"choice.send","id":"x2","conv":"` + a.conv + `","data":{"msg":"` + answer.ID + `","choice":"solved"}}`,
		`{"type":"feedback.send","id":"x3","conv":"` + a.conv + `","data":{"msg":"` + answer.ID + `","vote":"up"}}`,
		`{"type":"handoff.request","id":"x4","conv":"` + a.conv + `"}`,
		`{"type":"handoff.cancel","id":"x5","conv":"` + a.conv + `"}`,
		`{"type":"typing","conv":"` + a.conv + `"}`,
		`{"type":"ack","conv":"` + a.conv + `","data":{"seq":2}}`,
		`{"type":"ping","conv":"` + a.conv + `"}`,
	}
	for _, frame := range frames {
		b.raw([]byte(frame))
		b.wantError(codeNotFound)
	}
	b.wantQuiet()
	if got := len(w.engine.find(w.identity("demo-a"), a.conv).turns); got != 1 {
		t.Errorf("the conversation has %d turns now", got)
	}
	a.exchange("m2", "nobody else hears this")
	b.wantQuiet()
}

// A catch-up that meets the socket's own message, stored but not yet
// acknowledged, leaves it to the ack.
func TestCatchUpLeavesOwnActToItsAck(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	p.exchange("m1", "x")
	var s *session
	w.everySession(func(each *session) { s = each })
	who := w.identity("demo-a")
	c := w.engine.conv(p.conv, who)
	s.begin("m2")
	c.mu.Lock()
	receipt := c.store(bot.Say{Conversation: p.conv, MessageID: "m2", User: who, Text: "mine"}, "mine", time.Now())
	c.mu.Unlock()
	later := w.engine.agent(p.conv, who, "after it")
	s.feed.mu.Lock()
	s.feed.catching, s.feed.want = true, 5
	s.feed.mu.Unlock()
	s.catchUp()
	p.wantQuiet()
	s.settle("m2", receipt, encodeTurns(p.conv, receipt.Turn))
	s.conclude()
	if ack := p.want("ack"); ack.Data["seq"] != 3.0 {
		t.Fatalf("%s", ack.raw)
	}
	p.last = 3
	p.want("message")
	if r := p.want("message"); r.text() != "after it" {
		t.Fatalf("%s", r.raw)
	}
	w.elsewhere(later)
	p.wantQuiet()
}

// lateEngine does something right after Open found nothing.
type lateEngine struct {
	*fakeEngine
	after func()
}

func (e *lateEngine) Open(ctx context.Context, who bot.Identity, conversation string) (bot.Summary, error) {
	summary, err := e.fakeEngine.Open(ctx, who, conversation)
	if err != nil {
		e.after()
	}
	return summary, err
}

// A first message that is stored while another tab is being let in reaches
// that tab too.
func TestFirstMessageStoredWhileATabComesIn(t *testing.T) {
	t.Parallel()
	late := &lateEngine{after: func() {}}
	w := newWorld(t, func(o *Options) { late.fakeEngine = o.Engine.(*fakeEngine); o.Engine = late })
	p := w.join("demo-a")
	late.after = func() { p.exchange("m1", "first") }
	tab, welcome := w.rejoin("demo-a", p.conv, 0)
	if welcome.Conv != p.conv || welcome.Data["recovered"] != true {
		t.Fatalf("welcome: %s", welcome.raw)
	}
	late.after = func() {}
	if r := tab.next(); r.Type != "message" || r.ID != "m1" {
		t.Errorf("the tab got %s", r.raw)
	}
}
