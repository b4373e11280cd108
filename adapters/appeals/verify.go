package appeals

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"kaitong/adapters/conform"
)

// VerifyOptions say for whom trials are sent and how long to wait.
type VerifyOptions struct {
	Tenant, User string
	Product      string
	Timeout      time.Duration
	Now          func() time.Time
	NewID        func() string
	Always       bool // send trials to a service that does not announce that it knows them
}

// slow is how long an answer may take before it is worth a word: people do not
// wait for it, but while one appeal is handed in the next waits.
const slow = time.Second

// Verify checks any team's responder against the contract: it is found as a
// micro service, refuses what does not match the schema, accepts an appeal with
// a valid receipt, gives the same receipt to the same appeal, one after the other
// and at once, and refuses another appeal under a used reference. What is sent
// is marked as a trial, and only the malformed is sent to a service that does
// not announce that it knows trials.
func Verify(ctx context.Context, conn *nats.Conn, o VerifyOptions) ([]conform.Finding, error) {
	contract, err := NewContract()
	if err != nil {
		return nil, err
	}
	v := verifier{service: conform.Service{Conn: conn, Name: Service, Subject: Subject, Timeout: o.Timeout}, contract: contract, o: o}
	discovered, info := v.service.Discover(ctx)
	findings := []conform.Finding{discovered, v.refuses(ctx, "malformed JSON", []byte(`{"reference":`))}
	if info.Metadata[trialsKey] != trialsKnown && !o.Always {
		return append(findings, conform.Finding{
			Check: "knows trials",
			Err:   errors.New("it does not announce that it does, so no trial was sent: it might be taken for the appeal of a person"),
			Mend:  fmt.Sprintf("keep what says \"trial\": true from those who decide, and register with the metadata %q: %q; or use --always where that does no harm", trialsKey, trialsKnown),
		}), nil
	}
	return append(findings, v.trials(ctx)...), nil
}

type verifier struct {
	service  conform.Service
	contract *Contract
	o        VerifyOptions
}

// trials are the checks that send appeals which could be a person's.
func (v verifier) trials(ctx context.Context) []conform.Finding {
	var findings []conform.Finding
	for _, strange := range []struct {
		name   string
		change func(map[string]any)
	}{
		{"an appeal without consent", func(r map[string]any) { r["consent"] = false }},
		{"an appeal of nobody", func(r map[string]any) { delete(r, "user_id") }},
		{"a number for a reference", func(r map[string]any) { r["reference"] = 7 }},
		{"a date that is none", func(r map[string]any) { r["submitted_at"] = "yesterday" }},
		{"a document of another kind", func(r map[string]any) {
			r["proofs"] = []any{map[string]any{"id": "p", "name": "p", "type": "text/html", "size": 1, "sha256": strings.Repeat("0", 64), "object": "p"}}
		}},
	} {
		findings = append(findings, v.refuses(ctx, strange.name, v.changed(strange.change)))
	}
	return append(append(findings, v.accepts(ctx)...), v.atOnce(ctx))
}

func (v verifier) refuses(ctx context.Context, what string, body []byte) conform.Finding {
	return v.service.Refuses(ctx, "refuses "+what, body, codeBadRequest, "answer with Nats-Service-Error-Code: 400 when the request does not match request.json")
}

