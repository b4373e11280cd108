package knowledge

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"
)

// checker finds everything an entry lacks, and everything in which the files
// of a pack disagree.
type checker struct {
	*draft
	locales                                 []Locale
	causes, fixes, answers, symptoms, flows register
}

// check reports what is wrong beyond the single values.
func (d *draft) check() {
	c := &checker{draft: d, locales: d.pack.value.Locales,
		causes:  newRegister("cause", causesFolder, d.broken),
		fixes:   newRegister("fix", fixesFolder, d.broken),
		answers: newRegister("answer", answersFolder, d.broken),

		symptoms: newRegister("symptom", symptomFolder, d.broken),
		flows:    newRegister("flow", flowsFolder, d.broken),
	}
	c.register()
	c.checkPack()
	c.checkReasons()
	c.checkPhrases()
	sound(d, d.causes, c.checkCause)
	sound(d, d.fixes, c.checkFix)
	sound(d, d.answers, c.checkAnswer)
	sound(d, d.symptoms, c.checkSymptom)
	sound(d, d.flows, c.checkFlow)
	c.checkRings()
}

// sound runs a check on the entries whose file could be read.
func sound[T any](d *draft, entries []loaded[T], check func(loaded[T])) {
	for _, entry := range entries {
		if !d.broken[entry.name] {
			check(entry)
		}
	}
}

// register makes every id known before the first reference is checked.
func (c *checker) register() {
	sound(c.draft, c.draft.causes, func(e loaded[Cause]) { c.causes.add(e.source, "id", e.value.ID) })
	sound(c.draft, c.draft.fixes, func(e loaded[Fix]) { c.fixes.add(e.source, "id", e.value.ID) })
	sound(c.draft, c.draft.answers, func(e loaded[Answer]) { c.answers.add(e.source, "intent", e.value.Intent) })
	sound(c.draft, c.draft.symptoms, func(e loaded[Symptom]) { c.symptoms.add(e.source, "id", e.value.ID) })
	sound(c.draft, c.draft.flows, func(e loaded[Flow]) { c.flows.add(e.source, "id", e.value.ID) })
}

func (c *checker) checkPack() {
	if c.broken[packFile] {
		return
	}
	s, pack := c.pack.source, c.pack.value
	s.need("", "id", "version", "locales", "product", "contacts", "neutral")
	s.need("product", "id", "name")
	s.need("contacts", "hotline", "crisis")
	s.checkID("id", pack.ID)
	s.checkID("product.id", pack.Product.ID)
	c.checkLocales()
	c.text(s, "product.name", pack.Product.Name)
	c.text(s, "contacts.hours", pack.Contacts.Hours)
	s.unique("product.aliases", pack.Product.Aliases)
	facts := newRegister("fact", "", nil)
	for i, fact := range pack.Facts {
		at := fmt.Sprintf("facts[%d]", i)
		s.need(at, "id", "text", "sources")
		s.checkID(at+".id", fact.ID)
		facts.add(s, at+".id", fact.ID)
		c.text(s, at+".text", fact.Text)
	}
	c.checkNeighbours()
	c.checkPage()
	c.checkNeutral()
}

// maxAsk is how many questions fit on a phone above the keyboard.
const maxAsk = 4

// checkPage looks at what the chat page shows around a conversation.
func (c *checker) checkPage() {
	s, page := c.pack.source, c.pack.value.Page
	c.text(s, "page.title", page.Title)
	s.nonempty("page.ask", len(page.Ask))
	for i, question := range page.Ask {
		c.text(s, fmt.Sprintf("page.ask[%d]", i), question)
	}
	if len(page.Ask) > maxAsk {
		s.report("page.ask", fmt.Sprintf("page.ask lists %d questions", len(page.Ask)), fmt.Sprintf("keep the %d most useful ones", maxAsk))
	}
}

// checkNeighbours looks at the products that people mix up with this one.
func (c *checker) checkNeighbours() {
	s := c.pack.source
	neighbours := newRegister("neighbour", "", nil)
	for i, neighbour := range c.pack.value.Neighbours {
		at := fmt.Sprintf("neighbours[%d]", i)
		s.need(at, "id", "name")
		s.checkID(at+".id", neighbour.ID)
		neighbours.add(s, at+".id", neighbour.ID)
		c.text(s, at+".name", neighbour.Name)
	}
}

func (c *checker) checkLocales() {
	s := c.pack.source
	if c.locales != nil && len(c.locales) == 0 {
		s.report("locales", "the pack has no locale", "list at least one, such as zh-CN")
	}
	s.unique("locales", strings.Split(listed(c.locales), ", "))
	for i, locale := range c.locales {
		tag, err := language.Parse(string(locale))
		if locale != "" && (err != nil || tag.String() != string(locale)) {
			s.report(fmt.Sprintf("locales[%d]", i), fmt.Sprintf("%q is not a BCP 47 language tag", shorten(string(locale))), "write zh-CN, en, …")
		}
	}
}

