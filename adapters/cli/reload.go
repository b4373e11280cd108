package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"kaitong/bot"
	"kaitong/knowledge"
)

const (
	// lookEvery is how often the folder of the pack is looked at.
	lookEvery = time.Second
	// maxTold is how many problems of a broken pack are logged and shown: who
	// mends these finds the rest with `kaitong knowledge lint`.
	maxTold = 10
)

// reloader publishes the pack in a folder again whenever it changes: whole, or
// not at all. What was published last answers until then, whatever happens to
// the folder.
type reloader struct {
	dir     string
	library *bot.Library
	load    func(dir string) (bot.Edition, error)
	accept  func(next bot.Edition) error // why an edition needs a restart
	logger  *slog.Logger

	seen    string // look of the folder at the last look
	tried   string // look of the folder when it was last loaded
	failed  error  // what came of that
	problem atomic.Pointer[error]
}

// run looks at the folder at every tick, until ctx ends.
func (r *reloader) run(ctx context.Context, ticks <-chan time.Time) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks:
			r.look()
		}
	}
}

// look loads the folder when it has changed and nobody is writing any more: it
// must look the same twice, and still after it was read.
func (r *reloader) look() {
	now, err := lookOf(os.DirFS(r.dir))
	if err != nil {
		r.seen = ""
		r.note(fmt.Errorf("the folder of the pack cannot be read: %w", err))
		return
	}
	settled := now == r.seen
	r.seen = now
	if now != r.tried && settled {
		r.try(now)
	}
	if now == r.tried {
		r.note(r.failed)
	}
}

// try loads what the folder holds, and publishes it.
func (r *reloader) try(look string) {
	next, err := r.read()
	if after, lookErr := lookOf(os.DirFS(r.dir)); lookErr != nil || after != look {
		return // it changed meanwhile: the next looks will tell
	}
	r.tried = look
	if err == nil {
		err = r.accept(next)
	}
	if r.failed = err; err != nil {
		return
	}
	if next.ID != r.library.Latest().ID {
		r.library.Publish(next)
		r.logger.Info("a changed pack is in use", "pack", next.Base.Pack().ID, "version", next.Base.Pack().Version, "edition", next.ID)
	}
}

// read returns the edition that the folder holds. What is published already
// need not be trained again, and nothing that is wrong with a pack may end the
// program.
func (r *reloader) read() (edition bot.Edition, err error) {
	defer func() {
		if recovered := recover(); recovered != nil {
			err = fmt.Errorf("the pack cannot be read: %v", recovered)
		}
	}()
	latest := r.library.Latest()
	if id, err := contentID(os.DirFS(r.dir)); err == nil && id == latest.ID {
		return latest, nil
	}
	return r.load(r.dir)
}

// note remembers what is wrong, nil for nothing, and logs it once.
func (r *reloader) note(problem error) {
	before := r.trouble()
	r.problem.Store(&problem)
	switch {
	case problem != nil && (before == nil || before.Error() != problem.Error()):
		for _, line := range told(problem) {
			r.logger.Error("the changed pack is not in use; the former one answers", "pack", r.dir, "problem", line)
		}
	case problem == nil && before != nil:
		r.logger.Info("nothing is wrong with the pack any more", "pack", r.dir)
	}
}

// trouble is why the pack in the folder is not in use; nil: it is.
func (r *reloader) trouble() error {
	if problem := r.problem.Load(); problem != nil {
		return *problem
	}
	return nil
}

// told are the first problems of an error, one line each.
func told(err error) []string {
	var problems *knowledge.Problems
	if !errors.As(err, &problems) {
		return shortened(strings.Split(err.Error(), "\n"))
	}
	lines := make([]string, 0, len(*problems))
	for _, one := range *problems {
		one.Excerpt = "" // no carets in a log line
		lines = append(lines, one.String())
	}
	return shortened(lines)
}

func shortened(lines []string) []string {
	if len(lines) <= maxTold {
		return lines
	}
	return append(lines[:maxTold:maxTold], fmt.Sprintf("and %d more", len(lines)-maxTold))
}

// lookOf is what a folder looks like without being read: the names, sizes and
// times of what a pack is made of. Links are followed, as a deployment may
// change what they point to.
func lookOf(files fs.FS) (string, error) {
	sum := sha256.New()
	if _, err := fs.Stat(files, "."); err != nil {
		return "", err
	}
	err := eachPackFile(files, func(name string) error {
		info, err := fs.Stat(files, name)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(sum, "%q %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)), err
}

// watchPack begins to reload the packs of folders; the one in the program never
// changes.
func (c *core) watchPack() {
	if c.config.Pack != "" {
		c.reloader = c.watchFolder("pack watcher", c.config.Pack, c.library, c.neutral)
	}
	c.watchTenants()
}

// watchFolder begins to reload the pack of one folder.
func (c *core) watchFolder(name, dir string, library *bot.Library, neutral string) *reloader {
	r := &reloader{
		dir: dir, library: library, load: loadEdition, logger: c.logger,
		accept: func(next bot.Edition) error { return takesOver(library, neutral, next) },
	}
	c.teardown.background(name, func(ctx context.Context) {
		ticker := time.NewTicker(lookEvery)
		defer ticker.Stop()
		r.run(ctx, ticker.C)
	})
	return r
}

// takesOver says why an edition cannot take over from the one that answers. What
// conversations and eligibility requests are bound to needs a restart.
func takesOver(library *bot.Library, neutral string, next bot.Edition) error {
	was, will := library.Latest().Base.Pack(), next.Base.Pack()
	if was.ID != will.ID || was.Product.ID != will.Product.ID {
		return fmt.Errorf("pack.yaml: this is pack %s for product %s, and %s for %s is being served: restart to change what is served",
			will.ID, will.Product.ID, was.ID, was.Product.ID)
	}
	reason, known := next.Base.Reason(neutral)
	if known && reason.Cause != will.Neutral {
		return fmt.Errorf("reasons.yaml: %s stands for the refusal without a reason and must stay with the cause %s: restart to change that",
			neutral, will.Neutral)
	}
	_, err := neutralCode(next.Base)
	return err
}
