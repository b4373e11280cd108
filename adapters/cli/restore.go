package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kaitong/adapters/backup"
	"kaitong/adapters/status"
	"kaitong/adapters/store"
	"kaitong/configs"
)

type restoreCommand struct {
	From   string `arg:"" help:"A backup: the directory, or the file." type:"existingpath"`
	Config string `help:"Configuration file of the server, for the key that conversations are encrypted with." type:"existingfile" placeholder:"FILE"`
	Data   string `help:"Directory to restore into; it must be empty, or not there." required:"" type:"path" placeholder:"DIR"`
}

// Help is shown by --help.
func (restoreCommand) Help() string {
	return `Every checksum is compared, and the whole log is verified, before it is called done. The log
gets a new identity: apps and pages that are open load their conversations anew. What people
wrote after the backup is not in it, and they are shown what is.

Put the keys back where the configuration names them; they are in no backup. Where conversations
are encrypted, their key is needed to verify them: name the configuration.

Examples:
  kaitong restore /backups/kaitong-2026-11-28 --data /var/lib/kaitong
  kaitong restore /backups/kaitong-2026-11-28.tar.gz --data ./try`
}

// unfinished is what the log is called until everything is restored, so that no
// server takes half of it for the whole.
const unfinished = "restoring"

// Run restores.
func (c restoreCommand) Run(ctx context.Context, s streams) error {
	if err := emptyDir(c.Data); err != nil {
		return err
	}
	from, err := backup.Open(c.From)
	if err != nil {
		return err
	}
	config, err := configs.Load(c.Config, os.Environ())
	if err != nil {
		return err
	}
	fmt.Fprintf(s.err, "Backup of %s by version %s, %d turn(s)\n", from.Made.Local().Format(time.DateTime), from.Program, from.Turns)
	if err := c.restore(ctx, from, config.Encryption.KeyFile, s); err != nil {
		return fmt.Errorf("restore: %w (nothing in %s can be used: remove it before you try again)", err, c.Data)
	}
	if from.Database != "sqlite" {
		fmt.Fprintf(s.out, "Restored what was not in PostgreSQL into %s. Restore the database with its own tools, then run\n"+
			"  psql … -c \"UPDATE meta SET value = md5(random()::text) WHERE key = 'epoch'\"\nand `kaitong verify --database …`.\n", c.Data)
		return nil
	}
	fmt.Fprintf(s.out, "Restored into %s: every checksum is right, and the log is whole. It has a new identity. Lists are in it;\n"+
		"figures are made anew at the first start. Keys are in no backup: put them back.\n", c.Data)
	return nil
}

func emptyDir(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return os.MkdirAll(dir, 0o700)
	case err != nil:
		return err
	case len(entries) > 0:
		return fmt.Errorf("%s is not empty: name a new directory, or move away what is there", dir)
	}
	return nil
}

// onlyOurs refuses a backup with more in it than is put into one. Keys somebody
// planted would be taken for ours, and SQLite would play its journal over the log
// that was verified.
func onlyOurs(from *backup.Backup) error {
	for _, one := range from.Files {
		log := one.Path == store.FileName && from.Database == "sqlite"
		if !log && one.Path != status.FileName && !strings.HasPrefix(one.Path, blobsDir+"/") {
			return fmt.Errorf("%w: %q is in it, and Kaitong puts nothing like that into one", backup.ErrDamaged, one.Path)
		}
	}
	return nil
}

func (c restoreCommand) restore(ctx context.Context, from *backup.Backup, keyFile string, s streams) error {
	if err := onlyOurs(from); err != nil {
		return err
	}
	stage := filepath.Join(c.Data, unfinished)
	name := func(path string) string {
		if path == store.FileName {
			return filepath.Join(unfinished, path)
		}
		return path
	}
	bar := startProgress(s.err, "Restoring", time.Now)
	err := from.Extract(ctx, c.Data, name, func(done, total int64) { bar.update(int(done), int(total)) })
	bar.finish()
	if err != nil || from.Database != "sqlite" {
		return err
	}
	if err := verified(ctx, store.Options{Dir: stage, KeyFile: keyFile}, s); err != nil {
		return err
	}
	if err := store.Renew(ctx, stage); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(stage, store.FileName), filepath.Join(c.Data, store.FileName)); err != nil {
		return err
	}
	return os.RemoveAll(stage)
}
