package edge

import (
	"encoding/json"
	"net/http"
)

// Problem is a problem of RFC 9457. Code repeats the last part of Type, so that
// clients can switch on one word; Title is for people.
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Code   string `json:"code"`
	Field  string `json:"field,omitempty"`
}

// NewProblem fills a problem in.
func NewProblem(status int, code, title string) Problem {
	return Problem{Type: "urn:kaitong:problem:" + code, Title: title, Status: status, Code: code}
}

// Send answers with the problem.
func (p Problem) Send(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client has gone when this fails
}
