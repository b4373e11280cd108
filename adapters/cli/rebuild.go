package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kaitong/adapters/store"
)

type rebuildCommand struct{ dataFlags }

// Help is shown by --help.
func (rebuildCommand) Help() string {
	return `The list holds nothing that is not in the log, so nothing can be lost. Stop the server
first; only beside servers that share a PostgreSQL it may run.

Examples:
  kaitong conversations rebuild --data /var/lib/kaitong`
}

// Run makes the list of conversations anew.
func (r rebuildCommand) Run(ctx context.Context, s streams) error {
	options, err := r.existing()
	if err != nil {
		return err
	}
	return rebuild(s, "the list of conversations", "The list of conversations is", func(show func(done, total int64)) error {
		return store.RebuildOverviews(ctx, options, show)
	})
}

// rebuild makes something anew from the log, and shows how far it is.
func rebuild(s streams, what, itIs string, work func(show func(done, total int64)) error) error {
	bar := startProgress(s.err, "Rebuilding "+what, time.Now)
	var count int64
	err := work(func(done, total int64) {
		count = total
		bar.update(int(done), int(total))
	})
	bar.finish()
	if errors.Is(err, store.ErrInUse) {
		return fmt.Errorf("%w (stop the server first)", err)
	}
	if err == nil {
		fmt.Fprintf(s.out, "%s made anew, up to position %d of the log.\n", itIs, count)
	}
	return err
}
