package handoff

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"kaitong/bot"
)

// The headers of Chatwoot.
const (
	chatwootSignature = "X-Chatwoot-Signature"
	chatwootTimestamp = "X-Chatwoot-Timestamp"
)

// maxChatwootBody is enough for what Chatwoot says of one message.
const maxChatwootBody = 1 << 20

// chatwootBody is what we need of what Chatwoot sends to the webhook of an API
// channel: message_created and conversation_status_changed.
type chatwootBody struct {
	Event       string
	ID          int64 // of the message, or of the conversation
	Content     string
	MessageType string `json:"message_type"`
	Private     bool
	Status      string // of a conversation
	Sender      struct{ Name, Type string }
	Contact     chatwootContact `json:"contact_inbox"` // of a conversation
	Room        struct {
		Contact chatwootContact `json:"contact_inbox"`
	} `json:"conversation"` // of a message
}

type chatwootContact struct {
	SourceID string `json:"source_id"`
}

// chatwootAct takes what agents of Chatwoot do. There one does not claim: who
// answers first has it. An answer other than 200 lets Chatwoot mark the message
// as not sent.
func (h *Hooks) chatwootAct(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		h.refuse(w, &fault{code: codeBadMethod, detail: "want POST"})
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxChatwootBody))
	if err != nil {
		h.refuse(w, &fault{code: codeTooLarge})
		return
	}
	from := h.endpoints[r.PathValue("name")]
	if err := h.fromChatwoot(from, r.Header, body); err != nil {
		h.logger.Log(r.Context(), disbelief(err), "request of Chatwoot not believed", "reason", err)
		h.refuse(w, &fault{code: codeUnauthorized, detail: err.Error()})
		return
	}
	var said chatwootBody
	if err := json.Unmarshal(body, &said); err != nil {
		h.refuse(w, &fault{code: codeBadJSON, cause: err})
		return
	}
	ctx, cancel := context.WithTimeout(asking(r), actTimeout)
	defer cancel()
	if err := h.attendChatwoot(ctx, from.name, said); err != nil {
		h.refuse(w, faultOf(err))
		return
	}
	h.answer(w, "application/json", http.StatusOK, struct{}{})
}

// fromChatwoot believes what was signed lately: sha256= and the hex of
// HMAC-SHA256 over timestamp.body.
func (h *Hooks) fromChatwoot(from *endpoint, header http.Header, body []byte) error {
	stamp, signature := header.Get(chatwootTimestamp), header.Get(chatwootSignature)
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || signature == "" {
		return errUnsigned
	}
	if from == nil || !fitsChatwoot(from.chatwootSecrets, stamp, body, signature) {
		return errForged
	}
	return clock(seconds, h.now())
}

func fitsChatwoot(secrets Secrets, stamp string, body []byte, signature string) bool {
	got, err := hex.DecodeString(strings.TrimPrefix(signature, "sha256="))
	found := false
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, secret)
		mac.Write([]byte(stamp + "."))
		mac.Write(body)
		if hmac.Equal(got, mac.Sum(nil)) {
			found = true
		}
	}
	return found && err == nil
}

// attendChatwoot does what an agent did there, if it is something that concerns
// the person. Sent again it is done once.
func (h *Hooks) attendChatwoot(ctx context.Context, name string, said chatwootBody) error {
	act := bot.DeskAct{
		ID: fmt.Sprintf("cw-%s-m%d", name, said.ID), Text: said.Content, Conversation: said.Room.Contact.SourceID, Afar: true,
		// All agents of the inbox are one: they pass conversations on among themselves.
		Agent: bot.Agent{Tenant: h.tenant, ID: name + foreign + "inbox", Name: said.Sender.Name},
	}
	if !plain(act.Agent.Name) {
		act.Agent.Name = "Agent"
	}
	switch {
	case said.Event == "conversation_status_changed" && said.Status == "resolved":
		act.Conversation, act.ID, act.Text = said.Contact.SourceID, fmt.Sprintf("cw-%s-r%d", name, said.ID), ""
		return h.resolveChatwoot(ctx, act)
	case said.Event != "message_created" || said.MessageType != "outgoing" || said.Sender.Type != "user" || strings.TrimSpace(said.Content) == "":
		return nil
	case said.Private:
		act.Kind = bot.DeskNote
		if _, err := h.engine.Attend(ctx, act); !errors.Is(err, bot.ErrFenced) { // written beside what is over
			return err
		}
		return nil
	}
	return h.replyChatwoot(ctx, act)
}

// replyChatwoot claims what waits before it answers.
func (h *Hooks) replyChatwoot(ctx context.Context, act bot.DeskAct) error {
	found, err := h.engine.Case(ctx, h.tenant, act.Conversation, "")
	if err != nil {
		return err
	}
	epoch := found.Entry.Epoch
	if found.Entry.Waiting() {
		claim := act
		claim.Kind, claim.Text, claim.ID, claim.Epoch = bot.DeskClaim, "", act.ID+"-claim", epoch
		receipt, err := h.engine.Attend(ctx, claim)
		if err != nil {
			return err
		}
		for _, event := range receipt.Turn.Events {
			if change, ok := event.(bot.HandoffChanged); ok {
				epoch = change.Owner
			}
		}
	}
	act.Kind, act.Epoch = bot.DeskReply, epoch
	_, err = h.engine.Attend(ctx, act)
	return err
}

// resolveChatwoot gives back what is theirs; what is not, is over already.
func (h *Hooks) resolveChatwoot(ctx context.Context, act bot.DeskAct) error {
	found, err := h.engine.Case(ctx, h.tenant, act.Conversation, "")
	if err != nil || found.Entry.State != bot.HandoffActive || found.Entry.Agent.ID != act.Agent.ID {
		return err
	}
	act.Kind, act.Epoch = bot.DeskResolve, found.Entry.Epoch
	act.ID = fmt.Sprintf("%s-%d", act.ID, act.Epoch) // it may be resolved again another day
	act.Agent.Name = found.Entry.Agent.Name          // who resolved it is not told
	act.Disposition = bot.Disposition{Solved: bot.SolvedUnknown}
	_, err = h.engine.Attend(ctx, act)
	return err
}
