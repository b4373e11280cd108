package baseline

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/nats-io/nats-server/v2/server"
	_ "modernc.org/sqlite" // the driver named "sqlite"
)

// naive waits for the disk, once for every message.
type naive struct {
	bus    *bus
	db     *sql.DB
	insert *sql.Stmt
	event  []byte
}

func openNaive(ctx context.Context, dir string) (*naive, error) {
	b, err := openBus(&server.Options{})
	if err != nil {
		return nil, err
	}
	n := &naive{bus: b, event: padded(`{"kind":"answered","conversation":"one"`, 300)}
	if err := n.openDatabase(ctx, filepath.Join(dir, "naive.db")); err != nil {
		return nil, errors.Join(fmt.Errorf("database: %w", err), n.close())
	}
	return n, nil
}

func (n *naive) openDatabase(ctx context.Context, path string) (err error) {
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: url.Values{"_pragma": {"journal_mode(WAL)", "synchronous(FULL)"}}.Encode()}
	if n.db, err = sql.Open("sqlite", dsn.String()); err != nil {
		return err
	}
	n.db.SetMaxOpenConns(1) // SQLite has one writer
	if _, err = n.db.ExecContext(ctx, `CREATE TABLE events (id INTEGER PRIMARY KEY, conversation TEXT, event BLOB)`); err != nil {
		return err
	}
	n.insert, err = n.db.PrepareContext(ctx, `INSERT INTO events (conversation, event) VALUES (?1, ?2)`)
	return err
}

func (n *naive) answer(ctx context.Context, message []byte) ([]byte, error) {
	if err := n.bus.check(); err != nil {
		return nil, err
	}
	if _, err := n.insert.ExecContext(ctx, idOf(message), n.event); err != nil {
		return nil, err
	}
	return n.bus.answerTo(message), nil
}

func (n *naive) close() error {
	var err error
	if n.db != nil {
		err = n.db.Close()
	}
	return errors.Join(err, n.bus.close())
}
