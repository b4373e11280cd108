package knowledge

import (
	"errors"
	"strings"
)

// CheckWords says what is wrong with words that are about to be shown and that
// are in no file of the pack, such as the notice of an operator: a promise, a
// request for secrets, a phone number that is none of the pack's contacts, a
// link that is not https, or a reason that must stay silent. It is for people
// who write, not for those who read.
func (b *Base) CheckWords(words string, locale Locale) error {
	problems := &Problems{}
	s := absent("words", problems)
	s.lines = strings.Split(words, "\n")
	p := passage{source: s, locale: locale, words: words}
	b.proof.lintLinks(p)
	b.proof.lintSilence(p)
	b.proof.lintPhones(p)
	b.proof.lintWords(p)
	if len(*problems) == 0 {
		return nil
	}
	var found []string
	for _, problem := range *problems {
		found = append(found, problem.Message)
	}
	return errors.New(strings.Join(found, "; "))
}

// proofreader knows the rules about words, and the contacts and silent codes
// of one pack.
func proofreader(d *draft) *linter {
	return &linter{
		draft: &draft{pack: d.pack}, patterns: newPatterns(),
		rules: wordRules(), silence: silentRules(), codes: silentCodes(d.reasons.value.Reasons),
	}
}
