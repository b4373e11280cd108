package bot

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kaitong/knowledge"
)

// spikeLibrary holds the shipped pack; no model is needed to watch.
func spikeLibrary(t testing.TB) *Library {
	t.Helper()
	base, err := knowledge.Load(knowledge.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	return NewLibrary(Edition{ID: "test", Base: base})
}

func spikeStart() time.Time { return time.Date(2026, 6, 10, 9, 0, 0, 0, time.UTC) }

// about is a turn whose answer is about a cause.
func about(conversation int, at time.Time, cause string) Turn {
	return Turn{Conversation: fmt.Sprintf("c%d", conversation), At: at, Events: []Event{
		Understood{Move: MoveAnswer, Intent: "fail.unspecified"},
		Message{Author: AuthorBot, About: &About{Cause: cause}},
	}}
}

// watchAll returns the spikes that turns make.
func watchAll(d *SpikeDetector, turns []Turn) []Spike {
	var spikes []Spike
	for _, turn := range turns {
		if spike, begins := d.Watch(turn); begins {
			spikes = append(spikes, spike)
		}
	}
	return spikes
}

// wave makes one turn of n conversations each, so far apart.
func wave(first, n int, start time.Time, apart time.Duration, cause string) []Turn {
	var turns []Turn
	for i := range n {
		turns = append(turns, about(first+i, start.Add(time.Duration(i)*apart), cause))
	}
	return turns
}

func TestSpikes(t *testing.T) {
	t.Parallel()
	library := spikeLibrary(t)
	start := spikeStart()
	const network, version, credit = "technical.network", "technical.client_version", "credit.bad_record"
	join := func(waves ...[]Turn) (all []Turn) {
		for _, one := range waves {
			all = append(all, one...)
		}
		return all
	}
	for _, test := range []struct {
		name  string
		turns []Turn
		areas []string
	}{
		{"seven people", wave(0, 7, start, time.Minute, network), nil},
		{"eight people", wave(0, 8, start, time.Minute, network), []string{network}},
		{"a spike is told once", wave(0, 30, start, 10*time.Second, network), []string{network}},
		{"eight people over an hour", wave(0, 8, start, 8*time.Minute, network), nil},
		{"credit reasons are nobody's incident", wave(0, 30, start, 10*time.Second, credit), nil},
		{"one person who says it often", join(
			wave(0, 1, start, 0, network), wave(0, 1, start.Add(time.Minute), 0, network), wave(0, 1, start.Add(2*time.Minute), 0, network),
			wave(1, 6, start.Add(3*time.Minute), time.Second, network),
		), nil},
		{"two causes", join(wave(0, 4, start, time.Second, network), wave(4, 4, start.Add(time.Minute), time.Second, version)), []string{"technical"}},
		{"mostly one cause", join(wave(0, 2, start, time.Second, version), wave(4, 6, start.Add(time.Minute), time.Second, network)), []string{network}},
		{"as busy as always", wave(0, 250, start, 40*time.Second, network), []string{network}}, // of a fresh start: nothing is usual yet
		{"busy, then four times as busy", join(
			wave(0, 26, start, 5*time.Minute, network), // two in ten minutes
			wave(100, 8, start.Add(130*time.Minute), time.Second, network),
		), []string{network}},
		{"busy, then somewhat busier", join(
			wave(0, 65, start, 2*time.Minute, network), // five in ten minutes: never eight
			wave(100, 9, start.Add(130*time.Minute), time.Second, network),
		), nil},
		{"again the next day", join(
			wave(0, 9, start, time.Second, network), wave(20, 1, start.Add(23*time.Hour), 0, network), wave(30, 9, start.Add(24*time.Hour), time.Second, network),
		), []string{network, network}},
		{"clocks that cross", join(wave(0, 4, start.Add(time.Second), 0, network), wave(4, 4, start, 0, network)), []string{network}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var areas []string
			for _, spike := range watchAll(NewSpikeDetector(DefaultSpikeRules(), library), test.turns) {
				areas = append(areas, spike.Area)
			}
			if fmt.Sprint(areas) != fmt.Sprint(test.areas) {
				t.Errorf("spikes of %v, want %v", areas, test.areas)
			}
		})
	}
}

