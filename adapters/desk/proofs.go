package desk

import (
	"context"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"time"

	"kaitong/bot"
	"kaitong/bot/staff"
)

// documentTimeout bounds the reading of one document, which may be far away.
const documentTimeout = 30 * time.Second

// proof is GET /v1/desk/conversations/{id}/proofs/{proof}: a document that was
// attached to an appeal.
func (s *Server) proof(w http.ResponseWriter, r *http.Request, who visitor) {
	proof, content, bad := s.readProof(r, who)
	if bad != nil {
		s.problem(w, r, bad)
		return
	}
	sendProof(w, proof, content)
}

// readProof puts on record who looks at a document, and reads it then.
func (s *Server) readProof(r *http.Request, who visitor) (bot.Proof, []byte, *fault) {
	conversation, id := r.PathValue("id"), r.PathValue("proof")
	found, bad := s.caseFor(r.Context(), who.account, conversation, localeZH)
	if bad != nil {
		return bot.Proof{}, nil, bad
	}
	proof, known := attached(found.Turns, id)
	if !known || s.documents == nil {
		return bot.Proof{}, nil, &fault{code: codeNotFound}
	}
	if bad := s.audited(r, staff.Record{Who: who.account.User, Did: "document", Conversation: conversation, Reason: id}); bad != nil {
		return bot.Proof{}, nil, bad
	}
	ctx, cancel := context.WithTimeout(r.Context(), documentTimeout)
	defer cancel()
	content, err := s.documents(ctx, conversation, id)
	if err != nil {
		return bot.Proof{}, nil, faultOf(err)
	}
	return proof, content, nil
}

// attached finds a document among those of a conversation: nothing else that is
// kept can be asked for.
func attached(turns []bot.Turn, id string) (bot.Proof, bool) {
	for _, turn := range turns {
		if proof, ok := turn.Proof(); ok && proof.ID == id {
			return proof, true
		}
	}
	return bot.Proof{}, false
}

// sendProof sends what a stranger has chosen. Pictures may be drawn, everything
// else is only ever saved; nothing of it runs, is taken for something else, or
// stays in a cache.
func sendProof(w http.ResponseWriter, proof bot.Proof, content []byte) {
	kind, how := proof.Type, "attachment"
	if slices.Contains([]string{"image/jpeg", "image/png"}, kind) {
		how = "inline"
	} else if kind != "application/pdf" {
		kind = "application/octet-stream"
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Length", strconv.Itoa(len(content)))
	h.Set("Content-Disposition", mime.FormatMediaType(how, map[string]string{"filename": proof.Name}))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
	_, _ = w.Write(content) // the client has gone when this fails
}
