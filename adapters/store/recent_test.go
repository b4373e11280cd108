package store

import (
	"testing"

	"pgregory.net/rapid"
)

// Whatever is asked of it, it answers with the last value put or not at all,
// keeps what was touched last and stays within its bound.
func TestRecentKeepsTheLatestAndStaysSmall(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		limit := rapid.IntRange(1, 5).Draw(rt, "limit")
		cache, truth := newRecent[int, int](limit), map[int]int{}
		for step := range rapid.IntRange(1, 60).Draw(rt, "steps") {
			key := rapid.IntRange(0, 12).Draw(rt, "key")
			if rapid.Bool().Draw(rt, "put") {
				cache.put(key, step)
				truth[key] = step
				if value, ok := cache.get(key); !ok || value != step {
					rt.Fatalf("just put %d, got %d, %v", step, value, ok)
				}
			}
			if value, ok := cache.get(key); ok && value != truth[key] {
				rt.Fatalf("key %d is %d, want %d", key, value, truth[key])
			}
			if held := len(cache.young) + len(cache.old); held > 2*limit {
				rt.Fatalf("holds %d with a limit of %d", held, limit)
			}
		}
		cache.clear()
		for key := range truth {
			if _, ok := cache.get(key); ok {
				rt.Fatalf("key %d outlives clear", key)
			}
		}
	})
}
