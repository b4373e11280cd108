package cli

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/gorilla/websocket"

	"kaitong/bot"
)

// line is the chat's connection. It comes back when the socket is lost, goes on
// where the conversation was, and sends again what was not acknowledged, under
// the same id, which the server stores once.
type line struct {
	address, user string
	hello         hello
	frames        chan frame // for the chat; closed at the end
	acts          chan frame // of the chat
	stop          <-chan struct{}
	cancel        context.CancelFunc // closes stop
	err           error              // why it ended; read after frames is closed

	client  *client
	last    int64   // seq of the last event seen
	waiting []frame // acts without an ack, in the order they were sent
	backAt  time.Time
	tries   int // to come back, since the last welcome
}

// What the line itself tells the chat, as if it were frames of the server.
const (
	frameOffline = "line.offline"
	frameOnline  = "line.online"
)

// openLine connects for the first time, which is not tried twice: whoever
// mistyped the address wants to know.
func openLine(ctx context.Context, address, user string, as hello) (*line, error) {
	as.Client = bot.Client{Channel: bot.ChannelTerminal}
	l := &line{
		address: address, user: user, hello: as,
		frames: make(chan frame, 64), acts: make(chan frame),
	}
	var err error
	if l.client, err = dialAs(ctx, address, user, l.hello); err != nil {
		return nil, err
	}
	ctx, l.cancel = context.WithCancel(ctx)
	l.stop = ctx.Done()
	go l.run(ctx)
	return l, nil
}

// send passes an act on, now or once the line is back.
func (l *line) send(kind string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return err
	}
	select {
	case l.acts <- frame{Type: kind, ID: newID(), Data: raw}:
		return nil
	case <-l.stop:
		return errors.New("the chat has ended")
	}
}

// ending says why the line ended, once frames is closed.
func (l *line) ending() error { return l.err }

// close ends the line and waits until it has.
func (l *line) close() error {
	l.cancel()
	for range l.frames { // until it is closed
	}
	return l.client.close()
}

func (l *line) run(ctx context.Context) {
	defer close(l.frames)
	for {
		f, more, ended := l.next()
		switch {
		case ended:
			return
		case more:
			l.receive(f)
		default:
			if err := l.comeBack(ctx); err != nil {
				if ctx.Err() == nil {
					l.err = err
				}
				return
			}
		}
	}
}

// next waits for a frame of the server and takes acts of the chat meanwhile.
func (l *line) next() (f frame, more, ended bool) {
	for {
		select {
		case f, more = <-l.client.frames:
			return f, more, false
		case act := <-l.acts:
			l.waiting = append(l.waiting, act)
			_ = l.client.write(act) // when it fails the reading fails too, and it is sent again
		case <-l.stop:
			return frame{}, false, true
		}
	}
}

// tell passes a frame to the chat.
func (l *line) tell(f frame) {
	select {
	case l.frames <- f:
	case <-l.stop:
	}
}

// receive keeps the books and passes on what the chat shows.
func (l *line) receive(f frame) {
	switch f.Type {
	case "welcome":
		l.welcome(f)
	case "ping":
		_ = l.client.write(frame{Type: "pong", ID: f.ID, Data: json.RawMessage("{}")}) // a dead socket shows in the next read
	case "goaway":
		var data struct {
			AfterMS int64 `json:"after_ms"`
		}
		if json.Unmarshal(f.Data, &data) == nil {
			l.backAt = time.Now().Add(time.Duration(data.AfterMS) * time.Millisecond)
		}
	case "ack":
		l.acknowledged(f)
	case "error":
		l.settle(f.Re)
		l.tell(f)
	default:
		l.event(f)
	}
}

// event passes a stored event on once, and what has no number as it comes. What
// the person said, here or elsewhere, is not shown again.
func (l *line) event(f frame) {
	if f.Seq == 0 {
		l.tell(f)
		return
	}
	if f.Seq <= l.last {
		return
	}
	l.last = f.Seq
	var data messageData
	if json.Unmarshal(f.Data, &data) == nil && data.Author == bot.AuthorUser {
		l.settle(f.ID)
		return
	}
	l.tell(f)
}

func (l *line) acknowledged(f frame) {
	var data struct{ Seq int64 }
	at := slices.IndexFunc(l.waiting, func(act frame) bool { return act.ID == f.Re })
	if json.Unmarshal(f.Data, &data) == nil && at >= 0 {
		l.last = max(l.last, data.Seq) // the own message is not echoed
	}
	l.settle(f.Re)
}

// settle ends the waiting for one act.
func (l *line) settle(id string) {
	l.waiting = slices.DeleteFunc(l.waiting, func(act frame) bool { return act.ID == id })
}

func (l *line) welcome(f frame) {
	var data welcomeData
	if json.Unmarshal(f.Data, &data) != nil {
		return
	}
	again := l.hello.Resume
	if again == nil {
		l.tell(f)
	} else {
		l.tell(frame{Type: frameOnline})
	}
	if !data.Recovered {
		l.catchUp(again, data)
	}
	l.hello.Anon = data.Anon
	l.hello.Resume = &resume{Conv: data.Conv, Epoch: data.Epoch}
	l.tries, l.backAt = 0, time.Time{}
	for _, act := range l.waiting {
		_ = l.client.write(act)
	}
}

// catchUp reads from the history what was too much for a replay. In another
// conversation, or another log, counting starts anew.
func (l *line) catchUp(again *resume, data welcomeData) {
	if again == nil || again.Conv != data.Conv || again.Epoch != data.Epoch || l.last > data.Seq {
		l.last = data.Seq
		return
	}
	for l.last < data.Seq {
		page, err := l.client.history(data, l.last)
		before := l.last
		for _, f := range page {
			l.event(f)
		}
		if err != nil || l.last == before {
			l.last = data.Seq // go on without
		}
	}
}

// How long the line waits before it tries to come back, and when it gives up.
const (
	firstPause   = 500 * time.Millisecond
	longestPause = 15 * time.Second
	mostTries    = 20 // some two minutes
)

// comeBack connects again; an error is the end.
func (l *line) comeBack(ctx context.Context) error {
	if end, ok := errors.AsType[*websocket.CloseError](l.client.err); ok && end.Code >= 4500 && end.Code < 5000 {
		return l.client.ending()
	}
	lost := l.client.ending()
	_ = l.client.close() // it is lost already
	l.tell(frame{Type: frameOffline})
	if l.hello.Resume != nil {
		l.hello.Resume.AfterSeq = l.last
	}
	for l.tries++; l.tries <= mostTries; l.tries++ {
		if !l.pause() {
			return lost
		}
		client, err := dialAs(ctx, l.address, l.user, l.hello)
		if err == nil {
			l.client = client
			return nil
		}
	}
	return lost
}

// pause waits with full jitter, and not less than the server asked for; false
// when the chat ends. What is typed meanwhile waits.
func (l *line) pause() bool {
	ceiling := min(longestPause, firstPause<<min(l.tries, 10))
	timer := time.NewTimer(max(time.Until(l.backAt), 100*time.Millisecond+rand.N(ceiling)))
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return true
		case act := <-l.acts:
			l.waiting = append(l.waiting, act)
		case <-l.stop:
			return false
		}
	}
}
