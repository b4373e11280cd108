package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/store"
	"kaitong/bot"
	"kaitong/bot/bottest"
)

func TestSecondProcessIsToldWhoHoldsTheDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := open(t, dir)
	_, err := store.Open(t.Context(), options(dir))
	if !errors.Is(err, store.ErrInUse) {
		t.Fatalf("second open: %v", err)
	}
	for _, part := range []string{dir, fmt.Sprint("process ", os.Getpid()), "since 20"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not name %q", err, part)
		}
	}
	closeLog(t, first)
	open(t, dir) // free again
}

// A lock file left by a killed process, or of unknown content, locks nobody out.
func TestOldLockFileIsNoLock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "kaitong.lock"), strings.Repeat("process 1 on elsewhere\n", 100))
	open(t, dir)
	_, err := store.Open(t.Context(), options(dir))
	if !errors.Is(err, store.ErrInUse) || strings.Contains(err.Error(), "elsewhere") {
		t.Errorf("holder is named as %v", err)
	}
}

func TestDirectoryThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	for name, dir := range map[string]string{
		"no name":        "",
		"a file":         file,
		"below a file":   filepath.Join(file, "data"),
		"of the kernel":  "/proc/kaitong",
		"a folder there": filepath.Join(t.TempDir(), "x\x00y"),
	} {
		_, err := store.Open(t.Context(), options(dir))
		if err == nil || !strings.Contains(err.Error(), "open event log in "+dir) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadOnlyDirectory(t *testing.T) {
	t.Parallel()
	if os.Getuid() == 0 {
		t.Skip("root may write everywhere")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Open(t.Context(), options(dir)); !errors.Is(err, store.ErrNotWritable) {
		t.Errorf("open: %v", err)
	}
}

func TestFileThatIsNoDatabase(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"text":             strings.Repeat("this is no database\n", 1000),
		"zeros":            strings.Repeat("\x00", 8192),
		"a header, no end": "SQLite format 3\x00" + strings.Repeat("\xff", 4096),
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "kaitong.db")
		write(t, path, content)
		_, err := store.Open(t.Context(), options(dir))
		if !errors.Is(err, store.ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
		if left, err := os.ReadFile(path); err != nil || string(left) != content {
			t.Errorf("%s: the file was touched (%v)", name, err)
		}
	}
}

// Damage in the middle must be an error, never a shorter conversation.
func TestDamagedPagesAreReported(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := open(t, dir)
	const versions = 200
	for version := int64(1); version <= versions; version++ {
		if err := log.Append(t.Context(), bottest.Turn("c1", version, strings.Repeat("字", 500))); err != nil {
			t.Fatal(err)
		}
	}
	closeLog(t, log)
	damage(t, filepath.Join(dir, "kaitong.db"))

	log, err := store.Open(t.Context(), options(dir))
	if errors.Is(err, store.ErrCorrupt) {
		return // noticed at once is fine
	}
	if err != nil {
		t.Fatal(err)
	}
	defer closeLog(t, log)
	if turns, err := log.Load(t.Context(), "c1", 0, 0); err == nil {
		t.Errorf("load returned %d turns of a damaged file without an error", len(turns))
	}
	if turns, err := log.Tail(t.Context(), 0, versions); err == nil {
		t.Errorf("tail returned %d turns of a damaged file without an error", len(turns))
	}
}

func TestRowThatCannotBeReadIsNamed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change string
		want   error
	}{
		"broken JSON":         {`UPDATE turns SET events = '[{"kind":"mess' WHERE version = 2`, nil},
		"event of the future": {`UPDATE turns SET events = '[{"kind":"telepathy","data":{}}]' WHERE version = 2`, bot.ErrUnknownEvent},
		"broken time":         {`UPDATE turns SET at = 'yesterday' WHERE version = 2`, nil},
	} {
		dir := t.TempDir()
		log := open(t, dir)
		for version := int64(1); version <= 2; version++ {
			if err := log.Append(t.Context(), bottest.Turn("c1", version, "秘密")); err != nil {
				t.Fatal(err)
			}
		}
		execute(t, dir, test.change)
		_, err := log.Load(t.Context(), "c1", 0, 0)
		if err == nil || !strings.Contains(err.Error(), `conversation "c1", version 2`) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: %v does not wrap %v", name, err, test.want)
		}
		if strings.Contains(err.Error(), "秘密") {
			t.Errorf("%s: the error tells what was said: %v", name, err)
		}
		if turns, err := log.Load(t.Context(), "c1", 2, 0); err != nil || len(turns) != 0 {
			t.Errorf("%s: the rest cannot be read: %v", name, err)
		}
	}
}

func TestSchemaOfANewerProgram(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	closeLog(t, open(t, dir))
	execute(t, dir, `INSERT INTO schema_version (version_id, is_applied) VALUES (9999, 1)`)
	_, err := store.Open(t.Context(), options(dir))
	if !errors.Is(err, store.ErrNewerSchema) || !strings.Contains(err.Error(), "9999") {
		t.Errorf("open: %v", err)
	}
}

