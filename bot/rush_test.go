package bot_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"kaitong/bot"
	"kaitong/bot/bottest"
)

// slowModel answers nothing until it is told that nobody waits.
type slowModel struct{ asked chan string }

func (m slowModel) Interpret(ctx context.Context, _ bot.Question) (string, error) {
	return "", m.wait(ctx, "read")
}

func (m slowModel) Phrase(ctx context.Context, _ bot.Rewording) ([]bot.Sentence, error) {
	return nil, m.wait(ctx, "worded")
}

func (m slowModel) wait(ctx context.Context, what string) error {
	m.asked <- what
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(time.Minute):
		return errors.New("nobody said that they do not wait")
	}
}

// slowDesk is a conversation that waits for a human, with a model that is slow.
func slowDesk(t *testing.T) (*desk, slowModel) {
	t.Helper()
	d, model := newDesk(t, there{"*": 2}), slowModel{make(chan string, 8)}
	d.engine = newEngine(t, bottest.NewEventLog(), verdict(bot.Eligible), func(o *bot.Options) {
		o.Roster, o.Interpreter, o.Phraser = there{"*": 2}, model, model
	})
	d.say("人工")
	return d, model
}

// meanwhile says something, and does something else once the model is asked about
// it. It returns what the bot answered.
func meanwhile(t *testing.T, d *desk, model slowModel, text string, do func()) bot.Receipt {
	t.Helper()
	type answered struct {
		receipt bot.Receipt
		err     error
	}
	answer := make(chan answered, 1)
	go func() {
		receipt, err := d.engine.Handle(t.Context(), bot.Say{Conversation: d.conv, MessageID: "slow", User: d.who, Locale: "zh-CN", Text: text})
		answer <- answered{receipt, err}
	}()
	<-model.asked
	do()
	got := <-answer
	if got.err != nil {
		t.Fatal(got.err)
	}
	return got.receipt
}

// Whoever must not wait ends the wait for a model; the authored answer is given
// first, and nothing of the model's shows after an agent has come.
func TestNobodyWhoMustNotWaitWaitsForAModel(t *testing.T) {
	t.Parallel()
	for _, text := range []string{odd, "借呗要填哪些资料"} {
		for name, act := range map[string]func(*desk) error{
			"claim": func(d *desk) error {
				_, err := d.act(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")})
				return err
			},
			"look": func(d *desk) error { _, err := d.engine.Case(t.Context(), d.who.Tenant, d.conv, "zh-CN"); return err },
			"withdraw": func(d *desk) error {
				_, err := d.engine.Handle(t.Context(), bot.Say{Conversation: d.conv, MessageID: "w", User: d.who, Handoff: bot.HandoffCancel})
				return err
			},
		} {
			d, model := slowDesk(t)
			want := newDesk(t, there{"*": 2})
			want.engine = newEngine(t, bottest.NewEventLog(), verdict(bot.Eligible), func(o *bot.Options) { o.Roster = there{"*": 2} })
			want.say("人工")
			authored := want.say(text)
			receipt := meanwhile(t, d, model, text, func() {
				if err := act(d); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
			answer, _ := receipt.Turn.Events[len(receipt.Turn.Events)-1].(bot.Message)
			if texts(answer) != texts(authored) || answer.About.Composed != "authored" {
				t.Errorf("%s, %s: %s", name, text, texts(answer))
			}
			if len(model.asked) > 0 {
				t.Errorf("%s: the model was asked again: %s", name, <-model.asked)
			}
		}
	}
}

// What nobody waits for cuts nothing short: a summary, the clock.
func TestOnlyWhoMustNotWaitCutsAModelShort(t *testing.T) {
	t.Parallel()
	d, model := slowDesk(t)
	ctx, stop := context.WithCancel(t.Context())
	answer := make(chan error, 1)
	go func() {
		_, err := d.engine.Handle(ctx, bot.Say{Conversation: d.conv, MessageID: "slow", User: d.who, Locale: "zh-CN", Text: odd})
		answer <- err
	}()
	<-model.asked
	waited, give := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer give()
	if _, err := d.engine.Gist(waited, d.who.Tenant, d.conv); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a summary: %v", err)
	}
	if err := d.engine.Tend(waited, d.conv, d.who.Tenant); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the clock: %v", err)
	}
	stop()
	<-answer
}

// A note on a request is for that request: also once an agent has it, but not when
// it is over, or for the one that came after it.
func TestALateNoteIsNotTakenForTheNextRequest(t *testing.T) {
	t.Parallel()
	note := func(d *desk, epoch int64) error {
		_, err := d.act(bot.DeskAct{Kind: bot.DeskNote, Agent: bot.Agent{ID: bot.ByModel, Name: "AI 摘要", Tenant: d.who.Tenant}, Epoch: epoch, OfRequest: true, Text: "摘要"})
		return err
	}
	for name, one := range map[string]struct {
		meanwhile func(*desk)
		stored    bool
	}{
		"nothing": {func(*desk) {}, true},
		"claimed": {func(d *desk) { d.must(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")}) }, true},
		"released": {func(d *desk) {
			d.must(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")})
			d.must(bot.DeskAct{Kind: bot.DeskRelease, Agent: agent("lin"), Epoch: d.entry().Epoch})
		}, true},
		"withdrawn": {func(d *desk) { d.answer(bot.Say{Handoff: bot.HandoffCancel}) }, false},
		"asked for anew": {func(d *desk) {
			d.answer(bot.Say{Handoff: bot.HandoffCancel})
			d.say("人工")
		}, false},
		"claimed anew": {func(d *desk) {
			d.answer(bot.Say{Handoff: bot.HandoffCancel})
			d.say("人工")
			d.must(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")})
		}, false},
		"resolved": {func(d *desk) {
			d.must(bot.DeskAct{Kind: bot.DeskClaim, Agent: agent("lin")})
			d.must(bot.DeskAct{Kind: bot.DeskResolve, Agent: agent("lin"), Epoch: d.entry().Epoch, Disposition: bot.Disposition{Solved: bot.SolvedYes}})
		}, false},
	} {
		d := newDesk(t, there{"*": 2})
		d.say("人工")
		epoch := d.entry().Epoch
		one.meanwhile(d)
		if err := note(d, epoch); one.stored != (err == nil) || err != nil && !errors.Is(err, bot.ErrFenced) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
