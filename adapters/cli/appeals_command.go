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
	Serve appealsServe `cmd:"" help:"Run the reference responder: accept every appeal and print it."`
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
	conn, err := a.connect("appeals responder")
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
	fmt.Fprintf(s.err, "Answering %s on %s. Stop with Ctrl-C.\n", appeals.Subject, a.NATS)
	<-ctx.Done()
	return responder.Close()
}
