package cli

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"kaitong/adapters/store"
	"kaitong/adapters/web"
	"kaitong/bot"
	"kaitong/bot/access"
)

const (
	// revokedSubject is where nodes, and the command line, say that the list of
	// revoked tokens has changed. What is on it is in the database.
	revokedSubject = "kaitong.live.v1.revoked"
	// revokedEvery is how often the list is read when nothing is said, and
	// revokedPause how long at least lies between two looks: anybody on NATS can
	// make us look.
	revokedEvery = 10 * time.Second
	revokedPause = time.Second
	// revokedLate is for how long the list may be unread without anybody minding.
	revokedLate = 30 * time.Second
	// revokedTimeout bounds one look.
	revokedTimeout = 5 * time.Second
	// revokedSweep is how many looks lie between two in which what has lapsed is
	// taken away.
	revokedSweep = 60
)

// revocations keep a node up to date about tokens that were revoked.
type revocations struct {
	vault   *store.Staff
	list    *access.List
	conn    *nats.Conn
	heard   *nats.Subscription
	recheck func() // ends sockets; set before start
	logger  *slog.Logger

	hints   chan struct{}
	stop    context.CancelFunc
	stopped sync.WaitGroup
	read    atomic.Int64 // when the list was read last, unix seconds
	failing bool         // of the goroutine that looks
	looks   int          // of the same
}

// openRevocations reads what is revoked, and lets the web server ask.
func (c *core) openRevocations(ctx context.Context, options *web.Options) error {
	r := &revocations{
		vault: c.accounts, list: access.NewList(), conn: c.bus.Conn(), logger: c.logger, hints: make(chan struct{}, 1),
		recheck: func() {},
	}
	if _, err := r.look(ctx); err != nil {
		return err
	}
	options.Revoked = func(who bot.Identity, token string, issued time.Time) bool {
		return r.list.Revoked(who.Tenant, who.User, token, issued)
	}
	options.Revoke = r.revoke
	options.Checks = append(options.Checks, r.check())
	c.revocations = r
	return nil
}

func (c *core) followRevocations() error {
	if err := c.revocations.start(c.web.Recheck); err != nil {
		return err
	}
	c.teardown.add("revoked tokens", c.revocations.close)
	return nil
}

// start goes on reading, and ends sockets by it.
func (r *revocations) start(recheck func()) error {
	r.recheck = recheck
	var err error
	if r.heard, err = r.conn.Subscribe(revokedSubject, func(*nats.Msg) { r.hint() }); err != nil {
		return fmt.Errorf("listen on %s: %w", revokedSubject, err)
	}
	var ctx context.Context
	ctx, r.stop = context.WithCancel(context.Background())
	r.stopped.Go(func() { r.run(ctx) })
	r.hint() // something may have been revoked since the first look
	return nil
}

func (r *revocations) close(context.Context) error {
	r.stop()
	r.stopped.Wait()
	_ = r.heard.Unsubscribe() // the connection may be gone
	return nil
}

// hint never waits.
func (r *revocations) hint() {
	select {
	case r.hints <- struct{}{}:
	default:
	}
}

func (r *revocations) run(ctx context.Context) {
	ticker := time.NewTicker(revokedEvery)
	defer ticker.Stop()
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-r.hints:
		}
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
		r.follow(ctx)
		pause.Reset(revokedPause)
	}
}

// follow looks, and logs a fault once, and its end.
func (r *revocations) follow(ctx context.Context) {
	_, err := r.look(ctx)
	switch {
	case ctx.Err() != nil:
	case err != nil && !r.failing:
		r.logger.Warn("revoked tokens cannot be read; those known go on counting", "error", err)
	case err == nil && r.failing:
		r.logger.Info("revoked tokens can be read again")
	}
	r.failing = err != nil
}

func (r *revocations) look(ctx context.Context) (changed bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, revokedTimeout)
	defer cancel()
	now := time.Now()
	all, err := r.vault.Revocations(ctx, now)
	if err != nil {
		return false, err
	}
	r.read.Store(now.Unix())
	if changed = r.list.Replace(all); changed {
		r.recheck()
	}
	if r.looks++; r.looks%revokedSweep == 0 {
		err = r.vault.ForgetRevocations(ctx, now)
	}
	return changed, err
}

// revoke keeps a revocation, and tells everybody.
func (r *revocations) revoke(ctx context.Context, one access.Revocation) error {
	if err := r.vault.Revoke(ctx, one); err != nil {
		return err
	}
	r.hint()
	_ = r.conn.Publish(revokedSubject, nil) // who does not hear of it reads it soon
	return nil
}

// check is whether this node knows what is revoked.
func (r *revocations) check() web.Check {
	return web.Check{
		Name: "revoked tokens", Optional: true, Fault: "the list of revoked tokens could not be read for a while: those known go on counting",
		Run: func(context.Context) error {
			if late := time.Since(time.Unix(r.read.Load(), 0)); late > revokedLate {
				return fmt.Errorf("read %s ago", late.Round(time.Second))
			}
			return nil
		},
	}
}
