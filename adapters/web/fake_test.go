package web

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"kaitong/bot"
)

// fakeEngine keeps turns in memory and answers by keyword. Its rules are those
// of the real one as far as this package can tell: owners, ids, sequence
// numbers, one turn of a conversation at a time.
type fakeEngine struct {
	mu     sync.Mutex
	convs  map[string]*fakeConv
	says   []bot.Say // everything handled, in order
	epoch  string
	now    func() time.Time
	gate   chan struct{} // a text holding "wait" is answered only after a receive
	inside chan string   // told the id of each such message, once it waits
	hurt   string        // id of the conversation that is damaged
	page   *bot.Page     // set by publish
	deaf   int           // so many calls of Open fail first
	hide   int64         // history pretends that events above this do not exist, when set
}

type fakeConv struct {
	mu     sync.Mutex
	owner  bot.Identity
	former bot.Identity
	turns  []bot.Turn
	seen   map[string]fakeSeen
	seq    int64
	step   int // of the flow, 0 before it

	filled int // short turns stored by fill
	proofs []bot.Proof
}

type fakeSeen struct {
	body string
	turn int
	seq  int64
}

func newFakeEngine() *fakeEngine {
	return &fakeEngine{
		convs: map[string]*fakeConv{}, epoch: "epoch-1", now: time.Now,
		gate: make(chan struct{}), inside: make(chan string, 100),
	}
}

func (e *fakeEngine) Handle(ctx context.Context, say bot.Say) (bot.Receipt, error) {
	if err := e.damage(say.Conversation); err != nil {
		return bot.Receipt{}, err
	}
	c := e.conv(say.Conversation, say.User)
	if c == nil {
		return bot.Receipt{}, fmt.Errorf("conversation %s: %w", say.Conversation, bot.ErrNotFound)
	}
	e.mu.Lock()
	e.says = append(e.says, say)
	e.mu.Unlock()
	c.mu.Lock()
	defer c.mu.Unlock()
	body := fmt.Sprint(say.Text, say.Choice, say.Vote, say.Handoff)
	if known, ok := c.seen[say.MessageID]; ok {
		if known.body != body {
			return bot.Receipt{}, bot.ErrIDConflict
		}
		return bot.Receipt{Turn: c.turns[known.turn], Seq: known.seq, Duplicate: true}, nil
	}
	if err := e.mischief(ctx, say); err != nil {
		return bot.Receipt{}, err
	}
	return c.store(say, body, e.now()), nil
}

func (e *fakeEngine) heard() []bot.Say {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.says)
}

// mischief is what can go wrong inside an engine, by keyword.
func (e *fakeEngine) mischief(ctx context.Context, say bot.Say) error {
	switch {
	case strings.Contains(say.Text, "wait"):
		e.inside <- say.MessageID
		select {
		case <-e.gate:
		case <-ctx.Done():
			return ctx.Err()
		}
	case say.Text == "panic":
		panic("asked to")
	case say.Text == "busy":
		return fmt.Errorf("queue: %w", bot.ErrBusy)
	case say.Text == "broken":
		return fmt.Errorf("disk /secret/path on fire")
	case say.Choice != nil && say.Choice.Choice == "gone":
		return bot.ErrInvalid
	}
	if strings.Contains(say.Text, "check") || strings.Contains(say.Text, "开通不了") {
		say.OnCheck("checking")
		say.OnCheck("done")
	}
	return nil
}

func (e *fakeEngine) conv(id string, who bot.Identity) *fakeConv {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := e.convs[id]
	if c == nil {
		c = &fakeConv{owner: who, seen: map[string]fakeSeen{}}
		e.convs[id] = c
	}
	if c.owner != who {
		return nil
	}
	return c
}

func (c *fakeConv) next() int64 { c.seq++; return c.seq }

