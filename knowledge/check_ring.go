package knowledge

import (
	"fmt"
	"strings"
)

// checkRings reports flows that lead back to themselves over `then`, each ring
// once and whole.
func (c *checker) checkRings() {
	then, files := map[string]string{}, map[string]*source{}
	sound(c.draft, c.draft.flows, func(e loaded[Flow]) {
		if e.value.ID != "" {
			then[e.value.ID], files[e.value.ID] = e.value.Then, e.source
		}
	})
	done := map[string]bool{}
	for _, id := range keys(then) {
		ring := ringFrom(id, then, done)
		if len(ring) > 0 {
			files[ring[0]].report("then", "the flows never end: "+drawn(ring), "let one of them end without then")
		}
	}
}

// ringFrom follows the flows from one on, and returns the ring it runs into
// unless somebody came by there before.
func ringFrom(id string, then map[string]string, done map[string]bool) []string {
	var path []string
	at := map[string]int{}
	for ; id != "" && !done[id]; id = then[id] {
		if start, again := at[id]; again {
			path = path[start:]
			markDone(at, done)
			return path
		}
		at[id] = len(path)
		path = append(path, id)
	}
	markDone(at, done)
	return nil
}

func markDone(path map[string]int, done map[string]bool) {
	for id := range path {
		done[id] = true
	}
}

// maxDrawn keeps a ring of a thousand flows readable.
const maxDrawn = 20

// drawn writes a ring as a -> b -> a.
func drawn(ring []string) string {
	shown := make([]string, 0, maxDrawn+1)
	for _, id := range ring[:min(len(ring), maxDrawn)] {
		shown = append(shown, shorten(id))
	}
	if len(ring) > maxDrawn {
		shown = append(shown, fmt.Sprintf("… (%d more)", len(ring)-maxDrawn))
	}
	return strings.Join(append(shown, shorten(ring[0])), " -> ")
}
