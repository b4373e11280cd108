package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kaitong/bot"
)

// crowd is many people who talk to nodes that get killed, cut off and brought
// back. They come back by themselves, send again what was not acknowledged,
// and remember what they were promised; check compares that with the log.
type crowd struct {
	t        *testing.T
	nodes    func() []string // addresses to try
	perTalk  int             // messages until a person begins anew
	patience time.Duration   // with a node that is silent
	talkers  []*talker

	acked   atomic.Int64
	leaving chan struct{}
	gone    sync.WaitGroup

	mu      sync.Mutex
	outages []time.Duration // from a lost socket to being welcome again
	waits   []time.Duration // from saying something to its acknowledgement
	errors  map[string]int  // error frames by code
}

// talker is one of them.
type talker struct {
	crowd   *crowd
	user    string
	token   string
	name    string
	threads []*thread
	lost    time.Time // when the socket was lost; zero: it was not
	asked   time.Time // when the pending message was said first
	moved   bool      // on to another conversation: the socket is not lost
}

// thread is what one person knows about one conversation.
type thread struct {
	conv, epoch string
	seq         int64            // of the last event shown
	sent        []string         // message ids in order
	acked       map[string]int64 // message id -> seq
	answered    map[string]int   // message id -> answers shown
}

// gather lets so many people begin to talk.
func gather(t *testing.T, people int, nodes func() []string, changes ...func(*crowd)) *crowd {
	t.Helper()
	users := []string{"demo-overdue", "demo-kyc", "demo-eligible", "demo-debts", "demo-rejected"}
	c := &crowd{t: t, nodes: nodes, perTalk: 40, patience: 10 * time.Second, leaving: make(chan struct{}), errors: map[string]int{}}
	for _, change := range changes {
		change(c)
	}
	for i := range people {
		one := &talker{crowd: c, user: users[i%len(users)], name: fmt.Sprintf("m-%d", i)}
		c.talkers = append(c.talkers, one)
		c.gone.Go(one.run)
	}
	t.Cleanup(c.dismiss)
	return c
}

