package cli

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"kaitong/configs"
)

// demoKeyFile holds the key of the demo mode. It is kept so that tokens
// survive a restart, as they do with a real host app.
const demoKeyFile = "demo.key"

// tokenKey is the key that tokens are checked with: configured, or in demo
// mode one that is made once and kept beside the data.
func tokenKey(config configs.Config) ([]byte, error) {
	if config.Auth.Key != "" || config.Auth.KeyFile != "" {
		return config.Auth.ReadKey()
	}
	return demoKey(filepath.Join(config.Data, demoKeyFile))
}

func demoKey(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	key = []byte(rand.Text() + rand.Text())
	if err := os.WriteFile(path, key, 0o600); err != nil {
		return nil, fmt.Errorf("keep the demo key: %w", err)
	}
	return key, nil
}
