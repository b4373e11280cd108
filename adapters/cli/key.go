package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"kaitong/adapters/tokens"
)

// demoKeyFile holds the key of the demo mode. It is kept so that tokens
// survive a restart, as they do with a real host app.
const demoKeyFile = "demo.key"

// minKeyBytes is the shortest key the web server takes.
const minKeyBytes = tokens.MinSecret

func demoKey(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return newDemoKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("read the demo key: %w", err)
	}
	if len(key) < minKeyBytes {
		return nil, fmt.Errorf("the demo key in %s has %d bytes instead of at least %d: delete it, and the next start makes a new one",
			path, len(key), minKeyBytes)
	}
	return key, nil
}

// newDemoKey keeps a new key under path: all of it, or nothing.
func newDemoKey(path string) ([]byte, error) {
	key := []byte(rand.Text() + rand.Text())
	if err := writeWhole(path, key); err != nil {
		return nil, fmt.Errorf("keep the demo key: %w", err)
	}
	return key, nil
}

// writeWhole writes a file that only its owner reads. A crash leaves the old
// state or the new one, never half a file.
func writeWhole(path string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}
