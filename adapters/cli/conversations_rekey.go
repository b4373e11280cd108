package cli

import (
	"context"
	"fmt"
	"time"

	"kaitong/adapters/store"
)

type rekeyCommand struct{ dataFlags }

// Help is shown by --help.
func (rekeyCommand) Help() string {
	return `The key file is encryption.key_file of the configuration. Put the new key on its first
line, leave the old ones, restart the servers, then run this; after that the old keys
can go. Where the first line is the word plain, everything is decrypted. It may run
beside servers, and may be stopped and run again.

Examples:
  kaitong conversations rekey --config kaitong.yaml
  KAITONG_ENCRYPTION_KEY_FILE=transcripts.key kaitong conversations rekey --data /var/lib/kaitong`
}

// Run writes all conversations anew with the first key.
func (r rekeyCommand) Run(ctx context.Context, s streams) error {
	options, err := r.existing()
	if err != nil {
		return err
	}
	bar := startProgress(s.err, "Writing conversations anew", time.Now)
	done, err := store.Rekey(ctx, options, func(done, total int64) { bar.update(int(done), int(total)) })
	bar.finish()
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Wrote %d turn(s) anew. Keys that are not on the first line are not needed any more.\n", done.Turns)
	return nil
}
