package configs

import (
	"bytes"
	"fmt"
	"os"
)

// readKeyFile returns what a file holds. One line end at its end is not part of
// it.
func readKeyFile(file string) ([]byte, error) {
	key, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read key: %w", err)
	}
	return trimLineEnd(key), nil
}

func trimLineEnd(text []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
}
