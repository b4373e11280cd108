package cli

import "testing"

func TestGCPercent(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		live uint64
		want int
	}{
		"nothing known yet":              {0, maxPercent},
		"a server just started":          {24 << 20, 400},
		"as much alive as there is room": {heapRoom, 100},
		"a large server":                 {4 << 30, 100},
	} {
		if got := gcPercent(c.live); got != c.want {
			t.Errorf("%s: %d %%, want %d %%", name, got, c.want)
		}
	}
}

// A crowd comes, goes, and comes again: what each left behind is given back
// once, when it has been quiet for a while.
func TestPacerGivesBackWhenQuiet(t *testing.T) {
	t.Parallel()
	const busy, idle = 50 << 20, 100 << 10
	p := pacer{percent: defaultPercent}
	var allocated uint64
	for i, step := range []struct {
		allocates uint64
		giveBack  bool
	}{
		{busy, false}, {idle, false}, {idle, false}, {busy, false},
		{idle, false}, {idle, false}, {idle, true}, {idle, false}, {idle, false}, {idle, false}, {idle, false},
		{busy, false}, {idle, false}, {idle, false}, {idle, true}, {idle, false},
	} {
		allocated += step.allocates
		if _, giveBack := p.look(heap{live: 30 << 20, allocated: allocated}); giveBack != step.giveBack {
			t.Errorf("step %d: gives back: %v", i+1, giveBack)
		}
	}
}

// The world is stopped for a new percentage only where it makes a difference.
func TestPacerKeepsThePercentage(t *testing.T) {
	t.Parallel()
	p := pacer{percent: 400}
	for live, want := range map[uint64]int{24 << 20: 400, 25 << 20: 400, 40 << 20: 240, 1 << 30: 100} {
		if got, _ := p.look(heap{live: live}); got != want {
			t.Errorf("%d MB alive: %d %%, want %d %%", live>>20, got, want)
		}
	}
}

// What the runtime calls its figures is checked here: a name it does not know
// would panic in a running server.
func TestReadHeap(t *testing.T) {
	t.Parallel()
	if h := readHeap(); h.allocated == 0 {
		t.Error("nothing was ever allocated")
	}
}
