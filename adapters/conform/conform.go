package conform

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
)

// Finding is one thing a verification looked at.
type Finding struct {
	Check   string
	Err     error  // nil: fine
	Note    string // what was answered
	Warning string // nothing is broken, but somebody should know
	Mend    string
}

// Service is the service under test.
type Service struct {
	Conn    *nats.Conn
	Name    string // it registers under
	Subject string // of its endpoint
	Timeout time.Duration
}

// Ask sends a request and returns what came back, an error of the service too.
func (s Service) Ask(ctx context.Context, subject string, body []byte) (*nats.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	return s.Conn.RequestWithContext(ctx, subject, body)
}

// Discover looks whether the service introduces itself, with the endpoint.
func (s Service) Discover(ctx context.Context) (Finding, micro.Info) {
	finding := Finding{
		Check: "found as micro service " + s.Name,
		Mend:  "register with nats.go/micro under the name " + s.Name + " and a semantic version",
	}
	info, err := s.introduction(ctx)
	finding.Err = err
	return finding, info
}

func (s Service) introduction(ctx context.Context) (micro.Info, error) {
	var info micro.Info
	subject, err := micro.ControlSubject(micro.InfoVerb, s.Name, "")
	if err != nil {
		return info, err
	}
	message, err := s.Ask(ctx, subject, nil)
	if err != nil {
		return info, fmt.Errorf("no answer on %s: %w", subject, err)
	}
	if err := json.Unmarshal(message.Data, &info); err != nil {
		return info, err
	}
	for _, endpoint := range info.Endpoints {
		if endpoint.Subject == s.Subject {
			return info, nil
		}
	}
	return info, fmt.Errorf("no endpoint on %s", s.Subject)
}

// Refuses looks whether a request is answered with an error code.
func (s Service) Refuses(ctx context.Context, check string, body []byte, code, mend string) Finding {
	finding := Finding{Check: check, Mend: mend}
	message, err := s.Ask(ctx, s.Subject, body)
	switch {
	case err != nil:
		finding.Err = err
	case message.Header.Get(micro.ErrorCodeHeader) == "":
		finding.Err = errors.New("answered without an error header, want " + code)
	case message.Header.Get(micro.ErrorCodeHeader) != code:
		finding.Err = fmt.Errorf("refused with code %q, want %s", message.Header.Get(micro.ErrorCodeHeader), code)
	}
	return finding
}

// Answer asks on the endpoint and returns the answer, where it is no error.
func (s Service) Answer(ctx context.Context, body []byte) ([]byte, error) {
	message, err := s.Ask(ctx, s.Subject, body)
	if err != nil {
		return nil, err
	}
	if code := message.Header.Get(micro.ErrorCodeHeader); code != "" {
		return nil, fmt.Errorf("service error %s: %s", code, message.Header.Get(micro.ErrorHeader))
	}
	return message.Data, nil
}
