package bot

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"kaitong/intents"
	"kaitong/knowledge"
)

// Faith is what a rewording is held to besides its own text.
type Faith struct {
	Causes func(text string) []string // causes that a text names, and that it denies
	Check  func(text string) error    // the rules for words shown to people: promises, secrets, silent reasons
}

// FaithOf holds rewordings to a pack.
func FaithOf(base *knowledge.Base, model *intents.Model, locale knowledge.Locale) Faith {
	return Faith{
		Causes: func(text string) []string {
			var causes []string
			for _, entity := range model.Classify(text).Entities {
				switch {
				case entity.Kind != intents.EntityCause:
				case entity.Negated: // who has none is not said to have one
					causes = appendNew(causes, denies+entity.Value)
				default:
					causes = appendNew(causes, entity.Value)
				}
			}
			return causes
		},
		Check: func(text string) error { return base.CheckWords(text, locale) },
	}
}

// denies stands before a cause that a text says does not hold.
const denies = "no "

const (
	maxSentences     = 24
	maxSentenceRunes = 400
	// A rewording may be somewhat longer than the text, and not much shorter.
	longer, roomRunes = 1.4, 30
	shorter           = 0.4
)

// Faithful says why sentences are no rewording of a text that may be shown, nil
// where they are one. It knows words, not meaning, and refuses what it does not
// recognise: every sentence stands on paragraphs of the text, all paragraphs are
// there in their order, nothing is named, counted, linked or promised that they
// do not hold, what they count or deny is still there, and each clause is mostly
// made of their words. It is pure.
func Faithful(text Rewording, sentences []Sentence, faith Faith) error {
	c := claims{text: text, faith: faith, han: chinese(knowledge.Locale(text.Locale))}
	for _, held := range []struct {
		rule  Rule
		check func([]Sentence) error
	}{{RuleShape, c.shape}, {RuleOrder, c.order}, {RuleLength, c.length}, {RulePack, c.each}, {RuleDenials, c.kept}} {
		if err := held.rule.breaks(held.check(sentences)); err != nil {
			return err
		}
	}
	return nil
}

type claims struct {
	text  Rewording
	faith Faith
	han   bool // written in Chinese
}

// shape looks whether the sentences are sentences.
func (c claims) shape(sentences []Sentence) error {
	if len(sentences) == 0 || len(sentences) > maxSentences {
		return fmt.Errorf("%d sentences", len(sentences))
	}
	for _, s := range sentences {
		switch runes := utf8.RuneCountInString(s.Text); {
		case !utf8.ValidString(s.Text) || strings.TrimSpace(s.Text) == "":
			return errors.New("a sentence without words")
		case runes > maxSentenceRunes:
			return fmt.Errorf("a sentence of %d characters", runes)
		case len(s.Cites) == 0:
			return errors.New("a sentence that cites nothing")
		}
	}
	return nil
}

// order looks whether each paragraph has its sentences, one paragraph after the
// other.
func (c claims) order(sentences []Sentence) error {
	at := 0
	for _, s := range sentences {
		for _, id := range s.Cites {
			if c.index(id) < 0 {
				return fmt.Errorf("unknown id %q", id)
			}
		}
		home := c.index(s.Cites[0])
		if home < at || home > at+1 {
			return fmt.Errorf("%q is out of order", s.Cites[0])
		}
		at = home
	}
	if first := c.index(sentences[0].Cites[0]); first != 0 || at != len(c.text.Paragraphs)-1 {
		return errors.New("a paragraph is missing")
	}
	return nil
}

func (c claims) index(id string) int {
	return slices.IndexFunc(c.text.Paragraphs, func(p Paragraph) bool { return p.ID == id })
}

func (c claims) length(sentences []Sentence) error {
	before, after := 0, 0
	for _, p := range c.text.Paragraphs {
		before += utf8.RuneCountInString(p.Text)
	}
	for _, s := range sentences {
		after += utf8.RuneCountInString(s.Text)
	}
	if float64(after) > longer*float64(before)+roomRunes || float64(after) < shorter*float64(before) {
		return fmt.Errorf("%d characters of %d", after, before)
	}
	return nil
}

