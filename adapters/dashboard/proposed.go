package dashboard

import (
	"context"
	"strings"
	"sync"
	"time"

	"kaitong/bot/gaps"
)

const (
	// mostProposed is how many groups, the largest, get a proposed name.
	mostProposed = 12
	// proposeWithin is how long a page waits for names. Those that come later are
	// there when it is looked at again.
	proposeWithin = 4 * time.Second
	// proposedAtOnce leaves room for those who wait for answers.
	proposedAtOnce = 2
)

// proposed are names for the largest groups, by their ids. A name is a proposal:
// it is shown as one, and goes nowhere but into drafts.
func (s *Server) proposed(ctx context.Context, clusters []gaps.Cluster) map[string]gaps.Name {
	if s.Propose == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, proposeWithin)
	defer cancel()
	var mu sync.Mutex
	var all sync.WaitGroup
	names := map[string]gaps.Name{}
	turns := make(chan struct{}, proposedAtOnce)
	for _, c := range clusters[:min(len(clusters), mostProposed)] {
		if c.People == 1 {
			continue
		}
		all.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			name, err := s.Propose(ctx, c.Texts)
			if err != nil {
				return
			}
			mu.Lock()
			defer mu.Unlock()
			names[c.ID] = name
		})
	}
	all.Wait()
	return names
}

// inPack is a locale as packs write it.
func inPack(locale string) string {
	if strings.HasPrefix(locale, "zh") {
		return "zh-CN"
	}
	return locale
}
