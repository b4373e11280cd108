package analytics

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"kaitong/bot"
)

// hear takes in how the person was understood, and what that says about the
// contact.
func (m *Memory) hear(g *glance, asks bool, version int64) {
	c, u := &m.Contact, &g.understood
	if asks {
		m.count(g)
	}
	c.mark(Abused, u.Move == bot.MoveSmallTalk && u.Intent == "abuse")
	c.mark(Distress, u.Move == bot.MoveCare)
	c.mark(Minor, u.Move == bot.MoveRefuse)
	c.mark(Involved, asks && tries(u.Move))
	c.mark(Answered, answers(u.Move) && g.reply != nil && c.Marks.Has(Involved))
	m.intent(u, asks)
	m.remember(g, version)
	m.leaves(g)
}

// tries says whether the bot tries to answer with a move, rather than to give
// somebody to a human.
func tries(move bot.Move) bool { return move != bot.MoveHandoff && move != bot.MoveCare }

// answers says whether a move is a real answer.
func answers(move bot.Move) bool {
	switch move {
	case bot.MoveAnswer, bot.MoveFollowUp, bot.MoveStep, bot.MoveAppeal, bot.MoveWarn, bot.MoveRefuse:
		return true
	}
	return false
}

// count adds to the sums and marks of questions. Only what is typed is a
// question: a tap is always understood, and would make every share look better.
func (m *Memory) count(g *glance) {
	c, typed := &m.Contact, g.typed() != ""
	move := g.understood.Move
	question := typed && move != bot.MoveStep && move != bot.MoveAppeal && move != bot.MoveHandoff && move != bot.MoveNotHelped
	c.add(Questions, question)
	c.add(Fallbacks, question && move == bot.MoveFallback)
	c.add(Clarifies, question && move == bot.MoveClarify)
	c.mark(FellBack, move == bot.MoveFallback)
	c.mark(OutOfScope, move == bot.MoveFallback && g.understood.OutOfScope)
	c.mark(Clarified, move == bot.MoveClarify)
}

// intent notes what was asked. Readings that were only offered are no intent,
// and what leans on an answer asks nothing of its own.
func (m *Memory) intent(u *bot.Understood, asks bool) {
	var bits Bits
	switch u.Move {
	case bot.MoveAnswer, bot.MoveWarn, bot.MoveRefuse:
		bits = IntentAsked | IntentAnswered
	case bot.MoveFallback:
		bits = IntentAsked | IntentFellBack
	case bot.MoveHandoff, bot.MoveCare:
		bits = IntentAsked
	}
	if bits == 0 || !asks || u.Intent == "" {
		return
	}
	m.Contact.key(KindIntent, u.Intent, bits)
	if m.Contact.Intent == "" {
		m.Contact.Intent = clean(u.Intent)
	}
}

// remember keeps the question, for the case that the answer does not help, and
// those that were not understood.
func (m *Memory) remember(g *glance, version int64) {
	u := &g.understood
	asked := Question{Version: version, At: m.clock, Locale: clean(u.Locale), Intent: clean(u.Intent), Text: short(g.words)}
	switch u.Move {
	case bot.MoveAnswer:
		m.question = m.chosen(g, asked)
	case bot.MoveFallback:
		asked.Outcome, asked.Intent = MissFallback, ""
		if u.OutOfScope {
			asked.Outcome = MissOutOfScope
		}
		m.miss(asked, g.typed())
	case bot.MoveClarify:
		asked.Outcome, asked.Intent = MissClarify, ""
		m.miss(asked, g.typed())
		m.clarify = version
	case bot.MoveNotHelped:
		m.notHelped()
	}
	if g.exhausted {
		m.notHelped()
	}
}

// chosen is the question that was answered: in the person's own words where
// they chose a reading of them, which is then no miss any more.
func (m *Memory) chosen(g *glance, asked Question) Question {
	if _, picked := bot.ChosenIntent(g.choice); !picked || m.clarify == 0 {
		return asked
	}
	for i, miss := range m.misses {
		if miss.Version == m.clarify && miss.Outcome == MissClarify {
			m.misses = append(m.misses[:i:i], m.misses[i+1:]...)
			asked.Version, asked.At, asked.Text = miss.Version, miss.At, miss.Text
			break
		}
	}
	m.clarify = 0
	return asked
}

// notHelped makes the question answered last one that was not answered well.
func (m *Memory) notHelped() {
	if m.question.Version == 0 {
		return
	}
	miss := m.question
	miss.Outcome = MissNotHelped
	m.miss(miss, miss.Text)
}

// miss keeps a question that was not answered, where somebody typed words and
// it is not there yet.
func (m *Memory) miss(q Question, typed string) {
	if !says(typed) || len(m.misses) == maxMisses {
		return
	}
	for _, before := range m.misses {
		if before.Version == q.Version && before.Outcome == q.Outcome {
			return
		}
	}
	m.misses = append(m.misses, q)
}

// says leaves out what holds no words, so that nothing could be learnt from it.
func says(text string) bool {
	letters := 0
	for _, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			letters++
		}
	}
	return letters > 1
}

// short is a question in one line of bounded length.
func short(text string) string {
	if isShort(text) {
		return text
	}
	return shorten(text)
}

func shorten(text string) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "\uFFFD")
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > MaxQuestion {
		return string(runes[:MaxQuestion-1]) + "…"
	}
	return text
}

// isShort says whether a text is a short one already, as most are.
func isShort(text string) bool {
	runes, space := 0, true // none at the beginning
	for _, r := range text {
		if r == utf8.RuneError || r == 0 || unicode.IsSpace(r) && (space || r != ' ') {
			return false
		}
		space = r == ' '
		runes++
	}
	return runes <= MaxQuestion && (runes == 0 || !space)
}

// leaves notes what the reply leaves open.
func (m *Memory) leaves(g *glance) {
	switch g.understood.Move {
	case bot.MoveAnswer, bot.MoveFollowUp, bot.MoveWarn, bot.MoveRefuse:
		m.left = nothing
	case bot.MoveClarify, bot.MoveFallback, bot.MoveNotHelped:
		m.left = another
	case bot.MoveStep:
		m.left = afterStep(g, m.left)
	case bot.MoveAppeal:
		m.left = nothing
		if g.reply != nil && g.reply.Appeal != "" {
			m.left = word
		}
	}
}

// afterStep: who took every step and is asked whether to check again has not
// been left in the middle, nor has who called it solved.
func afterStep(g *glance, before pending) pending {
	switch {
	case g.reply == nil:
		return before
	case g.reply.Step != "":
		return word
	case g.exhausted:
		return another
	case g.reply.Flow != "":
		return nothing
	}
	return before // enough for now
}
