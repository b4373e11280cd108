package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"kaitong/bot"
)

// person is somebody of the month. What they do depends on what the bot offers:
// they read, tap, type, wait and leave like people do.
type person struct {
	month        *month
	random       *rand.Rand
	who          bot.Identity
	conversation string
	english      bool
	client       bot.Client
	situation    *situation
	wordings     []string // of what they ask
	code         string   // what the service says of them; "" lets them open
	mended       bool     // it no longer does

	said     int  // messages, for their ids
	rephrase int  // how often they were not understood
	returns  int  // how often they have come back
	guided   bool // step by step, at least once
	tried    bool // what was advised, alone
}

// mostSaid ends conversations that would never end.
const mostSaid = 24

func (p *person) chance(share float64) bool { return p.random.Float64() < share }

// between is a time that people take.
func (p *person) between(least, most time.Duration) time.Duration {
	return least + time.Duration(p.random.Int64N(int64(most-least)))
}

// open is the first thing somebody says.
func (p *person) open(ctx context.Context) error { return p.write(ctx, one(p, p.wordings)) }

func (p *person) write(ctx context.Context, text string) error {
	return p.say(ctx, bot.Say{Text: text})
}

// say sends something and plans what follows from the answer.
func (p *person) say(ctx context.Context, say bot.Say) error {
	p.said++
	say.Conversation, say.MessageID, say.User, say.Client = p.conversation, fmt.Sprintf("%s-%d", p.conversation, p.said), p.who, p.client
	say.Locale = "zh-CN"
	if p.english {
		say.Locale = "en"
	}
	receipt, err := p.month.engine.Handle(ctx, say)
	if errors.Is(err, bot.ErrInvalid) { // what they tap is no longer offered
		return nil
	}
	if err != nil {
		return err
	}
	if say.Vote == nil && p.said < mostSaid {
		p.hear(receipt.Turn)
	}
	return nil
}

// hear reads an answer and plans what to do about it.
func (p *person) hear(turn bot.Turn) {
	reply, move := answerIn(turn)
	if reply == nil {
		return
	}
	if slices.ContainsFunc(turn.Events, func(event bot.Event) bool {
		change, ok := event.(bot.HandoffChanged)
		return ok && (change.State == bot.HandoffQueued || change.State == bot.HandoffRequested)
	}) {
		p.month.fetch(p)
		if choicesOf(reply)["appeal.start"] != "" && p.chance(0.7) {
			p.month.agenda.plan(p.between(5*time.Second, 20*time.Second), p.tap(reply, "appeal.start"))
		}
		return
	}
	p.month.receive(turn)
	p.vote(reply, move)
	next := p.choose(reply, move)
	if next == nil {
		p.comeBack()
		return
	}
	p.month.agenda.plan(p.between(8*time.Second, 90*time.Second), next)
}

// answerIn is what the bot said in a turn, and what it did.
func answerIn(turn bot.Turn) (*bot.Message, bot.Move) {
	var reply *bot.Message
	var move bot.Move
	for _, event := range turn.Events {
		switch e := event.(type) {
		case bot.Message:
			if e.Author == bot.AuthorBot {
				reply = &e
			}
		case bot.Understood:
			move = e.Move
		}
	}
	return reply, move
}

// vote rates an answer now and then: by whether it can help at all.
func (p *person) vote(reply *bot.Message, move bot.Move) {
	if move != bot.MoveAnswer && move != bot.MoveFallback || !p.chance(0.13) {
		return
	}
	up := move == bot.MoveAnswer && p.chance(0.35+0.55*p.situation.Fixes)
	vote := bot.Vote{Message: reply.ID, Up: up}
	p.month.agenda.plan(p.between(5*time.Second, 40*time.Second), func(ctx context.Context) error {
		return p.say(ctx, bot.Say{Vote: &vote})
	})
}

// choose is what somebody does next; nil: they leave.
func (p *person) choose(reply *bot.Message, move bot.Move) func(context.Context) error {
	offered := choicesOf(reply)
	switch {
	case offered["appeal.submit"] != "":
		return p.tap(reply, "appeal.submit")
	case offered["appeal.next"] != "":
		return p.explain(reply)
	case offered["step.tried"] != "":
		return p.atStep(reply)
	case offered["answer"] != "":
		return p.tap(reply, offered["answer"])
	case offered["flow.check"] != "":
		return p.tap(reply, p.either(0.75, "flow.check", "flow.no_check"))
	case !p.chance(0.5 + 0.48*p.situation.Patience):
		return nil
	case move == bot.MoveClarify:
		return p.pick(reply, offered)
	case move == bot.MoveFallback:
		return p.sayOtherwise(reply, offered)
	}
	return p.afterAnswer(reply, offered)
}

