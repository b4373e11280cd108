package analytics_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaitong/bot"
	"kaitong/bot/analytics"
	"kaitong/bot/bottest"
	"kaitong/intents"
	"kaitong/knowledge"
)

// world is the real engine with a log, a clock, and a check that says what the
// test wants.
type world struct {
	t       *testing.T
	log     *bottest.EventLog
	engine  *bot.Engine
	now     time.Time
	verdict bot.Verdict
	n       int
	last    map[string]bot.Message // per conversation, of the bot
	epoch   map[string]int64       // of the hand-off
}

// Check implements bot.Eligibility.
func (w *world) Check(context.Context, bot.CheckRequest) (bot.Verdict, error) { return w.verdict, nil }

// Online implements bot.Roster: somebody is always there.
func (w *world) Online(_, _ string) int { return 1 }

// There implements bot.Roster.
func (w *world) There(_, _ string) bool { return true }

func newWorld(t *testing.T) *world {
	t.Helper()
	base, err := knowledge.Load(knowledge.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	model, err := intents.TrainPack(nil, base.Wordings())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{
		t: t, log: bottest.NewEventLog(), now: time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC),
		last: map[string]bot.Message{}, epoch: map[string]int64{},
	}
	w.engine = bot.NewEngine(bot.Options{
		Log: w.log, Library: bot.NewLibrary(bot.Edition{ID: "1", Base: base, Model: model}), Eligibility: w, Roster: w,
		Now: func() time.Time { return w.now }, NewID: w.id,
	})
	return w
}

func (w *world) id() string { w.n++; return fmt.Sprintf("id-%d", w.n) }

func (w *world) refuses(code string) {
	w.verdict = bot.Verdict{Decision: bot.Ineligible, Reasons: []bot.Reason{{Code: code}}}
}

func (w *world) handle(conv string, say bot.Say) {
	w.t.Helper()
	w.now = w.now.Add(10 * time.Second)
	say.Conversation, say.MessageID, say.Locale = conv, w.id(), "zh-CN"
	say.User = bot.Identity{Tenant: "acme", User: "user-of-" + strings.TrimRight(conv, "'")}
	say.Client = bot.Client{AppVersion: "10.5.1", Channel: "app", Region: "浙江"}
	receipt, err := w.engine.Handle(w.t.Context(), say)
	if err != nil {
		w.t.Fatalf("%s: %+v: %v", conv, say, err)
	}
	w.see(conv, receipt.Turn)
}

func (w *world) see(conv string, turn bot.Turn) {
	for _, event := range turn.Events {
		switch e := event.(type) {
		case bot.Message:
			if e.Author == bot.AuthorBot {
				w.last[conv] = e
			}
		case bot.HandoffChanged:
			w.epoch[conv] = e.Owner
		}
	}
}

func (w *world) says(conv, text string) { w.t.Helper(); w.handle(conv, bot.Say{Text: text}) }

// taps the choice of the last message that begins so.
func (w *world) taps(conv, prefix string) {
	w.t.Helper()
	for _, block := range w.last[conv].Blocks {
		i := slices.IndexFunc(block.Choices, func(c bot.Choice) bool { return strings.HasPrefix(c.ID, prefix) })
		if i >= 0 {
			w.handle(conv, bot.Say{Choice: &bot.ChoiceRef{Message: w.last[conv].ID, Choice: block.Choices[i].ID}})
			return
		}
	}
	w.t.Fatalf("%s: no choice %q in %+v", conv, prefix, w.last[conv].Blocks)
}

// offers says whether the last message has a choice.
func (w *world) offers(conv, id string) bool {
	return slices.ContainsFunc(w.last[conv].Blocks, func(b bot.Block) bool {
		return slices.ContainsFunc(b.Choices, func(c bot.Choice) bool { return c.ID == id })
	})
}

func (w *world) attends(conv string, act bot.DeskAct, after time.Duration) {
	w.t.Helper()
	w.now = w.now.Add(after)
	act.Conversation, act.ID, act.Epoch = conv, w.id(), w.epoch[conv]
	act.Agent = bot.Agent{Tenant: "acme", ID: "lin", Name: "客服小林"}
	receipt, err := w.engine.Attend(w.t.Context(), act)
	if err != nil {
		w.t.Fatalf("%s: %s: %v", conv, act.Kind, err)
	}
	w.see(conv, receipt.Turn)
}

