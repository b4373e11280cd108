package desk

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"kaitong/adapters/edge"
)

const (
	localeZH = "zh-CN"
	localeEN = "en"
)

func (s *Server) problem(w http.ResponseWriter, r *http.Request, bad *fault) {
	row := s.codes[bad.code]
	wait := row.wait
	if bad.wait > 0 {
		wait = bad.wait
	}
	if wait > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(wait.Seconds()+0.999)))
	}
	switch bad.code {
	case codeNotWebSocket:
		w.Header().Set("Upgrade", "websocket")
	case codeInternal, codeBusy:
		s.log.Warn("desk request failed", "path", r.Pattern, "error", bad.cause)
	}
	problem := edge.NewProblem(row.status, string(bad.code), row.in(requestLocale(r)))
	problem.Field = bad.field
	problem.Send(w)
}

func (s *Server) json(w http.ResponseWriter, body any) {
	s.send(w, "application/json", http.StatusOK, body)
}

func (s *Server) send(w http.ResponseWriter, kind string, status int, body any) {
	b, err := json.Marshal(body)
	if err != nil {
		s.log.Error("answer not encoded", "error", err)
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n')) // the client has gone when this fails
}

// requestLocale is the language of the desk: Chinese unless it asks for English
// first.
func requestLocale(r *http.Request) string {
	return pickLocale(r.Header.Get("Accept-Language"))
}

func pickLocale(tag string) string {
	if tag = strings.ToLower(tag); tag == localeEN || strings.HasPrefix(tag, "en-") || strings.HasPrefix(tag, "en,") || strings.HasPrefix(tag, "en;") {
		return localeEN
	}
	return localeZH
}

// maxBodyBytes is enough for every JSON body taken here.
const maxBodyBytes = 8 << 10

// read reads one strict JSON object into into.
func read(w http.ResponseWriter, r *http.Request, into any) *fault {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return &fault{code: codeBadMedia}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	if err != nil {
		return &fault{code: codeTooLarge, cause: err}
	}
	return decode(body, into)
}
