package store

import (
	"database/sql"
	"fmt"
	"strings"
	"time"

	"kaitong/bot"
)

// record is one row of the log as it is stored.
type record struct {
	position     int64
	conversation string
	version      int64
	at           string
	chain        link
	events       string
	sealed       error // why the events could not be opened
}

// records reads rows to their end, so that the connection is free for the
// blocks they refer to.
func records(rows *sql.Rows, keys *keyring) ([]record, error) {
	defer rows.Close()
	var list []record
	var chain sql.RawBytes
	for rows.Next() {
		var one record
		if err := rows.Scan(&one.position, &one.conversation, &one.version, &one.at, &chain, &one.events); err != nil {
			return nil, err
		}
		copy(one.chain[:], chain) // of another length it fits to nothing
		one.open(keys)
		list = append(list, one)
	}
	return list, rows.Err()
}

// open makes of the events what they were before they were encrypted.
func (r *record) open(keys *keyring) {
	if !strings.HasPrefix(r.events, sealedMark[:1]) {
		return
	}
	events, err := keys.open(turnPlace(r.conversation, r.version), []byte(r.events))
	r.events, r.sealed = string(events), err
}

// decodeAll reads the turns in records.
func decodeAll(list []record, find bot.FindSealed) ([]bot.Turn, error) {
	if len(list) == 0 {
		return nil, nil
	}
	decoded := make([]bot.Turn, len(list))
	for i, one := range list {
		var err error
		if decoded[i], err = one.turn(find); err != nil {
			return nil, one.failure(err)
		}
	}
	return decoded, nil
}

func (r record) turn(find bot.FindSealed) (bot.Turn, error) {
	if r.sealed != nil {
		return bot.Turn{}, r.sealed
	}
	at, err := time.Parse(timeLayout, r.at)
	if err != nil {
		return bot.Turn{}, err
	}
	events, err := bot.DecodeEvents([]byte(r.events), find)
	if err != nil {
		return bot.Turn{}, err
	}
	return bot.Turn{Position: r.position, Conversation: r.conversation, Version: r.version, At: at, Events: events}, nil
}

// failure names the row; what it holds is not for logs.
func (r record) failure(err error) error {
	return fmt.Errorf("position %d, conversation %q, version %d: %w", r.position, r.conversation, r.version, err)
}

// fitTogether checks the records of one conversation that come after a
// version. The record of that version, when there is one, is only what the
// others hang on; what comes after it is returned.
func fitTogether(list []record, after int64) ([]record, error) {
	var along walk
	if after > 0 && len(list) > 0 {
		along.version = after
		if list[0].version == after {
			along.link, list = list[0].chain, list[1:]
		}
	}
	for _, one := range list {
		if err := along.next(one); err != nil {
			return list, one.failure(err)
		}
	}
	return list, nil
}
