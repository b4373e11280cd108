package llm

import (
	"crypto/sha256"
	"sync"
	"time"
)

// cache remembers good answers by what was asked, which holds masked words
// alone. What was asked is looked for in two generations, and the older one is dropped
// when the younger is full.
type cache[V any] struct {
	most int
	last time.Duration
	now  func() time.Time

	mu           sync.Mutex
	young, older map[cacheKey]cached[V]
	cleared      int // times
}

type cacheKey [sha256.Size]byte

type cached[V any] struct {
	answer V
	until  time.Time
}

func newCache[V any](most int, last time.Duration, now func() time.Time) *cache[V] {
	return &cache[V]{most: max(1, most/2), last: last, now: now, young: map[cacheKey]cached[V]{}}
}

func (p prompt) key(model string) cacheKey {
	return sha256.Sum256([]byte(model + "\x00" + string(p.use) + "\x00" + p.system + "\x00" + p.data))
}

func (c *cache[V]) find(key cacheKey) (answer V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.young[key]
	if !ok {
		if known, ok = c.older[key]; ok {
			c.put(key, known)
		}
	}
	if !ok || !c.now().Before(known.until) {
		return answer, false
	}
	return known.answer, true
}

// keep remembers an answer, unless all were forgotten since round.
func (c *cache[V]) keep(key cacheKey, answer V, round int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if round == c.cleared {
		c.put(key, cached[V]{answer, c.now().Add(c.last)})
	}
}

// round is what keep wants to know of the moment when it was asked.
func (c *cache[V]) round() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cleared
}

func (c *cache[V]) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.young, c.older = map[cacheKey]cached[V]{}, nil
	c.cleared++
}

// put needs the lock.
func (c *cache[V]) put(key cacheKey, answer cached[V]) {
	if len(c.young) >= c.most {
		c.older, c.young = c.young, make(map[cacheKey]cached[V], c.most)
	}
	c.young[key] = answer
}
