package handoff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kaitong/bot"
)

const (
	// maxBody is enough for the longest text, escaped.
	maxBody = 64 << 10
	// maxAgent is how many letters the id or the name of an agent has at most.
	maxAgent = 48
	// actTimeout bounds one act inside the engine.
	actTimeout = 15 * time.Second
)

// actBody is what an agent of another desk does. Members that are not known
// are not looked at, so that a desk may send more.
type actBody struct {
	ID           string       `json:"id"`
	Conversation string       `json:"conversation"`
	Type         bot.DeskKind `json:"type"`
	Agent        agent        `json:"agent"`
	Text         string       `json:"text"`
	Epoch        *int64       `json:"epoch"`
	Disposition  *disposition `json:"disposition"`
}

// actAnswer says how the conversation stands after an act.
type actAnswer struct {
	ID           string           `json:"id"`
	Conversation string           `json:"conversation"`
	Version      int64            `json:"version"`
	Epoch        int64            `json:"epoch,omitempty"` // not of a note, which needs none
	State        bot.HandoffState `json:"state,omitempty"`
	Duplicate    bool             `json:"duplicate"` // was done before
}

// Handler serves everything below /v1/handoff/.
func (h *Hooks) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/v1/handoff/acts", h.signed(http.MethodPost, h.act))
	mux.HandleFunc(conversationsPath+"{id}", h.signed(http.MethodGet, h.transcript))
	mux.HandleFunc("/v1/handoff/chatwoot/{name}", h.chatwootAct)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		h.refuse(w, &fault{code: codeNotFound, detail: "no such address"})
	})
	return mux
}

// signed lets in who signs with the secret of an endpoint, and says whose.
func (h *Hooks) signed(method string, serve func(http.ResponseWriter, *http.Request, *endpoint, []byte) *fault) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		if r.Method != method {
			w.Header().Set("Allow", method)
			h.refuse(w, &fault{code: codeBadMethod, detail: "want " + method})
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			h.refuse(w, &fault{code: codeTooLarge, detail: fmt.Sprintf("want at most %d bytes", maxBody)})
			return
		}
		from, err := h.signer(r.Header, body)
		if err != nil {
			h.logger.Log(r.Context(), disbelief(err), "request of another desk not believed", "path", r.URL.Path, "reason", err)
			h.refuse(w, &fault{code: codeUnauthorized, detail: err.Error()})
			return
		}
		ctx, cancel := context.WithTimeout(asking(r), actTimeout)
		defer cancel()
		if bad := serve(w, r.WithContext(ctx), from, body); bad != nil {
			h.refuse(w, bad)
		}
	}
}

// signer is the endpoint whose secret something is signed with. Of the reasons
// against it the one that helps most is told: a wrong clock is seen only by who
// knows the secret.
func (h *Hooks) signer(header http.Header, body []byte) (*endpoint, error) {
	reason := errForged
	for _, endpoint := range h.endpoints {
		err := endpoint.secrets.verify(header, body, h.now())
		if err == nil {
			return endpoint, nil
		}
		if !errors.Is(err, errForged) {
			reason = err
		}
	}
	return nil, reason
}

