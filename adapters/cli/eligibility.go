package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"kaitong/adapters/conform"
	"kaitong/adapters/eligibility"
)

type eligibilityCommand struct {
	Serve  eligibilityServe  `cmd:"" help:"Run the reference responder with the demo profiles."`
	Check  eligibilityCheck  `cmd:"" help:"Ask about one user and print the raw reply."`
	Verify eligibilityVerify `cmd:"" help:"Check any responder against the contract."`
}

type eligibilityServe struct {
	natsFlag
	Profiles string `help:"Profiles to answer from, in the format of the shipped ones." type:"existingfile" placeholder:"FILE"`
}

// Help is shown by --help.
func (eligibilityServe) Help() string {
	return `Example, with a NATS server on this machine:
  kaitong eligibility serve --nats nats://127.0.0.1:4222`
}

// Run answers until it is stopped.
func (e eligibilityServe) Run(ctx context.Context, s streams) error {
	directory, err := e.directory()
	if err != nil {
		return err
	}
	conn, err := e.connect(ctx, "eligibility responder")
	if err != nil {
		return err
	}
	defer conn.Close()
	responder, err := eligibility.Serve(eligibility.ResponderOptions{
		Conn: conn, Directory: directory, Demo: e.Profiles == "", Now: time.Now, Logger: slog.New(slog.NewTextHandler(s.err, nil)),
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, "Answering %s on %s for %d people. Stop with Ctrl-C.\n", eligibility.Subject, conn.ConnectedUrlRedacted(), len(directory.People()))
	<-ctx.Done()
	return responder.Close()
}

func (e eligibilityServe) directory() (eligibility.Directory, error) {
	if e.Profiles == "" {
		return eligibility.ShippedDirectory()
	}
	data, err := os.ReadFile(e.Profiles)
	if err != nil {
		return eligibility.Directory{}, err
	}
	directory, err := eligibility.ParseDirectory(data)
	if err != nil {
		return eligibility.Directory{}, fmt.Errorf("%s: %w", e.Profiles, err)
	}
	return directory, nil
}

type eligibilityCheck struct {
	natsFlag
	User    string        `arg:"" help:"The user to ask about."`
	Product string        `help:"Product id." default:"jiebei"`
	Timeout time.Duration `help:"How long to wait." default:"1500ms"`
}

// Help is shown by --help.
func (eligibilityCheck) Help() string {
	return `Example:
  kaitong eligibility check demo-overdue --nats nats://127.0.0.1:4222

The reply is printed as the service gave it, reasons that may not be told
included: this is a tool for operators, not for the people asked about.`
}

// Run prints one raw reply.
func (e eligibilityCheck) Run(ctx context.Context, s streams) error {
	conn, err := e.connect(ctx, "eligibility check")
	if err != nil {
		return err
	}
	defer conn.Close()
	body, err := json.Marshal(eligibility.Request{
		RequestID: newID(), Tenant: "default", UserID: e.User, Product: e.Product, Locale: "zh-CN", AskedAt: time.Now().UTC(),
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	message, err := conn.RequestWithContext(ctx, eligibility.Subject, body)
	if err != nil {
		return fmt.Errorf("no answer on %s: %w", eligibility.Subject, err)
	}
	fmt.Fprintln(s.out, printable(string(message.Data)))
	return nil
}

type eligibilityVerify struct {
	natsFlag
	Users   []string      `help:"Users the responder knows." default:"demo-eligible,demo-overdue,demo-in-review" placeholder:"ID,…"`
	Product string        `help:"Product id." default:"jiebei"`
	Timeout time.Duration `help:"How long to wait for each answer." default:"1500ms"`
	Pack    string        `help:"Folder of the pack whose reasons.yaml explains the codes; without it the one in the program." type:"path" placeholder:"DIR"`
}

// Help is shown by --help.
func (eligibilityVerify) Help() string {
	return `Example, for a responder of your own:
  kaitong eligibility verify --nats nats://127.0.0.1:4222 --users u1,u2 --pack ./my-pack

A "warn" line breaks nothing: the command still succeeds.`
}

// Run verifies a responder.
func (e eligibilityVerify) Run(ctx context.Context, s streams) error {
	base, err := loadBase(e.Pack)
	if err != nil {
		return err
	}
	conn, err := e.connect(ctx, "eligibility verify")
	if err != nil {
		return err
	}
	defer conn.Close()
	findings, err := eligibility.Verify(ctx, conn, eligibility.VerifyOptions{
		Users: e.Users, Product: e.Product, Timeout: e.Timeout, Now: time.Now, NewID: newID,
		Known: func(code string) bool { _, known := base.Reason(code); return known },
	})
	if err != nil {
		return err
	}
	return printFindings(s.out, findings)
}

// printFindings prints what a verification found, and fails where something is
// broken.
func printFindings(out io.Writer, findings []conform.Finding) error {
	failed := false
	for _, finding := range findings {
		fmt.Fprint(out, printable(findingText(finding)))
		failed = failed || finding.Err != nil
	}
	if failed {
		return errFailed
	}
	return nil
}

// findingText is the lines of one finding. What a responder wrote is in them.
func findingText(f conform.Finding) string {
	switch {
	case f.Err != nil:
		return fmt.Sprintf("FAIL  %s\n      %v\n      mend: %s\n", f.Check, f.Err, f.Mend)
	case f.Warning != "":
		return fmt.Sprintf("warn  %s\n      %s\n      mend: %s\n", f.Check, f.Warning, f.Mend)
	case f.Note != "":
		return fmt.Sprintf("ok    %s: %s\n", f.Check, f.Note)
	}
	return fmt.Sprintf("ok    %s\n", f.Check)
}
