package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"kaitong/adapters/proofs"
	"kaitong/adapters/store"
	"kaitong/bot"
	"kaitong/configs"
)

// wipePatience is how long the command waits for the files to be wiped, which the
// server goes on with.
const wipePatience = 30 * time.Second

type eraseCommand struct {
	IDs []string `arg:"" optional:"" help:"Ids of conversations."`
	dataFlags
	User   string `help:"Erase every conversation of this person." placeholder:"USER"`
	Tenant string `help:"Tenant of the person (default as in the configuration)." placeholder:"TENANT"`
	Reason string `help:"Why, for the record: request or operator." default:"operator" enum:"request,operator"`
	Yes    bool   `help:"Do not ask."`
}

// Help is shown by --help.
func (eraseCommand) Help() string {
	return `What is erased is gone: from the log, the figures, the documents and the files of the
database. A tombstone stays, which proves that the rest is whole and tells of nobody.
A running server does it itself; without one it is done here. What others were told
before, such as the institution, they keep.

Examples:
  kaitong conversations erase --user u-4711
  kaitong conversations erase --user u-4711 --tenant bank-a --reason request --yes
  kaitong conversations erase c_0192f3c0-5a4e-7c11-9d4f-3d1f2b7a9e10`
}

// Run erases conversations.
func (e eraseCommand) Run(ctx context.Context, s streams) error {
	if (len(e.IDs) == 0) == (e.User == "") {
		return usageError{"say either --user USER or the ids of conversations"}
	}
	config, err := e.config()
	if err != nil {
		return err
	}
	if e.Data != "" {
		config.Data = e.Data
	}
	reader, err := e.reader()
	if err != nil {
		return err
	}
	names, turns, err := e.find(ctx, reader, config.Tenant)
	if err != nil {
		return err
	}
	for _, id := range e.IDs {
		if !slices.Contains(names, id) {
			fmt.Fprintf(s.out, "%s is not there: erased before, or another id than in \"conversations list\".\n", printable(id))
		}
	}
	if len(names) == 0 {
		fmt.Fprintln(s.out, "There is nothing to erase.")
		return nil
	}
	fmt.Fprintf(s.out, "%d conversation(s) with %d turn(s) would be erased for good.\n", len(names), turns)
	if !e.Yes && !agrees(s) {
		fmt.Fprintln(s.out, "Nothing was erased.")
		return errFailed
	}
	return e.carryOut(ctx, s, config, names)
}

// find returns what is there of what is to be erased, and how many turns it has.
func (e eraseCommand) find(ctx context.Context, reader *store.Reader, tenant string) (names []string, turns int, err error) {
	names = slices.Compact(slices.Sorted(slices.Values(e.IDs)))
	if e.User != "" {
		if e.Tenant != "" {
			tenant = e.Tenant
		}
		if names, err = reader.ConversationsOf(ctx, bot.Identity{Tenant: tenant, User: e.User}); err != nil {
			return nil, 0, err
		}
	}
	var there []string
	for _, name := range names {
		loaded, err := reader.Load(ctx, name)
		if err != nil && !errors.Is(err, bot.ErrDamaged) {
			return nil, 0, err
		}
		if len(loaded) > 0 || err != nil { // one that is damaged is there too
			there = append(there, name)
		}
		turns += len(loaded)
	}
	return there, turns, nil
}

// agrees asks once.
func agrees(s streams) bool {
	fmt.Fprint(s.out, "Type yes to go on: ")
	answer, _ := bufio.NewReader(s.in).ReadString('\n')
	return strings.EqualFold(strings.TrimSpace(answer), "yes")
}

// carryOut erases here, or has the server do it that has the data.
func (e eraseCommand) carryOut(ctx context.Context, s streams, config configs.Config, names []string) (err error) {
	options := e.source(config)
	options.Logger = slog.New(slog.DiscardHandler)
	erasures, err := store.OpenErasures(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, erasures.Close()) }()
	if err := erasures.Ask(ctx, store.Reason(e.Reason), time.Now(), names...); err != nil {
		return err
	}
	alone, err := erasures.Lead(ctx)
	if err != nil {
		return err
	}
	if alone {
		err = eraseHere(ctx, config, options, erasures)
	}
	if errors.Is(err, store.ErrInUse) || !alone {
		fmt.Fprintln(s.out, "A server has the data and erases them …")
		err = awaitErased(ctx, erasures, names)
	}
	if err != nil {
		return err
	}
	wiped, err := erasures.Wiped(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Erased %d conversation(s).\n", len(names))
	if !wiped {
		fmt.Fprintln(s.out, "Nobody can read them any more. The files are cleared once nobody reads old pages; the server tries again by itself, and says in its log what is in the way.")
	}
	return nil
}

// eraseHere erases everything that was asked for, without a server.
func eraseHere(ctx context.Context, config configs.Config, options store.Options, erasures *store.Erasures) (err error) {
	log, err := store.Open(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close(context.WithoutCancel(ctx))) }()
	zone, err := analyticsZone(config)
	if err != nil {
		return err
	}
	figures, err := store.OpenAnalytics(ctx, log, options, zone)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, figures.Close(context.WithoutCancel(ctx))) }()
	documents, err := documentsToErase(ctx, config)
	if err != nil {
		return err
	}
	if documents != nil {
		defer func() { err = errors.Join(err, documents.Close()) }()
	}
	eraser := &eraser{
		log: log, erasures: erasures, figures: figures, proofs: documents, logger: options.Logger,
		forget: func(func(string) bool) {}, pass: func(eraseStep) {},
	}
	return eraser.all(ctx)
}

// documentsToErase opens the store of documents, nil where there is none. Whoever
// only removes them needs no secret.
func documentsToErase(ctx context.Context, config configs.Config) (*proofs.Store, error) {
	dir := filepath.Join(config.Data, blobsDir)
	if _, err := os.Stat(dir); err != nil && config.Blobs.URL == "" {
		return nil, nil //nolint:nilnil // there are none
	}
	return proofs.Open(ctx, proofs.Options{Dir: dir, URL: config.Blobs.URL, Secret: make([]byte, proofs.MinSecret), NewID: newID})
}

// all carries out everything that was asked for.
func (e *eraser) all(ctx context.Context) error {
	for {
		due, err := e.erasures.Due(ctx, eraseBatch)
		if err != nil {
			return err
		}
		if len(due) == 0 {
			e.wipe(ctx)
			return nil
		}
		if _, err := e.carryOut(ctx, due); err != nil {
			return err
		}
	}
}

// awaitErased waits until a server has carried out what was asked for, and for a
// while until the files are wiped.
func awaitErased(ctx context.Context, erasures *store.Erasures, names []string) error {
	var since time.Time // nothing waits any more
	ticker := time.NewTicker(eraseEvery / 4)
	defer ticker.Stop()
	for {
		waiting, err := erasures.Waiting(ctx, names)
		if err != nil {
			return err
		}
		wiped, err := erasures.Wiped(ctx)
		if !waiting && since.IsZero() {
			since = time.Now()
		}
		if err != nil || !waiting && (wiped || time.Since(since) > wipePatience) {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return errors.New("stopped waiting; the server goes on by itself")
		}
	}
}