// hear waits until so many more messages are acknowledged.
func (c *crowd) hear(more int64) {
	c.t.Helper()
	goal := c.acked.Load() + more
	deadline := time.Now().Add(time.Minute)
	for c.acked.Load() < goal {
		if time.Now().After(deadline) {
			c.t.Fatalf("only %d of %d further messages were acknowledged within a minute; errors %v", more-(goal-c.acked.Load()), more, c.errorsSeen())
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// hearError waits until somebody else is told that something is wrong.
func (c *crowd) hearError(code string) {
	c.t.Helper()
	before := c.errorsSeen()[code]
	eventually(c.t, "an error frame "+code, func() bool { return c.errorsSeen()[code] > before })
}

func (c *crowd) errorsSeen() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.errors)
}

// dismiss lets everybody get what they wait for, and go.
func (c *crowd) dismiss() {
	select {
	case <-c.leaving:
	default:
		close(c.leaving)
	}
	c.gone.Wait()
}

// loader is what of a log is needed to compare with it.
type loader interface {
	Load(ctx context.Context, conversation string, after int64, limit int) ([]bot.Turn, error)
}

// check compares what people were told with what the log holds. Everybody has
// left by then, with every message acknowledged.
func (c *crowd) check(log loader) {
	c.t.Helper()
	c.dismiss()
	acked, threads := 0, 0
	for _, one := range c.talkers {
		for _, thread := range one.threads {
			if thread.conv == "" {
				continue
			}
			threads++
			acked += len(thread.acked)
			for _, problem := range thread.compare(c.t.Context(), log) {
				c.t.Errorf("%s: %s", thread.conv, problem)
			}
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t.Logf("%d acknowledged messages in %d conversations; %d sockets lost, back within %s, longest wait for an acknowledgement %s; errors %v",
		acked, threads, len(c.outages), longest(c.outages), longest(c.waits), c.errors)
}

func longest(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 0
	}
	return slices.Max(all).Round(time.Millisecond)
}

// compare lists what the log holds otherwise than it was promised.
func (k *thread) compare(ctx context.Context, log loader) (problems []string) {
	complain := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	turns, err := log.Load(ctx, k.conv, 0, 0)
	if err != nil {
		return []string{err.Error()}
	}
	stored, answers, seq := map[string]int64{}, map[string]int{}, int64(0)
	for i, turn := range turns {
		if turn.Version != int64(i+1) {
			complain("version %d is stored as number %d", turn.Version, i+1)
		}
		for _, event := range turn.Events {
			m, isMessage := event.(bot.Message)
			if isMessage && m.Author == bot.AuthorUser {
				if stored[m.ID] != 0 {
					complain("message %s is stored twice", m.ID)
				}
				stored[m.ID] = m.Seq
			}
			if isMessage && m.Author == bot.AuthorBot {
				answers[m.Re]++
			}
		}
		for _, event := range bot.Visible(turn, 0) {
			if seq++; bot.LastSeq(bot.Turn{Events: []bot.Event{event}}) != seq {
				complain("version %d does not go on with number %d", turn.Version, seq)
			}
		}
	}
	for id, seq := range k.acked {
		if stored[id] != seq {
			complain("message %s was acknowledged as %d and is stored as %d", id, seq, stored[id])
		}
	}
	for _, id := range k.sent {
		if stored[id] == 0 || answers[id] != 1 {
			complain("message %s is stored as %d with %d answers", id, stored[id], answers[id])
		}
	}
	if len(stored) != len(k.sent) {
		complain("%d messages sent, %d stored", len(k.sent), len(stored))
	}
	return problems
}

// run talks until it is time to leave and nothing is open any more.
func (p *talker) run() {
	p.begin()
	deadline := time.Time{}
	for !p.finished() {
		if p.isLeaving() && deadline.IsZero() {
			deadline = time.Now().Add(time.Minute)
		}
		if !deadline.IsZero() && time.Now().After(deadline) {
			p.crowd.t.Errorf("%s: message %s gets no answer", p.thread().conv, p.pending())
			return
		}
		nodes := p.crowd.nodes()
		if len(nodes) > 0 {
			p.session(nodes[rand.N(len(nodes))])
		}
		time.Sleep(rand.N(50 * time.Millisecond))
	}
}

func (p *talker) begin() {
	p.threads = append(p.threads, &thread{acked: map[string]int64{}, answered: map[string]int{}})
}

func (p *talker) thread() *thread { return p.threads[len(p.threads)-1] }

func (p *talker) isLeaving() bool {
	select {
	case <-p.crowd.leaving:
		return true
	default:
		return false
	}
}

// pending is the message that is not through yet, "" when all are.
func (p *talker) pending() string {
	k := p.thread()
	if len(k.sent) == 0 {
		return ""
	}
	last := k.sent[len(k.sent)-1]
	if k.acked[last] > 0 && k.answered[last] > 0 {
		return ""
	}
	return last
}

func (p *talker) finished() bool { return p.isLeaving() && p.pending() == "" }

// session is one socket, until it ends.
func (p *talker) session(address string) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	c := &client{frames: make(chan frame, 64), ended: make(chan struct{})}
	if c.connect(ctx, address) != nil {
		return
	}
	defer func() {
		c.socket.Close()
		for range c.frames { // until the reader has seen it
		}
	}()
	go c.read()
	if p.token == "" {
		p.token, _ = c.demoToken(ctx, p.user)
	}
	k := p.thread()
	hello := map[string]any{"token": p.token, "locale": "zh-CN"}
	if k.conv != "" {
		hello["resume"] = map[string]any{"conv": k.conv, "epoch": k.epoch, "after_seq": k.seq}
	}
	if c.send("hello", hello) != nil {
		return
	}
	p.listen(c)
	if !p.finished() && !p.moved && p.lost.IsZero() {
		p.lost = time.Now()
	}
	p.moved = false
}

// listen follows the frames until the socket ends, is silent for too long, or
// there is nothing left to say.
func (p *talker) listen(c *client) {
	for {
		select {
		case f, more := <-c.frames:
			if !more || !p.receive(c, f) {
				return
			}
		case <-time.After(p.crowd.patience):
			return
		}
	}
}

// receive takes one frame; false ends the socket.
func (p *talker) receive(c *client, f frame) bool {
	switch f.Type {
	case "welcome":
		return p.welcomed(c, f)
	case "ack":
		p.acknowledged(f)
	case "error":
		return p.refused(c, f)
	case "goaway":
		return true
	}
	if f.Seq > 0 {
		p.shown(f)
	}
	if f.Type != "ack" && f.Seq == 0 || p.pending() != "" {
		return true
	}
	return p.goOn(c)
}

func (p *talker) welcomed(c *client, f frame) bool {
	var data struct {
		Conv, Epoch string
		Recovered   bool
	}
	if json.Unmarshal(f.Data, &data) != nil {
		return false
	}
	if !p.lost.IsZero() {
		p.crowd.mu.Lock()
		p.crowd.outages = append(p.crowd.outages, time.Since(p.lost))
		p.crowd.mu.Unlock()
		p.lost = time.Time{}
	}
	k := p.thread()
	if k.conv != "" && !data.Recovered {
		if k.seq > 0 {
			p.crowd.t.Errorf("%s: not recovered after %d", k.conv, k.seq)
		}
		// Nothing of it was stored: the same message opens another one.
		k.seq = 0
	}
	k.conv, k.epoch = data.Conv, data.Epoch
	if id := p.pending(); id != "" {
		return say(c, id)
	}
	return p.goOn(c)
}

// goOn says the next thing, or leaves.
func (p *talker) goOn(c *client) bool {
	if p.isLeaving() {
		return false
	}
	if k := p.thread(); len(k.sent) >= p.crowd.perTalk {
		p.begin()
		p.moved = true
		return false
	}
	p.asked = time.Now()
	k := p.thread()
	id := fmt.Sprintf("%s-%d-%d", p.name, len(p.threads), len(k.sent))
	k.sent = append(k.sent, id)
	return say(c, id)
}

func say(c *client, id string) bool {
	return c.write(frame{Type: "message.send", ID: id, Data: json.RawMessage(`{"text":"` + questionFor(id) + `"}`)}) == nil
}

// questionFor makes the text of a message from its id, so that a resend says
// the same.
func questionFor(id string) string { return "为什么我的借呗开通不了 " + id }

func (p *talker) acknowledged(f frame) {
	var data struct {
		Seq       int64
		Duplicate bool
	}
	if err := json.Unmarshal(f.Data, &data); err != nil {
		p.crowd.t.Error(err)
	}
	k := p.thread()
	if before, again := k.acked[f.Re]; again && before != data.Seq {
		p.crowd.t.Errorf("%s: message %s acknowledged as %d and as %d", k.conv, f.Re, before, data.Seq)
	}
	if data.Seq > k.seq+1 || data.Seq <= k.seq && !data.Duplicate {
		p.crowd.t.Errorf("%s: acknowledged %d after %d was shown", k.conv, data.Seq, k.seq)
	}
	k.seq = max(k.seq, data.Seq)
	k.acked[f.Re] = data.Seq
	p.crowd.acked.Add(1)
	p.crowd.mu.Lock()
	defer p.crowd.mu.Unlock()
	p.crowd.waits = append(p.crowd.waits, time.Since(p.asked))
}

// shown checks that every event comes once and in order.
func (p *talker) shown(f frame) {
	k := p.thread()
	if f.Seq != k.seq+1 {
		p.crowd.t.Errorf("%s: shown %d after %d", k.conv, f.Seq, k.seq)
	}
	k.seq = max(k.seq, f.Seq)
	var data struct{ Author bot.Author }
	if f.Type != "message" || json.Unmarshal(f.Data, &data) != nil || data.Author != bot.AuthorBot {
		return
	}
	if k.answered[f.Re]++; k.answered[f.Re] > 1 {
		p.crowd.t.Errorf("%s: message %s was answered twice", k.conv, f.Re)
	}
}

// refused says it again later, as a client is told to.
func (p *talker) refused(c *client, f frame) bool {
	var data struct {
		Code         string
		Retryable    bool
		RetryAfterMS int64 `json:"retry_after_ms"`
	}
	if err := json.Unmarshal(f.Data, &data); err != nil {
		p.crowd.t.Error(err)
	}
	p.crowd.mu.Lock()
	p.crowd.errors[data.Code]++
	p.crowd.mu.Unlock()
	if !data.Retryable {
		p.crowd.t.Errorf("%s: error frame %s", p.thread().conv, f.Data)
		return false
	}
	time.Sleep(time.Duration(data.RetryAfterMS) * time.Millisecond)
	if id := p.pending(); id != "" && f.Re != "" {
		return say(c, id)
	}
	return true
}
