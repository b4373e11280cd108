package knowledge

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// lintPassage tries every rule about words on one text.
func (l *linter) lintPassage(p passage) {
	l.lintLinks(p)
	l.lintSilence(p)
	if p.locale == "" {
		return // a source: no text for people
	}
	l.lintPhones(p)
	l.lintBraces(p)
	lintTwin(p)
	if !p.label {
		l.lintWords(p)
	}
	if p.takes {
		l.lintTakes(p)
	}
	switch {
	case p.speaks("zh"):
		l.lintChinese(p)
	case p.speaks("en"):
		l.lintEnglish(p)
	}
}

// lintLinks reports addresses that are not https.
func (l *linter) lintLinks(p passage) {
	if !strings.Contains(p.words, "://") && !strings.Contains(strings.ToLower(p.words), "www.") {
		return
	}
	for _, link := range l.link.FindAllString(p.words, -1) {
		if !strings.HasPrefix(strings.ToLower(link), "https://") {
			p.reportIn(link, fmt.Sprintf("the link %s is not https", shorten(link)), "write https://…")
			return
		}
	}
}

// lintPhones reports numbers one could call that the pack does not name as its
// contacts.
func (l *linter) lintPhones(p passage) {
	if !strings.ContainsAny(p.words, "0123456789") {
		return
	}
	for _, at := range l.phone.FindAllStringIndex(p.words, -1) {
		number := p.words[at[0]:at[1]]
		if l.day.MatchString(number) || l.amount.MatchString(p.words[at[1]:]) || l.isContact(number) {
			continue
		}
		p.reportIn(number, fmt.Sprintf("%s looks like a phone number and is none of the pack's contacts", number), "write {hotline} or the hotline of pack.yaml")
		return
	}
}

// digits is a phone number without its separators.
func digits(number string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, number)
}

// lintBraces reports placeholders where nothing replaces them.
func (l *linter) lintBraces(p passage) {
	if p.phrase || !strings.ContainsAny(p.words, "{}") {
		return
	}
	brace := p.words[strings.IndexAny(p.words, "{}"):][:1]
	p.reportIn(brace, "placeholders are replaced in phrases only", "write the words themselves")
}

// lintTakes reports a time that is given like a promise. How long something
// takes is an experience, and says so.
func (l *linter) lintTakes(p passage) {
	if at := l.span.FindString(p.words); at != "" && !l.hedge.MatchString(p.words) {
		p.reportIn(at, fmt.Sprintf("%q is given like a promise", at), "write 「通常」, 「因人而异」, “usually”, “often” …")
	}
}

// lintTwin reports a text that nobody translated.
func lintTwin(p passage) {
	if p.twin == p.words && strings.ContainsFunc(p.words, unicode.IsLetter) {
		p.report(join(p.path, string(p.locale)), fmt.Sprintf("%s has the same words in two languages", label(p.path)), "translate it")
	}
}

// lintChinese holds a Chinese text to simplified characters, Chinese
// punctuation and the length its place on the screen allows.
func (l *linter) lintChinese(p passage) {
	if p.limit > 0 && (cells(p.words)+1)/2 > p.limit {
		p.report(join(p.path, string(p.locale)),
			fmt.Sprintf("%s takes the room of %d Chinese characters", label(p.path), (cells(p.words)+1)/2),
			fmt.Sprintf("shorten it to %d", p.limit))
	}
	if !strings.ContainsFunc(p.words, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		p.report(join(p.path, string(p.locale)), label(p.path)+" has no Chinese words", "write it in Chinese")
		return
	}
	if !strings.Contains(string(p.locale), "Hant") && !strings.HasSuffix(string(p.locale), "TW") && !strings.HasSuffix(string(p.locale), "HK") {
		l.lintTraditional(p)
	}
	if at := l.ascii.FindStringIndex(p.words); at != nil {
		words := p.words[at[0]:at[1]]
		p.reportIn(words, fmt.Sprintf("「%s」 has punctuation of another language", words), "use ，。：；！？（）「」 and ……")
	}
}

// lintTraditional reports characters outside of GB 2312, which has the
// simplified ones and next to no traditional ones.
func (l *linter) lintTraditional(p passage) {
	for _, r := range p.words {
		if !unicode.Is(unicode.Han, r) || strings.ContainsRune(alsoSimplified, r) {
			continue
		}
		if _, err := l.gb2312.String(string(r)); err != nil || r == '於' {
			p.reportIn(string(r), fmt.Sprintf("「%c」 is not a simplified character", r), "write it in simplified Chinese")
			return
		}
	}
}

// alsoSimplified are characters of today's standard that GB 2312 lacks.
const alsoSimplified = "啰囧瞭镕堃喆玥珺"

// lintEnglish reports full-width punctuation outside of quoted button names.
func (l *linter) lintEnglish(p passage) {
	if i := strings.IndexAny(p.words, "，。；：？！（）、"); i >= 0 {
		mark := string([]rune(p.words[i:])[:1])
		p.reportIn(mark, fmt.Sprintf("%q is Chinese punctuation", mark), "use , . ; : ? ! ( )")
	}
}

// patterns are the expressions of the rules, made once per run.
type patterns struct {
	link, phone, day, amount, ascii *regexp.Regexp
	span, hedge                     *regexp.Regexp // a time, and words that make it an experience
	gb2312                          *encoding.Encoder
}

func newPatterns() patterns {
	return patterns{
		link:   regexp.MustCompile(`(?i)\b[a-z][a-z0-9+.-]*://[^\s，。；）」"]*|\bwww\.[^\s，。；）」"]+`),
		phone:  regexp.MustCompile(`\+?[0-9]([0-9]|[ -][0-9]|[ -]?\([0-9]+\)[ -]?){4,}`),
		day:    regexp.MustCompile(`^(19|20)[0-9]{2}-[0-9]{1,2}(-[0-9]{1,2})?$`),
		amount: regexp.MustCompile(`^ ?(元|块|万|人|次|字|%|％|个|天|yuan|RMB|CNY|people|characters|\.[0-9]|,[0-9])`),
		ascii:  regexp.MustCompile(`\p{Han}[,;:?!]|[,;:?!]\p{Han}|\p{Han}\.|\(\p{Han}[^()]*\)?|\p{Han}\)|["'“”‘’]\p{Han}+["'“”‘’]?|\p{Han}["'“”‘’]|\.\.\.`),
		span: regexp.MustCompile(`(?i)[0-9一二两三四五六七八九十半]+ ?(到|至|-|–|~)?[0-9一二两三四五六七八九十]* ?个?(工作日|小时|天|日|周|星期|月|年)` +
			`|\b([0-9]+|one|two|three|four|five|six|seven|ten)[- ](hour|day|week|month|year)s?\b`),
		hedge: regexp.MustCompile(`(?i)通常|一般|往往|大多|多数|大约|大概|可能|左右|不等|不定|没有固定|不固定|因人而异|视.{0,8}而定|取决|为准` +
			`|\b(usually|often|may|might|typically|about|around|roughly|mostly|depends?|var(y|ies)|no fixed|as a rule|generally|can take)\b`),
		gb2312: simplifiedchinese.HZGB2312.NewEncoder(),
	}
}

// isContact says whether a number is one the pack may show.
func (l *linter) isContact(number string) bool {
	contacts := l.pack.value.Contacts
	return digits(number) == digits(contacts.Hotline) || digits(number) == digits(contacts.Crisis)
}
