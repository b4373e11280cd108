package dialogue

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"kaitong/bot"
	"kaitong/knowledge"
)

// Recording is a dialogue made out of a conversation, and what of it could not
// be taken over.
type Recording struct {
	Dialogue knowledge.Dialogue
	Notes    []string // one sentence each
}

// Record makes a dialogue out of the turns of one conversation: what was said
// and tapped, what the eligibility service replied, and what came of it. Who it
// was is left out, and what they typed is masked once more. It ends where a
// human took over, for nobody could play that part.
func Record(id string, turns []bot.Turn) (Recording, error) {
	r := &recorder{conv: bot.NewConversation(id), masker: bot.NewMasker()}
	r.dialogue.ID = id
	for _, turn := range turns {
		if err := r.conv.Apply(turn); err != nil {
			return Recording{}, err
		}
		if r.started(turn); !r.turn(turn) {
			break
		}
	}
	if len(r.dialogue.Turns) == 0 {
		return Recording{}, fmt.Errorf("conversation %s: %w: nothing was said in it", id, bot.ErrNotFound)
	}
	return Recording{Dialogue: r.dialogue, Notes: r.notes}, nil
}

type recorder struct {
	conv     *bot.Conversation
	masker   *bot.Masker
	dialogue knowledge.Dialogue
	opened   string // the locale the conversation began in
	last     answer // the last answer with anything to tap
	notes    []string
}

func (r *recorder) note(sentence string) {
	if !slices.Contains(r.notes, sentence) {
		r.notes = append(r.notes, sentence)
	}
}

// started takes over how a conversation was opened.
func (r *recorder) started(turn bot.Turn) {
	for _, event := range turn.Events {
		if s, ok := event.(bot.Started); ok {
			r.dialogue.About = "Recorded from a conversation of " + turn.At.Format("2 January 2006") + "; say here who asks, and what is held."
			r.dialogue.Anonymous, r.opened = s.Anonymous, s.Locale
		}
	}
}

// turn takes one turn over. It is false where a human takes over.
func (r *recorder) turn(turn bot.Turn) bool {
	heard := read(turn, r.conv)
	var message *bot.Message
	for _, event := range turn.Events {
		switch e := event.(type) {
		case bot.Message:
			if e.Author == bot.AuthorUser && message == nil {
				message = &e
			}
		case bot.Checked:
			r.dialogue.Replies = append(r.dialogue.Replies, replyOf(e))
		}
	}
	if heard.handoff == bot.HandoffActive || heard.understood.Move == bot.MoveRelay {
		r.note("A human took over; what followed is not recorded.")
		return false
	}
	if message == nil {
		return true // a vote, or something that happened behind the scenes
	}
	exchange := r.exchange(*message)
	exchange.Expect = expectation(heard)
	r.dialogue.Turns = append(r.dialogue.Turns, exchange)
	r.locale(exchange.Say, heard)
	r.incident(heard)
	if heard.message.ID != "" {
		r.last = heard
	}
	return true
}

// replyOf is the reply that brings a check to the same end.
func replyOf(c bot.Checked) knowledge.Reply {
	if c.Verdict == nil {
		return knowledge.Reply{Fails: string(c.Outcome)}
	}
	reply := knowledge.Reply{Decision: string(c.Verdict.Decision), Appealable: c.Verdict.Appealable}
	for _, reason := range c.Verdict.Reasons {
		reply.Reasons = append(reply.Reasons, reason.Code)
	}
	if eta := c.Verdict.ReviewETA; eta != nil {
		reply.ReviewETA = knowledge.Date{Time: *eta}
	}
	return reply
}

// exchange is what the person did: a tap where it can be tapped again, else
// the words.
func (r *recorder) exchange(m bot.Message) knowledge.Exchange {
	if slices.Contains(r.last.choices(), m.Choice) {
		return knowledge.Exchange{Tap: m.Choice}
	}
	if m.Choice != "" {
		r.note("A choice of an older answer was tapped; its words are recorded as said.")
	}
	var words []string
	for _, block := range m.Blocks {
		words = append(words, block.Text)
	}
	text, _ := r.masker.Mask(strings.Join(words, "\n"))
	return knowledge.Exchange{Say: r.refill(text, m.Masked)}
}

// expectation is what came of an exchange, as far as it should come of it
// again.
func expectation(heard answer) knowledge.Expect {
	want := knowledge.Expect{
		Move: string(heard.understood.Move), Intent: heard.understood.Intent, Symptom: heard.about.Symptom,
		Cause: heard.about.Cause, Decision: string(heard.about.Decision), Reasons: heard.about.Reasons,
		Fixes: heard.about.Fixes, Flow: heard.flow, Step: heard.about.Step,
	}
	for _, event := range heard.turn.Events {
		switch e := event.(type) {
		case bot.HandoffChanged:
			want.Handoff = string(e.State)
		case bot.FlowEnded, bot.FixConfirmed:
			want.Events = append(want.Events, e.Kind())
			if want.Flow == "" {
				want.Flow = none
			}
		}
	}
	return want
}

// locale finds out whether the person had chosen a language: then answers come
// in it, whatever they write in.
func (r *recorder) locale(text string, heard answer) {
	written := "en"
	if chinese(text) {
		written = "zh-CN"
	}
	if text == "" || written == r.opened || heard.message.ID == "" {
		return
	}
	if mostlyChinese(heard.text()) == (r.opened == "zh-CN") {
		r.dialogue.Locale = knowledge.Locale(r.opened)
	}
}

func chinese(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// mostlyChinese tells an answer in Chinese from one in English that quotes the
// names of buttons.
func mostlyChinese(text string) bool {
	han, latin := 0, 0
	for _, letter := range text {
		switch {
		case unicode.Is(unicode.Han, letter):
			han++
		case unicode.Is(unicode.Latin, letter):
			latin++
		}
	}
	return 3*han > latin // a Chinese character is worth a few letters
}

// incident notes what the log does not hold: which area was in trouble.
func (r *recorder) incident(heard answer) {
	if heard.about.Incident != "" {
		r.note("An incident was live; name its area under incidents.")
	}
}