// Whatever way the trouble shows in a turn, it counts; small talk does not.
func TestWhatIsTechnical(t *testing.T) {
	t.Parallel()
	base := spikeLibrary(t).Latest().Base
	bot := func(about About) Message { return Message{Author: AuthorBot, About: &about} }
	for _, test := range []struct {
		name   string
		events []Event
		want   string
	}{
		{"the check returned it", []Event{bot(About{Reasons: []string{"credit.bad_record", "technical.network"}})}, "technical.network"},
		{"the answer is about it", []Event{bot(About{Cause: "technical.entry_missing"})}, "technical.entry_missing"},
		{"the person described it, the check found another", []Event{
			Understood{Move: MoveAnswer, Intent: "fail.system"}, bot(About{Reasons: []string{"credit.bad_record"}}),
		}, "technical.system_fault"},
		{"one reading among others", []Event{Understood{Move: MoveClarify, Intent: "fail.system"}}, ""},
		{"a refusal", []Event{bot(About{Cause: "credit.review_not_passed", Reasons: []string{"credit.review_not_passed"}})}, ""},
		{"a cause of a former pack", []Event{bot(About{Cause: "technical.gone"})}, ""},
		{"a symptom nobody knows", []Event{bot(About{Symptom: "nothing"})}, ""},
		{"a vote", []Event{FeedbackGiven{Vote: "up"}}, ""},
		{"nothing", nil, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := technicalCause(base, test.events); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// What a detector says agrees with the rules counted the slow way, and it
// forgets what it needs no more.
func TestSpikesAgreeWithTheRules(t *testing.T) {
	t.Parallel()
	library := spikeLibrary(t)
	rules := DefaultSpikeRules()
	rapid.Check(t, func(t *rapid.T) {
		d := NewSpikeDetector(rules, library)
		at := spikeStart()
		var counted []sighting // every sighting, once a conversation and window
		for range rapid.IntRange(1, 120).Draw(t, "turns") {
			at = at.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "later")) * time.Second)
			turn := about(rapid.IntRange(0, 40).Draw(t, "conversation"), at, "technical.network")
			fresh := true
			for _, one := range counted {
				fresh = fresh && (one.conversation != turn.Conversation || at.Sub(one.at) >= rules.Window)
			}
			if fresh {
				counted = append(counted, sighting{at: at, conversation: turn.Conversation})
			}
			spike, begins := d.Watch(turn)
			recent, before := 0, 0
			for _, one := range counted {
				switch age := at.Sub(one.at); {
				case age < rules.Window:
					recent++
				case age < rules.Window+rules.Before:
					before++
				}
			}
			usual := float64(before) / 12
			if begins && (recent < rules.AtLeast || float64(recent) < rules.Times*usual || spike.Conversations != recent || spike.Usual != usual) {
				t.Fatalf("spike %+v with %d recent and %d before", spike, recent, before)
			}
			if fresh && len(d.sightings) != recent+before || len(d.latest) > len(d.sightings) {
				t.Fatalf("keeps %d sightings and %d conversations, %d matter", len(d.sightings), len(d.latest), recent+before)
			}
		}
	})
}

// The engine asks about turns of many conversations at once.
func TestSpikesOfManyAtOnce(t *testing.T) {
	t.Parallel()
	d := NewSpikeDetector(DefaultSpikeRules(), spikeLibrary(t))
	var all sync.WaitGroup
	var mu sync.Mutex
	spikes := 0
	for i := range 50 {
		all.Go(func() {
			if _, begins := d.Watch(about(i, spikeStart(), "technical.network")); begins {
				mu.Lock()
				defer mu.Unlock()
				spikes++
			}
		})
	}
	all.Wait()
	if spikes != 1 {
		t.Errorf("%d spikes, want 1", spikes)
	}
}

func TestSpikeMemoryIsBounded(t *testing.T) {
	t.Parallel()
	d := NewSpikeDetector(DefaultSpikeRules(), spikeLibrary(t))
	watchAll(d, wave(0, maxSightings+500, spikeStart(), time.Millisecond, "technical.network"))
	if len(d.sightings) != maxSightings || len(d.latest) != maxSightings {
		t.Errorf("keeps %d sightings and %d conversations", len(d.sightings), len(d.latest))
	}
}

func BenchmarkSpikeWatch(b *testing.B) {
	d := NewSpikeDetector(DefaultSpikeRules(), spikeLibrary(b))
	turn := about(1, spikeStart(), "technical.network")
	for b.Loop() {
		d.Watch(turn)
	}
}
