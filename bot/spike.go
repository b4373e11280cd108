package bot

import (
	"sync"
	"time"

	"kaitong/knowledge"
)

// categoryTechnical is the only category of causes a spike is made of: what
// people are refused for is nobody's incident, and some of it may not be told.
const categoryTechnical = "technical"

// Spike says that far more people than usual run into technical trouble.
type Spike struct {
	Area          string // the cause nearly all of them share, or the category
	Category      string
	Since         time.Time     // the first of them
	Window        time.Duration // in which there were so many
	Conversations int
	Usual         float64 // conversations in as much time before
}

// SpikeRules say what is far more than usual.
type SpikeRules struct {
	// Window is what is counted in: long enough for a few people to write,
	// short enough to act on.
	Window time.Duration
	// Before is what is usual: long enough to be even, short enough to follow
	// the time of day.
	Before time.Duration
	// AtLeast keeps a quiet night, where twice the usual is two people, quiet.
	AtLeast int
	// Times lets the usual waves of a day pass.
	Times float64
	// Share of the conversations that must name one cause for the spike to be
	// called by it, and not by the category.
	Share float64
}

// DefaultSpikeRules suit a help centre from ten conversations a day upwards.
func DefaultSpikeRules() SpikeRules {
	return SpikeRules{Window: 10 * time.Minute, Before: 2 * time.Hour, AtLeast: 8, Times: 4, Share: 2.0 / 3}
}

// maxSightings bounds the memory of a detector; with more than these in two
// hours nobody needs it to know that something is wrong.
const maxSightings = 20_000

// SpikeDetector watches turns for spikes. It is safe for concurrent use, and
// quick enough to be asked about every turn.
type SpikeDetector struct {
	rules   SpikeRules
	library *Library

	mu        sync.Mutex
	sightings []sighting           // oldest first, one a conversation and window
	recent    int                  // the first of them in the window that ends with the last
	latest    map[string]time.Time // of each conversation
	spiking   bool
}

// sighting is one conversation that is about technical trouble.
type sighting struct {
	at           time.Time
	conversation string
	cause        string
}

// NewSpikeDetector returns a detector that has seen nothing yet. What is
// technical is asked of the newest edition.
func NewSpikeDetector(rules SpikeRules, library *Library) *SpikeDetector {
	return &SpikeDetector{rules: rules, library: library, latest: map[string]time.Time{}}
}

// Watch looks at a turn, and says so when a spike begins with it. A spike is
// told once; it is over when fewer than AtLeast are left of it.
func (d *SpikeDetector) Watch(turn Turn) (Spike, bool) {
	cause := technicalCause(d.library.Latest().Base, turn.Events)
	if cause == "" {
		return Spike{}, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.note(sighting{turn.At, turn.Conversation, cause}) {
		return Spike{}, false
	}
	return d.judge()
}

// note remembers a sighting, and forgets what is too old to matter. A
// conversation counts once a window, however long it goes on about it.
func (d *SpikeDetector) note(s sighting) bool {
	if n := len(d.sightings); n > 0 && s.at.Before(d.sightings[n-1].at) {
		s.at = d.sightings[n-1].at // clocks of two turns may cross; order matters more
	}
	if last, known := d.latest[s.conversation]; known && s.at.Sub(last) < d.rules.Window {
		return false
	}
	d.latest[s.conversation] = s.at
	d.sightings = append(d.sightings, s)
	for len(d.sightings) > maxSightings || s.at.Sub(d.sightings[0].at) >= d.rules.Window+d.rules.Before {
		d.forgetOldest()
	}
	for s.at.Sub(d.sightings[d.recent].at) >= d.rules.Window {
		d.recent++
	}
	return true
}

func (d *SpikeDetector) forgetOldest() {
	oldest := d.sightings[0]
	if d.latest[oldest.conversation].Equal(oldest.at) {
		delete(d.latest, oldest.conversation)
	}
	d.sightings = d.sightings[1:]
	d.recent = max(0, d.recent-1)
}

// judge says whether a spike begins with the last sighting.
func (d *SpikeDetector) judge() (Spike, bool) {
	recent := d.sightings[d.recent:]
	windows := float64(d.rules.Before) / float64(d.rules.Window)
	usual := float64(d.recent) / windows
	enough := len(recent) >= d.rules.AtLeast
	begins := enough && !d.spiking && float64(len(recent)) >= d.rules.Times*usual
	if !enough {
		d.spiking = false
	}
	if !begins {
		return Spike{}, false
	}
	d.spiking = true
	return Spike{
		Area: d.area(recent), Category: categoryTechnical, Since: recent[0].at, Window: d.rules.Window,
		Conversations: len(recent), Usual: usual,
	}, true
}

// area is the cause that nearly all share, else the category.
func (d *SpikeDetector) area(recent []sighting) string {
	count := map[string]int{}
	for _, one := range recent {
		count[one.cause]++
		if float64(count[one.cause]) >= d.rules.Share*float64(len(recent)) {
			return one.cause
		}
	}
	return categoryTechnical
}

// technicalCause is the technical cause that a turn is about, "" for none:
// what the check returned or the answer went into, else what the person
// described.
func technicalCause(base *knowledge.Base, events []Event) string {
	var causes []string
	for _, event := range events {
		switch e := event.(type) {
		case Message:
			if e.About != nil {
				causes = append(causes, e.About.Reasons...)
				causes = append(causes, e.About.Cause, describedBySymptom(base, e.About.Symptom))
			}
		case Understood:
			causes = append(causes, described(base, e)...)
		}
	}
	for _, id := range causes {
		if cause, known := base.Cause(id); known && cause.Category == categoryTechnical {
			return id
		}
	}
	return ""
}

// described are the causes a person spoke of.
func described(base *knowledge.Base, u Understood) []string {
	if u.Move != MoveAnswer {
		return nil // greetings, guesses between readings, thanks
	}
	answer, _ := base.Answer(u.Intent)
	return []string{answer.Cause}
}

func describedBySymptom(base *knowledge.Base, id string) string {
	symptom, _ := base.Symptom(id)
	return symptom.Cause
}
