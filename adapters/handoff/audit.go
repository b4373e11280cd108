package handoff

import (
	"context"
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

// attend does what an agent of another desk wants, and has it on record once it is
// done: also when it was done before, because whoever sends it again may not have
// been told. What was written to whom is in the log of the conversation, and only
// there.
func (h *Hooks) attend(r *http.Request, act bot.DeskAct) (bot.Receipt, error) {
	receipt, err := h.engine.Attend(r.Context(), act)
	if err != nil || act.Kind == bot.DeskReply || act.Kind == bot.DeskNote {
		return receipt, err
	}
	deed := Deed{Who: act.Agent.ID, Did: string(act.Kind), Conversation: act.Conversation, Reason: string(act.Disposition.Solved)}
	return receipt, h.record(r.WithContext(context.WithoutCancel(r.Context())), deed)
}

// record writes a deed down, or logs that it could not be.
func (h *Hooks) record(r *http.Request, deed Deed) error {
	if h.audit == nil {
		return nil
	}
	err := h.audit(r, deed)
	if err != nil {
		h.logger.Error("act of another desk not audited", "who", deed.Who, "act", deed.Did, "conversation", deed.Conversation, "error", err)
	}
	return err
}
