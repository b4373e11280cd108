package cli

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"kaitong/adapters/proofs"
	"kaitong/adapters/store"
	"kaitong/adapters/web"
	"kaitong/bot"
)

const (
	// eraseEvery is how often is looked for what others asked to erase, or erased.
	eraseEvery = time.Second
	// eraseBatch is how many conversations are erased in one transaction, which
	// turns wait for.
	eraseBatch = 20
	// eraseTimeout bounds one look.
	eraseTimeout = 5 * time.Minute
	// wipeAgain is when a wipe is tried again that somebody was in the way of.
	wipeAgain = time.Minute
	// wipeRest is when it is tried again where trying again does not help.
	wipeRest = 24 * time.Hour
)

// eraser takes conversations away everywhere: out of the log and what is beside
// it, the figures, the documents, and what is remembered. Every step may be taken
// again, so that a later start goes on where one was cut off.
type eraser struct {
	log      *store.Log
	erasures *store.Erasures
	figures  *store.Analytics // nil: none are counted here
	proofs   *proofs.Store    // nil: no documents are kept
	forget   func(erased func(conversation string) bool)
	pass     func(at eraseStep) // between steps; for tests
	logger   *slog.Logger

	working sync.Mutex // one at a time
	buried  int64      // the last tombstone that everybody here was told of
	resting time.Time  // no wipe before
}

// eraseStep is a gap between two steps of an erasure.
type eraseStep string

// The gaps, in their order.
const (
	eraseAsked   eraseStep = "after it was put on record"
	eraseTurns   eraseStep = "after the log"
	eraseFigures eraseStep = "after the figures"
	eraseProofs  eraseStep = "after the documents"
	eraseDone    eraseStep = "before the files are wiped"
)

// erase takes conversations away now, and out of the files. What goes wrong is
// tried again by the node that looks after it: then the erasure happens, but later.
func (e *eraser) erase(ctx context.Context, reason store.Reason, conversations ...string) (gone store.Erased, wiped bool, err error) {
	if gone, err = e.eraseAll(ctx, reason, conversations); err != nil {
		return gone, false, err
	}
	e.working.Lock()
	defer e.working.Unlock()
	return gone, e.wipe(ctx), nil
}

// eraseAll leaves the files to be wiped at the next look. What is asked for is on
// record before anybody waits: another erasure may take longer than the asker does.
// Where the one who looks is faster, what it erased is not counted here.
func (e *eraser) eraseAll(ctx context.Context, reason store.Reason, conversations []string) (store.Erased, error) {
	at := time.Now()
	if err := e.erasures.Ask(ctx, reason, at, conversations...); err != nil {
		return store.Erased{}, err
	}
	e.pass(eraseAsked)
	e.working.Lock()
	defer e.working.Unlock()
	due := make([]store.Asked, len(conversations))
	for i, name := range conversations {
		due[i] = store.Asked{Conversation: name, Reason: reason, At: at}
	}
	return e.carryOut(ctx, due)
}

// carryOut takes every step for what was asked, some conversations at a time.
func (e *eraser) carryOut(ctx context.Context, due []store.Asked) (gone store.Erased, err error) {
	for len(due) > 0 {
		some := due[:min(len(due), eraseBatch)]
		one, err := e.steps(ctx, some)
		gone.Conversations, gone.Turns = gone.Conversations+one.Conversations, gone.Turns+one.Turns
		if err != nil {
			return gone, err
		}
		due = due[len(some):]
	}
	if gone.Conversations > 0 {
		e.logger.Info("conversations were erased", "conversations", gone.Conversations, "turns", gone.Turns)
	}
	return gone, nil
}

func (e *eraser) steps(ctx context.Context, due []store.Asked) (store.Erased, error) {
	names := make([]string, len(due))
	for i, one := range due {
		names[i] = one.Conversation
	}
	gone, err := e.erasures.Erase(ctx, e.log, due...)
	if err != nil {
		return gone, err
	}
	e.pass(eraseTurns)
	e.forget(func(name string) bool { return slices.Contains(names, name) })
	if e.figures != nil {
		if err := e.figures.Forget(ctx, names...); err != nil {
			return gone, err
		}
	}
	e.pass(eraseFigures)
	if e.proofs != nil {
		for _, name := range names {
			if err := e.proofs.Erase(ctx, name); err != nil {
				return gone, err
			}
		}
	}
	e.pass(eraseProofs)
	if err := e.erasures.Done(ctx, due...); err != nil {
		return gone, err
	}
	e.pass(eraseDone)
	return gone, nil
}

// wipe says whether nothing of what was erased is left in the files. Otherwise
// it is tried again later.
func (e *eraser) wipe(ctx context.Context) bool {
	if time.Now().Before(e.resting) {
		return false
	}
	err := e.erasures.Wipe(ctx)
	switch {
	case err == nil || ctx.Err() != nil:
	case errors.Is(err, store.ErrWipedInPart):
		e.resting = time.Now().Add(wipeRest)
		e.logger.Warn("what was erased may still be in the files, which are too large to be cleared in every part", "error", err)
	default:
		e.resting = time.Now().Add(wipeAgain)
		e.logger.Warn("what was erased may still be in the files; trying again", "error", err)
	}
	return err == nil
}

