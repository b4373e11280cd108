package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"os"
	"sync"
	"time"

	"github.com/nats-io/nats.go/micro"

	"kaitong/adapters/eligibility"
	"kaitong/adapters/natsbus"
	"kaitong/adapters/store"
	"kaitong/bot"
	"kaitong/bot/dialogue"
	"kaitong/knowledge"
)

// rehearsal is what dialogues are played with: the real event log in a
// temporary folder, the real eligibility client, and in place of the service
// one that replies what the dialogues say.
type rehearsal struct {
	log      *store.Log
	bus      *natsbus.Bus
	contract *eligibility.Contract
	patient  *eligibility.Client // for checks that are answered, however busy the machine
	hasty    *eligibility.Client // for those that are not
	teardown teardown

	mu      sync.Mutex
	replies map[string]knowledge.Reply // the next one of each user
}

// How long the two clients wait. Only a check that is meant to time out takes
// its whole time.
const (
	patience = 30 * time.Second
	haste    = 50 * time.Millisecond
)

// newRehearsal starts everything. On an error what was started is closed again.
func newRehearsal(ctx context.Context, edition bot.Edition) (_ *rehearsal, err error) {
	quiet := slog.New(slog.DiscardHandler)
	r := &rehearsal{teardown: teardown{logger: quiet}, replies: map[string]knowledge.Reply{}}
	defer func() {
		if err != nil {
			_ = r.close(ctx) // err says what matters
		}
	}()
	dir, err := os.MkdirTemp("", "kaitong-dialogues-")
	if err != nil {
		return nil, err
	}
	r.teardown.add("temporary folder", func(context.Context) error { return os.RemoveAll(dir) })
	if r.log, err = store.Open(ctx, store.Options{Dir: dir, Logger: quiet}); err != nil {
		return nil, err
	}
	r.teardown.add("event log", r.log.Close)
	if r.bus, err = natsbus.Start(ctx, natsbus.Options{Logger: quiet}); err != nil {
		return nil, err
	}
	r.teardown.add("message bus", r.bus.Close)
	if err = r.serve(); err != nil {
		return nil, err
	}
	if r.patient, err = r.client(edition, patience); err != nil {
		return nil, err
	}
	r.hasty, err = r.client(edition, haste)
	return r, err
}

func (r *rehearsal) close(ctx context.Context) error {
	return r.teardown.close(context.WithoutCancel(ctx))
}

// client is the real one. Its breaker never opens: some dialogues are about
// checks that fail, and the others shall not hear of it.
func (r *rehearsal) client(edition bot.Edition, timeout time.Duration) (*eligibility.Client, error) {
	neutral, err := neutralCode(edition.Base)
	if err != nil {
		return nil, err
	}
	return eligibility.NewClient(eligibility.ClientOptions{
		Conn: r.bus.Conn(), Tell: telling(bot.NewLibrary(edition), neutral), Neutral: neutral, Now: time.Now, NewID: newID,
		Timeout: timeout, BreakerFailures: math.MaxInt32,
	})
}

// serve answers checks with the replies that are set.
func (r *rehearsal) serve() (err error) {
	if r.contract, err = eligibility.NewContract(); err != nil {
		return err
	}
	service, err := micro.AddService(r.bus.Conn(), micro.Config{
		Name: eligibility.Service, Version: eligibility.Version, Description: "Replies what the dialogues say.",
		Endpoint: &micro.EndpointConfig{Subject: eligibility.Subject, Handler: micro.HandlerFunc(r.answer)},
	})
	if err != nil {
		return fmt.Errorf("scripted eligibility service: %w", err)
	}
	r.teardown.add("scripted eligibility service", func(context.Context) error { return service.Stop() })
	return r.bus.Conn().Flush()
}

// check has one check answered with one reply, by the client and over the wire.
func (r *rehearsal) check(ctx context.Context, request bot.CheckRequest, reply knowledge.Reply) (bot.Verdict, error) {
	r.mu.Lock()
	r.replies[request.User] = reply
	request.Fresh = true // every check of a dialogue has a reply of its own
	r.mu.Unlock()
	if reply.Fails == string(bot.CheckTimeout) {
		return r.hasty.Check(ctx, request)
	}
	return r.patient.Check(ctx, request)
}

func (r *rehearsal) answer(message micro.Request) {
	request, err := r.contract.Request(message.Data())
	if err != nil {
		_ = message.Error("400", "the request does not match the schema", nil) // the client's timeout says the rest
		return
	}
	r.mu.Lock()
	reply := r.replies[request.UserID]
	r.mu.Unlock()
	switch bot.CheckOutcome(reply.Fails) {
	case bot.CheckTimeout: // never answered
	case bot.CheckUnavailable:
		_ = message.Error("503", "unavailable", nil)
	case bot.CheckInvalid:
		_ = message.Respond([]byte("no reply"))
	default:
		_ = message.RespondJSON(wireReply(request.RequestID, reply, time.Now()))
	}
}

func wireReply(id string, reply knowledge.Reply, now time.Time) eligibility.Reply {
	wire := eligibility.Reply{
		RequestID: id, Decision: reply.Decision, Reasons: []eligibility.Reason{}, Appealable: reply.Appealable,
		CheckedAt: now.UTC(), ValidUntil: now.UTC().Add(5 * time.Minute),
	}
	for _, code := range reply.Reasons {
		wire.Reasons = append(wire.Reasons, eligibility.Reason{Code: code})
	}
	if !reply.ReviewETA.IsZero() {
		wire.ReviewETA = &reply.ReviewETA.Time
	}
	return wire
}

// rehearse plays dialogues with an edition. Progress is shown while it takes
// long.
func rehearse(ctx context.Context, edition bot.Edition, dialogues []knowledge.Dialogue, notes io.Writer) (dialogue.Report, error) {
	r, err := newRehearsal(ctx, edition)
	if err != nil {
		return dialogue.Report{}, err
	}
	defer func() { _ = r.close(ctx) }() // all that could be lost is temporary
	bar := startProgress(notes, "playing dialogues", time.Now)
	defer bar.finish()
	return dialogue.Run(ctx, dialogue.Options{
		Edition: edition, Log: r.log, Check: r.check, Now: time.Now, Progress: bar.update,
	}, dialogues)
}
