package bot

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"kaitong/intents"
	"kaitong/knowledge"
)

// ByModel is how words and readings of a language model are marked in the log.
const ByModel = "llm"

// Interpreter reads a question that the classifier is not sure of. What it is
// asked holds nothing but masked words of this one message.
type Interpreter interface {
	// Interpret returns one of the intents offered, "" where none is meant. It
	// returns within its own deadline.
	Interpret(ctx context.Context, question Question) (string, error)
}

// Question is a message to be read.
type Question struct {
	Whom   Identity // whose account it goes on; never told to a model
	Text   string   // masked
	Locale string
	Offers []Offer
}

// Offer is an intent that can be meant, in the words a person would use for it.
type Offer struct{ Intent, Label string }

// Phraser says an authored text in words that fit a question better. What it
// makes of it is shown only where it is [Faithful].
type Phraser interface {
	// Phrase returns sentences within its own deadline.
	Phrase(ctx context.Context, rewording Rewording) ([]Sentence, error)
}

// Rewording is an authored text that may be said in other words.
type Rewording struct {
	Whom       Identity // whose account it goes on; never told to a model
	Question   string   // masked
	Locale     string
	Paragraphs []Paragraph
}

// Paragraph is a piece of an authored text.
type Paragraph struct{ ID, Text string }

// Sentence is something a model says, with the paragraphs it says it after.
type Sentence struct {
	Text  string
	Cites []string
}

// interpret asks the interpreter about a message that would not be answered
// otherwise. Whatever goes wrong there leaves the reading as it is.
func (e *Engine) interpret(ctx context.Context, d *draft, reading Reading) Reading {
	if e.interpreter == nil || *d.say.spent || d.conv.Minor || d.conv.distressed() || !d.puzzles(reading) {
		return reading
	}
	question := Question{Whom: d.say.User, Text: d.say.Text, Locale: string(d.locale), Offers: Offers(d.Base, d.locale)}
	meant, err := whileNobodyRushes(ctx, d.say.rush, func(ctx context.Context) (string, error) { return e.interpreter.Interpret(ctx, question) })
	if err != nil {
		*d.say.spent = true
		e.logger.DebugContext(ctx, "a question was not interpreted", "conversation", d.conv.ID, "error", err)
		return reading
	}
	if !slices.ContainsFunc(question.Offers, func(o Offer) bool { return o.Intent == meant }) {
		return reading
	}
	reading.Result, reading.Parts, reading.Reader = ReadAs(reading.Result, meant), nil, ByModel
	return reading
}

// whileNobodyRushes asks a model, and no longer waits for it once somebody must not.
func whileNobodyRushes[T any](ctx context.Context, r *rush, ask func(context.Context) (T, error)) (answer T, err error) {
	ctx, stop := r.unless(ctx)
	defer stop()
	if ctx.Err() != nil {
		return answer, context.Cause(ctx)
	}
	return ask(ctx)
}

// puzzles says whether the bot would ask back, or say that it has not
// understood, with nothing but its own reading.
func (d *draft) puzzles(reading Reading) bool {
	if reading.Choice != "" || reading.Blank || d.say.Text == "" {
		return false
	}
	plan := Decide(d.conv, reading, d.Base, d.locale)
	return plan.Move == MoveClarify || plan.Move == MoveFallback && understood(plan, reading.Result).failed()
}

// mostLikely is how many readings are offered where the classifier is not sure.
const mostLikely = 3

// ReadAs is what a model makes of a reading that the classifier is not sure of.
// It chooses among the readings that would be offered, on the person's behalf; what
// else it means is offered first. So a model that is wrong, or wants harm, can
// give nobody an answer that was not at hand already. How sure the classifier was
// stays as it was.
func ReadAs(result intents.Result, meant string) intents.Result {
	at := slices.IndexFunc(result.Ranking, func(c intents.Candidate) bool { return c.Intent == meant })
	ranking := []intents.Candidate{{Intent: meant}}
	for i, candidate := range result.Ranking { // shared with others: copied
		if i == at {
			ranking[0] = candidate
		} else {
			ranking = append(ranking, candidate)
		}
	}
	offered := result.Scope == intents.Unsure && at >= 0 && at < mostLikely
	result.Ranking, result.Scope = ranking, intents.Unsure
	if offered {
		result.Scope = intents.Confident
	}
	return result
}

