package handoff

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"kaitong/bot"
)

// Code names one way to be refused. Programs switch on it.
type Code string

// The codes. The rows of codeTable say what each means.
const (
	codeBadJSON      Code = "bad_json"
	codeTooLarge     Code = "too_large"
	codeMissingField Code = "missing_field"
	codeBadField     Code = "bad_field"
	codeUnknownType  Code = "unknown_type"
	codeUnauthorized Code = "unauthorized"
	codeNotFound     Code = "not_found"
	codeTaken        Code = "taken"
	codeFenced       Code = "fenced"
	codeIDConflict   Code = "id_conflict"
	codeNotPossible  Code = "not_possible"
	codeDamaged      Code = "damaged"
	codeBusy         Code = "busy"
	codeInternal     Code = "internal"
	codeBadMethod    Code = "method_not_allowed"
	codeBadMedia     Code = "unsupported_media_type"
)

// codeRow is what one code means on the wire.
type codeRow struct {
	code   Code
	status int
	wait   time.Duration // after which the same request may succeed; zero: it will not
	title  string
}

func codeTable() []codeRow {
	return []codeRow{
		{codeBadJSON, http.StatusBadRequest, 0, "That was not one well-formed JSON object, so nothing was done."},
		{codeTooLarge, http.StatusRequestEntityTooLarge, 0, "That is too large, so nothing was done."},
		{codeMissingField, http.StatusBadRequest, 0, "A required member is missing, so nothing was done."},
		{codeBadField, http.StatusBadRequest, 0, "A member has a value that cannot be used, so nothing was done."},
		{codeUnknownType, http.StatusBadRequest, 0, "There is no act of this type, so nothing was done."},
		{codeUnauthorized, http.StatusUnauthorized, 0, "The signature is not believed, so nothing was done."},
		{codeNotFound, http.StatusNotFound, 0, "There is nothing here."},
		{codeTaken, http.StatusConflict, 0, "Another agent has this conversation."},
		{codeFenced, http.StatusConflict, 0, "The conversation has changed hands since this epoch."},
		{codeIDConflict, http.StatusConflict, 0, "This id was used for something else."},
		{codeNotPossible, http.StatusUnprocessableEntity, 0, "That is not possible here."},
		{codeDamaged, http.StatusConflict, 0, "The record of this conversation is damaged and it cannot go on."},
		{codeBusy, http.StatusServiceUnavailable, 2 * time.Second, "Nothing was done, or it is not known; send it again under the same id."},
		{codeInternal, http.StatusInternalServerError, 2 * time.Second, "Something went wrong here; send it again under the same id."},
		{codeBadMethod, http.StatusMethodNotAllowed, 0, "This address does not take that method."},
		{codeBadMedia, http.StatusUnsupportedMediaType, 0, "The body must be application/json."},
	}
}

func rowOf(code Code) codeRow {
	for _, row := range codeTable() {
		if row.code == code {
			return row
		}
	}
	return codeRow{code: code, status: http.StatusInternalServerError}
}

// fault is one refusal.
type fault struct {
	code   Code
	field  string // the member at fault
	detail string // more about it, in words of our own
	cause  error  // for the log
}

func (f *fault) Error() string { return fmt.Sprintf("%s %s: %v", f.code, f.field, f.cause) }

func missing(field string) *fault { return &fault{code: codeMissingField, field: field} }

// faultOf maps what the engine returned.
func faultOf(err error) *fault {
	for _, known := range []struct {
		err  error
		code Code
	}{
		{bot.ErrTaken, codeTaken},
		{bot.ErrFenced, codeFenced},
		{bot.ErrNotFound, codeNotFound},
		{bot.ErrDamaged, codeDamaged},
		{bot.ErrIDConflict, codeIDConflict},
		{bot.ErrInvalid, codeNotPossible},
		{bot.ErrBusy, codeBusy},
		{bot.ErrConflict, codeBusy},
		{bot.ErrClosed, codeBusy},
		{context.DeadlineExceeded, codeBusy},
		{context.Canceled, codeBusy},
	} {
		if errors.Is(err, known.err) {
			return &fault{code: known.code, cause: err}
		}
	}
	return &fault{code: codeInternal, cause: err}
}

// problemBody is a problem of RFC 9457. Code repeats the last part of Type.
type problemBody struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   Code   `json:"code"`
	Field  string `json:"field,omitempty"`
	Detail string `json:"detail,omitempty"`
}

func (h *Hooks) refuse(w http.ResponseWriter, bad *fault) {
	row := rowOf(bad.code)
	if row.wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(row.wait.Seconds())))
		h.logger.Warn("request of another desk failed", "error", bad)
	}
	h.answer(w, "application/problem+json", row.status, problemBody{
		Type: "urn:kaitong:problem:" + string(bad.code), Title: row.title, Status: row.status, Code: bad.code, Field: bad.field, Detail: bad.detail,
	})
}

func (h *Hooks) answer(w http.ResponseWriter, kind string, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		h.logger.Error("answer not encoded", "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(append(text, '\n')) // the other side has gone when this fails
}
