package proofs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"gocloud.dev/blob"
)

// ErrForeign says that there are documents of conversations that the log does not
// know. A conversation that is erased takes its own along, so they are of another log
// that has the same store, or this one has lost some: they are needed, there or once it is restored.
var ErrForeign = errors.New("documents of conversations that this log does not know: they were left alone")

// SweepOptions say what may go.
type SweepOptions struct {
	Before time.Time // what was kept later stays
	Torn   time.Time // what an upload that was cut off left, if older than this, goes
	// Begun calls take with every conversation that may have documents. After an
	// error nothing is removed.
	Begun func(ctx context.Context, take func(conversation string)) error
	// Release returns which documents of a conversation nobody needs.
	Release func(ctx context.Context, conversation string, ids []string) (free []string, err error)
}

// Swept is what a sweep did.
type Swept struct {
	Seen    int // documents in the store
	Removed int // documents that nobody needed
	Torn    int // rests of uploads
	Foreign int // old documents of conversations that are not known
}

// Sweep removes documents that nobody needs any more. It can be ended at any
// moment, and several may run at once: what one has removed is gone for the
// others. Trouble with one conversation keeps its documents, and no others.
func (s *Store) Sweep(ctx context.Context, o SweepOptions) (Swept, error) {
	names := map[string]string{} // prefix -> conversation
	if err := o.Begun(ctx, func(conversation string) { names[prefixOf(conversation)] = conversation }); err != nil {
		return Swept{}, fmt.Errorf("sweep documents: %w", err)
	}
	w := sweep{store: s, o: o, names: names}
	if err := w.list(ctx); err != nil {
		return w.swept, errors.Join(append(w.failures, err)...)
	}
	w.release(ctx)
	if w.swept.Foreign > 0 {
		w.failures = append(w.failures, fmt.Errorf("%d %w", w.swept.Foreign, ErrForeign))
	}
	return w.swept, errors.Join(w.failures...)
}

type sweep struct {
	store *Store
	o     SweepOptions
	names map[string]string

	prefix   string
	old      []string // ids of that prefix
	swept    Swept
	failures []error
}

// list walks over the objects, which come one conversation after the other.
func (w *sweep) list(ctx context.Context) error {
	objects := w.store.bucket.List(&blob.ListOptions{Prefix: "proofs/"})
	for {
		object, err := objects.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err = cmp.Or(err, ctx.Err()); err != nil { // a directory does not mind that it ended
			return fmt.Errorf("list documents: %w", err)
		}
		if prefix := path.Dir(object.Key) + "/"; prefix != w.prefix {
			w.release(ctx)
			w.prefix = prefix
		}
		w.see(ctx, object)
	}
}

// see sorts one object in.
func (w *sweep) see(ctx context.Context, object *blob.ListObject) {
	_, known := w.names[w.prefix]
	switch {
	case torn(object.Key):
		if object.ModTime.Before(w.o.Torn) && w.remove(ctx, object.Key) {
			w.swept.Torn++
		}
		return
	case !object.ModTime.Before(w.o.Before):
	case known:
		w.old = append(w.old, path.Base(object.Key))
	default:
		w.swept.Foreign++
	}
	w.swept.Seen++
}

// torn says whether an object is what a directory holds of an upload that never
// came to its end. No id looks like it.
func torn(object string) bool { return strings.HasSuffix(object, ".tmp") }

// release removes what nobody needs of the conversation at hand.
func (w *sweep) release(ctx context.Context) {
	ids := w.old
	w.old = nil
	if len(ids) == 0 {
		return
	}
	free, err := w.o.Release(ctx, w.names[w.prefix], ids)
	if err != nil {
		w.failures = append(w.failures, err)
		return
	}
	for _, id := range free {
		if w.remove(ctx, w.prefix+id) {
			w.swept.Removed++
		}
	}
}

func (w *sweep) remove(ctx context.Context, object string) bool {
	err := w.store.remove(ctx, object)
	if err != nil {
		w.failures = append(w.failures, err)
	}
	return err == nil
}
