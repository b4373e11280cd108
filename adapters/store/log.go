package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"kaitong/bot"
)

// Options say where the log lives and how much may wait for it.
type Options struct {
	Dir string // data directory, made when missing; not looked at with Database
	// Database is the address of a PostgreSQL database,
	// postgres://user:password@host:port/name. Empty: SQLite in Dir.
	Database string

	// KeyFile holds the keys that what people say is encrypted with: one a line, the
	// first one writes and all read. Empty: it is not encrypted.
	KeyFile string

	Queue   int // turns that may wait for the writer; 0 means 4096
	Readers int // reading connections; 0 means 4
	// LockWait is how long a turn waits for another program, a backup or a
	// shell, that holds the file; 0 means 5 s. Then it fails with bot.ErrBusy.
	LockWait time.Duration
	// Program is the version of the program, which the log notes, so that an older
	// one can say which is wanted; "": none.
	Program string
	Logger  *slog.Logger     // nil: discard
	Now     func() time.Time // nil means time.Now
	// Committed, when set, is told how many turns were stored together and how
	// long that took. It must return at once.
	Committed func(turns int, took time.Duration)
}

// database is an open log, up to date.
type database struct {
	*reads
	writes  writes
	lists   projects // nil: overviews go through the writer
	epoch   string
	release func() error // what is left when reads and writes are closed; nil: nothing
}

func (d *database) close() error {
	err := errors.Join(d.reads.close(), d.writes.close())
	if d.release != nil {
		err = errors.Join(err, d.release())
	}
	return err
}

// Log is a [bot.EventLog] in a database. It is safe for concurrent use.
type Log struct {
	dir    string
	name   string // of the database, for messages
	logger *slog.Logger
	now    func() time.Time
	salt   string                              // of the names on tombstones
	graves atomic.Int64                        // how many there are at least
	told   func(turns int, took time.Duration) // of every group; nil: nobody is
	db     *database
	group  *grouper // the writer's

	gate    sync.RWMutex // held for reading while putting into queue
	closed  bool         // under gate; the queue is closed with it
	queue   chan *pending
	abandon chan struct{} // closed when Close stops waiting
	done    chan struct{} // closed when everything is released
	ended   error         // of releasing; read after done
	health  health
	once    sync.Once // starts the writer

	projector *projector
	project   context.CancelFunc // ends the projector
}

var _ bot.EventLog = (*Log)(nil)

// Open opens the log, making it when there is none and bringing an older one up
// to date. Errors wrap [ErrInUse], [ErrNotWritable], [ErrDiskFull],
// [ErrCorrupt], [ErrNotDurable] or [ErrNewerSchema] where one applies.
func Open(ctx context.Context, options Options) (*Log, error) {
	log, err := open(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("open event log in %s: %w", options.name(), err)
	}
	log.start()
	return log, nil
}

// name says where the log is. No password is in it.
func (o Options) name() string {
	if o.Database != "" {
		return postgresName(o.Database)
	}
	return o.Dir
}

// open does all of Open but start the writer and the projector.
func open(ctx context.Context, options Options) (*Log, error) {
	options = withDefaults(options)
	openDatabase := openSQLite
	if options.Database != "" {
		openDatabase = openPostgres
	}
	db, err := openDatabase(ctx, options)
	if err != nil {
		return nil, err
	}
	log := &Log{
		dir:     options.Dir,
		name:    options.name(),
		logger:  options.Logger,
		now:     options.Now,
		told:    options.Committed,
		db:      db,
		group:   newGrouper(db.writes),
		queue:   make(chan *pending, options.Queue),
		abandon: make(chan struct{}),
		done:    make(chan struct{}),
	}
	log.group.salt = log.saltOfGraves
	log.projector = newProjector(log)
	for _, step := range []func(context.Context) error{log.knowGraves, log.lookBack} {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, db.close())
		}
	}
	return log, nil
}

func withDefaults(options Options) Options {
	if options.Queue == 0 {
		options.Queue = 4096
	}
	if options.Readers == 0 {
		options.Readers = 4
	}
	if options.LockWait == 0 {
		options.LockWait = 5 * time.Second
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	return options
}

// Epoch implements [bot.EventLog].
func (l *Log) Epoch() string { return l.db.epoch }

// Dir returns the data directory of the options.
func (l *Log) Dir() string { return l.dir }

// Load implements [bot.EventLog]. Turns that do not fit together are an error
// that wraps [ErrBroken]; of a conversation that was erased it is
// [bot.ErrErased].
func (l *Log) Load(ctx context.Context, conversation string, after int64, limit int) ([]bot.Turn, error) {
	turns, err := l.read(ctx, func() ([]bot.Turn, error) {
		if !storable(conversation) {
			return nil, nil
		}
		turns, there, err := l.db.loadTurns(ctx, conversation, after, limit)
		if err == nil && !there {
			err = l.gone(ctx, conversation)
		}
		return turns, err
	})
	if err != nil {
		return nil, fmt.Errorf("load conversation %q: %w", conversation, err)
	}
	return turns, nil
}

// Tail implements [bot.EventLog].
func (l *Log) Tail(ctx context.Context, after int64, limit int) ([]bot.Turn, error) {
	turns, err := l.read(ctx, func() ([]bot.Turn, error) { return l.db.tailTurns(ctx, after, max(limit, 0)) })
	if err != nil {
		return nil, fmt.Errorf("read turns after position %d: %w", after, err)
	}
	return turns, nil
}

func (l *Log) read(ctx context.Context, read func() ([]bot.Turn, error)) ([]bot.Turn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if l.isClosed() {
		return nil, bot.ErrClosed
	}
	turns, err := read()
	if err != nil && l.isClosed() { // closed under our hands
		return nil, bot.ErrClosed
	}
	return turns, err
}

func (l *Log) isClosed() bool {
	l.gate.RLock()
	defer l.gate.RUnlock()
	return l.closed
}

// Close refuses new turns, waits until those accepted are stored and
// answered, and releases the files. When ctx ends first it returns ctx's
// error; what still waits then fails with [bot.ErrClosed], and the files are
// released when the disk lets go.
func (l *Log) Close(ctx context.Context) error {
	l.shut()
	select {
	case <-l.done:
		return l.ended
	case <-ctx.Done():
	}
	l.giveUp()
	return fmt.Errorf("close event log in %s: %w", l.name, ctx.Err())
}

func (l *Log) shut() {
	l.gate.Lock()
	defer l.gate.Unlock()
	if l.closed {
		return
	}
	l.closed = true
	close(l.queue)
}

func (l *Log) giveUp() {
	l.gate.Lock()
	defer l.gate.Unlock()
	select {
	case <-l.abandon:
	default:
		close(l.abandon)
	}
}

func (l *Log) start() {
	l.once.Do(func() {
		ctx, cancel := context.WithCancel(context.Background())
		l.project = cancel
		go l.projector.run(ctx)
		go l.run()
	})
}

// run writes until the log is shut, then releases everything.
func (l *Log) run() {
	defer close(l.done)
	l.write()
	l.project()
	<-l.projector.done
	if err := l.group.finish(); err != nil { // the next start looks through more, and nothing else
		l.logger.Warn("event log was not noted as whole", "database", l.name, "error", err)
	}
	if err := l.db.close(); err != nil {
		l.ended = fmt.Errorf("close event log in %s: %w", l.name, err)
	}
}
