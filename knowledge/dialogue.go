package knowledge

// Dialogue is a conversation the pack must pass: what a person says and taps,
// what the eligibility service replies, and what must come of it.
type Dialogue struct {
	ID        string     `yaml:"dialogue"`
	About     string     `yaml:"about"`  // one sentence: who asks, and what is held
	Locale    Locale     `yaml:"locale"` // "" for the language the person writes in
	Anonymous bool       `yaml:"anonymous"`
	Agents    bool       `yaml:"agents"` // humans are there to take conversations over
	Client    Client     `yaml:"client"`
	Replies   []Reply    `yaml:"eligibility"` // one a check, in order; the last one stays
	Incidents []string   `yaml:"incidents"`   // areas an incident is live for
	Never     []string   `yaml:"never"`       // words no answer of the dialogue may hold
	Turns     []Exchange `yaml:"turns"`

	// Alike are other replies with which every answer must be the same to the
	// letter: what must not be told cannot be told apart.
	Alike [][]Reply `yaml:"alike"`

	File string `yaml:"-"` // path inside the pack
}

// Client is the app a person uses.
type Client struct {
	OS         string `yaml:"os"`
	AppVersion string `yaml:"app_version"`
	Network    string `yaml:"network"`
	Region     string `yaml:"region"`
}

// Reply is what the eligibility service answers, raw: silent codes included.
type Reply struct {
	Decision   string   `yaml:"decision"`
	Reasons    []string `yaml:"reasons"` // codes
	Appealable bool     `yaml:"appealable"`
	ReviewETA  Date     `yaml:"review_eta"`
	Fails      string   `yaml:"fails"` // instead of a decision: timeout | unavailable | invalid
}

// Exchange is one thing a person does, and what must come of it. Exactly one
// of Say and Tap is set.
type Exchange struct {
	Say    string `yaml:"say"`
	Tap    string `yaml:"tap"` // id of a choice of the last answer
	Expect Expect `yaml:"expect"`

	Line int `yaml:"-"` // where it stands in the file
}

// Expect is what one answer must be. What is not given is not looked at; a
// list names what must be there, in any order, among others.
type Expect struct {
	Move     string   `yaml:"move"`
	Intent   string   `yaml:"intent"`
	Symptom  string   `yaml:"symptom"`
	Cause    string   `yaml:"cause"`
	Decision string   `yaml:"decision"`
	Reasons  []string `yaml:"reasons"` // exactly these, in this order
	Fixes    []string `yaml:"fixes"`
	Choices  []string `yaml:"choices"`
	Sources  []string `yaml:"sources"`
	Said     []string `yaml:"said"`     // words the answer holds
	NotSaid  []string `yaml:"not_said"` // words it must not hold
	Missing  []string `yaml:"missing"`  // choices that must not be offered
	NotFixes []string `yaml:"not_fixes"`
	Flow     string   `yaml:"flow"` // the flow the person is in; none: in no flow
	Step     string   `yaml:"step"` // key of the step shown
	Handoff  string   `yaml:"handoff"`
	Events   []string `yaml:"events"` // kinds of events the turn holds
}
