package handoff

import (
	"context"
	"errors"
	"net/http"

	"kaitong/bot"
)

// Deed is something that another desk did, for the audit log.
type Deed struct {
	Who          string // desk/agent, or desk/ when it did not say who
	Did          string // opened, claim, release, resolve
	Conversation string
	Reason       string // whether it was solved
}

// Audit writes a deed down, with where the request came from. What it refuses was
// not done, or is not acknowledged.
type Audit func(r *http.Request, deed Deed) error

// recorded is an engine with a pen: what agents of other desks do is on record once
// it is done, also when it was done before, because whoever sends it again may not
// have been told. What was written to whom is in the log of the conversation, and
// only there.
type recorded struct {
	Engine
	record func(ctx context.Context, deed Deed) error
}

// Attend implements [Engine].
func (e recorded) Attend(ctx context.Context, act bot.DeskAct) (bot.Receipt, error) {
	receipt, err := e.Engine.Attend(ctx, act)
	if err != nil || act.Kind == bot.DeskReply || act.Kind == bot.DeskNote {
		return receipt, err
	}
	deed := Deed{Who: act.Agent.ID, Did: string(act.Kind), Conversation: act.Conversation, Reason: string(act.Disposition.Solved)}
	return receipt, e.record(context.WithoutCancel(ctx), deed)
}

// requestKey finds the request that a context belongs to.
type requestKey struct{}

// asking is the context of a request that knows it, for the audit log.
func asking(r *http.Request) context.Context {
	return context.WithValue(r.Context(), requestKey{}, r)
}

// record writes a deed down, or logs that it could not be.
func (h *Hooks) record(ctx context.Context, deed Deed) error {
	request, ok := ctx.Value(requestKey{}).(*http.Request)
	if h.audit == nil {
		return nil
	}
	err := errors.New("nobody asked")
	if ok {
		err = h.audit(request.WithContext(ctx), deed)
	}
	if err != nil {
		h.logger.Error("act of another desk not audited", "who", deed.Who, "act", deed.Did, "conversation", deed.Conversation, "error", err)
	}
	return err
}