// checkNeutral makes sure that the stand-in for silent codes tells nothing.
func (c *checker) checkNeutral() {
	s, id := c.pack.source, c.pack.value.Neutral
	if !c.causes.refer(s, "neutral", id) {
		return
	}
	for _, cause := range c.draft.causes {
		if nameOf(cause.name) == id && !cause.bad["disclosure"] && cause.value.Disclosure != Generic {
			s.report("neutral", fmt.Sprintf("%s stands in for silent codes but its disclosure is not generic", id),
				"name a cause that tells the category only")
		}
	}
}

func (c *checker) checkReasons() {
	if c.broken[reasonsFile] {
		return
	}
	s := c.reasons.source
	s.need("", "reasons")
	codes := newRegister("code", "", nil)
	for i, reason := range c.reasons.value.Reasons {
		c.checkReason(fmt.Sprintf("reasons[%d]", i), reason, &codes)
	}
}

func (c *checker) checkReason(at string, reason Reason, codes *register) {
	s := c.reasons.source
	s.need(at, "code")
	if reason.Code != "" && !isName(reason.Code, 'A', 'Z', "_") {
		s.report(at+".code", fmt.Sprintf("%q is not a reason code", shorten(reason.Code)), "write it in capitals: OVERDUE_NOW")
	}
	codes.add(s, at+".code", reason.Code)
	s.one(at+".disclosure", string(reason.Disclosure), string(Silent))
	switch {
	case reason.Disclosure == Silent && s.has(at+".cause"):
		s.report(at+".cause", fmt.Sprintf("the silent code %s has a cause", shorten(reason.Code)), "delete the cause: nothing may be told")
	case reason.Disclosure != Silent && !s.bad[at+".disclosure"]:
		s.need(at, "cause")
		c.causes.refer(s, at+".cause", reason.Cause)
	}
}

func (c *checker) checkPhrases() {
	if c.broken[phrasesFile] {
		return
	}
	s := c.phrases.source
	s.need("", "phrases")
	allowed := phraseKeys()
	if s.has("phrases") {
		s.need("phrases", keys(allowed)...)
	}
	seen := newRegister("phrase", "", nil)
	for _, key := range keys(c.phrases.value.Phrases) {
		at := join("phrases", key)
		seen.add(s, at, key)
		c.text(s, at, c.phrases.value.Phrases[key])
		names, required := allowed[key]
		if required {
			c.checkPlaceholders(at, c.phrases.value.Phrases[key], names)
		}
	}
}

// checkPlaceholders reports braces that would reach a person.
func (c *checker) checkPlaceholders(at string, phrase Text, allowed []string) {
	mend := "this phrase has no placeholders"
	if len(allowed) > 0 {
		mend = "allowed: {" + strings.Join(allowed, "}, {") + "}"
	}
	for _, locale := range c.locales {
		child := join(at, string(locale))
		names, paired := placeholders(phrase[locale])
		if !paired {
			c.phrases.report(child, "a brace has no partner", mend)
		}
		for _, name := range names {
			if !slices.Contains(allowed, name) {
				c.phrases.report(child, fmt.Sprintf("unknown placeholder {%s}", shorten(name)), mend)
			}
		}
	}
}

func (c *checker) checkCause(e loaded[Cause]) {
	s, cause := e.source, e.value
	s.need("", "id", "category", "disclosure", "title", "explain", "based_on", "reassess", "avoid")
	s.named("id", cause.ID)
	s.one("category", cause.Category, "credit", "policy", "technical", "compliance", "account")
	s.one("disclosure", string(cause.Disclosure), string(Specific), string(Generic))
	for key, text := range map[string]Text{
		"title": cause.Title, "explain": cause.Explain, "based_on": cause.BasedOn,
		"reassess": cause.Reassess, "avoid": cause.Avoid, "ask": cause.Ask,
	} {
		c.text(s, key, text)
	}
	if cause.Stop && len(cause.Fixes) > 0 {
		s.report("fixes", "a cause with stop: true offers no fixes", "delete the fixes")
	}
	if !cause.Stop && !s.bad["fixes"] && len(cause.Fixes) == 0 {
		s.report("fixes", "the cause has no fixes", "name at least one, such as help.contact")
	}
	c.referAll(s, "fixes", cause.Fixes, &c.fixes)
	s.meta(cause.Meta)
}

func (c *checker) checkFix(e loaded[Fix]) {
	s, fix := e.source, e.value
	s.need("", "id", "title", "steps")
	s.named("id", fix.ID)
	for key, text := range map[string]Text{"title": fix.Title, "note": fix.Note, "why": fix.Why, "takes": fix.Takes} {
		c.text(s, key, text)
	}
	s.nonempty("steps", len(fix.Steps))
	names := newRegister("step", "", nil)
	for i, step := range fix.Steps {
		at := fmt.Sprintf("steps[%d]", i)
		if s.bad[at] {
			continue
		}
		s.need(at, "text", "how")
		s.checkID(at+".id", step.ID)
		names.add(s, at+".id", step.ID)
		c.checkStep(s, at, step)
	}
	c.checkWhen(s, "when", fix.When)
	s.meta(fix.Meta)
}

