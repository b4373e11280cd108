package desk

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"kaitong/adapters/edge"
	"kaitong/bot"
	"kaitong/bot/staff"
)

// Server serves agents. Make one with [New], mount [Server.Handler] at /desk,
// /desk/, /v1/desk/ and /analytics, and end it with [Server.Drain]. It is safe for
// concurrent use.
type Server struct {
	engine     Engine
	board      Board
	vault      staff.Vault
	presence   *Presence
	log        *slog.Logger
	tenant     string
	queues     []bot.Queue
	products   func(locale string) map[string]string
	snippets   func(query, locale string) []Snippet
	documents  func(ctx context.Context, conversation, id string) ([]byte, error)
	typing     func(conversation string)
	proxies    proxies
	limits     Limits
	cost       Cost
	now        func() time.Time
	demo       map[string]staff.Account // by user; none outside demo mode
	hosts      []string                 // see [Options]
	company    *Company                 // nil: none
	codes      map[Code]codeRow
	mayAct     map[bot.DeskKind][]staff.Role
	guesses    guesses
	glances    *glances
	gatekeeper *gatekeeper
	hub        *hub
	files      *files
	upgrader   websocket.Upgrader
	handler    http.Handler

	unwatch func()        // ends hearing of the board
	life    *edge.Gate    // sockets and helpers
	look    chan struct{} // sessions may have ended
	stop    chan struct{} // closed when draining begins
	ending  sync.Once
}

// New makes a server, or says everything that is wrong with the options.
func New(options Options) (*Server, error) {
	if err := options.validate(); err != nil {
		return nil, fmt.Errorf("desk: %w", err)
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Cost == (Cost{}) {
		options.Cost = DefaultCost()
	}
	s := &Server{
		engine: options.Engine, board: options.Board, vault: options.Vault, presence: options.Presence, log: options.Log,
		tenant: options.Tenant, queues: options.Queues, products: options.Products, snippets: options.Snippets, documents: options.Documents, typing: options.Typing, proxies: proxies{options.Proxies},
		limits: options.Limits.withDefaults(), cost: options.Cost, now: options.Now, demo: map[string]staff.Account{},
		hosts: options.Hosts, company: options.Company,
		codes: codeTable(), mayAct: mayAct(), guesses: newGuesses(), glances: newGlances(),
		life: edge.NewGate(), look: make(chan struct{}, 1), stop: make(chan struct{}),
	}
	if options.Demo {
		for _, account := range demoAgents() {
			s.demo[account.User] = account
		}
	}
	if err := s.build(); err != nil {
		return nil, fmt.Errorf("desk: %w", err)
	}
	return s, nil
}

// build makes what can fail, then begins to listen.
func (s *Server) build() (err error) {
	if s.gatekeeper, err = newGatekeeper(s.cost); err != nil {
		return err
	}
	if s.files, err = loadFiles(); err != nil {
		return err
	}
	s.upgrader = websocket.Upgrader{
		HandshakeTimeout: s.limits.WriteTimeout,
		Subprotocols:     []string{Subprotocol},
		CheckOrigin:      func(*http.Request) bool { return true }, // checked before, with our own answer
		Error: func(w http.ResponseWriter, r *http.Request, _ int, _ error) {
			s.problem(w, r, &fault{code: codeNotWebSocket})
		},
	}
	s.handler = s.mount()
	s.hub = newHub(s.board, s.tenant)
	s.unwatch = s.board.Watch(s.boardChanged)
	for _, entry := range s.board.List(s.tenant) { // what came between the two
		s.boardChanged(entry)
	}
	s.presence.onChange(func(user string) { s.hub.tellPresence(func() Seat { return s.presence.seat(user) }) })
	s.spawn(s.sweep)
	return nil
}

// Handler serves all routes. The http.Server around it sets ReadHeaderTimeout.
func (s *Server) Handler() http.Handler { return s.handler }

// boardChanged shows all desks what the board says.
func (s *Server) boardChanged(entry bot.Entry) {
	for _, agent := range s.hub.learn(entry.Conversation) {
		if seat := s.presence.seat(agent); seat.Status != StatusOffline {
			s.hub.tellPresence(func() Seat { return seat })
		}
	}
	s.hub.newer(entry.Conversation, entry.Version, s.behind(entry.Conversation))
}

// Stored takes a turn that this node has just stored. It never waits.
func (s *Server) Stored(turn bot.Turn) { s.hub.stored(turn, s.behind(turn.Conversation)) }

// Announce says that another node has stored a turn. It never waits.
func (s *Server) Announce(conversation string, version int64) {
	s.hub.newer(conversation, version, s.behind(conversation))
}

// Typing says that a person writes. It never waits.
func (s *Server) Typing(conversation string) { s.hub.types(conversation) }

// behind has a desk read what it lacks.
func (s *Server) behind(conversation string) func(*desk) {
	return func(d *desk) { s.spawn(func() { d.readOn(conversation) }) }
}

// spawn runs a helper that Drain waits for; not when it is too late for one.
func (s *Server) spawn(run func()) {
	if !s.life.Enter() {
		return
	}
	go func() {
		defer s.life.Leave()
		run()
	}()
}

// recheck has the sweeper look at once whether all sockets may still be open.
func (s *Server) recheck() {
	select {
	case s.look <- struct{}{}:
	default: // as good as one
	}
}

// Drain sends every desk away, and returns when nothing runs any more, or with
// the error of ctx.
func (s *Server) Drain(ctx context.Context) error {
	s.ending.Do(func() {
		s.unwatch()
		s.life.Close()
		close(s.stop)
		s.hub.dismiss(func(*desk) bool { return true }, closeRestarting, codeRestarting)
	})
	if err := s.life.Wait(ctx); err != nil {
		for _, d := range s.hub.open() {
			d.out.cut()
		}
		return fmt.Errorf("drain desks: %w", err)
	}
	return nil
}
