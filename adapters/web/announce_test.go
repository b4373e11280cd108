package web

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"kaitong/bot"
)

// However announcements come (late, twice, in any order, from several nodes at
// once, or not at all), what was stored is shown once and in order.
func TestAnnouncementsInAnyOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	p.exchange("m1", "x")
	who := w.identity("demo-a")
	const stored = 200
	var all sync.WaitGroup
	all.Go(func() {
		for range stored {
			seq := encodeTurns(p.conv, w.engine.agent(p.conv, who, "agent"))[0].seq
			for range rand.IntN(3) {
				all.Go(func() { w.server.Announce(p.conv, 1+rand.Int64N(seq)) })
			}
			w.server.Announce("c_unknown", seq)
		}
		w.server.Announce(p.conv, stored+2)
	})
	for range stored {
		p.want("message")
	}
	all.Wait()
	p.wantQuiet()
}

// What another node stores during a turn is shown after it.
func TestAnnouncementDuringTurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.join("demo-a")
	p.exchange("m1", "x")
	var s *session
	w.everySession(func(each *session) { s = each })
	s.begin("m2")
	w.elsewhere(w.engine.agent(p.conv, w.identity("demo-a"), "meanwhile"))
	p.wantQuiet()
	s.conclude()
	if r := p.want("message"); r.text() != "meanwhile" {
		t.Fatalf("%s", r.raw)
	}
}

// When announcements may have been missed, every conversation is compared with
// the log, again and again until the log answers.
func TestAnnounceAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	peers := map[string]*peer{}
	for i := range 20 {
		user := fmt.Sprint("demo-", i)
		peers[user] = w.join(user)
		peers[user].exchange("m1", "x")
	}
	fresh := w.join("") // nothing is stored of this one
	for user, p := range peers {
		w.engine.agent(p.conv, w.identity(user), "missed by "+user)
	}
	w.engine.mu.Lock()
	w.engine.deaf = 5
	w.engine.mu.Unlock()
	for range 3 {
		w.server.AnnounceAll()
	}
	for user, p := range peers {
		if r := p.want("message"); r.text() != "missed by "+user || r.Data["author"] != string(bot.AuthorAgent) {
			t.Errorf("%s", r.raw)
		}
	}
	fresh.wantQuiet()
}