// disbelief is worth a warning when it comes from who knows the secret; what
// strangers send shall not fill the log.
func disbelief(err error) slog.Level {
	if errors.Is(err, errClock) {
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

// act does what an agent wants. The same id is the same act: sent again, it is
// done once, and so is what somebody else has recorded and sends again.
func (h *Hooks) act(w http.ResponseWriter, r *http.Request, from *endpoint, body []byte) *fault {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return &fault{code: codeBadMedia, detail: "want application/json"}
	}
	asked, bad := readAct(body, r.Header.Get(headerID))
	if bad != nil {
		return bad
	}
	receipt, err := h.engine.Attend(r.Context(), asked.deskAct(h.tenant, from.name))
	if err != nil {
		return faultOf(err)
	}
	h.answer(w, "application/json", http.StatusOK, asked.answer(receipt))
	return nil
}

// readAct reads and checks what can be checked without the conversation.
func readAct(body []byte, id string) (actBody, *fault) {
	var act actBody
	if !utf8.Valid(body) {
		return act, &fault{code: codeBadJSON, detail: "not UTF-8"}
	}
	var kind *json.UnmarshalTypeError
	switch err := json.Unmarshal(body, &act); {
	case errors.As(err, &kind):
		return act, &fault{code: codeBadField, field: kind.Field, detail: "a value of the wrong type"}
	case err != nil:
		return act, &fault{code: codeBadJSON, detail: "not one JSON object"}
	}
	if act.ID == "" {
		act.ID = id
	}
	return act, act.check(id)
}

func (a actBody) check(id string) *fault {
	words := a.Type == bot.DeskReply || a.Type == bot.DeskNote
	switch {
	case a.ID != id:
		return &fault{code: codeBadField, field: "id", detail: "want the same as webhook-id"}
	case len(a.ID) > 64:
		return &fault{code: codeBadField, field: "id", detail: "want at most 64 characters of ASCII without blanks"}
	case a.Conversation == "":
		return missing("conversation")
	case a.Type == "":
		return missing("type")
	case !a.known():
		return &fault{code: codeUnknownType, field: "type", detail: "want claim, reply, note, release or resolve"}
	case !plain(a.Agent.ID) || strings.Contains(a.Agent.ID, foreign):
		return &fault{code: codeBadField, field: "agent.id", detail: "want 1 to 48 printable characters, no /"}
	case !plain(a.Agent.Name):
		return &fault{code: codeBadField, field: "agent.name", detail: "want 1 to 48 printable characters: people are shown it"}
	case a.Epoch == nil && a.Type != bot.DeskNote:
		return missing("epoch")
	case words && strings.TrimSpace(a.Text) == "":
		return missing("text")
	case utf8.RuneCountInString(a.Text) > bot.MaxText:
		return &fault{code: codeBadField, field: "text", detail: fmt.Sprintf("want at most %d characters", bot.MaxText)}
	}
	return nil
}

func (a actBody) known() bool {
	switch a.Type {
	case bot.DeskClaim, bot.DeskReply, bot.DeskNote, bot.DeskRelease, bot.DeskResolve:
		return true
	}
	return false
}

// plain says whether an id or a name shows as what it is.
func plain(text string) bool {
	count := utf8.RuneCountInString(text)
	return count > 0 && count <= maxAgent && strings.TrimSpace(text) == text && !strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) })
}

// deskAct is the act as the engine takes it.
func (a actBody) deskAct(tenant, desk string) bot.DeskAct {
	act := bot.DeskAct{
		Conversation: a.Conversation, ID: a.ID, Kind: a.Type, Afar: true,
		Agent: bot.Agent{Tenant: tenant, ID: desk + foreign + a.Agent.ID, Name: a.Agent.Name},
	}
	if a.Epoch != nil {
		act.Epoch = *a.Epoch
	}
	if a.Type == bot.DeskReply || a.Type == bot.DeskNote {
		act.Text = a.Text // what it does not belong to, it does not disturb
	}
	if a.Type == bot.DeskResolve {
		act.Disposition = bot.Disposition{Solved: bot.SolvedUnknown}
		if found := a.Disposition; found != nil {
			act.Disposition = bot.Disposition{Cause: found.Cause, Solved: found.Solved, Note: found.Note}
		}
	}
	return act
}

func (a actBody) answer(receipt bot.Receipt) actAnswer {
	answer := actAnswer{ID: a.ID, Conversation: a.Conversation, Version: receipt.Turn.Version, Duplicate: receipt.Duplicate}
	if a.Type == bot.DeskReply {
		answer.Epoch, answer.State = *a.Epoch, bot.HandoffActive
	}
	for _, event := range receipt.Turn.Events {
		if change, ok := event.(bot.HandoffChanged); ok {
			answer.Epoch, answer.State = change.Owner, change.State
		}
	}
	return answer
}
