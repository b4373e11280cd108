package bot

import (
	"errors"
	"log/slog"
)

// Rule is one of those that words of a model are held to.
type Rule string

// The rules.
const (
	RuleShape   Rule = "shape"   // sentences, as many as may be, that cite
	RuleOrder   Rule = "order"   // all paragraphs, one after the other
	RuleLength  Rule = "length"  // about as long as the text
	RuleLetters Rule = "letters" // plain writing
	RuleNames   Rule = "names"   // no address and no foreign word; names in quotation marks stay
	RuleNumbers Rule = "numbers" // those of the text, in its order
	RuleSilent  Rule = "silent"  // nothing of promises, money, or what may not be told
	RuleCauses  Rule = "causes"  // no cause of its own
	RuleSupport Rule = "support" // made of the text's words
	RuleDenials Rule = "denials" // denies what the text denies
	RuleHedges  Rule = "hedges"  // holds back what the text holds back
	RuleMood    Rule = "mood"    // a question stays one, as does what is not so yet
	RulePack    Rule = "pack"    // what the words of a pack are held to
)

// Rules are all of them.
func Rules() []Rule {
	return []Rule{
		RuleShape, RuleOrder, RuleLength, RuleLetters, RuleNames, RuleNumbers, RuleSilent, RuleCauses, RuleSupport, RuleDenials, RuleHedges,
		RuleMood, RulePack,
	}
}

// Unfaithful says which rule words of a model break, and how. A log is told the
// rule alone: the rest holds their words.
type Unfaithful struct {
	Rule Rule
	Err  error
}

func (u *Unfaithful) Error() string { return u.Err.Error() }

func (u *Unfaithful) Unwrap() error { return u.Err }

// LogValue implements [slog.LogValuer].
func (u *Unfaithful) LogValue() slog.Value {
	return slog.StringValue("not faithful: " + string(u.Rule))
}

// breaks names the rule that an error is of, unless a narrower one was named.
func (r Rule) breaks(err error) error {
	if _, named := errors.AsType[*Unfaithful](err); err == nil || named {
		return err
	}
	return &Unfaithful{r, err}
}

// BrokenRule is the rule that an error is of, "" where it is of none.
func BrokenRule(err error) Rule {
	if found, ok := errors.AsType[*Unfaithful](err); ok {
		return found.Rule
	}
	return ""
}
