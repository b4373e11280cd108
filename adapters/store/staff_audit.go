package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"kaitong/bot/staff"
)

// Record implements [staff.Vault]. Only one at a time finds the end and adds to
// it: in SQLite whoever begins a transaction to write, in PostgreSQL who has the
// lock.
func (s *Staff) Record(ctx context.Context, record staff.Record) error {
	err := s.change(ctx, func(tx *sql.Tx) error {
		if s.words.lock != "" {
			if _, err := tx.ExecContext(ctx, s.words.lock); err != nil {
				return err
			}
		}
		last, before, err := s.endOfAudit(ctx, tx)
		if err != nil {
			return err
		}
		if record.Conversation, err = s.unlessErased(ctx, tx, record.Conversation); err != nil {
			return err
		}
		return s.insertRecord(ctx, tx, record.Linked(last+1, before))
	})
	if err != nil {
		return fmt.Errorf("audit %s: %w", record.Did, err)
	}
	return nil
}

// unlessErased is a conversation as it is put on record: one that was erased is
// not named again.
func (s *Staff) unlessErased(ctx context.Context, tx *sql.Tx, conversation string) (string, error) {
	if conversation == "" {
		return "", nil
	}
	var salt string
	if err := tx.QueryRowContext(ctx, `SELECT value FROM meta WHERE key = 'salt'`).Scan(&salt); err != nil {
		return "", err
	}
	var erased bool
	name := graveName(salt, conversation)
	err := tx.QueryRowContext(ctx, s.text(`SELECT EXISTS (SELECT 1 FROM erased WHERE name = $1)`), name[:]).Scan(&erased)
	if erased {
		conversation = staff.ErasedConversation(conversation)
	}
	return conversation, err
}

// eraseFromAudit takes a conversation out of all records that are whole without
// it.
func (s *Staff) eraseFromAudit(ctx context.Context, tx *sql.Tx, conversation string) error {
	var numbers []int64
	err := eachRow(ctx, tx, func(rows *sql.Rows) error {
		var r staff.Record
		var at int64
		var chain, link []byte
		if err := rows.Scan(&r.N, &at, &r.Who, &r.Did, &r.Conversation, &r.Subject, &r.Reason, &r.From, &chain, &link); err != nil {
			return err
		}
		var before staff.Link
		r.At = time.UnixMicro(at).UTC()
		copy(r.Chain[:], chain)
		copy(before[:], link)
		if r.Erasable(before) {
			numbers = append(numbers, r.N)
		}
		return nil
	}, s.text(`
		SELECT r.n, r.at, r.who, r.did, r.conversation, r.subject, r.reason, r.address, r.chain, b.chain
		FROM staff_audit AS r LEFT JOIN staff_audit AS b ON b.n = r.n - 1 WHERE r.conversation = $1 AND r.conversation <> ''`), conversation)
	for _, n := range numbers {
		if err == nil {
			_, err = tx.ExecContext(ctx, s.text(`UPDATE staff_audit SET conversation = $1 WHERE n = $2`), staff.ErasedConversation(conversation), n)
		}
	}
	return err
}

func (s *Staff) endOfAudit(ctx context.Context, tx *sql.Tx) (n int64, chain staff.Link, err error) {
	var raw []byte
	err = tx.QueryRowContext(ctx, `SELECT n, chain FROM staff_audit ORDER BY n DESC LIMIT 1`).Scan(&n, &raw)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, staff.Link{}, nil
	}
	copy(chain[:], raw)
	return n, chain, err
}

func (s *Staff) insertRecord(ctx context.Context, tx *sql.Tx, r staff.Record) error {
	_, err := tx.ExecContext(ctx, s.text(`
		INSERT INTO staff_audit (n, at, who, did, conversation, subject, reason, address, chain) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`),
		r.N, r.At.UnixMicro(), r.Who, r.Did, r.Conversation, r.Subject, r.Reason, r.From, r.Chain[:])
	return err
}

// Records implements [staff.Vault].
func (s *Staff) Records(ctx context.Context, after int64, most int) ([]staff.Record, error) {
	rows, err := s.query(ctx, `
		SELECT n, at, who, did, conversation, subject, reason, address, chain FROM staff_audit WHERE n > $1 ORDER BY n LIMIT $2`, after, max(most, 0))
	if err != nil {
		return nil, fmt.Errorf("read the audit log: %w", err)
	}
	defer rows.Close()
	var list []staff.Record
	for rows.Next() {
		var r staff.Record
		var at int64
		var chain []byte
		if err := rows.Scan(&r.N, &at, &r.Who, &r.Did, &r.Conversation, &r.Subject, &r.Reason, &r.From, &chain); err != nil {
			return nil, fmt.Errorf("read the audit log: %w", err)
		}
		r.At = time.UnixMicro(at).UTC()
		copy(r.Chain[:], chain)
		list = append(list, r)
	}
	return list, s.words.explain(rows.Err())
}
