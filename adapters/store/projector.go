package store

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"kaitong/bot"
)

const (
	// projectPause is how long turns gather before they are projected, so that
	// several of a conversation cost one row.
	projectPause = time.Second
	// projectEvery is how often the projector looks by itself: for turns of other
	// nodes, whether it may lead, and after a failure.
	projectEvery = 2 * time.Second
)

// projects is where the overviews of a log are written to.
type projects interface {
	// lead says up to where the table goes, and whether this node is the one to
	// go on. Of several nodes one is.
	lead(ctx context.Context) (projected int64, leading bool, err error)
	// save stores a page with its position, in one transaction. It wraps errMoved
	// when the table does not end where the page begins.
	save(ctx context.Context, page *overviewPage) error
	// reset empties the table. It may run beside the others.
	reset(ctx context.Context) error
	// close lets another node lead.
	close() error
}

// projector keeps the list of conversations up with the log. It holds nothing
// but the way to both, so that it can go on from wherever the table is.
type projector struct {
	reads  *reads
	to     projects
	fresh  fresh
	name   string // of the database
	logger *slog.Logger

	pause, every time.Duration // projectPause and projectEvery
	woken        chan struct{}
	done         chan struct{}
	failing      atomic.Pointer[error] // nil: all is well
}

func newProjector(log *Log) *projector {
	p := &projector{
		reads: log.db.reads, to: log.db.lists, name: log.name, logger: log.logger,
		pause: projectPause, every: projectEvery,
		woken: make(chan struct{}, 1), done: make(chan struct{}),
	}
	if p.to == nil {
		p.to = &queuedLists{log}
	}
	return p
}

// stored takes note of what a group has stored.
func (p *projector) stored(group []*pending) {
	if slices.ContainsFunc(group, func(turn *pending) bool { return turn.version > 0 && turn.result == nil }) {
		p.fresh.add(group)
		p.wake()
	}
}

// wake says that there are turns. It never waits.
func (p *projector) wake() {
	select {
	case p.woken <- struct{}{}:
	default:
	}
}

// run projects until ctx ends.
func (p *projector) run(ctx context.Context) {
	defer close(p.done)
	for p.rest(ctx) {
		p.tell(ctx, p.catchUp(ctx))
	}
	if err := p.to.close(); err != nil {
		p.logger.Warn("the projector was not closed well", "database", p.name, "error", err)
	}
}

// rest waits until it is worth while to look; false means that ctx ended. After
// a failure it takes its time.
func (p *projector) rest(ctx context.Context) bool {
	woken := p.woken
	if p.trouble() != nil {
		woken = nil
	}
	timer := time.NewTimer(p.every)
	defer timer.Stop()
	select {
	case <-woken:
		timer.Reset(p.pause)
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// catchUp projects page after page until nothing is left.
func (p *projector) catchUp(ctx context.Context) error {
	for more := true; more; {
		after, leading, err := p.to.lead(ctx)
		if err != nil || !leading {
			return err
		}
		page, err := p.page(ctx, after)
		if err != nil || page.end == after {
			return err
		}
		if err := p.to.save(ctx, page); err != nil {
			return err
		}
		more = page.more
	}
	return nil
}

// page reads what comes after a position.
func (p *projector) page(ctx context.Context, after int64) (*overviewPage, error) {
	if page, ok := p.fresh.page(after); ok {
		return page, nil
	}
	var page *overviewPage
	err := p.reads.persist(ctx, func(ctx context.Context) (err error) {
		page, err = p.readPage(ctx, after)
		return err
	})
	return page, err
}

func (p *projector) readPage(ctx context.Context, after int64) (*overviewPage, error) {
	page, count := newOverviewPage(after), 0
	err := briefTurns(ctx, p.reads.pool, p.reads.keys, func(turn bot.Turn) bool {
		count++
		return page.add(turn)
	}, p.reads.overviews.tail, after, projectPage)
	page.more = count == projectPage || len(page.known) == projectNames
	return page, err
}

// tell logs the first failure and the end of it: one that lasts shall not fill
// the log. Another node that projected is no failure.
func (p *projector) tell(ctx context.Context, err error) {
	switch {
	case ctx.Err() != nil || errors.Is(err, bot.ErrClosed) || errors.Is(err, errMoved):
	case err != nil && p.trouble() == nil:
		p.failing.Store(&err)
		p.logger.Warn("list of conversations is not kept up for the moment", "database", p.name, "error", err)
	case err == nil && p.trouble() != nil:
		p.failing.Store(nil)
		p.logger.Info("list of conversations is kept up again", "database", p.name)
	}
}

// trouble is why the list is not kept up, nil when it is.
func (p *projector) trouble() error {
	if err := p.failing.Load(); err != nil {
		return *err
	}
	return nil
}
