package knowledge

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A silent reason must not be told and must not be denied: a text that only
// mentions it makes the person who reads it ask why. Warnings of fraud may
// name what fraudsters say.

// silentRules are the words of reasons that stay silent.
func silentRules() []wordRule {
	const message, mend = " is about a reason that must stay silent", "delete it: nothing may be told, and nothing denied"
	return []wordRule{
		{
			language: "zh", cues: []string{"洗钱", "制裁", "黑名单", "恐怖", "名单", "可疑交易", "aml"},
			pattern:  regexp.MustCompile(`反洗钱|洗钱|制裁|黑名单|恐怖(融资|主义|组织)|(命中|监控|筛查|受限|限制|灰|风险)名单|名单(命中|筛查|比对|匹配)|可疑交易报告|AML`),
			sentence: regexp.MustCompile(`骗|诈|冒充|谎称|自称`),
			message:  "「%s」" + message, mend: mend,
		},
		{
			language: "en", cues: []string{"launder", "sanction", "blacklist", "black list", "watch", "aml", "terror", "exposed person"},
			pattern:  regexp.MustCompile(`(?i)\b(anti-)?money[- ]launder\w*|\bsanction(s|ed|ing)?\b|\bblack ?list\w*|\bwatch ?list\w*|\bAML\b|\bterroris[tm]\b|\bpolitically exposed\b`),
			sentence: regexp.MustCompile(`(?i)\b(scam\w*|fraud\w*|pretend\w*|impersonat\w*)\b`),
			message:  "“%s”" + message, mend: mend,
		},
	}
}

// silentCodes matches the silent codes of a pack, or is nil. A code that is a
// plain word counts in capitals only.
func silentCodes(reasons []Reason) *regexp.Regexp {
	var codes []string
	for _, reason := range reasons {
		if reason.Disclosure == Silent && reason.Code != "" {
			codes = append(codes, codePattern(reason.Code))
		}
	}
	if len(codes) == 0 {
		return nil
	}
	return regexp.MustCompile(`\b(` + strings.Join(codes, "|") + `)\b`)
}

func codePattern(code string) string {
	if strings.Contains(code, "_") {
		return "(?i:" + regexp.QuoteMeta(code) + ")"
	}
	return regexp.QuoteMeta(code)
}

// lintSilence looks for silent reasons in any text, sources and labels
// included: all of them reach a person.
func (l *linter) lintSilence(p passage) {
	small := strings.ToLower(p.words)
	for _, rule := range l.silence {
		if (p.locale == "" || p.speaks(rule.language)) && hasAny(small, rule.cues) {
			rule.apply(p)
		}
	}
	if l.codes == nil {
		return
	}
	if code := l.codes.FindString(p.words); code != "" {
		p.reportIn(code, fmt.Sprintf("%s is a silent code", shorten(code)), "delete it: nothing may be told about it")
	}
}

// lintNames reports entries whose name alone says that they are about a silent
// reason.
func (l *linter) lintNames() {
	words := l.silentWords()
	look := func(s *source, path, name string) {
		if silentName(name, words) {
			s.report(path, fmt.Sprintf("%q is named like a silent reason", shorten(name)), "delete it: a silent reason has no text of its own")
		}
	}
	each(l.draft.causes, func(e loaded[Cause]) { look(e.source, "id", nameOf(e.name)) })
	each(l.draft.fixes, func(e loaded[Fix]) { look(e.source, "id", nameOf(e.name)) })
	each(l.draft.answers, func(e loaded[Answer]) { look(e.source, "intent", nameOf(e.name)) })
	each(l.draft.symptoms, func(e loaded[Symptom]) { look(e.source, "id", nameOf(e.name)) })
	each(l.draft.flows, func(e loaded[Flow]) { look(e.source, "id", nameOf(e.name)) })
	for i, fact := range l.pack.value.Facts {
		look(l.pack.source, fmt.Sprintf("facts[%d].id", i), fact.ID)
	}
	for _, key := range keys(l.phrases.value.Phrases) {
		look(l.phrases.source, join("phrases", key), key)
	}
}

// silentWords are the words of each silent code.
func (l *linter) silentWords() [][]string {
	var list [][]string
	for _, reason := range l.reasons.value.Reasons {
		if reason.Disclosure == Silent && reason.Code != "" {
			list = append(list, wordsOf(reason.Code))
		}
	}
	return list
}

// silentName says whether a name has a word that only silent reasons have, or
// all the words of a silent code.
func silentName(name string, codes [][]string) bool {
	words := wordsOf(name)
	has := func(word string) bool { return slices.Contains(words, word) }
	if slices.ContainsFunc([]string{"aml", "sanction", "sanctions", "blacklist", "watchlist", "laundering"}, has) {
		return true
	}
	return slices.ContainsFunc(codes, func(code []string) bool {
		lacks := func(word string) bool { return !has(word) }
		return !slices.ContainsFunc(code, lacks) || has("restricted") && slices.Contains(code, "restricted")
	})
}

// wordsOf splits an id or a code into its words.
func wordsOf(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("._-", r) })
}
