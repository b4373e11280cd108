package dialogue

import (
	"slices"
	"strings"

	"kaitong/bot"
	"kaitong/knowledge"
)

// always holds what is true of every answer of every dialogue, whatever it
// expects.
func (p *player) always(i int, a answer) {
	if p.script.silent() {
		p.fail(i, a, "a check was made, but no eligibility reply is recorded")
	}
	p.neverSaid(i, a)
	p.neverTold(i, a)
	if a.message.ID == "" { // a human has taken over
		return
	}
	p.humanOffered(i, a)
	p.readable(i, a)
	p.proofread(i, a)
	if a.about.Step != "" && slices.Contains(a.taken, a.about.Step) {
		p.fail(i, a, "step %q is shown again, though it was taken", a.about.Step)
	}
}

func (p *player) neverSaid(i int, a answer) {
	text := a.text()
	for _, words := range p.dialogue.Never {
		if strings.Contains(text, words) {
			p.fail(i, a, "the answer says %q, which this dialogue must never say", words)
		}
	}
}

// neverTold looks for reason codes: none reaches a client, and one that may
// not be told is not even kept.
func (p *player) neverTold(i int, a answer) {
	visible, stored := a.visible(), a.stored()
	for _, code := range p.codes() {
		switch {
		case strings.Contains(visible, code):
			p.fail(i, a, "the reason code %s is visible", code)
		case p.base.Class(code) == knowledge.Silent && strings.Contains(stored, code):
			p.fail(i, a, "the silent reason code %s is stored", code)
		}
	}
}

// codes are the reason codes of the recorded replies that nobody typed
// themselves.
func (p *player) codes() []string {
	var codes []string
	for _, reply := range p.script.replies {
		for _, code := range reply.Reasons {
			typed := slices.ContainsFunc(p.dialogue.Turns, func(e knowledge.Exchange) bool { return strings.Contains(e.Say, code) })
			if !typed {
				codes = append(codes, code)
			}
		}
	}
	return codes
}

func (p *player) humanOffered(i int, a answer) {
	ids := a.choices()
	if !slices.Contains(ids, "agent") && !slices.Contains(ids, "cancel_agent") {
		p.fail(i, a, "no way to a human is offered%s", listed(ids))
	}
}

// readable holds that there is something to read, to its end, and every choice
// says what it does, once.
func (p *player) readable(i int, a answer) {
	words := a.words(false)
	switch {
	case len(words) == 0:
		p.fail(i, a, "the answer has no words")
	case strings.HasSuffix(words[len(words)-1], "：") || strings.HasSuffix(words[len(words)-1], ":"):
		p.fail(i, a, "the answer ends where something should follow: %q", shorten(words[len(words)-1], saidShown))
	}
	for n, choice := range a.offered() {
		if strings.TrimSpace(choice.Label) == "" {
			p.fail(i, a, "choice %q has no label", choice.ID)
		}
		if slices.ContainsFunc(a.offered()[:n], func(c bot.Choice) bool { return c.ID == choice.ID }) {
			p.fail(i, a, "choice %q is offered twice", choice.ID)
		}
	}
}

// proofread holds the words, as they are put together, to the rules of the
// pack: no promise, no request for secrets, no foreign phone number.
func (p *player) proofread(i int, a answer) {
	for _, words := range a.words(false) {
		locale := knowledge.English
		if mostlyChinese(words) {
			locale = knowledge.Chinese
		}
		if err := p.base.CheckWords(words, locale); err != nil {
			p.fail(i, a, "words the pack may not say: %v", err)
		}
	}
}
