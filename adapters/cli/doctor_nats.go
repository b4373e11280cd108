package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"

	"kaitong/adapters/appeals"
	"kaitong/adapters/doctor"
	"kaitong/adapters/eligibility"
	"kaitong/adapters/natsbus"
	"kaitong/adapters/status"
	"kaitong/configs"
)

// natsPatience is how long NATS may take to connect.
const natsPatience = 5 * time.Second

// nats looks at the servers, at what we may do there, and at who answers.
func (x *examiner) nats(ctx context.Context) {
	if x.config.NATS.URL == "" {
		x.add(doctor.Good("nats", "inside the program"))
		return
	}
	if err := x.config.Validate(); complains(err, "nats.") {
		x.add(doctor.Skip("nats", "not asked before its settings are right"))
		return
	}
	options := busOptions(x.config, slog.New(slog.DiscardHandler))
	options.Name, options.Timeout = "kaitong doctor", natsPatience
	bus, err := natsbus.Start(ctx, options)
	args := doctor.Args{"url": withoutPassword(x.config.NATS.URL)}
	judge := doctor.Certificates{Now: x.now(), Roots: x.roots}
	if refused, ok := judge.Refused("nats.url", args["url"], err); ok {
		x.add(refused)
		return
	}
	switch {
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked):
		x.add(doctor.Bad("nats.refused", err, args))
		return
	case err != nil:
		x.add(doctor.Bad("nats.unreachable", err, args))
		return
	}
	defer func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = bus.Close(ending) // nothing of it matters
	}()
	took, err := bus.Conn().RTT()
	if err != nil {
		x.add(doctor.Bad("nats.unreachable", err, args))
		return
	}
	x.add(doctor.Good("nats", "%s, %s there and back", args["url"], took.Round(10*time.Microsecond)))
	if state, err := bus.Conn().TLSConnectionState(); err == nil && len(state.PeerCertificates) > 0 {
		x.add(judge.Shown("nats.url "+args["url"], state.PeerCertificates[0]))
	}
	if !x.rights(bus.Conn()) {
		x.add(doctor.Skip("eligibility", "not asked: NATS does not let us"))
		return
	}
	x.responder(ctx, bus.Conn(), args)
}

// complains says whether something is wrong with settings that begin so.
func complains(err error, prefix string) bool {
	problems, _ := errors.AsType[configs.Problems](err)
	return slices.ContainsFunc(problems, func(one configs.Problem) bool { return strings.HasPrefix(one.Setting, prefix) })
}

// right is something a node does on NATS, and what is lost without it.
type right struct {
	verb, subject string
	body          string // that nobody takes for anything
	lost          string // without it
}

// rights tries what a node needs, and says whether checks can be made. What is
// published for it means nothing to anybody who listens.
func (x *examiner) rights(conn *nats.Conn) (checks bool) {
	inbox := cmp.Or(x.config.NATS.InboxPrefix, nats.InboxPrefix[:len(nats.InboxPrefix)-1]) + ".>"
	needed := []right{
		{"subscribe", inbox, "", "inbox"},
		{"publish", eligibility.Subject, "{}", "checks"},
		{"publish", appeals.Subject, "{}", "appeals"},
		{"subscribe", status.Subject, "", "incidents"},
	}
	if x.config.Database != "" {
		needed = append(needed, right{"publish", natsbus.LiveSubject, `{"node":"doctor","epoch":"doctor","n":0}`, "nodes"})
		for _, subject := range []string{natsbus.LiveSubject, seatSubject, revokedSubject} {
			needed = append(needed, right{"subscribe", subject, "", "nodes"})
		}
	}
	allowed := true
	checks = true
	for _, one := range needed {
		if err := one.try(conn); err != nil {
			allowed, checks = false, checks && one.lost != "inbox" && one.lost != "checks"
			x.add(doctor.Bad("nats.forbidden-"+one.lost, err, doctor.Args{"verb": one.verb, "subject": one.subject}))
		}
	}
	if allowed {
		x.add(doctor.Good("nats", "every subject that a node needs is open to us"))
	}
	return checks
}

// try asks the server, whose complaint comes before the answer to the flush.
func (r right) try(conn *nats.Conn) error {
	complaints := make(chan error, 8)
	conn.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
		select {
		case complaints <- err:
		default:
		}
	})
	subject := r.subject
	if r.verb == "publish" {
		if err := conn.Publish(subject, []byte(r.body)); err != nil {
			return err
		}
	} else {
		if r.lost == "inbox" {
			subject = conn.NewInbox()
		}
		heard, err := conn.SubscribeSync(subject)
		if err != nil {
			return err
		}
		defer func() { _ = heard.Unsubscribe() }() // fails only on a closed connection
	}
	before := conn.LastError()
	if err := conn.FlushTimeout(natsPatience); err != nil {
		return err
	}
	select {
	case err := <-complaints:
		return err
	default:
	}
	if last := conn.LastError(); last != nil && !errors.Is(last, before) && errors.Is(last, nats.ErrPermissionViolation) {
		return last
	}
	return nil
}

// responder looks who answers checks. Nobody's name is asked about: a request
// that is none has to be refused.
func (x *examiner) responder(ctx context.Context, conn *nats.Conn, args doctor.Args) {
	args["subject"], args["limit"] = eligibility.Subject, x.config.Eligibility.Timeout.String()
	ctx, cancel := context.WithTimeout(ctx, max(2*x.config.Eligibility.Timeout, time.Second))
	defer cancel()
	begun := time.Now()
	_, err := conn.RequestWithContext(ctx, eligibility.Subject, []byte("{}"))
	took := time.Since(begun)
	demo, unasked := false, ""
	if err == nil && x.config.Mode == configs.ModeProduction {
		demo, unasked = demoAnswers(ctx, conn)
	}
	args["took"] = took.Round(time.Millisecond).String()
	switch {
	case x.config.Eligibility.Responder == configs.ResponderEmbedded && err != nil:
		x.add(doctor.Good("eligibility", "the demo responder starts with the server"))
	case err != nil:
		x.add(doctor.Bad("eligibility.absent", err, args))
	case demo:
		x.add(doctor.Bad("eligibility.demo", nil, args))
	case took > x.config.Eligibility.Timeout:
		x.add(doctor.Doubt("eligibility.slow", nil, args))
	default:
		x.add(doctor.Good("eligibility", "answers after %s%s", args["took"], unasked))
	}
}

// demoAnswers says whether the responder introduces itself as the demo, or that
// it could not be asked: permissions may forbid it.
func demoAnswers(ctx context.Context, conn *nats.Conn) (demo bool, unasked string) {
	subject, err := micro.ControlSubject(micro.InfoVerb, eligibility.Service, "")
	if err != nil {
		return false, ""
	}
	reply, err := conn.RequestWithContext(ctx, subject, nil)
	if errors.Is(err, nats.ErrNoResponders) {
		return false, ""
	}
	if err != nil {
		return false, "; whether it is the demo cannot be asked on " + subject
	}
	var info micro.Info
	return json.Unmarshal(reply.Data, &info) == nil && eligibility.IsDemo(info), ""
}

func withoutPassword(list string) string {
	var all []string
	for one := range strings.SplitSeq(list, ",") {
		if parsed, err := url.Parse(strings.TrimSpace(one)); err == nil {
			parsed.User = nil
			all = append(all, parsed.String())
		}
	}
	return strings.Join(all, ",")
}
