package handoff

import (
	"net/http"

	"kaitong/bot"
)

// transcript shows a conversation as it stands, in the words of the events, for
// a desk that has missed some or was restarted. The id of the request is the
// conversation's, so that a signature is good for this one only.
func (h *Hooks) transcript(w http.ResponseWriter, r *http.Request, from *endpoint, _ []byte) *fault {
	id := r.PathValue("id")
	if r.Header.Get(headerID) != id {
		return &fault{code: codeUnauthorized, detail: "webhook-id must be the conversation's id"}
	}
	found, err := h.engine.Case(r.Context(), h.tenant, id, "")
	if err != nil {
		return faultOf(err)
	}
	conv, err := bot.Replay(id, found.Turns)
	if err != nil {
		return faultOf(err)
	}
	if conv.Handoff.State == bot.HandoffNone { // it is the bot's, and nobody else's business
		return &fault{code: codeNotFound, detail: "no such conversation"}
	}
	// What cannot be recorded is not shown.
	if err := h.record(r.Context(), Deed{Who: from.name + foreign, Did: "opened", Conversation: id}); err != nil {
		return faultOf(err)
	}
	data := h.dataOf(conv)
	data.Messages = h.messagesIn(found.Turns)
	data.Brief = found.Brief.Lines(conv.Locale)
	h.answer(w, "application/json", http.StatusOK, data)
	return nil
}
