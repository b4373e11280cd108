// Package knowledge holds what Kaitong knows: the causes an activation fails
// for, the fixes, the reason codes of the eligibility service, the answer to
// every intent and every fixed wording. All of it is data in a pack: a folder
// of YAML files that people who are no programmers write and sign off.
//
//	pack.yaml      identity, product, contacts, facts
//	reasons.yaml   reason code -> cause, or silent
//	causes/*.yaml  one cause a file
//	fixes/*.yaml   one fix a file
//	answers/*.yaml one answer a file, one per intent
//	symptoms/*.yaml what people say they see: refines the answer of an intent
//	flows/*.yaml   fixes walked through one step at a time
//	phrases.yaml   fixed wordings with {placeholders}
//	dialogues/*.yaml conversations the pack must pass
//	intents/       utterances and words of a pack's own, read by package intents
package knowledge

import "time"

// Locale is a BCP 47 tag a pack is written in.
type Locale string

// The locales of the shipped packs; Chinese comes first.
const (
	Chinese Locale = "zh-CN"
	English Locale = "en"
)

// Text is the same words in every locale of the pack.
type Text map[Locale]string

// In returns the words for a locale, or the pack's first locale's when a
// translation is missing (lint reports that long before).
func (t Text) In(locale Locale) string {
	if words, ok := t[locale]; ok {
		return words
	}
	if words, ok := t[Chinese]; ok {
		return words
	}
	return t[English]
}

// Disclosure says how much of a reason may be told to the person.
type Disclosure string

// The disclosure classes. A code the pack does not know is Silent.
const (
	Specific Disclosure = "specific" // may be named
	Generic  Disclosure = "generic"  // the category only
	Silent   Disclosure = "silent"   // the standard refusal, nothing else, ever
)

// Pack is the content of pack.yaml.
type Pack struct {
	ID       string   `yaml:"id"`
	Version  string   `yaml:"version"`
	Locales  []Locale `yaml:"locales"`
	Product  Product  `yaml:"product"`
	Contacts Contacts `yaml:"contacts"`
	Neutral  string   `yaml:"neutral"` // cause id that stands in for every silent code
	Facts    []Fact   `yaml:"facts"`

	// Neighbours are other products people mix up with this one. Their ids are
	// those the classifier gives to products.
	Neighbours []Neighbour `yaml:"neighbours"`

	Page Page `yaml:"page"` // optional: what the chat page shows around a conversation
}

// Page is what the chat page shows around a conversation.
type Page struct {
	Title Text   `yaml:"title"` // optional: the heading; without it, the name of the product
	Ask   []Text `yaml:"ask"`   // optional: up to four questions to begin with; without them, those of common answers
}

// Neighbour is a product this pack is not about.
type Neighbour struct {
	ID   string `yaml:"id"`
	Name Text   `yaml:"name"`
}

// Product is what the pack is about.
type Product struct {
	ID      string   `yaml:"id"`
	Name    Text     `yaml:"name"`
	Aliases []string `yaml:"aliases"`
}

// Contacts are the only phone numbers and addresses an answer may show.
type Contacts struct {
	Hotline string `yaml:"hotline"`
	Crisis  string `yaml:"crisis"` // for people in danger of harming themselves
	Hours   Text   `yaml:"hours"`
}

// Fact is one general statement about the product.
type Fact struct {
	ID      string   `yaml:"id"`
	Text    Text     `yaml:"text"`
	Sources []string `yaml:"sources"`
}

// Meta is what every signed-off entry carries.
type Meta struct {
	Sources   []string `yaml:"sources"`
	Owner     string   `yaml:"owner"`
	Version   int      `yaml:"version"`
	ValidFrom Date     `yaml:"valid_from"`
	ReviewBy  Date     `yaml:"review_by"`
}

// Valid says whether an entry may be shown on a day. A review that is due does
// not hide it.
func (m Meta) Valid(day time.Time) bool {
	return m.ValidFrom.IsZero() || day.Format(time.DateOnly) >= m.ValidFrom.Format(time.DateOnly)
}

// Date is a calendar day, written 2027-05-31.
type Date struct{ time.Time }

// Cause is one reason why an activation fails.
type Cause struct {
	ID         string     `yaml:"id"`
	Category   string     `yaml:"category"` // credit | policy | technical | compliance | account
	Disclosure Disclosure `yaml:"disclosure"`
	Title      Text       `yaml:"title"`    // short noun phrase, shown in lists
	Explain    Text       `yaml:"explain"`  // what it means, in general terms
	BasedOn    Text       `yaml:"based_on"` // what it is judged on
	Reassess   Text       `yaml:"reassess"` // when to expect a new assessment; never a promise
	Avoid      Text       `yaml:"avoid"`    // what not to do
	Fixes      []string   `yaml:"fixes"`    // fix ids, most useful first
	Ask        Text       `yaml:"ask"`      // optional question that tells this cause from others
	Stop       bool       `yaml:"stop"`     // no fixes, no work-around (age)
	Meta       `yaml:",inline"`
}

// Fix is something a person can do, as steps.
type Fix struct {
	ID    string `yaml:"id"`
	Title Text   `yaml:"title"` // an imperative
	Steps []Step `yaml:"steps"`
	Note  Text   `yaml:"note"`  // optional: what to expect, never a promise
	Why   Text   `yaml:"why"`   // optional: why it matters, for the improvement plan
	Takes Text   `yaml:"takes"` // optional: how long effects usually take to show, for the plan
	When  When   `yaml:"when"`  // optional: whom it is for
	Meta  `yaml:",inline"`
}

// Step is one thing to do.
type Step struct {
	ID     string `yaml:"id"` // optional; without one, its place in the list: "1"
	Text   Text   `yaml:"text"`
	How    Text   `yaml:"how"`    // how exactly, unfolded on request
	Expect Text   `yaml:"expect"` // optional: the sign that it worked
	IfNot  Text   `yaml:"if_not"` // optional: what it means, or what to do, when the sign does not show
	When   When   `yaml:"when"`   // optional: whom it is for
}

// Reason maps one code of the eligibility service to a cause.
type Reason struct {
	Code       string     `yaml:"code"`
	Cause      string     `yaml:"cause"`      // empty exactly when silent
	Disclosure Disclosure `yaml:"disclosure"` // silent, or empty for the cause's own class
}

// Answer is what is said to one intent.
type Answer struct {
	Intent  string   `yaml:"intent"`
	Label   Text     `yaml:"label"` // the intent in the user's own words, for choices
	Check   bool     `yaml:"check"` // ask the eligibility service first
	Cause   string   `yaml:"cause"` // the cause the user describes by this intent
	Text    []Text   `yaml:"text"`  // paragraphs
	Fixes   []string `yaml:"fixes"`
	Related []string `yaml:"related"` // intents offered afterwards
	Right   string   `yaml:"right"`   // explanation | human_review, when asking is using a right
	Handoff bool     `yaml:"handoff"` // leads to a human
	Plan    bool     `yaml:"plan"`    // answered with the improvement plan for the reasons returned
	OnlyIf  string   `yaml:"only_if"` // eligible: the text makes no sense after a refusal
	Meta    `yaml:",inline"`
}
