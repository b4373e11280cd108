package doctor

import (
	"strings"
	"testing"
	"time"
)

// Every problem can be told, belongs to a check that has a name, and fills what
// it leaves open.
func TestEveryProblemHasItsWords(t *testing.T) {
	t.Parallel()
	for id, said := range problems() {
		check, _, _ := strings.Cut(id, ".")
		if _, known := names()[check]; !known {
			t.Errorf("%s belongs to no check", id)
		}
		for part, text := range map[string]words{"wrong": said.wrong, "means": said.means, "mend": said.mend} {
			if text.zh == "" || text.en == "" {
				t.Errorf("%s: %s is missing in a language", id, part)
			}
		}
	}
}

func TestRoom(t *testing.T) {
	t.Parallel()
	const gib = 1 << 30
	for _, test := range []struct {
		name  string
		room  Room
		daily uint64
		want  string // problem; "": fine
		state State
	}{
		{"plenty", Room{Bytes: 100 * gib}, 0, "", Fine},
		{"plenty for long", Room{Bytes: 100 * gib}, gib, "", Fine},
		{"some weeks", Room{Bytes: 20 * gib}, gib, "disk.days", Warning},
		{"two days", Room{Bytes: 20 * gib}, 10 * gib, "disk.days", Fault},
		{"little, growth unknown", Room{Bytes: gib}, 0, "disk.little", Warning},
		{"next to nothing", Room{Bytes: 1 << 20}, 0, "disk.too-little", Fault},
		{"no inodes", Room{Bytes: 100 * gib, Counts: true}, 0, "disk.no-inodes", Fault},
		{"endless", Room{Bytes: 1 << 62}, 1, "", Fine},
	} {
		found := test.room.Disk(test.daily)
		if len(found) != 1 || found[0].Problem != test.want || found[0].State != test.state {
			t.Errorf("%s: %+v", test.name, found)
		}
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for _, test := range []struct {
		apart, took time.Duration
		want        State
	}{
		{0, 0, Fine},
		{4 * time.Second, 0, Fine},
		{-10 * time.Second, 0, Warning},
		{10 * time.Second, 20 * time.Second, Fine}, // the answer took too long to tell
		{time.Minute, time.Second, Fault},
		{-time.Hour, 0, Fault},
	} {
		if got := (Clock{Whose: "x", There: now.Add(test.apart), Here: now, Took: test.took}).Look(); got.State != test.want {
			t.Errorf("%v apart, asked for %v: %+v", test.apart, test.took, got)
		}
	}
}

func TestGuessable(t *testing.T) {
	t.Parallel()
	for key, want := range map[string]bool{
		"6e0b7f1c3a9d52e84f60b1c7d3a8e95f2b4c6d7e8f901a2b3c4d5e6f70819203": false,
		"kaitong-prod-6e0b7f1c3a9d52e84f60b1c7d3a8e95f":                    false,
		strings.Repeat("changeme", 4):                                      true,
		strings.Repeat("k", 40):                                            true,
		"01234567890123456789012345678901":                                 true,
		"Secret-Password-Secret-Password!":                                 true,
	} {
		if got := Guessable([]byte(key)); got != want {
			t.Errorf("%s: %v", key, got)
		}
	}
}

func FuzzTell(f *testing.F) {
	f.Add("data", "data.full", "{dir}", "x")
	f.Fuzz(func(t *testing.T, check, problem, name, value string) {
		var text strings.Builder
		Render(&text, []Finding{{Check: check, State: Fault, Problem: problem, Args: Args{name: value}}}, Chinese)
		if !strings.Contains(text.String(), "✗") {
			t.Error(text.String())
		}
	})
}
