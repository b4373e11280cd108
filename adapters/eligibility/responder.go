package eligibility

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
)

// The error codes of the service, sent in the micro error headers.
const (
	codeBadRequest = "400"
	codeInternal   = "500"
)

// ResponderOptions configure the reference responder. Conn, Directory and Now
// are required.
type ResponderOptions struct {
	Conn      *nats.Conn
	Directory Directory
	Demo      bool // the directory is the shipped one, not a team's own
	Now       func() time.Time
	Logger    *slog.Logger
	// Watch, when set, is told of the headers of each request, and when the request
	// was handled.
	Watch func(headers map[string][]string) (end func())
}

// flushTimeout bounds the wait for the server to know of the responder.
const flushTimeout = 5 * time.Second

// Responder answers eligibility checks from profiles: the reference for teams
// that write their own, and the other side of every demo.
type Responder struct {
	options  ResponderOptions
	contract *Contract
	service  micro.Service
	stop     context.CancelFunc
	stopped  context.Context
	late     sync.WaitGroup
}

// Serve starts the responder on the connection.
func Serve(o ResponderOptions) (*Responder, error) {
	contract, err := NewContract()
	if err != nil {
		return nil, err
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Responder{options: o, contract: contract}
	r.stopped, r.stop = context.WithCancel(context.Background())
	r.service, err = micro.AddService(o.Conn, micro.Config{
		Name: Service, Version: Version,
		Description: "Says whether a person may activate a product, and why not.",
		Metadata:    map[string]string{profilesKey: o.profiles()},
		Endpoint:    &micro.EndpointConfig{Subject: Subject, Handler: micro.HandlerFunc(r.handle)},
	})
	if err != nil {
		return nil, fmt.Errorf("eligibility responder: %w", err)
	}
	// The server must know the subscription before anybody is told that the
	// responder runs: others ask over connections of their own.
	if err = o.Conn.FlushTimeout(flushTimeout); err != nil {
		return nil, errors.Join(fmt.Errorf("eligibility responder: %w", err), r.Close())
	}
	return r, nil
}

// profiles says in the metadata of the service whose people it answers for.
func (o ResponderOptions) profiles() string {
	if o.Demo {
		return profilesDemo
	}
	return "custom"
}

// Close stops answering and waits for answers that are under way.
func (r *Responder) Close() error {
	r.stop()
	err := r.service.Stop()
	r.late.Wait()
	return err
}

func (r *Responder) handle(message micro.Request) {
	if r.options.Watch != nil {
		defer r.options.Watch(message.Headers())()
	}
	request, err := r.contract.Request(message.Data())
	if err != nil {
		r.fail(message, codeBadRequest, "the request does not match the schema")
		return
	}
	profile, known := r.options.Directory.Find(request.UserID)
	if known && profile.Fault != (Fault{}) {
		r.misbehave(message, request, profile)
		return
	}
	r.reply(message, r.judge(request, profile, known))
}

// judge applies the rules, with what the client says about itself taken over
// what the profile says. About a person nobody knows nothing can be said.
func (r *Responder) judge(request Request, profile Profile, known bool) Reply {
	now := r.options.Now()
	if !known {
		return Reply{
			RequestID: request.RequestID, Decision: "unknown", Reasons: []Reason{},
			CheckedAt: now.UTC(), ValidUntil: now.UTC().Add(r.options.Directory.Policy.ValidFor),
		}
	}
	if request.Client.AppVersion != "" {
		profile.AppVersion = request.Client.AppVersion
	}
	if request.Client.Network != "" {
		profile.Network = request.Client.Network
	}
	reply := Judge(r.options.Directory.Policy, profile, now)
	reply.RequestID = request.RequestID
	return reply
}

// misbehave plays the fault of a profile: a late answer, or bytes that are
// no answer at all.
func (r *Responder) misbehave(message micro.Request, request Request, profile Profile) {
	if profile.Fault.Garbage {
		if err := message.Respond([]byte("\x00\xffno reply\x17{\"decision\":")); err != nil {
			r.options.Logger.Warn("eligibility reply not sent", "error", err)
		}
		return
	}
	r.late.Go(func() {
		timer := time.NewTimer(profile.Fault.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
			r.reply(message, r.judge(request, profile, true))
		case <-r.stopped.Done():
		}
	})
}

func (r *Responder) reply(message micro.Request, reply Reply) {
	data, err := json.Marshal(reply)
	if err != nil {
		r.fail(message, codeInternal, "the reply could not be written")
		return
	}
	if err := message.Respond(data); err != nil {
		r.options.Logger.Warn("eligibility reply not sent", "error", err)
	}
}

func (r *Responder) fail(message micro.Request, code, description string) {
	number, _ := strconv.Atoi(code)
	r.options.Logger.Warn("eligibility request refused", "code", number, "description", description)
	if err := message.Error(code, description, nil); err != nil {
		r.options.Logger.Warn("eligibility error not sent", "error", err)
	}
}
