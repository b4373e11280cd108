package dashboard

import (
	"context"
	"time"

	"kaitong/bot/analytics"
	"kaitong/bot/gaps"
)

// groups remembers groups: making them takes a moment, and a page asks for them
// again and again.
type groups struct {
	turn chan struct{} // held by who looks or makes
	made map[groupsKey]madeGroups
	keys []groupsKey // the oldest first
}

type groupsKey struct {
	query   analytics.Query
	miss    missed
	edition string
}

type madeGroups struct {
	clusters []gaps.Cluster
	at       time.Time
}

func newGroups() *groups {
	return &groups{turn: make(chan struct{}, 1), made: map[groupsKey]madeGroups{}}
}

// of makes the groups of a key once. Others wait meanwhile, for two at a time
// would take as long; who has gone by then gets none made.
func (g *groups) of(ctx context.Context, key groupsKey, now func() time.Time, makeThem func() ([]gaps.Cluster, error)) ([]gaps.Cluster, error) {
	select {
	case g.turn <- struct{}{}:
		defer func() { <-g.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if known, ok := g.made[key]; ok && now().Sub(known.at) < keptFor {
		return known.clusters, nil
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	at := now()
	made, err := makeThem()
	if err != nil {
		return nil, err
	}
	g.keep(key, madeGroups{made, at})
	return made, nil
}

func (g *groups) keep(key groupsKey, made madeGroups) {
	if _, known := g.made[key]; !known {
		if len(g.keys) == keptGroups {
			delete(g.made, g.keys[0])
			g.keys = g.keys[1:]
		}
		g.keys = append(g.keys, key)
	}
	g.made[key] = made
}