// accepts sends an appeal, sends it again, and then another one under its
// reference.
func (v verifier) accepts(ctx context.Context) []conform.Finding {
	trial := v.trial()
	accepted := conform.Finding{Check: "accepts an appeal", Mend: "answer within the time, with the reference asked with, as reply.json describes"}
	begun := v.o.Now()
	first, err := v.receipt(ctx, trial)
	took := v.o.Now().Sub(begun)
	if err != nil {
		accepted.Err = err
		return []conform.Finding{accepted}
	}
	accepted.Note = "in " + took.Round(time.Millisecond).String()
	findings := append([]conform.Finding{accepted}, v.warnings(first, begun, took)...)
	again := conform.Finding{Check: "accepts it once", Mend: "keep the receipt with the reference, where it survives a restart, and answer with it"}
	second, err := v.receipt(ctx, trial)
	again.Err = err
	if err == nil && !second.AcceptedAt.Equal(first.AcceptedAt) {
		again.Err = fmt.Errorf("the same appeal sent twice was accepted at %v, then at %v", first.AcceptedAt, second.AcceptedAt)
	}
	trial.Explanation += " (changed)"
	return append(findings, again, v.service.Refuses(ctx, "refuses another appeal under the same reference", v.body(trial), codeConflict,
		"answer with Nats-Service-Error-Code: 409 when a reference comes with other content"))
}

// warnings break nothing.
func (v verifier) warnings(receipt Reply, begun time.Time, took time.Duration) []conform.Finding {
	var findings []conform.Finding
	if took > slow {
		findings = append(findings, conform.Finding{
			Check: "speed", Warning: fmt.Sprintf("it took %v: other appeals wait meanwhile", took.Round(time.Millisecond)),
			Mend: "store the appeal, answer, and do the rest afterwards",
		})
	}
	const apart = 5 * time.Minute
	if off := receipt.AcceptedAt.Sub(begun); off < -apart || off > apart {
		findings = append(findings, conform.Finding{
			Check: "clock", Warning: fmt.Sprintf("accepted_at is %v away from the clock here, and people are told its date", off.Round(time.Second)),
			Mend: "answer with the time at which the appeal was stored first, with its zone",
		})
	}
	return findings
}

// atOnce sends one appeal twice at the same time, as two nodes do.
func (v verifier) atOnce(ctx context.Context) conform.Finding {
	finding := conform.Finding{Check: "accepts once what comes twice at the same time", Mend: "let a unique key on the reference decide, not a look beforehand"}
	trial := v.trial()
	type answer struct {
		receipt Reply
		err     error
	}
	answers := make(chan answer, 2)
	for range cap(answers) {
		go func() {
			receipt, err := v.receipt(ctx, trial)
			answers <- answer{receipt, err}
		}()
	}
	a, b := <-answers, <-answers
	finding.Err = errors.Join(a.err, b.err)
	if finding.Err == nil && !a.receipt.AcceptedAt.Equal(b.receipt.AcceptedAt) {
		finding.Err = fmt.Errorf("accepted at %v and at %v", a.receipt.AcceptedAt, b.receipt.AcceptedAt)
	}
	return finding
}

func (v verifier) receipt(ctx context.Context, trial Request) (Reply, error) {
	data, err := v.service.Answer(ctx, v.body(trial))
	if err != nil {
		return Reply{}, err
	}
	return v.contract.Reply(data, trial.Reference)
}

// trial is an appeal that nobody takes for a person's.
func (v verifier) trial() Request {
	id, now := v.o.NewID(), v.o.Now().UTC().Truncate(time.Second)
	return Request{
		Reference: "TRIAL-" + id, Conversation: "trial", Tenant: v.o.Tenant, UserID: v.o.User, Product: v.o.Product, Locale: "zh-CN",
		DecidedAt: now, Causes: []string{}, Explanation: "这是对接测试，不是用户的申诉。This is a trial, not a person's appeal.", Proofs: []Proof{},
		Consent: true, SubmittedAt: now, Trial: true,
	}
}

func (v verifier) body(trial Request) []byte {
	body, err := json.Marshal(trial)
	if err != nil {
		panic(err) // made of texts and times alone
	}
	return body
}

// changed is a trial that does not match the schema.
func (v verifier) changed(change func(map[string]any)) []byte {
	var fields map[string]any
	if err := json.Unmarshal(v.body(v.trial()), &fields); err != nil {
		panic(err) // just written
	}
	change(fields)
	body, err := json.Marshal(fields)
	if err != nil {
		panic(err) // just read
	}
	return body
}
