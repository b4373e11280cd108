package eligibility

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
)

// Finding is one thing the verification looked at.
type Finding struct {
	Check string
	Err   error // nil: fine
	Mend  string
}

// VerifyOptions say whom to ask about and how long to wait.
type VerifyOptions struct {
	Users   []string // people the responder under test knows
	Product string
	Timeout time.Duration
	Now     func() time.Time
	NewID   func() string
}

// Verify checks any team's responder against the contract: it is found as a
// micro service, refuses a malformed request with an error header, answers
// each user with a valid reply to the right request, and gives a retry of the
// same request the same decision.
func Verify(ctx context.Context, conn *nats.Conn, o VerifyOptions) ([]Finding, error) {
	contract, err := NewContract()
	if err != nil {
		return nil, err
	}
	v := verifier{conn: conn, contract: contract, o: o}
	findings := []Finding{v.discovery(ctx), v.malformed(ctx)}
	for _, user := range o.Users {
		findings = append(findings, v.user(ctx, user))
	}
	return findings, nil
}

type verifier struct {
	conn     *nats.Conn
	contract *Contract
	o        VerifyOptions
}

func (v verifier) ask(ctx context.Context, subject string, body []byte) (*nats.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, v.o.Timeout)
	defer cancel()
	return v.conn.RequestWithContext(ctx, subject, body)
}

func (v verifier) discovery(ctx context.Context) Finding {
	finding := Finding{
		Check: "found as micro service " + Service,
		Mend:  "register with nats.go/micro under the name " + Service + " and a semantic version",
	}
	subject, err := micro.ControlSubject(micro.InfoVerb, Service, "")
	if err != nil {
		finding.Err = err
		return finding
	}
	message, err := v.ask(ctx, subject, nil)
	if err != nil {
		finding.Err = fmt.Errorf("no answer on %s: %w", subject, err)
		return finding
	}
	var info micro.Info
	if finding.Err = json.Unmarshal(message.Data, &info); finding.Err != nil {
		return finding
	}
	for _, endpoint := range info.Endpoints {
		if endpoint.Subject == Subject {
			return finding
		}
	}
	finding.Err = fmt.Errorf("no endpoint on %s", Subject)
	return finding
}

func (v verifier) malformed(ctx context.Context) Finding {
	finding := Finding{
		Check: "refuses a malformed request",
		Mend:  "answer with " + micro.ErrorCodeHeader + ": 400 when the request does not match request.json",
	}
	message, err := v.ask(ctx, Subject, []byte(`{"request_id":`))
	switch {
	case err != nil:
		finding.Err = err
	case message.Header.Get(micro.ErrorCodeHeader) == "":
		finding.Err = errors.New("answered without an error header")
	}
	return finding
}

func (v verifier) user(ctx context.Context, user string) Finding {
	finding := Finding{Check: "answers for " + user, Mend: "answer within the time, with the request_id asked with, as reply.json describes"}
	body, err := json.Marshal(Request{
		RequestID: v.o.NewID(), Tenant: "default", UserID: user, Product: v.o.Product,
		Locale: "zh-CN", AskedAt: v.o.Now().UTC(),
	})
	if err != nil {
		finding.Err = err
		return finding
	}
	first, err := v.reply(ctx, body)
	if err != nil {
		finding.Err = err
		return finding
	}
	again, err := v.reply(ctx, body)
	if err == nil && again.Decision != first.Decision {
		err = fmt.Errorf("the same request sent twice got %q, then %q", first.Decision, again.Decision)
	}
	finding.Err = err
	return finding
}

func (v verifier) reply(ctx context.Context, body []byte) (Reply, error) {
	request, err := v.contract.Request(body)
	if err != nil {
		return Reply{}, err
	}
	message, err := v.ask(ctx, Subject, body)
	if err != nil {
		return Reply{}, err
	}
	if code := message.Header.Get(micro.ErrorCodeHeader); code != "" {
		return Reply{}, fmt.Errorf("service error %s: %s", code, message.Header.Get(micro.ErrorHeader))
	}
	return v.contract.Reply(message.Data, request.RequestID, v.o.Now())
}
