package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"kaitong/adapters/appeals"
)

type appealsCommand struct {
	Serve  appealsServe  `cmd:"" help:"Run the reference responder: accept every appeal and print it."`
	Verify appealsVerify `cmd:"" help:"Check any responder against the contract."`
}

type appealsServe struct {
	natsFlag
}

// Help is shown by --help.
func (appealsServe) Help() string {
	return `It remembers what it accepted as long as it runs; yours must not forget.
Example, with a NATS server on this machine:
  kaitong appeals serve --nats nats://127.0.0.1:4222`
}

// Run answers until it is stopped.
func (a appealsServe) Run(ctx context.Context, s streams) error {
	conn, err := a.connect(ctx, "appeals responder")
	if err != nil {
		return err
	}
	defer conn.Close()
	list := json.NewEncoder(s.out)
	responder, err := appeals.Serve(appeals.ResponderOptions{
		Conn: conn, Now: time.Now, Logger: slog.New(slog.NewTextHandler(s.err, nil)),
		Received: func(request appeals.Request) { _ = list.Encode(request) }, // nobody reads any more when this fails
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.err, "Answering %s on %s. Stop with Ctrl-C.\n", appeals.Subject, conn.ConnectedUrlRedacted())
	<-ctx.Done()
	return responder.Close()
}

type appealsVerify struct {
	natsFlag
	Tenant  string        `help:"Tenant of the trials." default:"default"`
	User    string        `help:"User of the trials." default:"kaitong-trial" placeholder:"ID"`
	Product string        `help:"Product id." default:"jiebei"`
	Timeout time.Duration `help:"How long to wait for each answer." default:"5s"`
	Always  bool          `help:"Send trials to a service that does not announce that it knows them."`
}

// Help is shown by --help.
func (appealsVerify) Help() string {
	return `Sends appeals that are marked with "trial": true, under references that begin with
TRIAL-, and looks at the answers. A service that knows trials says so in its metadata;
to others only malformed JSON is sent, which no service can take for an appeal.

Examples:
  kaitong appeals verify --nats nats://127.0.0.1:4222
  kaitong appeals verify --nats nats://127.0.0.1:4222 --tenant acme --user u1

A "warn" line breaks nothing: the command still succeeds.`
}

// Run verifies a responder.
func (a appealsVerify) Run(ctx context.Context, s streams) error {
	conn, err := a.connect(ctx, "appeals verify")
	if err != nil {
		return err
	}
	defer conn.Close()
	findings, err := appeals.Verify(ctx, conn, appeals.VerifyOptions{
		Tenant: a.Tenant, User: a.User, Product: a.Product, Timeout: a.Timeout, Now: time.Now, NewID: newID, Always: a.Always,
	})
	if err != nil {
		return err
	}
	return printFindings(s.out, findings)
}
