package gaps

import (
	"fmt"

	"kaitong/intents"
)

// Evaluation says what a draft would change. Each question is read by a model
// that has not learned it, but the others, so that nobody is told that a model
// knows by heart what it was given.
type Evaluation struct {
	Questions int // distinct ones that were tried; 0: too few to tell
	Before    int // of those, read as the draft's intent and sure of it
	After     int
	Offered   int // after: not sure, but the first reading that is offered
	// Elsewhere are utterances of the pack that were read rightly before, and
	// Lost those of them that no longer are.
	Elsewhere, Lost int
}

const (
	// leastToTry is from how many distinct questions on a draft can be tried.
	leastToTry = 4
	// halves: each half of the questions is read by the model that learned the
	// other.
	halves = 2
)

// Evaluate tries a draft for a cluster on the language of a pack.
func Evaluate(source *intents.Source, now *intents.Model, c Cluster, d Draft) (Evaluation, error) {
	texts := c.Texts[:min(len(c.Texts), mostUtterances)]
	if len(texts) < leastToTry {
		return Evaluation{}, nil
	}
	e := Evaluation{Questions: len(texts)}
	for half := range halves {
		learned, tried := split(texts, half)
		model, err := source.With(d.corpus(learned)).Train(source.Options())
		if err != nil {
			return Evaluation{}, fmt.Errorf("try the draft for %s: %w", d.Intent, err)
		}
		for _, text := range tried {
			e.Before += sure(now, text, d.Intent)
			e.After += sure(model, text, d.Intent)
			e.Offered += offered(model, text, d.Intent)
		}
		if half == 0 {
			e.compare(source.Corpus(), now, model)
		}
	}
	return e, nil
}

// split deals texts out: every other one is learned, the rest is tried.
func split(texts []string, half int) (learned, tried []string) {
	for i, text := range texts {
		if i%halves == half {
			tried = append(tried, text)
		} else {
			learned = append(learned, text)
		}
	}
	return learned, tried
}

// compare looks what the draft does to the questions that were understood.
func (e *Evaluation) compare(corpus intents.Corpus, before, after *intents.Model) {
	for _, u := range corpus {
		if sure(before, u.Text, u.Intent) == 0 {
			continue
		}
		e.Elsewhere++
		e.Lost += 1 - sure(after, u.Text, u.Intent)
	}
}

// sure is 1 when a text is read as an intent without a doubt.
func sure(model *intents.Model, text, intent string) int {
	result := model.Classify(text)
	if result.Scope == intents.Confident && result.Top().Intent == intent {
		return 1
	}
	return 0
}

// offered is 1 when a text gets the intent as its first choice of readings.
func offered(model *intents.Model, text, intent string) int {
	result := model.Classify(text)
	if result.Scope == intents.Unsure && result.Top().Intent == intent {
		return 1
	}
	return 0
}
