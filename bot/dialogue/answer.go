package dialogue

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"kaitong/bot"
)

// How much of an answer and of a message is quoted, in characters.
const (
	answerShown = 160
	saidShown   = 60
)

// answer is what came of one exchange: the bot's message, and the state of the
// conversation after it.
type answer struct {
	turn       bot.Turn
	message    bot.Message // zero where the bot said nothing
	about      bot.About
	understood bot.Understood

	flow    string
	handoff bot.HandoffState
	taken   []string // steps that are behind the person
}

// read takes a turn apart that has been folded into the conversation.
func read(turn bot.Turn, conv *bot.Conversation) answer {
	a := answer{turn: turn, flow: conv.Walk.Flow, handoff: conv.Handoff.State, taken: conv.Taken}
	for _, event := range turn.Events {
		switch e := event.(type) {
		case bot.Understood:
			a.understood = e
		case bot.Message:
			if e.Author == bot.AuthorBot {
				a.message = e
			}
		}
	}
	if a.message.About != nil {
		a.about = *a.message.About
	}
	return a
}

// text is every word a person can see of the answer, folded parts included.
func (a answer) text() string { return strings.Join(a.words(true), "\n") }

// words are the texts of the answer, with or without those of the choices.
func (a answer) words(choices bool) []string {
	var words []string
	add := func(list ...string) {
		for _, text := range list {
			if text != "" {
				words = append(words, text)
			}
		}
	}
	for _, block := range a.message.Blocks {
		add(block.Title, block.Text)
		for _, item := range block.Items {
			add(item.Label, item.Text, item.How)
		}
		add(block.Export)
		for _, choice := range block.Choices {
			if choices {
				add(choice.Label)
			}
		}
	}
	return words
}

func (a answer) offered() []bot.Choice {
	var choices []bot.Choice
	for _, block := range a.message.Blocks {
		choices = append(choices, block.Choices...)
	}
	return choices
}

// choices are the ids of what can be tapped.
func (a answer) choices() []string {
	var ids []string
	for _, choice := range a.offered() {
		ids = append(ids, choice.ID)
	}
	return ids
}

func (a answer) label(id string) string {
	for _, choice := range a.offered() {
		if choice.ID == id {
			return choice.Label
		}
	}
	return ""
}

// kinds are the events of the turn.
func (a answer) kinds() []string {
	kinds := make([]string, len(a.turn.Events))
	for i, event := range a.turn.Events {
		kinds[i] = event.Kind()
	}
	return kinds
}

// visible is what a client sees of the turn, as it is sent.
func (a answer) visible() string { return encoded(bot.Visible(a.turn, 0)) }

// stored is all the turn leaves behind.
func (a answer) stored() string { return encoded(a.turn.Events) }

func encoded(events []bot.Event) string {
	data, err := json.Marshal(events)
	if err != nil { // events are plain data
		return err.Error()
	}
	return string(data)
}

// short is the answer in one line of at most so many characters.
func (a answer) short(limit int) string {
	return shorten(strings.Join(a.words(false), " / "), limit)
}

func shorten(text string, limit int) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit]) + "…"
}

// difference shows where two texts part.
func difference(a, b string) string {
	left, right := []rune(a), []rune(b)
	at := 0
	for at < min(len(left), len(right)) && left[at] == right[at] {
		at++
	}
	const before, after = 20, 40
	from := max(at-before, 0)
	return "…" + string(right[from:min(at+after, len(right))]) + "…, not …" + string(left[from:min(at+after, len(left))]) + "…"
}
