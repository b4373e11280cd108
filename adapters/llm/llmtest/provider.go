package llmtest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
)

// Trap is what the provider does with a request.
type Trap string

// The traps.
const (
	Fine         Trap = ""
	TooMany      Trap = "429 with Retry-After"
	Failing      Trap = "500"
	HTML         Trap = "502 of a proxy, in HTML"
	OldError     Trap = "an error in the shape of old servers"
	Refused      Trap = "401"
	Redirect     Trap = "redirect to somewhere else"
	Stalled      Trap = "never answers"
	StalledHalf  Trap = "stops in the middle"
	Cut          Trap = "ends in the middle, without DONE"
	Reset        Trap = "connection reset"
	KeepAlives   Trap = "thousands of keep-alives, then the answer"
	Flood        Trap = "keep-alives for ever"
	SpacedError  Trap = "an error in the stream, with a space before it"
	Garbage      Trap = "no JSON"
	Half         Trap = "half of the JSON of an answer"
	Truncated    Trap = "cut at the most tokens"
	Huge         Trap = "1 MB of JSON"
	HugeAnswer   Trap = "an answer of 1 MB"
	Blank        Trap = "spaces"
	ThinkingOnly Trap = "the answer among the thoughts"
	NoChoices    Trap = "no choices"
	Fenced       Trap = "the answer in a code fence"
	Filtered     Trap = "filtered content"
)

// Traps are those after which there is no answer.
func Traps() []Trap {
	return []Trap{
		TooMany, Failing, HTML, OldError, Refused, Redirect, Stalled, StalledHalf, Cut, Reset, Flood, SpacedError,
		Garbage, Half, Truncated, Huge, HugeAnswer, Blank, ThinkingOnly, NoChoices, Filtered,
	}
}

// Harmless are traps that a client must not fall into.
func Harmless() []Trap { return []Trap{Fine, KeepAlives, Fenced} }

// Request is what the provider was asked.
type Request struct {
	Header http.Header
	Body   map[string]json.RawMessage
	System string
	Data   string // what stands in the place of the user
	Turns  int    // messages in all
	Stream bool
}

// Provider is a server that speaks the protocol.
type Provider struct {
	*httptest.Server

	mu     sync.Mutex
	trap   func(n int) Trap
	answer func(Request) string
	asked  []Request
}

// New starts a provider that answers with what answer makes of a request. Close
// ends it.
func New(answer func(Request) string) *Provider {
	p := &Provider{answer: answer, trap: func(int) Trap { return Fine }}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/chat/completions", p.chat)
	mux.HandleFunc("POST /v1/embeddings", p.embed)
	mux.HandleFunc("/elsewhere/", func(_ http.ResponseWriter, r *http.Request) { p.note(Request{Header: r.Header, System: "elsewhere"}) })
	p.Server = httptest.NewServer(mux)
	return p
}

// BaseURL is the base URL of the API.
func (p *Provider) BaseURL() string { return p.Server.URL + "/v1" }

// Set chooses what the provider does from now on.
func (p *Provider) Set(trap Trap) { p.Each(func(int) Trap { return trap }) }

// Each chooses what the provider does with the nth request, from 1.
func (p *Provider) Each(trap func(n int) Trap) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trap = trap
}

// Answer chooses what is answered from now on.
func (p *Provider) Answer(answer func(Request) string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = answer
}

// Asked are the requests so far.
func (p *Provider) Asked() []Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Request(nil), p.asked...)
}

func (p *Provider) note(request Request) (Trap, func(Request) string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, request)
	return p.trap(len(p.asked)), p.answer
}

func (p *Provider) chat(w http.ResponseWriter, r *http.Request) {
	request, err := read(r)
	if err != nil {
		http.Error(w, `{"error":{"message":"no JSON","type":"invalid_request_error"}}`, http.StatusBadRequest)
		return
	}
	trap, answer := p.note(request)
	x := exchange{w: w, r: r, request: request, text: answer(request)}
	if !x.status(trap) {
		x.body(trap)
	}
}

func read(r *http.Request) (Request, error) {
	request := Request{Header: r.Header.Clone()}
	if err := json.NewDecoder(r.Body).Decode(&request.Body); err != nil {
		return request, err
	}
	var messages []struct{ Role, Content string }
	if err := json.Unmarshal(request.Body["messages"], &messages); err != nil {
		return request, err
	}
	request.Turns, request.Stream = len(messages), string(request.Body["stream"]) == "true"
	for _, message := range messages {
		switch {
		case message.Role == "system":
			request.System = message.Content
		case request.Data == "":
			request.Data = message.Content
		}
	}
	return request, nil
}