// instead are the other readings that would have been offered, where a model chose
// one of them.
func (r Reading) instead() []string {
	if r.Reader == "" || r.Result.Scope != intents.Confident {
		return nil
	}
	var list []string
	for _, candidate := range r.Result.Ranking[1:min(mostLikely, len(r.Result.Ranking))] {
		list = append(list, candidate.Intent)
	}
	return list
}

// Offers are the intents that a question can mean: those that have an answer, and
// what must never be missed.
func Offers(base *knowledge.Base, locale knowledge.Locale) []Offer {
	list := []Offer{{"distress", "不想活、被催债逼得走投无路"}, {"scam", "有人收费代开、强开、提额，或要验证码"}}
	if !chinese(locale) {
		list = []Offer{{"distress", "in despair, or driven to it by debt"}, {"scam", "somebody wants money or a code to open it"}}
	}
	for _, answer := range base.Answers() {
		if label := answer.Label.In(locale); label != "" && answer.Intent != "other" {
			list = append(list, Offer{answer.Intent, label})
		}
	}
	return list
}

// reword lets the phraser say the paragraphs of an answer. Answers that tell the
// result of a check stay as they are: what an institution concluded about a
// person is nobody else's business.
func (e *Engine) reword(ctx context.Context, d *draft, plan Plan, reply *Reply) {
	if e.phraser == nil || *d.say.spent || !mayReword(d, plan, reply) {
		return
	}
	places, rewording := paragraphs(reply.Blocks)
	if len(places) == 0 {
		return
	}
	rewording.Whom, rewording.Question, rewording.Locale = d.say.User, d.say.Text, string(plan.Locale)
	sentences, err := whileNobodyRushes(ctx, d.say.rush, func(ctx context.Context) ([]Sentence, error) { return e.phraser.Phrase(ctx, rewording) })
	if err == nil {
		err = Faithful(rewording, sentences, FaithOf(d.Base, d.Model, plan.Locale))
		e.judged(BrokenRule(err))
	}
	if err != nil {
		*d.say.spent = true
		e.logger.DebugContext(ctx, "an answer was not worded anew", "conversation", d.conv.ID, "error", err)
		return
	}
	for i, place := range places {
		block := &reply.Blocks[place]
		block.Text = saidFor(sentences, rewording.Paragraphs[i].ID, plan.Locale)
		block.authored = false
	}
	reply.About.Composed = ByModel
}

func mayReword(d *draft, plan Plan, reply *Reply) bool {
	about := reply.About
	told := about.Decision != "" && about.Decision != Unknown || len(about.Reasons) > 0
	return plan.Move == MoveAnswer && !told && d.say.Text != "" && about.Incident == "" &&
		plan.Handoff == "" && !reply.Minor && !d.minor(plan) && !d.conv.distressed()
}

// paragraphs are the places of the blocks that say the pack's own words on a
// question, and what they say. Fixed wordings, steps and notices are not among
// them.
func paragraphs(blocks []Block) ([]int, Rewording) {
	var places []int
	var rewording Rewording
	for i, block := range blocks {
		kind, _, _ := strings.Cut(block.Source, ":")
		if block.Type == BlockText && block.authored && (kind == "answer" || kind == "symptom") {
			places = append(places, i)
			rewording.Paragraphs = append(rewording.Paragraphs, Paragraph{ID: paragraphID(len(places)), Text: block.Text})
		}
	}
	return places, rewording
}

func paragraphID(n int) string { return "p" + strconv.Itoa(n) }

// saidFor are the sentences that stand for a paragraph.
func saidFor(sentences []Sentence, paragraph string, locale knowledge.Locale) string {
	var words []string
	for _, sentence := range sentences {
		if sentence.Cites[0] == paragraph {
			words = append(words, strings.TrimSpace(sentence.Text))
		}
	}
	return strings.Join(words, sentenceGap(locale))
}
