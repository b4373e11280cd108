package eligibility

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"kaitong/adapters/conform"
)

// Finding is one thing the verification looked at.
type Finding = conform.Finding

// VerifyOptions say whom to ask about and how long to wait.
type VerifyOptions struct {
	Users   []string // people the responder under test knows
	Product string
	Timeout time.Duration
	Now     func() time.Time
	NewID   func() string
	Known   func(code string) bool // whether the pack tells a reason code; nil: not looked at
}

// Verify checks any team's responder against the contract: it is found as a
// micro service, refuses a malformed request with code 400, answers each user
// with a valid reply to the right request, and gives a retry of the same
// request the same decision. Warnings about a user follow the finding.
func Verify(ctx context.Context, conn *nats.Conn, o VerifyOptions) ([]Finding, error) {
	contract, err := NewContract()
	if err != nil {
		return nil, err
	}
	v := verifier{service: conform.Service{Conn: conn, Name: Service, Subject: Subject, Timeout: o.Timeout}, contract: contract, o: o}
	discovered, _ := v.service.Discover(ctx)
	findings := []Finding{discovered, v.service.Refuses(ctx, "refuses a malformed request", []byte(`{"request_id":`), codeBadRequest,
		"answer with "+micro.ErrorCodeHeader+": 400 when the request does not match request.json")}
	for _, user := range o.Users {
		findings = append(findings, v.user(ctx, user)...)
	}
	return findings, nil
}

type verifier struct {
	service  conform.Service
	contract *Contract
	o        VerifyOptions
}

func (v verifier) user(ctx context.Context, user string) []Finding {
	finding := Finding{Check: "answers for " + user, Mend: "answer within the time, with the request_id asked with, as reply.json describes"}
	reply, err := v.twice(ctx, user)
	if err != nil {
		finding.Err = err
		return []Finding{finding}
	}
	finding.Note = note(reply)
	return append([]Finding{finding}, v.warnings(user, reply)...)
}

// twice asks about a user and repeats the same request.
func (v verifier) twice(ctx context.Context, user string) (Reply, error) {
	body, err := json.Marshal(Request{
		RequestID: v.o.NewID(), Tenant: "default", UserID: user, Product: v.o.Product,
		Locale: "zh-CN", AskedAt: v.o.Now().UTC(),
	})
	if err != nil {
		return Reply{}, err
	}
	first, err := v.reply(ctx, body)
	if err != nil {
		return Reply{}, err
	}
	again, err := v.reply(ctx, body)
	if err != nil {
		return Reply{}, err
	}
	if again.Decision != first.Decision {
		return Reply{}, fmt.Errorf("the same request sent twice got %q, then %q", first.Decision, again.Decision)
	}
	return first, nil
}

// note is the decision and the codes of a reply.
func note(reply Reply) string {
	if len(reply.Reasons) == 0 {
		return reply.Decision
	}
	return reply.Decision + ": " + strings.Join(codes(reply), ", ")
}

func codes(reply Reply) []string {
	codes := make([]string, 0, len(reply.Reasons))
	for _, reason := range reply.Reasons {
		codes = append(codes, reason.Code)
	}
	return codes
}

func (v verifier) warnings(user string, reply Reply) []Finding {
	var warnings []Finding
	if reply.Decision == "unknown" {
		warnings = append(warnings, Finding{
			Check:   "decision for " + user,
			Warning: "decision unknown: the responder has nothing to say about this person",
			Mend:    "name users with --users that the responder knows",
		})
	}
	for _, code := range codes(reply) {
		if v.o.Known == nil || v.o.Known(code) {
			continue
		}
		warnings = append(warnings, Finding{
			Check:   "codes for " + user,
			Warning: "code " + code + " is not in the pack's reasons.yaml and will be told as the standard refusal",
			Mend:    "add the code to reasons.yaml with the cause that explains it",
		})
	}
	return warnings
}

func (v verifier) reply(ctx context.Context, body []byte) (Reply, error) {
	request, err := v.contract.Request(body)
	if err != nil {
		return Reply{}, err
	}
	data, err := v.service.Answer(ctx, body)
	if err != nil {
		return Reply{}, err
	}
	return v.contract.Reply(data, request.RequestID, v.o.Now())
}
