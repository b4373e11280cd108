package store

import (
	"database/sql"
	"fmt"
	"time"

	"kaitong/bot"
)

// record is one row of the log as it is stored.
type record struct {
	position     int64
	conversation string
	version      int64
	at           string
	events       []byte
}

// records reads rows to their end, so that the connection is free for the
// blocks they refer to.
func records(rows *sql.Rows) ([]record, error) {
	defer rows.Close()
	var list []record
	for rows.Next() {
		var one record
		if err := rows.Scan(&one.position, &one.conversation, &one.version, &one.at, &one.events); err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, rows.Err()
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
	at, err := time.Parse(timeLayout, r.at)
	if err != nil {
		return bot.Turn{}, err
	}
	events, err := bot.DecodeEvents(r.events, find)
	if err != nil {
		return bot.Turn{}, err
	}
	return bot.Turn{Position: r.position, Conversation: r.conversation, Version: r.version, At: at, Events: events}, nil
}

// failure names the row; what it holds is not for logs.
func (r record) failure(err error) error {
	return fmt.Errorf("position %d, conversation %q, version %d: %w", r.position, r.conversation, r.version, err)
}
