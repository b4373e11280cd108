package bottest

import (
	"context"
	"crypto/rand"
	"fmt"
	"sync"
	"time"

	"kaitong/bot"
)

// EventLog is a [bot.EventLog] in memory. It keeps turns in their encoded
// form, so what it returns has been through the log format like any stored
// turn, and shares no memory with what was appended.
type EventLog struct {
	epoch string

	mu     sync.Mutex
	rows   []row             // index + 1 is the position
	heads  map[string]int64  // conversation -> last version
	places map[string][]int  // conversation -> indexes into rows
	sealed map[string][]byte // key -> JSON
	closed bool
}

type row struct {
	conversation string
	version      int64
	at           time.Time
	events       []byte
}

// NewEventLog returns an empty log with an epoch of its own.
func NewEventLog() *EventLog {
	return &EventLog{
		epoch:  rand.Text(),
		heads:  make(map[string]int64),
		places: make(map[string][]int),
		sealed: make(map[string][]byte),
	}
}

// Append implements [bot.EventLog].
func (l *EventLog) Append(ctx context.Context, turn bot.Turn) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	events, err := bot.EncodeEvents(turn.Events)
	if err != nil {
		return fmt.Errorf("append to %s: %w", turn.Conversation, err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return bot.ErrClosed
	}
	if last := l.heads[turn.Conversation]; turn.Version != last+1 {
		return fmt.Errorf("append version %d to %s: %w", turn.Version, turn.Conversation, bot.ErrConflict)
	}
	l.heads[turn.Conversation] = turn.Version
	l.places[turn.Conversation] = append(l.places[turn.Conversation], len(l.rows))
	l.rows = append(l.rows, row{turn.Conversation, turn.Version, turn.At.UTC(), events.JSON})
	for _, block := range events.Sealed {
		l.sealed[block.Key()] = block.JSON()
	}
	return nil
}

// Load implements [bot.EventLog].
func (l *EventLog) Load(ctx context.Context, conversation string, after int64, limit int) ([]bot.Turn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, bot.ErrClosed
	}
	var turns []bot.Turn
	for _, place := range l.places[conversation] {
		if l.rows[place].version <= after {
			continue
		}
		if limit > 0 && len(turns) == limit {
			break
		}
		turn, err := l.turn(place)
		if err != nil {
			return nil, err
		}
		turns = append(turns, turn)
	}
	return turns, nil
}

// Tail implements [bot.EventLog].
func (l *EventLog) Tail(ctx context.Context, after int64, limit int) ([]bot.Turn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, bot.ErrClosed
	}
	var turns []bot.Turn
	for place := int(max(after, 0)); place < len(l.rows) && len(turns) < limit; place++ {
		turn, err := l.turn(place)
		if err != nil {
			return nil, err
		}
		turns = append(turns, turn)
	}
	return turns, nil
}

// Epoch implements [bot.EventLog].
func (l *EventLog) Epoch() string { return l.epoch }

// Close ends the log; every later call but Epoch returns [bot.ErrClosed].
func (l *EventLog) Close(context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	return nil
}

func (l *EventLog) turn(place int) (bot.Turn, error) {
	row := l.rows[place]
	events, err := bot.DecodeEvents(row.events, l.find)
	if err != nil {
		return bot.Turn{}, fmt.Errorf("%s version %d: %w", row.conversation, row.version, err)
	}
	return bot.Turn{
		Conversation: row.conversation,
		Version:      row.version,
		At:           row.at,
		Events:       events,
		Position:     int64(place) + 1,
	}, nil
}

// find needs the lock.
func (l *EventLog) find(key string) (*bot.Sealed, error) {
	data, ok := l.sealed[key]
	if !ok {
		return nil, fmt.Errorf("%w: %s", bot.ErrMissingBlock, key)
	}
	return bot.OpenSealed(key, data)
}
