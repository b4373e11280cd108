package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"kaitong/bot"
)

// pending is one turn that waits for the writer, or a probe of the disk, or a
// page of overviews.
type pending struct {
	ctx          context.Context
	conversation string
	version      int64
	at           string
	events       string
	body         string // the events as they go into the database
	sealed       []*bot.Sealed
	concerns     bool // the overview has to look into the events
	probe        bool
	page         *overviewPage // what the projector wants stored, instead of a turn
	alone        func() error  // what is to be done while nothing is stored, instead of a turn
	position     int64         // that it was stored at, if the database says so
	result       error         // the writer's, until it is sent
	done         chan error    // gets exactly one answer; never blocks the writer
}

// Append implements [bot.EventLog]. Beside the errors of the contract it
// returns [bot.ErrBusy] when too many turns wait already; nothing is stored
// then.
func (l *Log) Append(ctx context.Context, turn bot.Turn) error {
	if err := l.append(ctx, turn); err != nil {
		return fmt.Errorf("append version %d to conversation %q: %w", turn.Version, turn.Conversation, err)
	}
	return nil
}

func (l *Log) append(ctx context.Context, turn bot.Turn) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !storable(turn.Conversation) {
		return fmt.Errorf("%w: the name of a conversation is at most %d bytes of UTF-8 without zeros", bot.ErrInvalid, maxName)
	}
	waiting, err := newPending(ctx, turn)
	if err != nil {
		return err
	}
	if l.db.keys != nil {
		waiting.body = l.db.keys.seal(turnPlace(turn.Conversation, turn.Version), waiting.events)
	}
	return l.await(waiting)
}

// maxName bounds the name of a conversation: a row of an index has to fit a
// page of any database.
const maxName = 1000

// storable says whether every database can hold a name. One that it cannot
// would fail the turns of others in its group too.
func storable(conversation string) bool {
	return len(conversation) <= maxName && utf8.ValidString(conversation) && !strings.ContainsRune(conversation, 0)
}

// newPending encodes on the caller's goroutine; the writer is the scarce one.
func newPending(ctx context.Context, turn bot.Turn) (*pending, error) {
	events, err := bot.EncodeEvents(turn.Events)
	if err != nil {
		return nil, err
	}
	row := string(events.JSON)
	return &pending{
		ctx:          ctx,
		conversation: turn.Conversation,
		version:      turn.Version,
		at:           turn.At.UTC().Format(timeLayout),
		events:       row,
		body:         row,
		sealed:       events.Sealed,
		concerns:     slices.ContainsFunc(turn.Events, bot.InOverview),
		done:         make(chan error, 1),
	}, nil
}

// await hands the turn to the writer and waits for the answer, or for the
// caller's patience to end. Then nobody knows yet whether it will be stored.
func (l *Log) await(turn *pending) error {
	if err := l.enqueue(turn); err != nil {
		return err
	}
	select {
	case err := <-turn.done:
		return err
	case <-turn.ctx.Done():
		return turn.ctx.Err()
	}
}

func (l *Log) enqueue(turn *pending) error {
	l.gate.RLock()
	defer l.gate.RUnlock()
	if l.closed {
		return bot.ErrClosed
	}
	select {
	case l.queue <- turn:
		return nil
	default:
		return fmt.Errorf("%w: %d turns wait for the disk", bot.ErrBusy, cap(l.queue))
	}
}
