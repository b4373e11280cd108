package web

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"strconv"

	"kaitong/adapters/edge"
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
	case codeUnauthorized, codeTokenExpired:
		w.Header().Set("WWW-Authenticate", `Bearer realm="kaitong"`)
	case codeNotWebSocket:
		w.Header().Set("Upgrade", "websocket")
	}
	s.countRefusal(bad)
	problem := edge.NewProblem(row.status, string(bad.code), row.words.in(requestLocale(r)))
	problem.Field = bad.field
	problem.Send(w)
}

func (s *Server) json(w http.ResponseWriter, kind string, status int, body any) {
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

func requestLocale(r *http.Request) string {
	if tag := r.Header.Get("Accept-Language"); tag != "" {
		return pickLocale(tag)
	}
	return localeZH
}

// maxBodyBytes is enough for every JSON body taken here.
const maxBodyBytes = 4 << 10

// readJSON reads one strict JSON object into into.
func (s *Server) readJSON(w http.ResponseWriter, r *http.Request, into any) *fault {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return &fault{code: codeBadMedia}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	if err != nil {
		return &fault{code: codeTooLarge, cause: err}
	}
	if bad := s.decoder.object(body); bad != nil {
		return bad
	}
	if err := json.Unmarshal(body, into); err != nil {
		return typeFault(err)
	}
	return nil
}
