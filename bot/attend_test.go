package bot_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

// there says how many agents of each queue are there; "*" stands for the rest.
type there map[string]int

func (r there) Online(_, queue string) int {
	if n, ok := r[queue]; ok {
		return n
	}
	return r["*"]
}

// There says that agents are there who are counted by their own name.
func (r there) There(_, agent string) bool { return r[agent] > 0 }

func agent(id string) bot.Agent { return bot.Agent{Tenant: "default", ID: id, Name: "客服" + id} }

// desk is a talk with agents beside it.
type desk struct {
	*talk
	acts int
	now  time.Time
}

func newDesk(t *testing.T, roster bot.Roster) *desk {
	t.Helper()
	d := &desk{talk: newTalk(t, verdict(bot.Ineligible, "ID_EXPIRED")), now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)}
	d.engine = newEngine(t, bottest.NewEventLog(), verdict(bot.Ineligible, "ID_EXPIRED"), func(o *bot.Options) {
		o.Roster, o.Now = roster, func() time.Time { return d.now }
	})
	return d
}

func (d *desk) act(act bot.DeskAct) (bot.Receipt, error) {
	d.acts++
	act.Conversation = d.conv
	if act.ID == "" {
		act.ID = fmt.Sprintf("d%d", d.acts)
	}
	return d.engine.Attend(d.t.Context(), act)
}

func (d *desk) must(act bot.DeskAct) bot.Receipt {
	d.t.Helper()
	receipt, err := d.act(act)
	if err != nil {
		d.t.Fatalf("%s: %v", act.Kind, err)
	}
	return receipt
}

func (d *desk) overdue() bool {
	return len(d.engine.Overdue([]bot.Entry{d.entry()}, 1)) == 1
}

func (d *desk) entry() bot.Entry {
	entry, _ := d.engine.Board().Get(d.conv)
	return entry
}

