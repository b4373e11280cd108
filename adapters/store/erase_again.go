package store

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Graves say which conversations a log has no more, to those who know their names.
type Graves struct {
	Log   string   `json:"log"`   // whose they are
	Names []string `json:"names"` // on the tombstones, in their order
}

// ErrOtherGraves says that graves are of a log that is no copy of this one.
var ErrOtherGraves = errors.New("these tombstones are of another log")

// Graves returns what was erased up to now. It tells of nobody.
func (r *Reader) Graves(ctx context.Context) (g Graves, err error) {
	err = r.from.read(ctx, func(db *sql.DB, w words) error {
		salt, err := getMeta(ctx, db, w, metaSalt)
		if err != nil {
			return err
		}
		g = Graves{Log: logName(salt), Names: []string{}}
		return eachRow(ctx, db, func(rows *sql.Rows) error {
			var name []byte
			err := rows.Scan(&name)
			g.Names = append(g.Names, hex.EncodeToString(name))
			return err
		}, `SELECT name FROM erased ORDER BY n`)
	})
	if err != nil {
		return Graves{}, fmt.Errorf("read tombstones: %w", err)
	}
	return g, nil
}

func logName(salt string) string {
	name := graveName(salt, "")
	return hex.EncodeToString(name[:])
}

// AskAgain puts on record that what has a tombstone in graves is erased from this
// log too, which is an earlier copy of theirs, and returns how many conversations
// that are.
func (e *Erasures) AskAgain(ctx context.Context, graves Graves, at time.Time) (int, error) {
	namer, err := e.Namer(ctx)
	if err != nil {
		return 0, err
	}
	if none := namer(""); hex.EncodeToString(none[:]) != graves.Log {
		return 0, ErrOtherGraves
	}
	names, err := scanAll(ctx, e.side, scanName, `SELECT DISTINCT conversation FROM turns`)
	if err != nil {
		return 0, fmt.Errorf("read names of conversations: %w", err)
	}
	gone := map[string]bool{}
	for _, name := range graves.Names {
		gone[name] = true
	}
	names = slices.DeleteFunc(names, func(conversation string) bool {
		name := namer(conversation)
		return !gone[hex.EncodeToString(name[:])]
	})
	return len(names), e.Ask(ctx, ReasonRequest, at, names...)
}
