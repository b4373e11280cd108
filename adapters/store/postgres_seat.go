package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"sync"
	"time"
)

const (
	// outboxLock is the advisory lock of the node that leads the outbox.
	outboxLock = 807005
	// seatSleep is after how long the server takes the lock from a node that says
	// nothing: it sleeps, or its machine is gone.
	seatSleep = 15 * time.Second
)

// postgresSeat is the lock of the node that leads, and the connection that
// holds it.
type postgresSeat struct {
	db   *sql.DB
	lock int64 // that no other seat has
	mu   sync.Mutex
	conn *sql.Conn // nil: not taken
}

// take implements seat. That it asks every few seconds keeps the lock.
func (p *postgresSeat) take(ctx context.Context) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conn != nil {
		if _, err := p.conn.ExecContext(ctx, `SELECT 1`); err != nil {
			p.hangUp()
			return false, err
		}
		return true, nil
	}
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return false, err
	}
	var taken bool
	err = conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, p.lock).Scan(&taken)
	if err != nil || !taken {
		_ = conn.Close() // goes back to the others, without a lock
		return false, err
	}
	p.conn = conn
	if _, err := conn.ExecContext(ctx, fmt.Sprintf(`SET idle_session_timeout = '%s'`, milliseconds(seatSleep))); err != nil {
		p.hangUp()
		return false, err
	}
	return true, nil
}

// hangUp ends the connection, and the lock with it.
func (p *postgresSeat) hangUp() {
	if p.conn == nil {
		return
	}
	_ = p.conn.Raw(func(any) error { return driver.ErrBadConn })
	_ = p.conn.Close() // says that the connection is bad
	p.conn = nil
}

// leave implements seat.
func (p *postgresSeat) leave() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hangUp()
	return nil
}
