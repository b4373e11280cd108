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
