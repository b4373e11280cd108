package proofs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"

	"kaitong/bot"
)

// scanTimeout bounds one look of the scanner.
const scanTimeout = time.Minute

// infected is what scanners end with when they found something.
const infected = 1

// scan gives a document to the scanner. Without a command there is none; a
// scanner that fails lets nothing through.
func scan(ctx context.Context, command []string, document []byte) error {
	if len(command) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, scanTimeout)
	defer cancel()
	run := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // the operator's own setting
	run.Stdin = bytes.NewReader(document)
	run.WaitDelay = time.Second
	err := run.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() == infected {
		return fmt.Errorf("the scanner found something: %w", bot.ErrProofUnsafe)
	}
	if err != nil {
		return fmt.Errorf("scan: %w", err)
	}
	return nil
}
