package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
)

// SQLite zeroes the rows that are deleted. What it moves from a page to another
// one it leaves where it was, in the unused middle of the page; and when the row
// is deleted later, that copy stays. So the middle of every page is zeroed here,
// through SQLite: it is a change like any other, and survives a crash or did not
// happen.

const (
	// clearLook is how many pages are looked at in one go, and clearBatch how many
	// are changed in one transaction, which turns wait for.
	clearLook  = 4096
	clearBatch = 128
)

// clearPages zeroes the unused middle of all pages. In a file above 128 GiB some
// may be of a tree or not, and stay as they are: then it returns [ErrWipedInPart].
func clearPages(ctx context.Context, db *sql.DB) error {
	var pages int
	if err := db.QueryRowContext(ctx, `SELECT page_count FROM pragma_page_count`).Scan(&pages); err != nil {
		return err
	}
	unsure := 0
	for first := 1; first <= pages; first += clearLook {
		dirty, left, err := dirtyPages(ctx, db, first, min(first+clearLook-1, pages), pages)
		if err != nil {
			return err
		}
		unsure += left
		for len(dirty) > 0 {
			count := min(len(dirty), clearBatch)
			if err := clearSome(ctx, db, dirty[:count]); err != nil {
				return err
			}
			dirty = dirty[count:]
		}
	}
	if unsure > 0 {
		return fmt.Errorf("%w: %d of %d pages", ErrWipedInPart, unsure, pages)
	}
	return nil
}

// dirtyPages are those with something in their middle, and how many there are of
// which nobody can tell.
func dirtyPages(ctx context.Context, db *sql.DB, first, last, pages int) (dirty []int, unsure int, err error) {
	look, err := db.PrepareContext(ctx, `SELECT data FROM sqlite_dbpage WHERE pgno = ?1`)
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, look.Close()) }()
	for number := first; number <= last; number++ {
		var page []byte
		if err := look.QueryRowContext(ctx, number).Scan(&page); err != nil {
			return nil, 0, err
		}
		doubtful := ambiguous(page, number, pages)
		switch {
		case !clearMiddle(page, number):
		case doubtful:
			unsure++
		default:
			dirty = append(dirty, number)
		}
	}
	return dirty, unsure, nil
}

// ambiguous says whether a page may be another one than of a tree. Those begin
// with the number of a page, or zero: with so many pages that a number can begin
// like the page of a tree, from 0x02000000 on, only its size tells them apart. Rows
// are in pages that begin with 0x0d, which no number does below 832 GiB.
func ambiguous(page []byte, number, pages int) bool {
	return number > 1 && len(page) >= 4 && int64(binary.BigEndian.Uint32(page)) <= int64(pages)
}

// clearSome looks again, now that nobody else writes.
func clearSome(ctx context.Context, db *sql.DB, numbers []int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit there is nothing to undo
	for _, number := range numbers {
		var page []byte
		if err := tx.QueryRowContext(ctx, `SELECT data FROM sqlite_dbpage WHERE pgno = ?1`, number).Scan(&page); err != nil {
			return err
		}
		if !clearMiddle(page, number) {
			continue
		}
		if _, err := tx.ExecContext(ctx, `UPDATE sqlite_dbpage SET data = ?2 WHERE pgno = ?1`, number, page); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// clearMiddle zeroes what is between the list of cells and the cells of a page of
// a tree, and says whether there was anything. It does not touch a page that it
// does not understand in every part.
func clearMiddle(page []byte, number int) bool {
	from, to, ok := middle(page, number)
	if !ok {
		return false
	}
	dirty := false
	for i := from; i < to; i++ {
		dirty = dirty || page[i] != 0
		page[i] = 0
	}
	return dirty
}

// middle finds the unused part of a page of a tree. The first page begins with
// the header of the file.
func middle(page []byte, number int) (from, to int, ok bool) {
	head := 0
	if number == 1 {
		head = 100
	}
	if len(page) < head+12 {
		return 0, 0, false
	}
	length := 8
	switch page[head] {
	case 0x02, 0x05:
		length = 12
	case 0x0a, 0x0d:
	default:
		return 0, 0, false
	}
	cells := int(binary.BigEndian.Uint16(page[head+3:]))
	to = int(binary.BigEndian.Uint16(page[head+5:]))
	if to == 0 {
		to = 1 << 16
	}
	from = head + length + 2*cells
	if to > len(page) || from > to {
		return 0, 0, false
	}
	for i := range cells { // every cell lies behind the middle
		if at := int(binary.BigEndian.Uint16(page[head+length+2*i:])); at < to || at >= len(page) {
			return 0, 0, false
		}
	}
	return from, to, true
}
