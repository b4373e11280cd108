package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"kaitong/adapters/store"
)

type erasedCommand struct{ dataFlags }

// Help is shown by --help.
func (erasedCommand) Help() string {
	return `One JSON object with a hash for each conversation that was erased. It tells of nobody, so it may be
kept beside backups; keep it apart from the disk of the data. A restore brings back what was erased
since the backup, and takes it away again when it is given this list.

Examples:
  kaitong conversations erased --data /var/lib/kaitong > erased.json
  kaitong restore /backups/kaitong-2026-11-28 --erased erased.json --data /var/lib/kaitong-new`
}

// Run prints the tombstones.
func (e erasedCommand) Run(ctx context.Context, s streams) error {
	reader, err := e.reader()
	if err != nil {
		return err
	}
	graves, err := reader.Graves(ctx)
	if err != nil {
		return err
	}
	return printJSON(s.out, graves)
}

// readGraves reads what [erasedCommand] printed.
func readGraves(path string) (graves store.Graves, err error) {
	text, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(text, &graves)
	}
	if err == nil && graves.Log == "" {
		err = errors.New("no list of `kaitong conversations erased`")
	}
	if err != nil {
		return graves, fmt.Errorf("%s: %w", path, err)
	}
	return graves, nil
}

// eraseAgain puts on record in a restored log what was erased since the backup.
// The first server to open it carries that out at once.
func eraseAgain(ctx context.Context, dir string, graves store.Graves) (count int, err error) {
	erasures, err := store.OpenErasures(ctx, store.Options{Dir: dir})
	if err != nil {
		return 0, err
	}
	count, err = erasures.AskAgain(ctx, graves, time.Now())
	if closed := erasures.Close(); err == nil {
		err = closed
	}
	return count, err
}
