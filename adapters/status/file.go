package status

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// FileName is the file of a board, in the data directory.
const FileName = "incidents.json"

// errLocked: another process is just writing the file.
var errLocked = errors.New("another process is writing it")

// file is incidents.json. It is replaced whole, so that a reader never sees
// half of it, and written under a lock beside it, so that no two processes
// overwrite each other.
type file struct {
	path     string
	contract *contract
	rules    Rules
	now      func() time.Time

	stat   fs.FileInfo // of the file when last read or written; nil: there was none
	broken error       // why it could not be read then
	seen   State       // what it said the last time it could
}

// adoptInto takes over what somebody else changed in the file. A file that
// breaks a rule says nothing.
func (f *file) adoptInto(state *State) error {
	changed, err := f.changed()
	if err != nil {
		return err
	}
	if !changed {
		return f.broken
	}
	seen := f.seen
	if err := f.read(); err != nil {
		return err
	}
	state.adopt(f.seen, seen, f.now())
	return nil
}

// keep writes a state down unless the file says so already. Where another
// process is at it, that is for the next time.
func (f *file) keep(state State) error {
	if f.says(state) {
		return nil
	}
	unlock, err := f.lock()
	if errors.Is(err, errLocked) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unlock()
	if changed, err := f.changed(); changed || err != nil {
		return err
	}
	return f.write(state)
}

func (f *file) says(state State) bool {
	same := func(a, b State) bool {
		left, err := json.Marshal(a)
		right, err2 := json.Marshal(b)
		return err == nil && err2 == nil && bytes.Equal(left, right)
	}
	return same(f.seen, state)
}

// changed says whether somebody else has written since.
func (f *file) changed() (bool, error) {
	stat, err := os.Stat(f.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f.stat != nil, nil
	case err != nil:
		return false, err
	case f.stat == nil:
		return true, nil
	}
	same := os.SameFile(stat, f.stat) && stat.Size() == f.stat.Size() && stat.ModTime().Equal(f.stat.ModTime())
	return !same, nil
}

// read looks at the file. No file says that nothing is wrong.
func (f *file) read() error {
	data, stat, err := readFile(f.path)
	f.stat = stat
	if errors.Is(err, fs.ErrNotExist) {
		f.seen, f.broken = State{}, nil
		return nil
	}
	var state State
	if err == nil {
		state, err = f.contract.readState(data)
	}
	if err == nil {
		err = f.check(state)
	}
	if err != nil {
		f.broken = fmt.Errorf("%s: %w", f.path, err)
		return f.broken
	}
	f.seen, f.broken = state, nil
	return nil
}

func readFile(path string) ([]byte, fs.FileInfo, error) {
	opened, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = opened.Close() }() // only read: nothing can be lost
	stat, err := opened.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !stat.Mode().IsRegular() {
		return nil, stat, errors.New("this is no file")
	}
	data, err := io.ReadAll(io.LimitReader(opened, maxState+1))
	return data, stat, err
}

// check applies the rules to every incident of a file.
func (f *file) check(state State) error {
	for i, one := range state.Incidents {
		if err := f.rules.check(one, f.now()); err != nil {
			return fmt.Errorf("incident %s: %w", one.ID, err)
		}
		if before, _ := (State{Incidents: state.Incidents[:i]}).incident(one.ID); before.ID != "" {
			return invalid("incident %s is there twice", one.ID)
		}
	}
	return nil
}

// write replaces the file. Call it under the lock.
func (f *file) write(state State) error {
	data, err := json.MarshalIndent(state, "", "  ")
	if err != nil {
		return fmt.Errorf("%s: %w", f.path, err)
	}
	if err := replace(f.path, append(data, '\n')); err != nil {
		return fmt.Errorf("write %s: %w", f.path, err)
	}
	f.stat, err = os.Stat(f.path)
	f.seen = state.clone()
	return err
}

// replace puts the data in the place of a file, on disk before it is seen.
func replace(path string, data []byte) (err error) {
	temporary, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(temporary.Name()))
		}
	}()
	_, err = io.Copy(temporary, bytes.NewReader(data))
	if err = errors.Join(err, temporary.Sync(), temporary.Close()); err != nil {
		return err
	}
	return os.Rename(temporary.Name(), path)
}

// lock keeps other processes from writing until unlock. It does not wait.
func (f *file) lock() (unlock func(), err error) {
	handle, err := os.OpenFile(f.path+".lock", os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := lockFile(handle); err != nil {
		return nil, errors.Join(err, handle.Close())
	}
	return func() { _ = handle.Close() }, nil // frees the lock
}

// patientLock waits until ctx ends.
func (f *file) patientLock(ctx context.Context) (unlock func(), err error) {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		unlock, err = f.lock()
		if !errors.Is(err, errLocked) {
			return unlock, err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil, fmt.Errorf("%s: %w", f.path, err)
		}
	}
}
