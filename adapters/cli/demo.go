package cli

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"kaitong/adapters/demo"
	"kaitong/adapters/store"
	"kaitong/bot"
	"kaitong/configs"
)

type demoCommand struct {
	Seed seedCommand `cmd:"" help:"Fill a log with a made-up month of conversations."`
}

type seedCommand struct {
	dataFlags
	Days  int    `help:"How many days, up to now." default:"30"`
	Daily int    `help:"How many conversations begin on a weekday, about." default:"60"`
	Seed  uint64 `help:"Which month: the same number is the same people with the same troubles." default:"1"`
	Among bool   `name:"among-others" help:"Also into a log that holds conversations of others. They can never be taken apart again."`
}

// Help is shown by --help.
func (seedCommand) Help() string {
	return `Made-up people ask the real engine, follow its steps or leave, wait for made-up agents and
come back; one afternoon nothing opens, a new version of the app hides the entry, and a
question comes up that the pack has no answer to. What they are called begins with demo-,
so that nobody takes them for customers. Use a log of its own: what is in a log stays there,
counts in all figures and waits at the desk. A log that holds conversations of anybody else is
refused.

Stop the server first; only beside servers that share a PostgreSQL it may run.

Examples:
  kaitong demo seed --data ./demo-data
  kaitong serve --data ./demo-data        (then open /analytics, as demo-chen)
  kaitong demo seed --days 90 --daily 200 --data ./demo-data`
}

const (
	mostSeedDays  = 400
	mostSeedDaily = 5000
	// seedWriters store turns at a time, each those of some conversations, so that
	// many share a transaction.
	seedWriters = 256
	// seedZone is where the people of the month live.
	seedZone = "Asia/Shanghai"
)

// Run makes a month up and stores it.
func (c seedCommand) Run(ctx context.Context, s streams) error {
	if c.Days < 1 || c.Days > mostSeedDays || c.Daily < 1 || c.Daily > mostSeedDaily {
		return usageError{fmt.Sprintf("--days is between 1 and %d, --daily between 1 and %d", mostSeedDays, mostSeedDaily)}
	}
	config, err := configs.Load(c.Config, os.Environ())
	if err != nil {
		return err
	}
	turns, err := c.makeUp(ctx, s, config.Tenant)
	if err != nil {
		return err
	}
	options := c.source(config)
	options.Logger = slog.New(slog.DiscardHandler)
	if err := c.storeAll(ctx, s, options, turns); err != nil {
		return err
	}
	conversations := map[string]bool{}
	for _, turn := range turns {
		conversations[turn.Conversation] = true
	}
	fmt.Fprintf(s.out, "%d conversations with %d turns of made-up people are in the log of %s.\n", len(conversations), len(turns), logName(options))
	return nil
}

func logName(options store.Options) string {
	if options.Database != "" {
		return "the database"
	}
	return options.Dir
}

func (c seedCommand) makeUp(ctx context.Context, s streams, tenant string) ([]bot.Turn, error) {
	zone, err := time.LoadLocation(seedZone)
	if err != nil {
		return nil, err
	}
	edition, err := loadEdition("") // the story is about the pack in the program
	if err != nil {
		return nil, err
	}
	bar := startProgress(s.err, "Making the month up", time.Now)
	defer bar.finish()
	return demo.Month(ctx, demo.Options{
		Library: bot.NewLibrary(edition), Tenant: tenant, End: time.Now(), Zone: zone,
		Days: c.Days, Daily: c.Daily, Seed: c.Seed, Show: bar.update,
	})
}

// storeAll stores turns, those of a conversation in their order.
func (c seedCommand) storeAll(ctx context.Context, s streams, options store.Options, turns []bot.Turn) error {
	log, err := store.Open(ctx, options)
	switch {
	case errors.Is(err, store.ErrInUse):
		return fmt.Errorf("%w (stop the server first)", err)
	case err != nil:
		return err
	}
	if err = c.fits(ctx, log); err == nil {
		err = appendAll(ctx, s, log, turns)
	}
	if errors.Is(err, bot.ErrConflict) {
		err = monthStored()
	}
	return errors.Join(err, log.Close(context.WithoutCancel(ctx)))
}

func monthStored() error {
	return errors.New("this month is in the log already; another --seed makes another")
}

// fits says why a month must not go into a log. Nothing is stored then: half a
// month could not be taken out again.
func (c seedCommand) fits(ctx context.Context, log bot.EventLog) error {
	for after := int64(0); ; {
		turns, err := log.Tail(ctx, after, seedLook)
		if err != nil || len(turns) == 0 {
			return err
		}
		for _, turn := range turns {
			if err := c.fitsBeside(turn); err != nil {
				return err
			}
		}
		after = turns[len(turns)-1].Position
	}
}

// seedLook is how many turns are looked at together.
const seedLook = 1000

func (c seedCommand) fitsBeside(turn bot.Turn) error {
	if strings.HasPrefix(turn.Conversation, demo.Conversations(c.Seed)) {
		return monthStored()
	}
	for _, event := range turn.Events {
		begun, ok := event.(bot.Started)
		if ok && !c.Among && !strings.HasPrefix(begun.User, demo.Users) {
			return fmt.Errorf("the log holds %s, which no made-up person began: give the month a log of its own with --data", turn.Conversation)
		}
	}
	return nil
}

func appendAll(ctx context.Context, s streams, log bot.EventLog, turns []bot.Turn) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	bar := startProgress(s.err, "Storing it", time.Now)
	defer bar.finish()
	var stored atomic.Int64
	var writers sync.WaitGroup
	lanes := make([]chan bot.Turn, seedWriters)
	for i := range lanes {
		lanes[i] = make(chan bot.Turn) // no turn waits in one while later ones pass it
		writers.Go(func() {
			for turn := range lanes[i] {
				if err := log.Append(ctx, turn); err != nil {
					stop(err)
				}
				stored.Add(1)
			}
		})
	}
	seed := maphash.MakeSeed()
	for _, turn := range turns {
		if ctx.Err() != nil {
			break
		}
		lanes[maphash.String(seed, turn.Conversation)%seedWriters] <- turn
		bar.update(int(stored.Load()), len(turns))
	}
	for _, lane := range lanes {
		close(lane)
	}
	writers.Wait()
	return context.Cause(ctx)
}
