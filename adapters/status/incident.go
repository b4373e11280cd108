package status

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kaitong/bot"
)

// The bounds of what is kept and shown.
const (
	maxIncidents = 20
	maxText      = 500 // characters in one language: a notice, no article
	maxRegions   = 40
	maxRegion    = 64
	clockLeeway  = time.Minute // how much the clocks of two machines may differ
)

// Incident is one incident as it travels and is kept.
type Incident struct {
	ID      string            `json:"id"`
	Area    string            `json:"area,omitempty"` // all, a category of causes, or one cause
	Regions []string          `json:"regions,omitempty"`
	Since   time.Time         `json:"since,omitzero"`   // zero in a request: from now on
	Text    map[string]string `json:"text,omitempty"`   // per locale, for people
	Changed time.Time         `json:"changed,omitzero"` // set by the board
}

// Rules are what an incident must obey besides its form. They are asked each
// time, because the pack they come from may change.
type Rules struct {
	Area    func(area string) error         // whether there is such an area
	Locales func() []string                 // the languages every text must be in
	Words   func(text, locale string) error // nil: any words will do
}

// idPattern is checked by the schema as well.
const idPattern = `^[a-z0-9][a-z0-9._-]{0,63}$`

// check says what is wrong with an incident, in words for operators.
func (r Rules) check(i Incident, now time.Time) error {
	if !regexp.MustCompile(idPattern).MatchString(i.ID) {
		return invalid("id %q: want up to 64 small letters, digits and . _ -, such as network-0610", shorten(i.ID))
	}
	if err := r.Area(i.Area); err != nil {
		return invalid("area: %v", err)
	}
	if i.Since.After(now.Add(clockLeeway)) {
		return invalid("since %s lies ahead: publish an incident once it is there", i.Since.Format(time.RFC3339))
	}
	if err := checkRegions(i.Regions); err != nil {
		return err
	}
	return r.checkText(i.Text)
}

func checkRegions(regions []string) error {
	if len(regions) > maxRegions {
		return invalid("regions: at most %d, got %d", maxRegions, len(regions))
	}
	for n, region := range regions {
		switch {
		case strings.TrimSpace(region) != region || region == "" || utf8.RuneCountInString(region) > maxRegion || unreadable(region):
			return invalid("region %q: want 1 to %d plain characters without spaces around them", shorten(region), maxRegion)
		case slices.Contains(regions[:n], region):
			return invalid("region %q is there twice", region)
		}
	}
	return nil
}

// checkText wants the words in every language of the pack, and in no other:
// nobody would read them.
func (r Rules) checkText(text map[string]string) error {
	locales := r.Locales()
	for _, locale := range locales {
		if err := r.checkWords(text[locale], locale); err != nil {
			return err
		}
	}
	for locale := range text {
		if !slices.Contains(locales, locale) {
			return invalid("text: the pack is written in %s, not in %q", strings.Join(locales, " and "), shorten(locale))
		}
	}
	return nil
}

func (r Rules) checkWords(words, locale string) error {
	length := utf8.RuneCountInString(words)
	switch {
	case strings.TrimSpace(words) == "":
		return invalid("text: the words in %s are missing", locale)
	case length > maxText:
		return invalid("text in %s: at most %d characters, got %d", locale, maxText, length)
	case unreadable(words):
		return invalid("text in %s: one line of plain characters, please", locale)
	case r.Words == nil:
		return nil
	}
	if err := r.Words(words, locale); err != nil {
		return invalid("text in %s: %v", locale, err)
	}
	return nil
}

// unreadable says whether a text holds what no reader sees: line ends and
// other controls, marks that turn the direction of writing, broken UTF-8.
func unreadable(text string) bool {
	return !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	})
}

// shorten keeps a message readable, whatever it quotes.
func shorten(text string) string { return shortenTo(text, maxRegion) }

func shortenTo(text string, limit int) string {
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	return string([]rune(text)[:limit]) + "…"
}

// live is the incident as the engine sees it.
func (i Incident) live() bot.Incident {
	return bot.Incident{ID: i.ID, Area: i.Area, Regions: i.Regions, Since: i.Since, Text: i.Text}
}

// The codes of a [Fault].
const (
	codeBadJSON  = "bad_json"  // not one JSON object
	codeTooLarge = "too_large" // more bytes than are looked at
	codeInvalid  = "invalid"   // breaks a rule
	codeUnknown  = "not_found" // no such incident
	codeFull     = "full"      // too many at once
)

// Fault is why a request was refused. Its message is for operators.
type Fault struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (f *Fault) Error() string { return f.Message }

func invalid(format string, args ...any) error {
	return &Fault{Code: codeInvalid, Message: fmt.Sprintf(format, args...)}
}