func (c *fakeConv) store(say bot.Say, body string, at time.Time) bot.Receipt {
	var events []bot.Event
	seq := c.seq
	reply := func(blocks []bot.Block, about *bot.About) {
		events = append(events, bot.Message{Seq: c.next(), ID: fmt.Sprintf("b-%s", say.MessageID), Author: bot.AuthorBot, Re: say.MessageID, Blocks: blocks, About: about})
	}
	switch {
	case say.Vote != nil:
		events = append(events, bot.FeedbackGiven{Message: say.Vote.Message})
	case say.Handoff == bot.HandoffRequest:
		events = append(events, bot.HandoffChanged{Seq: c.next(), State: bot.HandoffRequested, Owner: 1})
		seq = c.seq
		reply(fakeHandoffBlocks(say.Locale), nil)
	case say.Handoff == bot.HandoffCancel:
		events = append(events, bot.HandoffChanged{Seq: c.next(), State: bot.HandoffCancelled, Owner: 2})
		seq = c.seq
	default:
		m := bot.Message{Seq: c.next(), ID: say.MessageID, Author: bot.AuthorUser, Blocks: []bot.Block{{Type: bot.BlockText, Text: say.Text}}}
		if say.Choice != nil {
			m.Blocks[0].Text, m.Choice = c.label(*say.Choice), say.Choice.Choice
		}
		seq = c.seq
		events = append(events, m, bot.Understood{Move: bot.MoveAnswer})
		answer := c.answer(say)
		reply(answer.blocks, &answer.about)
	}
	turn := bot.Turn{Conversation: say.Conversation, Version: int64(len(c.turns) + 1), At: at, Events: events}
	c.turns = append(c.turns, turn)
	c.seen[say.MessageID] = fakeSeen{body: body, turn: len(c.turns) - 1, seq: seq}
	return bot.Receipt{Turn: turn, Seq: seq}
}

// label finds the words of a choice that was offered.
func (c *fakeConv) label(ref bot.ChoiceRef) string {
	for _, turn := range c.turns {
		for _, event := range turn.Events {
			m, ok := event.(bot.Message)
			if !ok || m.ID != ref.Message {
				continue
			}
			for _, block := range m.Blocks {
				for _, choice := range block.Choices {
					if choice.ID == ref.Choice {
						return choice.Label
					}
				}
			}
		}
	}
	return ref.Choice
}

// fill stores n more short turns at once.
func (e *fakeEngine) fill(conv string, who bot.Identity, n int) {
	c := e.conv(conv, who)
	c.mu.Lock()
	defer c.mu.Unlock()
	for range n {
		id := fmt.Sprintf("fill-%d", c.filled)
		c.filled++
		c.store(bot.Say{Conversation: conv, MessageID: id, User: who, Text: id}, id, e.now())
	}
}

// tell stores one bot message a line.
func (e *fakeEngine) tell(conv string, who bot.Identity, lines []string) {
	c := e.conv(conv, who)
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, line := range lines {
		m := bot.Message{Seq: c.next(), ID: fmt.Sprintf("tell-%d", c.seq), Author: bot.AuthorBot, Blocks: []bot.Block{{Type: bot.BlockText, Text: line}}}
		c.turns = append(c.turns, bot.Turn{Conversation: conv, Version: int64(len(c.turns) + 1), At: e.now(), Events: []bot.Event{m}})
	}
}

// agent stores an agent's message and returns the turn.
func (e *fakeEngine) agent(conv string, who bot.Identity, text string) bot.Turn {
	c := e.conv(conv, who)
	c.mu.Lock()
	defer c.mu.Unlock()
	m := bot.Message{Seq: c.next(), ID: fmt.Sprintf("agent-%d", c.seq), Author: bot.AuthorAgent, Blocks: []bot.Block{{Type: bot.BlockText, Text: text}}}
	turn := bot.Turn{Conversation: conv, Version: int64(len(c.turns) + 1), At: e.now(), Events: []bot.Event{m}}
	c.turns = append(c.turns, turn)
	return turn
}

func (e *fakeEngine) find(who bot.Identity, id string) *fakeConv {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := e.convs[id]
	if c == nil || c.owner != who {
		return nil
	}
	return c
}

func (e *fakeEngine) Open(_ context.Context, who bot.Identity, id string) (bot.Summary, error) {
	if e.isDeaf() {
		return bot.Summary{}, errors.New("the log is away")
	}
	if err := e.damage(id); err != nil {
		return bot.Summary{}, err
	}
	c := e.find(who, id)
	if c == nil {
		return bot.Summary{}, fmt.Errorf("conversation %s: %w", id, e.absent(who, id))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.turns) == 0 {
		return bot.Summary{}, bot.ErrNotFound
	}
	return bot.Summary{Conversation: id, Seq: c.seq}, nil
}

