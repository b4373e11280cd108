package llm

import (
	"crypto/sha256"
	"sync"
	"time"
)

// cache remembers good answers by what was asked, which holds masked words
// alone. A prompt is looked for in two generations, and the older one is dropped
// when the younger is full.
type cache struct {
	most int
	last time.Duration
	now  func() time.Time

	mu           sync.Mutex
	young, older map[cacheKey]cached
}

type cacheKey [sha256.Size]byte

type cached struct {
	text  string
	until time.Time
}

func newCache(most int, last time.Duration, now func() time.Time) *cache {
	return &cache{most: max(1, most/2), last: last, now: now, young: map[cacheKey]cached{}}
}

func (p prompt) key(model string) cacheKey {
	return sha256.Sum256([]byte(model + "\x00" + string(p.use) + "\x00" + p.system + "\x00" + p.data))
}

func (c *cache) find(key cacheKey) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.young[key]
	if !ok {
		if known, ok = c.older[key]; ok {
			c.put(key, known)
		}
	}
	if !ok || !c.now().Before(known.until) {
		return "", false
	}
	return known.text, true
}

func (c *cache) keep(key cacheKey, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.put(key, cached{text, c.now().Add(c.last)})
}

// put needs the lock.
func (c *cache) put(key cacheKey, answer cached) {
	if len(c.young) >= c.most {
		c.older, c.young = c.young, make(map[cacheKey]cached, c.most)
	}
	c.young[key] = answer
}
