package knowledge

// Symptom is something people say they see ("额度没了", "the code never
// arrives"). Where its words are found, it refines the answer of the intent.
type Symptom struct {
	ID    string `yaml:"id"`
	Label Text   `yaml:"label"` // in the user's own words, for choices
	// Says are the wordings that give the symptom away, per locale, in the
	// pattern language of package intents: "验证码|短信 … 收不到|没收到".
	Says map[Locale][]string `yaml:"says"`
	// Intents are the questions it refines. The first one is assumed when the
	// words are found and the question is not understood otherwise.
	Intents []string `yaml:"intents"`
	// Alone means that the words are enough, even in a question that seems to
	// be none of ours.
	Alone   bool     `yaml:"alone"`
	Cause   string   `yaml:"cause"` // optional: what it usually comes from; a guess, never told beside the neutral refusal
	Text    []Text   `yaml:"text"`  // paragraphs, in place of the intent's own
	Fixes   []string `yaml:"fixes"`
	Flow    string   `yaml:"flow"`    // optional
	Related []string `yaml:"related"` // optional: intents offered afterwards
	Handoff bool     `yaml:"handoff"` // leads to a human
	When    When     `yaml:"when"`
	Meta    `yaml:",inline"`
}

// Wordings are the words that give each symptom away, in every language of
// the pack: symptom id -> patterns.
func (b *Base) Wordings() map[string][]string {
	wordings := make(map[string][]string, len(b.symptoms))
	for _, symptom := range b.symptoms {
		for _, locale := range b.pack.Locales {
			wordings[symptom.ID] = append(wordings[symptom.ID], symptom.Says[locale]...)
		}
	}
	return wordings
}