func choicesOf(reply *bot.Message) map[string]string {
	offered := map[string]string{}
	for _, block := range reply.Blocks {
		for _, choice := range block.Choices {
			id := choice.ID
			if kind, _, ok := strings.Cut(id, ":"); ok && offered[kind] == "" {
				offered[kind] = id // flow:… is found as flow
			}
			offered[id] = id
		}
	}
	return offered
}

func (p *person) tap(reply *bot.Message, choice string) func(context.Context) error {
	return func(ctx context.Context) error {
		return p.say(ctx, bot.Say{Choice: &bot.ChoiceRef{Message: reply.ID, Choice: choice}})
	}
}

// atStep is what becomes of one step of a flow.
func (p *person) atStep(reply *bot.Message) func(context.Context) error {
	switch roll := p.random.Float64(); {
	case roll < 0.08:
		return p.tap(reply, "step.how")
	case roll < 0.18:
		return p.tap(reply, "step.skip")
	case roll < 0.32:
		return p.tap(reply, "step.failed")
	case roll < 0.40:
		return nil
	}
	return p.later(time.Minute, 25*time.Minute, func(ctx context.Context) error {
		p.mended = p.mended || p.chance(p.situation.Fixes)
		return p.tap(reply, "step.tried")(ctx)
	})
}

// pick takes a reading that was meant, or none.
func (p *person) pick(reply *bot.Message, offered map[string]string) func(context.Context) error {
	if id := offered["intent"]; id != "" && p.chance(0.7) {
		return p.tap(reply, id)
	}
	if offered["none"] != "" {
		return p.tap(reply, "none")
	}
	return nil
}

// sayOtherwise tries again in other words, asks for a human, or gives up.
func (p *person) sayOtherwise(reply *bot.Message, offered map[string]string) func(context.Context) error {
	p.rephrase++
	switch {
	case p.rephrase < 3 && p.chance(0.6):
		return p.open
	case offered["agent"] != "" && p.chance(0.6):
		return p.tap(reply, "agent")
	}
	return nil
}

// afterAnswer goes on after an answer or a flow.
func (p *person) afterAnswer(reply *bot.Message, offered map[string]string) func(context.Context) error {
	has := func(id string) bool { return offered[id] != "" }
	switch {
	case has("flow") && !p.guided && p.chance(0.7):
		p.guided = true
		return p.tap(reply, offered["flow"])
	case has("resolved") && p.mended:
		return p.tap(reply, "resolved")
	case has("intent:appeal") && p.situation.Appeal && p.chance(0.3):
		return p.tap(reply, "intent:appeal")
	case has("resolved") && !p.tried:
		return p.tryAlone(reply)
	case has("agent") && p.chance(0.25):
		return p.tap(reply, "agent")
	}
	return nil
}

// tryAlone is what those do who are not guided: they try what was advised, and
// some come back to say what came of it.
func (p *person) tryAlone(reply *bot.Message) func(context.Context) error {
	p.tried = true
	p.mended = p.chance(p.situation.Fixes)
	said := p.either(0.9, "not_resolved", "resolved")
	if p.mended {
		said = "resolved"
	}
	if !p.chance(0.35) {
		return nil
	}
	return p.later(2*time.Minute, 40*time.Minute, p.tap(reply, said))
}

// later does something after a while.
func (p *person) later(least, most time.Duration, do func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error {
		p.month.agenda.plan(p.between(least, most), do)
		return ctx.Err()
	}
}

func (p *person) either(share float64, first, second string) string {
	if p.chance(share) {
		return first
	}
	return second
}

// explain fills the form of an appeal in, or goes on with it.
func (p *person) explain(reply *bot.Message) func(context.Context) error {
	if p.chance(0.5) {
		return p.tap(reply, "appeal.next")
	}
	return func(ctx context.Context) error { return p.write(ctx, one(p, p.month.story.Explain.in(p.english))) }
}

// comeBack is for some who left without having been helped.
func (p *person) comeBack() {
	if p.returns == 2 || p.mended && p.chance(0.97) || !p.chance(0.16) {
		return
	}
	p.returns++
	p.month.agenda.plan(p.between(2*time.Hour, 70*time.Hour), func(ctx context.Context) error {
		return p.write(ctx, one(p, p.month.story.Again.in(p.english)))
	})
}
