package store

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// schema is how a database comes to the tables this program works with.
type schema struct {
	dialect  goose.Dialect
	folder   string             // in migrations
	inGo     []*goose.Migration // steps that SQL cannot take
	versions string             // table that says how new they are; empty: schema_version
}

// newest is the version this program knows.
func (s schema) newest() (int64, error) {
	files, err := fs.Glob(migrations, s.folder+"/*.sql")
	var last int64
	for _, file := range files {
		version, failed := goose.NumericComponent(path.Base(file))
		err, last = errors.Join(err, failed), max(last, version)
	}
	for _, one := range s.inGo {
		last = max(last, one.Version)
	}
	return last, err
}

// refuse says what is wrong with a database of another version, if it is newer.
func (s schema) refuse(current int64) error {
	known, err := s.newest()
	if err != nil {
		return err
	}
	if current > known {
		return fmt.Errorf("%w: its schema is %d, this program knows %d; %s", ErrNewerSchema, current, known, newerRemedy)
	}
	return nil
}

// migrate brings the tables up to date.
func (s schema) migrate(ctx context.Context, db *sql.DB) error {
	folder, err := fs.Sub(migrations, s.folder)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(s.dialect, db, folder, goose.WithTableName(cmp.Or(s.versions, "schema_version")),
		goose.WithDisableGlobalRegistry(true), goose.WithGoMigrations(s.inGo...))
	if err != nil {
		return err
	}
	current, known, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if err := s.refuse(current); err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate from schema %d to %d: %w", current, known, err)
	}
	return nil
}
