package desk

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"kaitong/bot"
	"kaitong/bot/staff"
)

// desk is one open socket of an agent. What it may do is fixed when it opens;
// when the account changes it is sent off and comes back.
type desk struct {
	server  *Server
	conn    *websocket.Conn
	out     *outbox
	account staff.Account
	key     staff.Key
	csrf    string
	from    string        // the address it was opened from
	session staff.Session // as it was when it opened

	ctx    context.Context // ends with the socket
	cancel context.CancelFunc
	heard  atomic.Int64 // when it last sent anything, in nanoseconds since 1970
	used   atomic.Int64 // when its agent last did anything
	pinged atomic.Int64
	pings  int64 // of the sweeper
}

// socket is GET /v1/desk/ws.
func (s *Server) socket(w http.ResponseWriter, r *http.Request, who visitor) {
	if bad := s.mayConnect(r); bad != nil {
		s.problem(w, r, bad)
		return
	}
	conn, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // answered by the upgrader
	}
	if !s.life.Enter() {
		conn.Close()
		return
	}
	defer s.life.Leave()
	d := newDesk(s, conn, who)
	d.from = s.proxies.Address(r).String()
	d.run()
}

func (s *Server) mayConnect(r *http.Request) *fault {
	switch {
	case !websocket.IsWebSocketUpgrade(r):
		return &fault{code: codeNotWebSocket}
	case !slices.Contains(websocket.Subprotocols(r), Subprotocol):
		return &fault{code: codeBadProtocol}
	case s.hub.count() >= s.limits.Sockets:
		return &fault{code: codeServerFull}
	}
	return nil
}

func newDesk(s *Server, conn *websocket.Conn, who visitor) *desk {
	conn.SetReadLimit(int64(s.limits.FrameBytes))
	d := &desk{
		server: s, conn: conn, out: newOutbox(conn, s.limits), account: who.account, key: who.session.Key, csrf: who.csrf, session: who.session,
	}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	d.sign(&d.heard)
	d.sign(&d.pinged)
	return d
}

func (d *desk) sign(at *atomic.Int64) { at.Store(d.server.now().UnixNano()) }

func (d *desk) since(at *atomic.Int64) time.Duration {
	return d.server.now().Sub(time.Unix(0, at.Load()))
}

// run greets the desk and listens to it until it goes.
func (d *desk) run() {
	s := d.server
	defer d.cancel()
	s.presence.enter(d.account)
	defer s.presence.leave(d.account.User)
	s.hub.join(d, d.greeting)
	defer s.hub.leave(d)
	written := make(chan struct{})
	go func() {
		defer close(written)
		d.out.run()
	}()
	d.listen()
	d.out.cut()
	<-written
}

func (d *desk) greeting(board []entryData, loads map[string]int) []byte {
	who := visitor{account: d.account, session: d.session, csrf: d.csrf}
	hello := helloData{Me: who.me(), Queues: d.server.queueIDs(d.account), Board: board, Presence: []presenceData{}}
	for _, seat := range d.server.presence.seats() {
		hello.Presence = append(hello.Presence, newPresenceData(seat, loads[seat.User]))
	}
	return encode(typeHello, "", "", hello)
}

// listen takes frames one after the other.
func (d *desk) listen() {
	rate := newAllowance[struct{}](d.server.limits.Frames, 10*time.Second)
	for {
		kind, text, err := d.conn.ReadMessage()
		if err != nil {
			return
		}
		d.sign(&d.heard)
		if kind != websocket.TextMessage {
			d.refuse("", &fault{code: codeBadJSON})
			continue
		}
		var f frame
		if bad := decode(text, &f); bad != nil {
			d.refuse("", bad)
			continue
		}
		if wait, ok := rate.take(struct{}{}, d.server.now()); !ok {
			d.refuse(f.ID, &fault{code: codeRateLimited, wait: wait})
			continue
		}
		if bad := d.take(f); bad != nil {
			d.refuse(f.ID, bad)
		}
	}
}

// take does what one frame asks.
func (d *desk) take(f frame) *fault {
	if f.Type == "pong" {
		return nil
	}
	d.sign(&d.used)
	switch f.Type {
	case "act":
		return d.act(f)
	case "watch":
		return d.watch(f)
	case "unwatch", "typing":
		return d.onConversation(f)
	case "status":
		return d.status(f)
	}
	return &fault{code: codeUnknownType}
}

func (d *desk) onConversation(f frame) *fault {
	var ask conversationData
	if bad := decode(f.Data, &ask); bad != nil {
		return bad
	}
	if f.Type == "unwatch" {
		d.server.hub.stop(d, ask.Conversation)
		return nil
	}
	entry, ok := d.server.hub.entry(ask.Conversation)
	if ok && entry.State == bot.HandoffActive && entry.Agent.ID == d.account.User && d.server.typing != nil {
		d.server.typing(ask.Conversation)
	}
	return nil
}

func (d *desk) status(f frame) *fault {
	var ask statusAsk
	if bad := decode(f.Data, &ask); bad != nil {
		return bad
	}
	if ask.Status != StatusOnline && ask.Status != StatusAway {
		return &fault{code: codeBadField, field: "status"}
	}
	d.server.presence.set(d.account.User, ask.Status)
	return nil
}

// refuse answers a frame that came to nothing.
func (d *desk) refuse(re string, bad *fault) {
	row := d.server.codes[bad.code]
	wait := row.wait
	if bad.wait > 0 {
		wait = bad.wait
	}
	if bad.code == codeInternal {
		d.server.log.Error("desk act failed", "error", bad.cause)
	}
	d.out.push(encode(typeError, "", re, errorData{
		Code: bad.code, Message: row.in(d.account.Locale), Field: bad.field, Retryable: row.retry, RetryAfterMS: wait.Milliseconds(),
	}))
}

func (d *desk) ping() {
	d.pings++
	d.sign(&d.pinged)
	d.out.push(encode(typePing, "ping-"+strconv.FormatInt(d.pings, 10), "", struct{}{}))
}