// checkStep looks at what every step may have, of a fix or of a flow.
func (c *checker) checkStep(s *source, at string, step Step) {
	for key, text := range map[string]Text{"text": step.Text, "how": step.How, "expect": step.Expect, "if_not": step.IfNot} {
		c.text(s, join(at, key), text)
	}
	c.checkWhen(s, join(at, "when"), step.When)
}

func (c *checker) checkAnswer(e loaded[Answer]) {
	s, answer := e.source, e.value
	s.need("", "intent", "label", "text")
	s.named("intent", answer.Intent)
	c.text(s, "label", answer.Label)
	s.nonempty("text", len(answer.Text))
	for i, paragraph := range answer.Text {
		c.text(s, fmt.Sprintf("text[%d]", i), paragraph)
	}
	c.causes.refer(s, "cause", answer.Cause)
	c.referAll(s, "fixes", answer.Fixes, &c.fixes)
	c.referAll(s, "related", answer.Related, &c.answers)
	if slices.Contains(answer.Related, answer.Intent) {
		s.report("related", "the answer offers itself afterwards", "name other intents")
	}
	s.one("right", answer.Right, "explanation", "human_review")
	s.one("only_if", answer.OnlyIf, "eligible", "ineligible", "review")
	s.meta(answer.Meta)
}

// text reports every locale of the pack a text is not written in.
func (c *checker) text(s *source, path string, text Text) {
	if !s.has(path) || s.bad[path] {
		return
	}
	for _, locale := range c.locales {
		if _, written := text[locale]; !written && locale != "" {
			s.report(path, fmt.Sprintf("%s has no words in %s", label(path), locale), fmt.Sprintf("add %s: …", locale))
		}
	}
}

// referAll checks a list of references.
func (c *checker) referAll(s *source, path string, ids []string, to *register) {
	s.unique(path, ids)
	for i, id := range ids {
		to.refer(s, fmt.Sprintf("%s[%d]", path, i), id)
	}
}

// meta checks what every signed-off entry carries.
func (s *source) meta(meta Meta) {
	s.need("", "sources", "owner", "version", "valid_from", "review_by")
	s.nonempty("sources", len(meta.Sources))
	if s.has("version") && !s.bad["version"] && meta.Version < 1 {
		s.report("version", "version must be 1 or more", "")
	}
	known := !meta.ValidFrom.IsZero() && !meta.ReviewBy.IsZero()
	if known && !meta.ReviewBy.After(meta.ValidFrom.Time) {
		s.report("review_by", "the review is due before the entry is valid",
			"valid_from is "+meta.ValidFrom.Format(time.DateOnly))
	}
}

// need reports the keys a record lacks.
func (s *source) need(record string, names ...string) {
	if s.bad[record] || record != "" && !s.has(record) {
		return
	}
	for _, name := range names {
		if path := join(record, name); !s.has(path) {
			s.report(record, label(path)+" is missing", "")
		}
	}
}

// nonempty reports a list that is there but has no entries.
func (s *source) nonempty(path string, entries int) {
	if entries == 0 && s.has(path) && !s.bad[path] {
		s.report(path, label(path)+" is an empty list", "write at least one entry")
	}
}

// one reports a value that is none of the allowed ones. Absent is fine here.
func (s *source) one(path, value string, allowed ...string) {
	if value == "" || slices.Contains(allowed, value) {
		return
	}
	s.bad[path] = true
	s.report(path, fmt.Sprintf("%s cannot be %q", label(path), shorten(value)), "allowed: "+strings.Join(allowed, ", "))
}

// named checks the id of an entry against its file name.
func (s *source) named(path, id string) {
	s.checkID(path, id)
	if id != "" && id != nameOf(s.name) {
		s.report(path, fmt.Sprintf("%s is %q but the file is named %q", path, shorten(id), nameOf(s.name)+extension),
			"rename the one or the other")
	}
}

func (s *source) checkID(path, id string) {
	if id != "" && !isName(id, 'a', 'z', "._-") {
		s.report(path, fmt.Sprintf("%q is not an id", shorten(id)), "write small letters, digits, dots and underscores: credit.bad_record")
	}
}

// unique reports values a list has twice.
func (s *source) unique(path string, list []string) {
	seen := make(map[string]bool, len(list))
	for i, value := range list {
		if value != "" && seen[value] {
			s.report(fmt.Sprintf("%s[%d]", path, i), fmt.Sprintf("%q is listed twice", shorten(value)), "delete one of the two")
		}
		seen[value] = true
	}
}

// isName says whether an id is words of letters (first to last) and digits
// with single separators between them, and begins with a letter.
func isName(id string, first, last rune, separators string) bool {
	before := separators[0] // the id begins like a word after a separator
	for i, r := range id {
		letter, digit := r >= first && r <= last, r >= '0' && r <= '9'
		separates := strings.ContainsRune(separators, r)
		if !letter && !digit && !separates || digit && i == 0 || separates && strings.IndexByte(separators, before) >= 0 {
			return false
		}
		before = byte(r)
	}
	return strings.IndexByte(separators, before) < 0
}
