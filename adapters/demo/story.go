package demo

import (
	_ "embed"
	"fmt"

	"github.com/goccy/go-yaml"
)

//go:embed story.yaml
var shippedStory []byte

// story is what a month is about. Days count back from its end.
type story struct {
	Situations []*situation `yaml:"situations"`
	Outage     outage       `yaml:"outage"`
	Release    release      `yaml:"release"`
	Rush       rush         `yaml:"rush"`
	Versions   []string     `yaml:"versions"`
	Regions    []string     `yaml:"regions"`
	Channels   []string     `yaml:"channels"`
	Agents     []colleague  `yaml:"agents"`
	Replies    words        `yaml:"replies"`
	Answers    words        `yaml:"answers"`
	Again      words        `yaml:"again"`
	Explain    words        `yaml:"explain"`
}

// words are wordings per language.
type words struct {
	ZH []string `yaml:"zh"`
	EN []string `yaml:"en"`
}

// in are the wordings of one language.
func (w words) in(english bool) []string {
	if english {
		return w.EN
	}
	return w.ZH
}

// situation is what is the matter with some people.
type situation struct {
	ID       string   `yaml:"id"`
	Share    float64  `yaml:"share"` // of conversations, in parts of all shares
	Since    float64  `yaml:"since"` // comes up after so much of the month, 0 … 1
	Grows    float64  `yaml:"grows"` // to so many times the share by its end
	Codes    []string `yaml:"codes"` // what the service answers, one of them
	Words    words    `yaml:",inline"`
	Cause    string   `yaml:"cause"`    // what an agent finds
	Fixes    float64  `yaml:"fixes"`    // how often trying what was advised mends it
	Patience float64  `yaml:"patience"` // 0 … 1: how often people go on
	Appeal   bool     `yaml:"appealable"`
}

// weight is the share at a point of the month, 0 … 1.
func (s *situation) weight(point float64) float64 {
	switch {
	case point < s.Since:
		return 0
	case s.Grows == 0:
		return s.Share
	}
	return s.Share * (1 + (s.Grows-1)*(point-s.Since)/(1-s.Since))
}

// outage is an afternoon on which nothing opens.
type outage struct {
	Day   int     `yaml:"day"`
	From  int     `yaml:"from"`
	To    int     `yaml:"to"`
	Times float64 `yaml:"times"` // as many people as usual
	Code  string  `yaml:"code"`
	Words words   `yaml:",inline"`
}

// release is a version of the app that hides the entry from some.
type release struct {
	Day     int      `yaml:"day"`
	Version string   `yaml:"version"`
	Takes   float64  `yaml:"takes"` // days until most have it
	Codes   []string `yaml:"codes"`
	Share   float64  `yaml:"share"` // of those who have it
	Words   words    `yaml:",inline"`
}

// rush is a day on which agents are slow.
type rush struct {
	Day   int     `yaml:"day"`
	Waits float64 `yaml:"waits"` // times as long
}

// colleague is an agent.
type colleague struct {
	ID   string `yaml:"id"`
	Name string `yaml:"name"`
}

func readStory() (story, error) {
	var s story
	if err := yaml.UnmarshalWithOptions(shippedStory, &s, yaml.Strict()); err != nil {
		return story{}, fmt.Errorf("story of the demo month: %w", err)
	}
	return s, nil
}