// each looks whether a sentence adds nothing to what it cites.
func (c claims) each(sentences []Sentence) error {
	for _, s := range sentences {
		source := c.cited(s)
		if err := c.adds(s.Text, source); err != nil {
			return err
		}
		if err := c.faith.Check(s.Text); err != nil {
			return err
		}
	}
	return nil
}

// adds says what words have that their source does not.
func (c claims) adds(words, source string) error {
	for _, held := range []struct {
		rule  Rule
		check func(words, source string) error
	}{{RuleLetters, c.letters}, {RuleNames, c.names}, {RuleNumbers, c.numbers}, {RuleSilent, c.silent}, {RuleCauses, c.causes}} {
		if err := held.rule.breaks(held.check(words, source)); err != nil {
			return err
		}
	}
	return nil
}

// cited is the text that a sentence stands on.
func (c claims) cited(s Sentence) string {
	var words []string
	for _, id := range s.Cites {
		words = append(words, c.text.Paragraphs[c.index(id)].Text)
	}
	return strings.Join(words, "\n")
}

// letters refuses what is no plain writing: controls, invisible marks, emoji,
// signs of markup and of addresses.
func (c claims) letters(sentence, source string) error {
	for _, r := range sentence {
		plain := unicode.Is(unicode.Han, r) || r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) ||
			strings.ContainsRune(" ,.!?:;'-()，。！？：；、（）「」“”‘’…—", r)
		if !plain && !strings.ContainsRune(source, r) {
			return fmt.Errorf("the character %q", r)
		}
	}
	return nil
}

// names refuses words in another writing than the sentence's own, such as those
// of an address or an account, and in English names that the text does not hold.
func (c claims) names(sentence, source string) error {
	known := latinWords(source)
	for _, word := range latinWords(sentence) {
		if c.han && !slices.Contains(known, word) {
			return fmt.Errorf("the word %q", word)
		}
	}
	if dotted := addressed(sentence); dotted != "" && !strings.Contains(source, dotted) {
		return fmt.Errorf("the address %q", dotted)
	}
	if !c.han && strings.ContainsFunc(sentence, isHan) && !holdsHan(source, sentence) {
		return errors.New("words in another language")
	}
	return nil
}

func (c claims) numbers(sentence, source string) error {
	known := numbersIn(source)
	for _, number := range numbersIn(sentence) {
		if !slices.Contains(known, number) {
			return fmt.Errorf("the number %q", number)
		}
	}
	return nil
}

func (c claims) silent(sentence, source string) error {
	said, known := intents.Normalize(sentence), intents.Normalize(source)
	for _, word := range neverSaid() {
		if strings.Contains(said, word) && !strings.Contains(known, word) {
			return fmt.Errorf("the word %q", word)
		}
	}
	return nil
}

func (c claims) causes(sentence, source string) error {
	known := c.faith.Causes(source)
	for _, cause := range c.faith.Causes(sentence) {
		if !slices.Contains(known, cause) && !slices.Contains(known, strings.TrimPrefix(cause, denies)) {
			return fmt.Errorf("the cause %q", cause)
		}
	}
	return nil
}

// support looks whether every clause is made of the words it cites, with no more
// than a word of its own in one place. Kind words on their own need none.
func (c claims) support(sentence, source string) error {
	held := contentOf(source)
	for _, clause := range clausesOf(sentence) {
		if !slices.Contains(kindWords(), clause) && !held.carries(clause) {
			return fmt.Errorf("%q is not in the text", clause)
		}
	}
	return nil
}

// kept looks whether each paragraph still says what it counts, what it names in
// quotation marks, what it denies and how far it goes.
func (c claims) kept(sentences []Sentence) error {
	for _, p := range c.text.Paragraphs {
		said := saidFor(sentences, p.ID, knowledge.Locale(c.text.Locale))
		for _, name := range quotedIn(p.Text) {
			if !strings.Contains(said, name) {
				return RuleNames.breaks(fmt.Errorf("without %q", name))
			}
		}
		if denials(p.Text) != denials(said) {
			return errors.New("denies something else")
		}
		if err := bent(p.Text, said); err != nil {
			return err
		}
		if err := RuleSupport.breaks(follows(p.Text, said)); err != nil {
			return err
		}
	}
	return nil
}
