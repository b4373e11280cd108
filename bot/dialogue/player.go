package dialogue

import (
	"context"
	"fmt"
	"slices"
	"time"

	"kaitong/bot"
	"kaitong/knowledge"
)

// tenant is the host of every person in a dialogue.
const tenant = "default"

// player plays one dialogue.
type player struct {
	dialogue knowledge.Dialogue
	base     *knowledge.Base
	quiet    bool // only play: what must come of it is looked at elsewhere

	engine *bot.Engine
	script *script
	conv   *bot.Conversation
	last   answer // the last answer with anything to tap

	heard     []answer // one an exchange, as far as it was played
	exchanges []Exchange
	failures  []Failure
}

// newPlayer gives a dialogue an engine of its own, so that ids count from one
// and the state of the service is the dialogue's.
func (r *runner) newPlayer(id string, d knowledge.Dialogue, replies []knowledge.Reply) *player {
	p := &player{
		dialogue: d, base: r.Edition.Base, conv: bot.NewConversation(id),
		script: &script{check: r.Check, replies: replies},
	}
	made := 0
	p.engine = bot.NewEngine(bot.Options{
		Log: r.Log, Library: bot.NewLibrary(r.Edition), Eligibility: p.script, Status: p.board(r.started),
		Now: func() time.Time { return r.started },
		NewID: func() string {
			made++
			return letters(made)
		},
		CachedConversations: 1, Roster: staffed(d.Agents),
	})
	return p
}

// staffed says whether humans are there, at every line.
type staffed bool

// Online implements bot.Roster.
func (s staffed) Online(string, string) int {
	if s {
		return 1
	}
	return 0
}

// There implements bot.Roster.
func (s staffed) There(string, string) bool { return bool(s) }

// letters counts in letters, so that a ticket does not look like a phone number.
func letters(n int) string {
	text := []byte("baaaaaaa")
	for i := len(text) - 1; i > 0 && n > 0; i-- {
		text[i] += byte(n % 26)
		n /= 26
	}
	return string(text)
}

// board has one incident an area, which began an hour ago.
func (p *player) board(now time.Time) board {
	var live board
	for _, area := range p.dialogue.Incidents {
		live = append(live, bot.Incident{
			ID: "incident-" + area, Area: area, Since: now.Add(-time.Hour),
			Text: map[string]string{"zh-CN": "我们正在处理，恢复后会更新。", "en": "We are working on it and will post an update."},
		})
	}
	return live
}

// play goes through the exchanges. One that cannot be made ends the dialogue:
// what follows would make no sense.
func (p *player) play(ctx context.Context) {
	for i, exchange := range p.dialogue.Turns {
		say, ok := p.say(i, exchange)
		if !ok {
			return
		}
		receipt, err := p.engine.Handle(ctx, say)
		if err == nil {
			err = p.conv.Apply(receipt.Turn)
		}
		if err != nil {
			p.fail(i, answer{}, "no answer: %v", err)
			return
		}
		heard := read(receipt.Turn, p.conv)
		p.heard = append(p.heard, heard)
		p.exchanges = append(p.exchanges, Exchange{Said: said(exchange, p.last), Answer: heard.short(answerShown)})
		if heard.message.ID != "" {
			p.last = heard
		}
		if !p.quiet {
			p.always(i, heard)
			p.expected(i, heard, exchange.Expect)
		}
	}
}

// say is what the person does in an exchange. It is not ok when what they tap
// is not there to be tapped.
func (p *player) say(i int, exchange knowledge.Exchange) (bot.Say, bool) {
	say := bot.Say{
		Conversation: p.conv.ID, MessageID: fmt.Sprintf("u%d", i+1),
		User:   bot.Identity{Tenant: tenant, User: p.conv.ID, Anonymous: p.dialogue.Anonymous},
		Locale: string(p.dialogue.Locale), Client: client(p.dialogue.Client), Text: exchange.Say,
	}
	if exchange.Tap == "" {
		return say, true
	}
	offered := p.last.choices()
	if !slices.Contains(offered, exchange.Tap) {
		p.fail(i, p.last, "choice %q is not offered%s", exchange.Tap, listed(offered))
		return say, false
	}
	say.Text, say.Choice = "", &bot.ChoiceRef{Message: p.last.message.ID, Choice: exchange.Tap}
	return say, true
}

func client(c knowledge.Client) bot.Client {
	return bot.Client{AppVersion: c.AppVersion, OS: c.OS, Network: c.Network, Region: c.Region}
}

// compare holds that nobody can tell this dialogue from the same one with
// other replies: what a client sees is the same to the byte, and the log holds
// the same kinds of events.
func (p *player) compare(again *player, i int) {
	label := fmt.Sprintf("with the replies of alike[%d]", i)
	if len(again.failures) > 0 {
		failure := again.failures[0]
		p.fail(failure.Turn-1, answer{}, "%s: %s", label, failure.Message)
		return
	}
	for turn, heard := range p.heard {
		if turn >= len(again.heard) {
			return
		}
		other := again.heard[turn]
		switch {
		case heard.visible() != other.visible():
			p.fail(turn, other, "%s the answer differs: %s", label, difference(heard.visible(), other.visible()))
			return
		case !slices.Equal(heard.kinds(), other.kinds()):
			p.fail(turn, other, "%s the turn holds other events: %v, not %v", label, other.kinds(), heard.kinds())
			return
		}
	}
}

// fail takes note of what is wrong with an exchange.
func (p *player) fail(i int, heard answer, format string, args ...any) {
	failure := Failure{Dialogue: p.dialogue.ID, File: p.dialogue.File, Turn: i + 1, Message: fmt.Sprintf(format, args...), Answer: heard.short(answerShown)}
	if i >= 0 && i < len(p.dialogue.Turns) {
		exchange := p.dialogue.Turns[i]
		failure.Line, failure.Said = exchange.Line, said(exchange, p.last)
	}
	p.failures = append(p.failures, failure)
}

// said is an exchange in a few words: the text, or the choice that is tapped.
func said(exchange knowledge.Exchange, offered answer) string {
	if exchange.Tap == "" {
		return "「" + shorten(exchange.Say, saidShown) + "」"
	}
	if label := offered.label(exchange.Tap); label != "" {
		return "[" + exchange.Tap + " " + label + "]"
	}
	return "[" + exchange.Tap + "]"
}