// Five people talk to the real engine; what is counted is what one counts by
// reading the dialogues.
func TestWithTheEngine(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.walksToTheEnd()
	w.isHelpedByAHuman()
	w.comesBack()
	w.says("greeter", "你好")
	w.says("stranger", "今天天气怎么样")

	o, quick := analytics.NewOracle(time.UTC), analytics.NewOracle(time.UTC)
	turns, err := w.log.Tail(t.Context(), 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, turn := range turns {
		if err := o.Apply(turn); err != nil {
			t.Fatal(err)
		}
		row, err := bot.EncodeEvents(turn.Events)
		if err != nil {
			t.Fatal(err)
		}
		if turn.Events, err = bot.DecodeFacts(row.JSON); err != nil {
			t.Fatal(err)
		}
		if err := quick.Apply(turn); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(contacts(t, o), contacts(t, quick)); diff != "" {
		t.Errorf("from whole turns, from what is read quickly:\n%s", diff)
	}
	figuresAre(t, o, map[string][2]int64{
		"contacts": {6, 0}, "requests": {5, 6}, "involvement": {5, 6}, "answer_rate": {4, 5}, "coverage": {4, 5},
		"containment": {4, 5}, "confirmed": {1, 5}, "assumed": {1, 5}, "returned_24h": {1, 5}, "handoff_rate": {1, 5},
		"human_answer_rate": {1, 1}, "human_resolution": {1, 1}, "first_human_response": {60_000, 1}, "handling_time": {50_000, 1},
		"csat": {1, 1}, "guided": {1, 5}, "flow_success": {1, 1}, "unanswered": {1, 5},
	})
	if got := keysOf(t, contacts(t, o)[0], analytics.KindFix); !strings.Contains(got, "shown tried helped confirmed") {
		t.Errorf("fixes %s", got)
	}
	place := contacts(t, o)[0].Place
	want := analytics.Place{Tenant: "acme", Product: "jiebei", Locale: "zh-CN", Channel: "app", Version: "10.5", Region: "浙江", Cause: "technical.network"}
	if place != want {
		t.Errorf("place %+v, want %+v", place, want)
	}
	questions, err := o.Unanswered(t.Context(), everything(), analytics.Page{})
	if err != nil || len(questions) != 1 || questions[0].Text != "今天天气怎么样" {
		t.Errorf("unanswered: %+v, %v", questions, err)
	}
}

// walksToTheEnd is refused, does every step, and a fresh check says it is gone.
func (w *world) walksToTheEnd() {
	w.t.Helper()
	w.refuses("NETWORK_UNTRUSTED")
	w.says("walker", "为什么我的借呗开通不了")
	w.taps("walker", "flow:")
	for range 20 {
		if w.offers("walker", "flow.check") {
			break
		}
		if w.offers("walker", "step.tried") {
			w.taps("walker", "step.tried")
		} else {
			w.taps("walker", "answer:")
		}
	}
	w.verdict = bot.Verdict{Decision: bot.Eligible}
	w.taps("walker", "flow.check")
}

// isHelpedByAHuman: a minute of waiting, 50 seconds of talk, and a vote.
func (w *world) isHelpedByAHuman() {
	w.t.Helper()
	w.refuses("ID_EXPIRED")
	w.says("helped", "为什么我的借呗开通不了")
	w.handle("helped", bot.Say{Vote: &bot.Vote{Message: w.last["helped"].ID, Up: true}})
	w.says("helped", "转人工")
	w.attends("helped", bot.DeskAct{Kind: bot.DeskClaim}, 40*time.Second)
	w.says("helped", "在吗")
	w.attends("helped", bot.DeskAct{Kind: bot.DeskReply, Text: "您好"}, 10*time.Second)
	w.attends("helped", bot.DeskAct{Kind: bot.DeskResolve, Disposition: bot.Disposition{Solved: bot.SolvedYes}}, 30*time.Second)
}

// comesBack asks, leaves, and asks again in another chat after two hours.
func (w *world) comesBack() {
	w.t.Helper()
	w.says("back", "为什么我的借呗开通不了")
	w.now = w.now.Add(2 * time.Hour)
	w.says("back'", "为什么我的借呗开通不了")
}

func figuresAre(t *testing.T, o *analytics.Oracle, want map[string][2]int64) {
	t.Helper()
	rows, err := o.Totals(t.Context(), everything(), analytics.GroupNone)
	if err != nil || len(rows) != 1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for id, counts := range want {
		figure, ok := analytics.FindFigure(id)
		if !ok {
			t.Fatalf("no figure %s", id)
		}
		if v := figure.Of(&rows[0].Totals); v.Num != counts[0] || v.Den != counts[1] {
			t.Errorf("%s is %d of %d, want %d of %d", id, v.Num, v.Den, counts[0], counts[1])
		}
	}
}

// One turn is read and folded in: what the projection of a log costs at least.
func BenchmarkTurn(b *testing.B) {
	o := analytics.NewOracle(time.UTC)
	s := newStory(b, o)
	s.said("为什么开通不了", bot.MoveAnswer, "fail", bot.About{Cause: "net", Reasons: []string{"net"}, Fixes: []string{"a", "b"}, Sources: []string{"cause:net", "fix:a", "fix:b", "phrase:x"}})
	s.begins("net", "a/1")
	s.tries("net", "a/1", "a")
	s.solved()
	rows := make([][]byte, len(s.turns))
	for i, turn := range s.turns {
		row, err := bot.EncodeEvents(turn.Events)
		if err != nil {
			b.Fatal(err)
		}
		rows[i] = row.JSON
	}
	b.ReportAllocs()
	n := 0
	state := analytics.NewOracle(time.UTC)
	for b.Loop() {
		turn := s.turns[n%len(rows)]
		if n%(100*len(rows)) == 0 { // or it would measure how maps grow
			state = analytics.NewOracle(time.UTC)
		}
		turn.Conversation = fmt.Sprint("c", n/len(rows)%100)
		n++
		var err error
		if turn.Events, err = bot.DecodeFacts(rows[turn.Version-1]); err != nil {
			b.Fatal(err)
		}
		if err := state.Apply(turn); err != nil {
			b.Fatal(err)
		}
	}
}
