package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"time"

	"kaitong/bot"
)

// Options say where the log lives and how much may wait for it.
type Options struct {
	Dir     string // data directory, made when missing
	Queue   int    // turns that may wait for the writer; 0 means 4096
	Readers int    // reading connections; 0 means 4
	// LockWait is how long a turn waits for another program, a backup or a
	// shell, that holds the file; 0 means 5 s. Then it fails with bot.ErrBusy.
	LockWait time.Duration
	Logger   *slog.Logger     // nil: discard
	Now      func() time.Time // nil means time.Now
}

// Log is a [bot.EventLog] in a database. It is safe for concurrent use.
type Log struct {
	dir    string
	epoch  string
	logger *slog.Logger
	now    func() time.Time
	db     *database
	lock   *os.File
	stored *recent[string, struct{}] // the writer's: sealed blocks known to be in the log

	gate    sync.RWMutex // held for reading while putting into queue
	closed  bool         // under gate; the queue is closed with it
	queue   chan *pending
	abandon chan struct{} // closed when Close stops waiting
	done    chan struct{} // closed when everything is released
	ended   error         // of releasing; read after done
	health  health
	once    sync.Once // starts the writer
}

var _ bot.EventLog = (*Log)(nil)

// Open opens the log in options.Dir, making it when there is none and bringing
// an older one up to date. Errors wrap [ErrInUse], [ErrNotWritable],
// [ErrDiskFull], [ErrCorrupt] or [ErrNewerSchema] where one applies.
func Open(ctx context.Context, options Options) (*Log, error) {
	log, err := open(ctx, options)
	if err != nil {
		return nil, fmt.Errorf("open event log in %s: %w", options.Dir, err)
	}
	log.start()
	return log, nil
}

// open does all of Open but start the writer.
func open(ctx context.Context, options Options) (*Log, error) {
	options = withDefaults(options)
	if err := makeDir(options.Dir); err != nil {
		return nil, err
	}
	lock, err := lockDir(options.Dir, options.Now())
	if err != nil {
		return nil, err
	}
	db, epoch, err := openLocked(ctx, options)
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return &Log{
		dir:     options.Dir,
		epoch:   epoch,
		logger:  options.Logger,
		now:     options.Now,
		db:      db,
		lock:    lock,
		stored:  newRecent[string, struct{}](maxBlocks),
		queue:   make(chan *pending, options.Queue),
		abandon: make(chan struct{}),
		done:    make(chan struct{}),
	}, nil
}

func openLocked(ctx context.Context, options Options) (*database, string, error) {
	write, read, err := sqliteOpen(options)
	if err != nil {
		return nil, "", err
	}
	db, err := openDatabase(ctx, sqliteDialect(), write, read)
	if err != nil {
		return nil, "", errors.Join(err, closeAll(read, write))
	}
	epoch, err := db.epoch(ctx)
	if err != nil {
		return nil, "", errors.Join(err, db.close())
	}
	return db, epoch, nil
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

func makeDir(dir string) error {
	if dir == "" {
		return errors.New("no data directory given")
	}
	err := os.MkdirAll(dir, 0o700)
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: %w", ErrNotWritable, err)
	}
	return err
}

func closeAll(databases ...*sql.DB) error {
	var errs []error
	for _, db := range databases {
		errs = append(errs, db.Close())
	}
	return errors.Join(errs...)
}

// Epoch implements [bot.EventLog].
func (l *Log) Epoch() string { return l.epoch }

// Dir returns the data directory.
func (l *Log) Dir() string { return l.dir }

// Load implements [bot.EventLog].
func (l *Log) Load(ctx context.Context, conversation string, after int64) ([]bot.Turn, error) {
	turns, err := l.query(ctx, l.db.loadStmt, conversation, after)
	if err != nil {
		return nil, fmt.Errorf("load conversation %q: %w", conversation, err)
	}
	return turns, nil
}

// Tail implements [bot.EventLog].
func (l *Log) Tail(ctx context.Context, after int64, limit int) ([]bot.Turn, error) {
	turns, err := l.query(ctx, l.db.tailStmt, after, max(limit, 0))
	if err != nil {
		return nil, fmt.Errorf("read turns after position %d: %w", after, err)
	}
	return turns, nil
}

func (l *Log) query(ctx context.Context, statement *sql.Stmt, args ...any) ([]bot.Turn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if l.isClosed() {
		return nil, bot.ErrClosed
	}
	turns, err := l.db.query(ctx, statement, args...)
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
	return fmt.Errorf("close event log in %s: %w", l.dir, ctx.Err())
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
	l.once.Do(func() { go l.run() })
}

// run writes until the log is shut, then releases everything.
func (l *Log) run() {
	defer close(l.done)
	l.write()
	if err := errors.Join(l.db.close(), l.lock.Close()); err != nil {
		l.ended = fmt.Errorf("close event log in %s: %w", l.dir, err)
	}
}
