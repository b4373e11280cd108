package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/nats-io/nats.go"

	"kaitong/adapters/desk"
	"kaitong/bot/staff"
)

// seatSubject is where nodes that share a log tell each other which agents are
// there. NATS may lose any of it: it is said again every ten seconds, and not
// believed for long.
const seatSubject = "kaitong.live.v1.seats"

// maxSeat is the longest message that is read, in bytes.
const maxSeat = 8 << 10

// seatMessage is one agent at a desk of one node.
type seatMessage struct {
	Epoch string    `json:"epoch"` // of the log
	Seat  desk.Seat `json:"seat"`
}

// seats tells other nodes, and hears of theirs.
type seats struct {
	conn   *nats.Conn // nil: there are no others
	epoch  string
	logger *slog.Logger
	heard  *nats.Subscription
}

// shareSeats begins to when other nodes can share the log.
func (c *core) shareSeats() (*seats, error) {
	if c.config.Database == "" || !c.bus.Shared() {
		return c.seats, nil
	}
	s := &seats{conn: c.bus.Conn(), epoch: c.log.Epoch(), logger: c.logger}
	var err error
	s.heard, err = s.conn.Subscribe(seatSubject, func(message *nats.Msg) {
		if seat, err := s.decode(message.Data); err != nil {
			s.logger.Debug("not heard: a seat of another node", "error", err)
		} else {
			c.presence.Heard(seat)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("nats: listen on %s: %w", seatSubject, err)
	}
	c.seats = s
	return s, nil
}

// tell never waits: NATS keeps what it cannot send at once, or loses it.
func (s *seats) tell(seat desk.Seat) {
	if s.conn == nil {
		return
	}
	text, err := json.Marshal(seatMessage{Epoch: s.epoch, Seat: seat})
	if err == nil {
		err = s.conn.Publish(seatSubject, text)
	}
	if err != nil {
		s.logger.Debug("not told: a seat", "error", err)
	}
}

// decode believes nothing: anybody on this NATS may have sent it.
func (s *seats) decode(data []byte) (desk.Seat, error) {
	if len(data) > maxSeat {
		return desk.Seat{}, fmt.Errorf("longer than %d bytes", maxSeat)
	}
	var message seatMessage
	if err := json.Unmarshal(data, &message); err != nil {
		return desk.Seat{}, err
	}
	seat := message.Seat
	shaped := staff.Account{User: seat.User, Name: seat.Name, Role: seat.Role, Queues: seat.Queues, Locale: "en"}
	states := []desk.Status{desk.StatusOnline, desk.StatusAway, desk.StatusOffline}
	switch {
	case message.Epoch != s.epoch:
		return desk.Seat{}, errors.New("of another log")
	case seat.Node == "" || len(seat.Node) > 128 || !slices.Contains(states, seat.Status):
		return desk.Seat{}, errors.New("want a node and a status")
	}
	return seat, shaped.Validate()
}

func (s *seats) close() error {
	if s.heard == nil {
		return nil
	}
	err := s.heard.Unsubscribe()
	if errors.Is(err, nats.ErrConnectionClosed) || errors.Is(err, nats.ErrBadSubscription) {
		return nil
	}
	return err
}
