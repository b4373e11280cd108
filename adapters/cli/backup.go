package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"kaitong/adapters/backup"
	"kaitong/adapters/doctor"
	"kaitong/adapters/status"
	"kaitong/adapters/store"
	"kaitong/configs"
)

type backupCommand struct {
	To string `arg:"" help:"Directory to make, or a file that ends in .tar or .tar.gz." type:"path"`
	dataFlags
}

// Help is shown by --help.
func (backupCommand) Help() string {
	return `Copies everything that cannot be made anew, beside a running server: the event log as it is
at one moment, documents, and incidents. The copy is read back and verified before it is
called done; until then there is nothing at its place. Figures and lists are made anew from
the log.

Keys are NOT in it. Keep them apart: who has both can read everything.

With PostgreSQL the log is not in it either: the command says what to use for that.

Examples:
  kaitong backup /backups/kaitong-$(date +%F)
  kaitong backup /backups/kaitong-$(date +%F).tar.gz --config /etc/kaitong/kaitong.yaml`
}

// Run makes a backup.
func (c backupCommand) Run(ctx context.Context, s streams) error {
	config, err := c.config()
	if err != nil {
		return err
	}
	where := c.source(config)
	config.Data, config.Database = where.Dir, where.Database
	if config.Database == "" {
		if _, err := c.reader(); err != nil {
			return err
		}
	}
	saver := saver{config: config, streams: s}
	manifest, err := saver.save(ctx, c.To)
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	fmt.Fprintf(s.out, "Verified: %d file(s), %s, %d turn(s), in %s.\n", len(manifest.Files), doctor.Size(uint64(manifest.Bytes())), manifest.Turns, c.To)
	for _, one := range manifest.Without {
		fmt.Fprintln(s.out, "Not in it:", one)
	}
	return nil
}

// saver makes one backup.
type saver struct {
	config configs.Config
	streams
	maker    *backup.Maker
	manifest backup.Manifest
}

func (v *saver) save(ctx context.Context, to string) (_ backup.Manifest, err error) {
	if v.maker, err = backup.NewMaker(to); err != nil {
		return v.manifest, err
	}
	defer func() { err = errors.Join(err, v.maker.Close()) }()
	v.manifest = backup.Manifest{Program: buildVersion(), Made: time.Now().UTC().Truncate(time.Second), Database: "sqlite"}
	for _, step := range []func(context.Context) error{v.log, v.documents, v.incidents} {
		if err := step(ctx); err != nil {
			return v.manifest, err
		}
	}
	v.without()
	return v.maker.Finish(ctx, v.manifest)
}

// log copies the log and reads all of the copy. It comes before the documents:
// what the log knows of was kept before, and is there.
func (v *saver) log(ctx context.Context) error {
	if v.config.Database != "" {
		v.manifest.Database = "postgresql"
		v.manifest.Without = append(v.manifest.Without,
			"the event log, which is in PostgreSQL: pg_dump --format=custom --file=kaitong.dump "+databaseName(v.config.Database)+
				", or pg_basebackup with WAL archiving to lose nothing at all (docs/operations.md#backup)")
		return nil
	}
	bar := startProgress(v.err, "Copying the event log", time.Now)
	err := store.CopySQLite(ctx, store.Options{Dir: v.config.Data}, v.maker.Path(store.FileName), func(done, total int64) { bar.update(int(done), int(total)) })
	bar.finish()
	if err != nil {
		return err
	}
	copied := filepath.Dir(v.maker.Path(store.FileName))
	made := store.Options{Dir: copied, KeyFile: v.config.Encryption.KeyFile}
	if err := verified(ctx, made, v.streams); err != nil {
		return err
	}
	holds, err := store.Describe(ctx, made)
	if err != nil {
		return err
	}
	v.manifest.Schema, v.manifest.LogFormat, v.manifest.Turns = holds.Schema, holds.Format, holds.Turns
	return v.maker.Note(ctx, store.FileName)
}

// verified goes through a whole log.
func verified(ctx context.Context, where store.Options, s streams) error {
	reader, err := store.OpenReader(where)
	if err != nil {
		return err
	}
	bars := &verifyBars{out: s.err}
	report, err := reader.Verify(ctx, bars.show)
	bars.finish()
	if err == nil && !report.Sound() {
		renderReport(s.err, report)
		err = errors.New("the event log is not whole; `kaitong verify` names what is missing, docs/operations.md#the-log-is-damaged what to do")
	}
	return err
}

// documents copies what people attached to appeals, sealed as it is.
func (v *saver) documents(ctx context.Context) error {
	if v.config.Blobs.URL != "" {
		v.manifest.Without = append(v.manifest.Without, "documents, which are in "+blobsName(v.config.Blobs.URL)+": use the versioning or replication of that store")
		return nil
	}
	root := filepath.Join(v.config.Data, blobsDir)
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // there are none, or it was deleted just now
		}
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		name, err := filepath.Rel(v.config.Data, path)
		if err != nil {
			return err
		}
		if err = v.maker.Add(ctx, filepath.ToSlash(name), path); errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	return err
}

func (v *saver) incidents(ctx context.Context) error {
	err := v.maker.Add(ctx, status.FileName, filepath.Join(v.config.Data, status.FileName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// without says what is not in the backup, though it lies in the data directory
// or is needed beside it.
func (v *saver) without() {
	c := v.config
	keys := []string{}
	for _, path := range []string{c.Auth.KeyFile, c.Encryption.KeyFile, c.Blobs.KeyFile, c.LLM.KeyFile, c.Desk.OIDC.ClientSecretFile} {
		if path != "" {
			keys = append(keys, path)
		}
	}
	var others []string
	entries, err := os.ReadDir(c.Data)
	if err == nil {
		for _, entry := range entries {
			name := entry.Name()
			switch {
			case strings.HasSuffix(name, ".key"):
				keys = append(keys, filepath.Join(c.Data, name))
			case !known(name):
				others = append(others, name)
			}
		}
	}
	v.manifest.Without = append(v.manifest.Without, "the configuration and the pack, which are files of yours")
	if len(keys) > 0 {
		slices.Sort(keys)
		v.manifest.Without = append(v.manifest.Without, "keys, which belong elsewhere: "+strings.Join(slices.Compact(keys), ", "))
	}
	if len(others) > 0 {
		v.manifest.Without = append(v.manifest.Without, "files that Kaitong does not know: "+strings.Join(others, ", "))
	}
}

// known are the files in a data directory that are copied, or made anew.
func known(name string) bool {
	for _, prefix := range []string{store.FileName, "analytics.db", "kaitong.lock", status.FileName, blobsDir, ".kaitong-doctor-"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
