package natsbus

import (
	"slices"
	"strings"
	"testing"
)

func TestLongestAnnouncementFits(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", maxName)
	a := announcement{Node: long, Epoch: long, N: 1 << 62}
	for range maxTurns {
		a.Turns = append(a.Turns, Stored{Conversation: long, Version: 1 << 62, Seq: 1 << 62})
	}
	data, err := a.encode()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := decodeAnnouncement(data); err != nil || len(got.Turns) != maxTurns {
		t.Errorf("%d bytes: %d turns, %v", len(data), len(got.Turns), err)
	}
}

// What waits is said in few messages.
func TestAnnouncementsAreJoined(t *testing.T) {
	t.Parallel()
	l := &Live{queue: make(chan Stored, 2*maxTurns)}
	for i := range maxTurns + 9 {
		l.Announce(Stored{Conversation: "c", Version: int64(i + 2), Seq: 1})
	}
	turns := l.gather(Stored{Conversation: "c", Version: 1, Seq: 1})
	if rest := l.gather(<-l.queue); len(turns) != maxTurns || len(rest) != 10 || rest[0].Version != maxTurns+1 {
		t.Errorf("gathered %d and then %d", len(turns), len(rest))
	}
}

// What is read can be said again and means the same.
func FuzzAnnouncement(f *testing.F) {
	for _, seed := range []string{
		`{"node":"n","epoch":"e","n":1,"turns":[{"conv":"c","version":1,"seq":2}]}`,
		`{"node":"n","epoch":"e","n":1,"bye":true}`, `{"node":"n","node":"m","epoch":"e"}`, `{`, `null`, "\xff",
		`{"node":"\u0000","epoch":"\ud800","n":9007199254740993}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, err := decodeAnnouncement(data)
		if err != nil {
			return
		}
		if len(a.Turns) > maxTurns || a.Node == "" || a.N < 0 {
			t.Errorf("accepted %+v", a)
		}
		again, err := a.encode()
		if err != nil {
			t.Fatal(err)
		}
		b, err := decodeAnnouncement(again)
		if len(again) > maxAnnouncement {
			return // control characters grow when they are written down
		}
		if err != nil || a.Node != b.Node || a.Epoch != b.Epoch || a.N != b.N || a.Bye != b.Bye || !slices.Equal(a.Turns, b.Turns) {
			t.Errorf("%+v became %+v, %v", a, b, err)
		}
	})
}