// A shell or a backup that holds the file makes turns wait, then fail as
// "try again", never hang and never vanish.
func TestAnotherProgramHoldsTheFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	impatient := options(dir)
	impatient.LockWait = 10 * time.Millisecond
	log, err := store.Open(t.Context(), impatient)
	if err != nil {
		t.Fatal(err)
	}
	defer closeLog(t, log)
	conn, err := openSQL(t, dir).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), `BEGIN IMMEDIATE`); err != nil {
		t.Fatal(err)
	}
	if err := log.Append(t.Context(), bottest.Turn("c1", 1, "x")); !errors.Is(err, bot.ErrBusy) {
		t.Errorf("while it is held: %v", err)
	}
	if err := log.Check(t.Context()); !errors.Is(err, bot.ErrBusy) {
		t.Errorf("check while it is held: %v", err)
	}
	if _, err := conn.ExecContext(t.Context(), `ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	if err := log.Check(t.Context()); err != nil {
		t.Errorf("check after: %v", err)
	}
	if err := log.Append(t.Context(), bottest.Turn("c1", 1, "x")); err != nil {
		t.Errorf("after: %v", err)
	}
}

func TestCallerThatGivesUpIsReleased(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := open(t, dir)
	conn, err := openSQL(t, dir).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.ExecContext(t.Context(), `BEGIN IMMEDIATE`); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	answer := make(chan error, 1)
	go func() { answer <- log.Append(ctx, bottest.Turn("c1", 1, "x")) }()
	cancel()
	if err := <-answer; !errors.Is(err, context.Canceled) {
		t.Errorf("append: %v", err)
	}
	if _, err := conn.ExecContext(t.Context(), `ROLLBACK`); err != nil {
		t.Fatal(err)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	log := open(t, t.TempDir())
	if err := log.Check(t.Context()); err != nil {
		t.Errorf("healthy: %v", err)
	}
	closeLog(t, log)
	if err := log.Check(t.Context()); !errors.Is(err, bot.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

// A disk without room: failures are named, logged once, nothing acknowledged
// is lost, and the log goes on by itself when there is room again.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t, "3m")
	var logged bytes.Buffer
	log, err := store.Open(t.Context(), store.Options{Dir: dir, Logger: slog.New(slog.NewTextHandler(&logged, nil))})
	if err != nil {
		t.Fatal(err)
	}
	acked, err := appendUntilError(t, log, 0)
	if !errors.Is(err, store.ErrDiskFull) {
		t.Fatalf("after %d turns: %v", acked, err)
	}
	if _, err := appendUntilError(t, log, acked); !errors.Is(err, store.ErrDiskFull) {
		t.Errorf("again: %v", err)
	}
	if err := log.Check(t.Context()); !errors.Is(err, store.ErrDiskFull) {
		t.Errorf("check: %v", err)
	}
	turns, err := log.Load(t.Context(), "c1", 0, 0)
	if err != nil || int64(len(turns)) != acked {
		t.Errorf("%d turns can be read, %d were acknowledged (%v)", len(turns), acked, err)
	}
	growDisk(t, dir, "64m")
	if err := log.Check(t.Context()); err != nil {
		t.Errorf("check with room: %v", err)
	}
	if err := log.Append(t.Context(), bigTurn(acked+1)); err != nil {
		t.Errorf("append with room: %v", err)
	}
	closeLog(t, log)
	if lines := strings.Count(logged.String(), "cannot store turns"); lines != 1 {
		t.Errorf("%d complaints:\n%s", lines, logged.String())
	}
	if !strings.Contains(logged.String(), "stores turns again") {
		t.Errorf("recovery is not logged:\n%s", logged.String())
	}
	turns, err = open(t, dir).Load(t.Context(), "c1", 0, 0)
	if err != nil || int64(len(turns)) != acked+1 {
		t.Errorf("after reopening %d turns, want %d (%v)", len(turns), acked+1, err)
	}
}

func TestOpenOnAFullDisk(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t, "1m")
	write(t, filepath.Join(dir, "ballast"), strings.Repeat("x", 1<<20-3*4096))
	_, err := store.Open(t.Context(), options(dir))
	if err == nil || !errors.Is(err, store.ErrDiskFull) {
		t.Errorf("open: %v", err)
	}
}

func appendUntilError(t *testing.T, log bot.EventLog, last int64) (int64, error) {
	t.Helper()
	for {
		if err := log.Append(t.Context(), bigTurn(last+1)); err != nil {
			return last, err
		}
		if last++; last > 10_000 {
			t.Fatal("the disk does not fill up")
		}
	}
}

func bigTurn(version int64) bot.Turn {
	return bottest.Turn("c1", version, strings.Repeat("x", 20_000))
}

// damage overwrites the middle of the file, leaving head and schema alone.
func damage(t *testing.T, path string) {
	t.Helper()
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt(bytes.Repeat([]byte{0xa5}, int(info.Size()/2)), info.Size()/4); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// openSQL opens the file as another program would.
func openSQL(t *testing.T, dir string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "kaitong.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func execute(t *testing.T, dir, text string) {
	t.Helper()
	db := openSQL(t, dir)
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
