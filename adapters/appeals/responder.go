package appeals

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
)

// The error codes of the service, sent in the micro error headers. All but the
// last mean that sending the appeal again is of no use.
const (
	codeBadRequest = "400" // does not match the schema
	codeConflict   = "409" // the reference was used for another appeal
	codeLate       = "410" // the time for appealing against this decision is over
	codeTooLarge   = "413"
	codeFinal      = "422" // this decision is not reviewed
	codeInternal   = "500"
)

// flushTimeout bounds the wait for the server to know of the responder.
const flushTimeout = 5 * time.Second

// ResponderOptions configure the reference responder. Conn and Now are required.
type ResponderOptions struct {
	Conn     *nats.Conn
	Now      func() time.Time
	Logger   *slog.Logger
	Received func(Request) // told each appeal once, but no trials
}

// Responder accepts appeals and remembers them as long as it runs: the
// reference for teams that write their own, which must not forget.
type Responder struct {
	options  ResponderOptions
	contract *Contract
	service  micro.Service

	mu       sync.Mutex
	accepted map[string]receipt // by reference
}

// receipt is what was accepted under a reference.
type receipt struct {
	sum [sha256.Size]byte
	at  time.Time
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
	if o.Received == nil {
		o.Received = func(Request) {}
	}
	r := &Responder{options: o, contract: contract, accepted: map[string]receipt{}}
	r.service, err = micro.AddService(o.Conn, micro.Config{
		Name: Service, Version: Version,
		Description: "Takes appeals against automated decisions.",
		Metadata:    map[string]string{trialsKey: trialsKnown},
		Endpoint:    &micro.EndpointConfig{Subject: Subject, Handler: micro.HandlerFunc(r.handle)},
	})
	if err != nil {
		return nil, fmt.Errorf("appeals responder: %w", err)
	}
	if err = o.Conn.FlushTimeout(flushTimeout); err != nil {
		return nil, errors.Join(fmt.Errorf("appeals responder: %w", err), r.Close())
	}
	return r, nil
}

// Close stops answering.
func (r *Responder) Close() error { return r.service.Stop() }

func (r *Responder) handle(message micro.Request) {
	request, err := r.contract.Request(message.Data())
	if err != nil {
		r.fail(message, codeBadRequest, "the appeal does not match the schema")
		return
	}
	known, err := json.Marshal(request) // fields that are not known make no other appeal
	if err != nil {
		r.fail(message, codeInternal, "the appeal could not be compared")
		return
	}
	at, fresh, same := r.accept(request, sha256.Sum256(known))
	if !same {
		r.fail(message, codeConflict, "the reference was used for another appeal")
		return
	}
	if fresh && !request.Trial {
		r.options.Received(request)
	}
	data, err := json.Marshal(Reply{Reference: request.Reference, AcceptedAt: at})
	if err != nil {
		r.fail(message, codeInternal, "the receipt could not be written")
		return
	}
	if err := message.Respond(data); err != nil {
		r.options.Logger.Warn("receipt of an appeal not sent", "error", err)
	}
}

// accept remembers an appeal. One that comes again has the first receipt.
func (r *Responder) accept(request Request, sum [sha256.Size]byte) (at time.Time, fresh, same bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.accepted[request.Reference]; ok {
		return known.at, false, known.sum == sum
	}
	at = r.options.Now().UTC()
	r.accepted[request.Reference] = receipt{sum: sum, at: at}
	return at, true, true
}

func (r *Responder) fail(message micro.Request, code, description string) {
	r.options.Logger.Warn("appeal refused", "code", code, "description", description)
	if err := message.Error(code, description, nil); err != nil {
		r.options.Logger.Warn("refusal of an appeal not sent", "error", err)
	}
}