// run looks after what others asked for until ctx ends.
func (e *eraser) run(ctx context.Context) {
	ticker := time.NewTicker(eraseEvery)
	defer ticker.Stop()
	failing := false
	for {
		limited, cancel := context.WithTimeout(ctx, eraseTimeout)
		err := e.look(limited)
		cancel()
		switch {
		case ctx.Err() != nil:
		case err != nil && !failing:
			e.logger.Warn("what is to be erased waits", "error", err)
		case err == nil && failing:
			e.logger.Info("what is to be erased is erased again")
		}
		failing = err != nil
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// look hears of what was erased elsewhere, and erases what was asked for if this
// is the node to do it.
func (e *eraser) look(ctx context.Context) error {
	e.working.Lock()
	defer e.working.Unlock()
	if err := e.follow(ctx); err != nil {
		return err
	}
	leading, err := e.erasures.Lead(ctx)
	if err != nil || !leading {
		return err
	}
	due, err := e.erasures.Due(ctx, eraseBatch)
	if err != nil {
		return err
	}
	if len(due) > 0 {
		if _, err := e.carryOut(ctx, due); err != nil {
			return err
		}
	}
	e.wipe(ctx)
	return nil
}

// follow has everybody here forget what other nodes have erased. Tombstones do
// not tell names; but who knows a name knows its tombstone.
func (e *eraser) follow(ctx context.Context) error {
	names, last, err := e.erasures.Buried(ctx, e.buried)
	if err != nil || last == e.buried {
		return err
	}
	namer, err := e.erasures.Namer(ctx)
	if err != nil {
		return err
	}
	e.log.KnowErased(last)
	e.forget(func(name string) bool { return names[namer(name)] })
	e.buried = last
	return nil
}

// openEraser begins to look after erasures.
func (c *core) openEraser(ctx context.Context) (err error) {
	erasures, err := store.OpenErasures(ctx, storeOptions(c.config, c.logger))
	if err != nil {
		return err
	}
	c.teardown.add("erasures", func(context.Context) error { return erasures.Close() })
	c.eraser = &eraser{
		log: c.log, erasures: erasures, figures: c.analytics, proofs: c.proofs, forget: c.forgetErased, pass: c.passErasing, logger: c.logger,
	}
	c.eraser.buried, err = erasures.Tail(ctx)
	return err
}

func (c *core) passErasing(at eraseStep) {
	if c.erasing != nil {
		c.erasing(at)
	}
}

// tidyErasures begins to look after what others asked for. Everybody who
// remembers conversations must be there.
func (c *core) tidyErasures() { c.teardown.background("look after erasures", c.eraser.run) }

// forgetErased drops what is remembered here, and sends away who looks at it.
func (c *core) forgetErased(erased func(conversation string) bool) {
	c.engine.Forget(erased)
	if c.model != nil {
		c.model.Forget()
	}
	if c.web != nil {
		c.web.Erased(erased)
	}
}

// personal gives people what is kept of them, or takes it away.
func (c *core) personal() *web.Personal {
	return &web.Personal{Export: c.exportPerson, Erase: c.erasePerson}
}

func (c *core) exportPerson(ctx context.Context, who bot.Identity, each func(*bot.Belongings) error) error {
	return c.eachOf(ctx, who, each, func(name string) {
		c.logger.Error("a damaged conversation is missing in an export", "conversation", name)
	})
}

// eachOf goes through the conversations of a person. Those that are damaged
// cannot be read.
func (c *core) eachOf(ctx context.Context, who bot.Identity, each func(*bot.Belongings) error, damaged func(conversation string)) error {
	names, err := c.log.ConversationsOf(ctx, who)
	if err != nil {
		return err
	}
	for _, name := range names {
		belongings, err := c.engine.Belongings(ctx, who, name)
		switch {
		case errors.Is(err, bot.ErrNotFound): // it went meanwhile, or is somebody else's now
			continue
		case errors.Is(err, bot.ErrDamaged):
			damaged(name)
			continue
		case err == nil:
			err = each(belongings)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// erasePerson finds out who keeps something first: nobody can know it then.
func (c *core) erasePerson(ctx context.Context, who bot.Identity) (web.ErasedPerson, error) {
	var names []string
	told := toldOf{hooks: len(c.config.Handoff.Webhooks) > 0}
	err := c.eachOf(ctx, who, func(b *bot.Belongings) error {
		names = append(names, b.Conversation)
		told.take(b)
		return nil
	}, func(name string) { names = append(names, name) })
	if err != nil || len(names) == 0 {
		return web.ErasedPerson{Wiped: true}, err
	}
	_, wiped, err := c.eraser.erase(ctx, store.ReasonRequest, names...)
	return web.ErasedPerson{Conversations: int64(len(names)), Told: told.names(), Wiped: wiped}, err
}

// toldOf finds out who else keeps something of a person.
type toldOf struct {
	hooks                bool // other desks are told of hand-offs
	institution, support bool
}

func (t *toldOf) take(b *bot.Belongings) {
	t.institution = t.institution || b.Told()
	t.support = t.support || t.hooks && b.Attended
}

func (t *toldOf) names() (names []string) {
	if t.institution {
		names = append(names, "institution")
	}
	if t.support {
		names = append(names, "support")
	}
	return names
}