// Claim gives a conversation another owner.
func (e *fakeEngine) Claim(_ context.Context, id string, from, to bot.Identity) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	c := e.convs[id]
	if c == nil || c.owner != from || from.Tenant != to.Tenant {
		return fmt.Errorf("conversation %s: claim: %w", id, bot.ErrNotFound)
	}
	c.owner, c.former = to, from
	return nil
}

// absent is why somebody does not find a conversation.
func (e *fakeEngine) absent(who bot.Identity, id string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if c := e.convs[id]; c != nil && c.former == who {
		return errors.Join(bot.ErrNotFound, bot.ErrMoved)
	}
	return bot.ErrNotFound
}

// hurtConv makes a conversation a damaged one.
func (e *fakeEngine) hurtConv(id string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.hurt = id
}

func (e *fakeEngine) damage(id string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.hurt != id {
		return nil
	}
	return fmt.Errorf("conversation %s: %w", id, bot.ErrDamaged)
}

func (e *fakeEngine) isDeaf() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.deaf--
	return e.deaf >= 0
}

func (e *fakeEngine) History(_ context.Context, who bot.Identity, id string, after int64, _ int) ([]bot.Turn, error) {
	if err := e.damage(id); err != nil {
		return nil, err
	}
	c := e.find(who, id)
	if c == nil {
		return nil, bot.ErrNotFound
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.turns) == 0 {
		return nil, bot.ErrNotFound
	}
	var turns []bot.Turn
	for _, turn := range c.turns {
		turn.Events = slices.DeleteFunc(bot.Visible(turn, after), func(event bot.Event) bool {
			return e.hide > 0 && encodeTurns(id, bot.Turn{Events: []bot.Event{event}})[0].seq > e.hide
		})
		turns = append(turns, turn)
	}
	return turns, nil
}

func (e *fakeEngine) Greeting(_, locale string) []bot.Block {
	return []bot.Block{{Type: bot.BlockText, Text: pick(locale,
		"你好，我是借呗开通助手。告诉我遇到了什么情况，我来帮你看看原因和下一步。",
		"Hi, I help with opening Jiebei. Tell me what happened and I will look into the reason and the next step.")}}
}

func (e *fakeEngine) Page(_, locale string) bot.Page {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.page != nil {
		return *e.page
	}
	return bot.Page{Title: pick(locale, "借呗开通助手", "Jiebei helper"), Ask: []string{
		pick(locale, "为什么我的借呗开通不了？", "Why can’t I open Jiebei?"), pick(locale, "找不到借呗入口", "I can’t find the Jiebei entry"),
	}}
}

// publish changes what the page shows from the next welcome on.
func (e *fakeEngine) publish(page bot.Page) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.page = &page
}

func (e *fakeEngine) HelpCentre(locale string) bot.HelpCentre {
	p := func(zh, en string) string { return pick(locale, zh, en) }
	fixes := []bot.ArticleFix{{Title: p("按时还款", "Repay on time"), Steps: []string{p("打开账单看还款日。", "Open the bill and look at the due date.")}}}
	return bot.HelpCentre{Product: p("借呗", "Jiebei"), Title: p("借呗开通助手", "Jiebei helper"), Ask: e.Page("", locale).Ask, Groups: []bot.HelpGroup{
		{ID: "how", Title: p("怎么开通", "Getting started"), Articles: []bot.Article{{
			ID: "how.activate", Title: p("怎么开通借呗", "How do I open Jiebei?"), Question: p("怎么开通借呗", "How do I open Jiebei?"),
			Paragraphs: []string{p("打开支付宝，搜索「借呗」。", "Open Alipay and search for Jiebei.")}, Fixes: []bot.ArticleFix{},
		}}},
		{ID: "credit", Title: p("信用与还款", "Credit and repayment"), Articles: []bot.Article{{
			ID: "credit.bad_record", Title: p("逾期或不良信用记录", "Overdue payments"), Question: p("有逾期，开通不了", "I paid late"),
			Paragraphs: []string{p("有欠款逾期未还，可能影响开通。", "Money still overdue can affect opening.")}, Fixes: fixes,
		}}},
	}}
}

func (e *fakeEngine) Epoch() string { return e.epoch }

func pick(locale, zh, en string) string {
	if locale == localeEN {
		return en
	}
	return zh
}
