package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// lockName is the file whose lock says that a process owns the directory.
const lockName = "kaitong.lock"

// errLocked is what lockFile returns when somebody else holds the lock.
var errLocked = errors.New("locked")

// lockDir takes the directory for this process. The operating system frees it
// when the file is closed or the process ends, however it ends; the text in
// the file only tells people who it was.
func lockDir(dir string, now time.Time) (*dirLock, error) {
	path := filepath.Join(dir, lockName)
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotWritable, err)
	}
	if err := lockFile(file); err != nil {
		return nil, errors.Join(lockError(dir, file, err), file.Close())
	}
	if err := writeHolder(file, now); err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %s: %w", ErrNotWritable, path, err), file.Close())
	}
	return &dirLock{file}, nil
}

// dirLock is a lock that is held.
type dirLock struct{ file *os.File }

// Close gives the lock up before the file: a child of this process that has just
// been forked holds the file open, too, until it becomes another program.
func (l *dirLock) Close() error { return errors.Join(unlockFile(l.file), l.file.Close()) }

func lockError(dir string, file *os.File, err error) error {
	if !errors.Is(err, errLocked) {
		return fmt.Errorf("lock %s: %w", file.Name(), err)
	}
	return fmt.Errorf("%w: %s is held by %s", ErrInUse, dir, holder(file))
}

// holder reads who wrote the file. The holder may be about to write it.
func holder(file *os.File) string {
	text, err := io.ReadAll(io.LimitReader(file, 200))
	name := strings.TrimSpace(string(text))
	if err != nil || name == "" {
		return "another process"
	}
	return name
}

func writeHolder(file *os.File, now time.Time) error {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	if err := file.Truncate(0); err != nil {
		return err
	}
	text := fmt.Sprintf("process %d on %s since %s\n", os.Getpid(), host, now.UTC().Format(time.RFC3339))
	_, err = file.WriteAt([]byte(text), 0)
	return err
}