// The whole way: asked, claimed, talked, resolved, and the bot again.
func TestHandoffToTheEnd(t *testing.T) {
	t.Parallel()
	d := newDesk(t, there{"*": 2})
	answer := d.say("人工")
	if words := answer.Blocks[0].Text; !strings.Contains(words, "第 1 位") {
		t.Errorf("in line, and told %q", words)
	}
	if e := d.entry(); e.State != bot.HandoffQueued || e.Queue != "general" || !e.Unanswered && e.LastAuthor == bot.AuthorUser {
		t.Errorf("on the board: %+v", e)
	}
	d.must(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")})
	silent, err := d.handle(bot.Say{Text: "为什么我的借呗开通不了"})
	if err != nil || authors(silent.Turn) != "user" {
		t.Errorf("while an agent is there: %v, %v", authors(silent.Turn), err)
	}
	epoch := d.entry().Epoch
	if e := d.entry(); !e.Unanswered || e.Last != "为什么我的借呗开通不了" {
		t.Errorf("the agent's list says %+v", e)
	}
	d.must(bot.DeskAct{Kind: bot.DeskReply, Agent: agent("lin"), Epoch: epoch, Text: "你好，我来看一下，我的电话是 13800138000。"})
	if e := d.entry(); e.Unanswered || strings.Contains(e.Last, "13800138000") {
		t.Errorf("after the reply: %+v", e)
	}
	d.must(bot.DeskAct{Kind: bot.DeskNote, Agent: agent("lin"), Text: "身份证过期"})
	done := d.must(bot.DeskAct{
		Kind: bot.DeskResolve, Agent: agent("lin"), Epoch: epoch,
		Disposition: bot.Disposition{Cause: "compliance.identity_incomplete", Solved: bot.SolvedYes, Note: "已更新"},
	})
	if authors(done.Turn) != "bot" {
		t.Errorf("after the end %s speaks", authors(done.Turn))
	}
	if _, open := d.engine.Board().Get(d.conv); open {
		t.Error("still on the board")
	}
	if back := d.say("为什么我的借呗开通不了"); back.Author != bot.AuthorBot {
		t.Errorf("afterwards %s answers", back.Author)
	}
	if again := d.say("人工"); !strings.Contains(again.Blocks[0].Text, "第 1 位") {
		t.Errorf("asked for again: %q", again.Blocks[0].Text)
	}
}

func authors(turn bot.Turn) string {
	var list []string
	for _, event := range turn.Events {
		if m, ok := event.(bot.Message); ok {
			list = append(list, string(m.Author))
		}
	}
	return strings.Join(list, " ")
}

// What an agent may do depends on whose the conversation is at that moment.
func TestAttendIsFenced(t *testing.T) {
	t.Parallel()
	resolve := bot.Disposition{Solved: bot.SolvedUnknown}
	for _, c := range []struct {
		name  string
		setup []bot.DeskAct
		act   bot.DeskAct
		want  error
	}{
		{"claim what waits", nil, bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")}, nil},
		{"claim what another has", []bot.DeskAct{{Kind: bot.DeskClaim, Agent: agent("zhou")}}, bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")}, bot.ErrTaken},
		{"claim one's own again", []bot.DeskAct{{Kind: bot.DeskClaim, Agent: agent("lin")}}, bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")}, bot.ErrFenced},
		{"reply before claiming", nil, bot.DeskAct{Kind: bot.DeskReply, Agent: agent("lin"), Epoch: 1, Text: "你好"}, bot.ErrFenced},
		{"reply to what another has", []bot.DeskAct{{Kind: bot.DeskClaim, Agent: agent("zhou")}}, bot.DeskAct{Kind: bot.DeskReply, Agent: agent("lin"), Epoch: 2, Text: "你好"}, bot.ErrTaken},
		{"reply by an old epoch", []bot.DeskAct{{Kind: bot.DeskClaim, Agent: agent("lin")}}, bot.DeskAct{Kind: bot.DeskReply, Agent: agent("lin"), Epoch: 1, Text: "你好"}, bot.ErrFenced},
		{"reply", []bot.DeskAct{{Kind: bot.DeskClaim, Agent: agent("lin")}}, bot.DeskAct{Kind: bot.DeskReply, Agent: agent("lin"), Epoch: 2, Text: "你好"}, nil},
		{"note beside another", []bot.DeskAct{{Kind: bot.DeskClaim, Agent: agent("zhou")}}, bot.DeskAct{Kind: bot.DeskNote, Agent: agent("lin"), Text: "见过"}, nil},
		{"take over", []bot.DeskAct{{Kind: bot.DeskClaim, Agent: agent("zhou")}}, bot.DeskAct{Kind: bot.DeskTakeOver, Agent: agent("chen")}, nil},
		{"reply after a take-over", []bot.DeskAct{{Kind: bot.DeskClaim, Agent: agent("lin")}, {Kind: bot.DeskTakeOver, Agent: agent("chen")}}, bot.DeskAct{Kind: bot.DeskReply, Agent: agent("lin"), Epoch: 2, Text: "你好"}, bot.ErrFenced},
		{"transfer to a queue", []bot.DeskAct{{Kind: bot.DeskClaim, Agent: agent("lin")}}, bot.DeskAct{Kind: bot.DeskTransfer, Agent: agent("lin"), Epoch: 2, Queue: "appeals"}, nil},
		{"transfer to no queue", []bot.DeskAct{{Kind: bot.DeskClaim, Agent: agent("lin")}}, bot.DeskAct{Kind: bot.DeskTransfer, Agent: agent("lin"), Epoch: 2, Queue: "nowhere"}, bot.ErrInvalid},
		{"transfer to an agent", []bot.DeskAct{{Kind: bot.DeskClaim, Agent: agent("lin")}}, bot.DeskAct{Kind: bot.DeskTransfer, Agent: agent("lin"), Epoch: 2, To: agent("zhou")}, nil},
		{"resolve without a finding", []bot.DeskAct{{Kind: bot.DeskClaim, Agent: agent("lin")}}, bot.DeskAct{Kind: bot.DeskResolve, Agent: agent("lin"), Epoch: 2}, bot.ErrInvalid},
		{"resolve with a cause nobody knows", []bot.DeskAct{{Kind: bot.DeskClaim, Agent: agent("lin")}}, bot.DeskAct{Kind: bot.DeskResolve, Agent: agent("lin"), Epoch: 2, Disposition: bot.Disposition{Cause: "aml", Solved: bot.SolvedNo}}, bot.ErrInvalid},
		{"resolve", []bot.DeskAct{{Kind: bot.DeskClaim, Agent: agent("lin")}}, bot.DeskAct{Kind: bot.DeskResolve, Agent: agent("lin"), Epoch: 2, Disposition: resolve}, nil},
		{"an empty reply", []bot.DeskAct{{Kind: bot.DeskClaim, Agent: agent("lin")}}, bot.DeskAct{Kind: bot.DeskReply, Agent: agent("lin"), Epoch: 2, Text: " "}, bot.ErrInvalid},
		{"an agent of another tenant", nil, bot.DeskAct{Kind: bot.DeskClaim, Agent: bot.Agent{Tenant: "other", ID: "x", Name: "x"}}, bot.ErrNotFound},
		{"an unknown act", []bot.DeskAct{{Kind: bot.DeskClaim, Agent: agent("lin")}}, bot.DeskAct{Kind: "sing", Agent: agent("lin"), Epoch: 2}, bot.ErrInvalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, there{"*": 1})
			d.say("人工")
			for _, act := range c.setup {
				d.must(act)
			}
			if _, err := d.act(c.act); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}

// An act sent again is done once; another act under its id is refused.
func TestAttendOnce(t *testing.T) {
	t.Parallel()
	d := newDesk(t, there{"*": 1})
	d.say("人工")
	claim := bot.DeskAct{ID: "same", Kind: bot.DeskClaim, Agent: agent("lin")}
	first := d.must(claim)
	again := d.must(claim)
	if !again.Duplicate || again.Turn.Version != first.Turn.Version {
		t.Errorf("sent again: %+v", again)
	}
	if _, err := d.act(bot.DeskAct{ID: "same", Kind: bot.DeskClaim, Agent: agent("zhou")}); !errors.Is(err, bot.ErrIDConflict) {
		t.Errorf("another act under the id: %v", err)
	}
}

// Fifty agents on two nodes grab for the same conversation: one has it.
func TestOneAgentWins(t *testing.T) {
	t.Parallel()
	log := bottest.NewEventLog()
	with := func(o *bot.Options) { o.Roster = there{"*": 1} }
	nodes := []*bot.Engine{newEngine(t, log, verdict(bot.Eligible), with), newEngine(t, log, verdict(bot.Eligible), with)}
	if _, err := sayTo(t, nodes[0], "m1", "人工"); err != nil {
		t.Fatal(err)
	}
	var won, lost atomic.Int32
	var group sync.WaitGroup
	for i := range 1000 {
		group.Go(func() {
			_, err := nodes[i%2].Attend(t.Context(), bot.DeskAct{Conversation: "c1", ID: fmt.Sprint("d", i), Kind: bot.DeskClaim, Agent: agent(fmt.Sprint(i % 50))})
			switch {
			case err == nil:
				won.Add(1)
			case errors.Is(err, bot.ErrTaken), errors.Is(err, bot.ErrFenced):
				lost.Add(1)
			default:
				t.Errorf("claim %d: %v", i, err)
			}
		})
	}
	group.Wait()
	if won.Load() != 1 || lost.Load() != 999 {
		t.Errorf("%d won, %d lost", won.Load(), lost.Load())
	}
}

// Where nobody is there a request is a ticket; when somebody comes it moves
// into line, and who waits too long is told.
func TestTicketBecomesAPlace(t *testing.T) {
	t.Parallel()
	roster := there{"*": 0}
	d := newDesk(t, roster)
	if words := d.say("人工").Blocks[0].Text; !strings.Contains(words, "没有人工在线") {
		t.Errorf("nobody is there, and they are told %q", words)
	}
	tend := func() string {
		t.Helper()
		before := d.entry().Version
		if err := d.engine.Tend(t.Context(), d.conv, "default"); err != nil {
			t.Fatal(err)
		}
		if d.entry().Version == before {
			return ""
		}
		turns, err := d.engine.History(t.Context(), d.who, d.conv, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		events := turns[len(turns)-1].Events
		return events[len(events)-1].(bot.Message).Blocks[0].Text
	}
	if said := tend(); said != "" || d.overdue() {
		t.Errorf("nothing has changed, and yet %q", said)
	}
	ticket := d.entry().Ticket
	roster["*"] = 1
	if !d.overdue() {
		t.Error("somebody is there, and nothing is to be done")
	}
	if said := tend(); !strings.Contains(said, ticket) || d.entry().State != bot.HandoffQueued {
		t.Errorf("put in line with %q, %s", said, d.entry().State)
	}
	since := d.entry().Since
	d.now = d.now.Add(4 * time.Minute)
	if said := tend(); !strings.Contains(said, "抱歉") || d.entry().State != bot.HandoffQueued || !d.entry().Since.Equal(since) {
		t.Errorf("too late, and told %q, %+v", said, d.entry())
	}
	if said := tend(); said != "" {
		t.Errorf("told twice: %q", said)
	}
	roster["*"] = 0
	d.now = d.now.Add(7 * time.Minute)
	if said := tend(); said == "" || d.entry().State != bot.HandoffRequested {
		t.Errorf("everybody has gone, and it is %s", d.entry().State)
	}
}

// Whoever waits for an agent who has gone comes back into line, and is told.
func TestForsakenByTheirAgent(t *testing.T) {
	t.Parallel()
	roster := there{"*": 1, "lin": 1}
	d := newDesk(t, roster)
	d.say("人工")
	d.must(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")})
	if _, err := d.handle(bot.Say{Text: "在吗"}); err != nil {
		t.Fatal(err)
	}
	d.now = d.now.Add(10 * time.Minute)
	if d.overdue() {
		t.Error("taken from an agent who is there")
	}
	roster["lin"] = 0
	if !d.overdue() {
		t.Fatal("left with an agent who has gone")
	}
	if err := d.engine.Tend(t.Context(), d.conv, "default"); err != nil {
		t.Fatal(err)
	}
	if e := d.entry(); e.State != bot.HandoffQueued || e.Agent.ID != "" {
		t.Errorf("afterwards: %+v", e)
	}
	if _, err := d.act(bot.DeskAct{Kind: bot.DeskReply, Agent: agent("lin"), Epoch: 2, Text: "我回来了"}); !errors.Is(err, bot.ErrFenced) {
		t.Errorf("the agent comes back and talks on: %v", err)
	}
}

// A person may leave an agent, who may have gone away; what was written for
// them then comes too late.
func TestLeavingAnAgent(t *testing.T) {
	t.Parallel()
	d := newDesk(t, there{"*": 1})
	d.say("人工")
	d.must(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")})
	epoch := d.entry().Epoch
	left, err := d.handle(bot.Say{Handoff: bot.HandoffCancel})
	if _, open := d.engine.Board().Get(d.conv); err != nil || authors(left.Turn) != "user bot" || open {
		t.Errorf("%v, %q, still open: %v", err, authors(left.Turn), open)
	}
	if _, err := d.act(bot.DeskAct{Kind: bot.DeskReply, Agent: agent("lin"), Epoch: epoch, Text: "你好"}); !errors.Is(err, bot.ErrFenced) {
		t.Errorf("the agent talks over the bot: %v", err)
	}
}

// Who writes while they wait does not put off what they were promised.
func TestWritingPutsNothingOff(t *testing.T) {
	t.Parallel()
	d := newDesk(t, there{"*": 1})
	d.say("我不想活了")
	before := d.entry()
	for range 5 {
		d.now = d.now.Add(20 * time.Second)
		d.say("我不想活了")
	}
	if now := d.entry(); !now.Due.Equal(before.Due) || now.Epoch != before.Epoch || now.Queue != "care" {
		t.Errorf("first %+v, then %+v", before.Handoff, now.Handoff)
	}
}

// Who waits for an hour is told some times that it takes longer, not every time
// the promise of the line has passed; also while agents come and go.
func TestWaitingIsNoSpam(t *testing.T) {
	t.Parallel()
	for name, flaps := range map[string]bool{"all are busy": false, "they come and go": true} {
		roster := there{"*": 1}
		d := newDesk(t, roster)
		d.say("我不想活了，人工")
		if d.entry().Queue != "care" {
			t.Fatalf("%s: waits in %q", name, d.entry().Queue)
		}
		before := d.entry().Version
		for second := range 3600 {
			if flaps {
				roster["*"] = second / 5 % 2
			}
			d.now = d.now.Add(time.Second)
			if !d.overdue() {
				continue
			}
			if err := d.engine.Tend(t.Context(), d.conv, "default"); err != nil {
				t.Fatal(err)
			}
		}
		if told := d.entry().Version - before; told < 3 || told > 16 {
			t.Errorf("%s: told %d times in an hour", name, told)
		}
	}
}

// Who acts on a node that has not heard of the latest turn is judged by the
// log, not by what that node remembers.
func TestActsOnWhatTheLogSays(t *testing.T) {
	t.Parallel()
	log := bottest.NewEventLog()
	here, there := newDesk(t, there{"*": 1}), newDesk(t, there{"*": 1})
	for _, d := range []*desk{here, there} {
		d.engine = newEngine(t, log, verdict(bot.Ineligible, "ID_EXPIRED"), func(o *bot.Options) { o.Roster, o.Now = roster{}, func() time.Time { return d.now } })
	}
	there.conv, there.who = here.conv, here.who
	here.say("你好")
	if _, err := there.handle(bot.Say{MessageID: "elsewhere", Text: "人工"}); err != nil {
		t.Fatal(err)
	}
	here.must(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")})
}

// roster is of one agent, always there.
type roster struct{}

func (roster) There(_, _ string) bool { return true }

func (roster) Online(_, _ string) int { return 1 }

// People are served by priority, then by who came first.
func TestPlacesInLine(t *testing.T) {
	t.Parallel()
	d := newDesk(t, there{"*": 3})
	ask := func(conv, text string) {
		t.Helper()
		d.now = d.now.Add(time.Second)
		_, err := d.engine.Handle(t.Context(), bot.Say{Conversation: conv, MessageID: "m1", User: bot.Identity{Tenant: "default", User: conv}, Locale: "zh-CN", Text: text})
		if err != nil {
			t.Fatal(err)
		}
	}
	ask("first", "人工")
	ask("second", "转人工")
	ask("urgent", "不想活了")
	var order []string
	for _, entry := range d.engine.Board().List("default") {
		order = append(order, entry.Conversation+" "+entry.Queue)
	}
	if got := strings.Join(order, ", "); got != "urgent care, first general, second general" {
		t.Errorf("order: %s", got)
	}
	for conv, want := range map[string]int{"first": 1, "second": 2, "urgent": 1} {
		if got, ok := d.engine.Board().Position(conv); !ok || got != want {
			t.Errorf("%s is at %d, want %d", conv, got, want)
		}
	}
	if others := d.engine.Board().List("other"); len(others) != 0 {
		t.Errorf("another tenant sees %v", others)
	}
}

// Hours of a queue, over midnight too.
func TestHours(t *testing.T) {
	t.Parallel()
	shanghai := time.FixedZone("CST", 8*3600)
	day := bot.Hours{Zone: shanghai, Days: []time.Weekday{time.Monday, time.Tuesday}, From: 9 * time.Hour, To: 18 * time.Hour}
	night := bot.Hours{From: 22 * time.Hour, To: 6 * time.Hour}
	for _, c := range []struct {
		hours bot.Hours
		at    string
		want  bool
	}{
		{bot.Hours{}, "2026-11-22T03:00:00Z", true},
		{day, "2026-11-23T01:00:00Z", true},  // Monday 09:00 there
		{day, "2026-11-23T00:59:00Z", false}, // 08:59
		{day, "2026-11-23T10:00:00Z", false}, // 18:00
		{day, "2026-11-22T02:00:00Z", false}, // Sunday
		{night, "2026-11-23T23:00:00Z", true},
		{night, "2026-11-23T05:59:00Z", true},
		{night, "2026-11-23T06:00:00Z", false},
	} {
		at, _ := time.Parse(time.RFC3339, c.at)
		if got := c.hours.Open(at); got != c.want {
			t.Errorf("%+v at %s: %t", c.hours, c.at, got)
		}
	}
}

// An agent reads what a case is about before the first word.
func TestCase(t *testing.T) {
	t.Parallel()
	d := newDesk(t, there{"*": 1})
	d.say("为什么我的借呗开通不了")
	d.say("人工")
	found, err := d.engine.Case(t.Context(), "default", d.conv, "zh-CN")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Join(found.Brief.Lines("zh-CN"), "\n")
	for _, want := range []string{"问的是：为什么我的借呗开通不了", "查询结果：暂不能开通", "涉及原因：身份信息需要完善"} {
		if !strings.Contains(lines, want) {
			t.Errorf("the brief lacks %q:\n%s", want, lines)
		}
	}
	if found.Entry.Reason != "requested" || len(found.Turns) != 2 {
		t.Errorf("%+v", found.Entry)
	}
	if _, err := d.engine.Case(t.Context(), "other", d.conv, "en"); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("another tenant: %v", err)
	}
}

// A node that has just started finds what waits by looking.
func TestRefreshFillsTheBoard(t *testing.T) {
	t.Parallel()
	log := bottest.NewEventLog()
	with := func(o *bot.Options) { o.Roster = there{"*": 1} }
	a, b := newEngine(t, log, verdict(bot.Eligible), with), newEngine(t, log, verdict(bot.Eligible), with)
	if _, err := sayTo(t, a, "m1", "人工"); err != nil {
		t.Fatal(err)
	}
	if err := b.Refresh(t.Context(), "c1"); err != nil {
		t.Fatal(err)
	}
	there, _ := a.Board().Get("c1")
	here, ok := b.Board().Get("c1")
	if !ok || here != there {
		t.Errorf("one board says %+v, the other %+v", there, here)
	}
	if _, err := a.Attend(t.Context(), bot.DeskAct{Conversation: "c1", ID: "d1", Kind: bot.DeskClaim, Agent: agent("lin")}); err != nil {
		t.Fatal(err)
	}
	if err := b.Refresh(t.Context(), "c1"); err != nil {
		t.Fatal(err)
	}
	if here, _ := b.Board().Get("c1"); here.State != bot.HandoffActive || here.Agent.Name != "客服lin" {
		t.Errorf("after a claim elsewhere: %+v", here)
	}
	if err := b.Refresh(t.Context(), "nowhere"); !errors.Is(err, bot.ErrNotFound) {
		t.Errorf("an unknown conversation: %v", err)
	}
}
