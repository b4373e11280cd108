package llmtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// exchange is one request under way.
type exchange struct {
	w       http.ResponseWriter
	r       *http.Request
	request Request
	text    string
}

// status answers traps that need no answer of a model.
func (x exchange) status(trap Trap) bool {
	fail := func(code int, kind, body string) bool {
		x.w.Header().Set("Content-Type", kind)
		x.w.WriteHeader(code)
		x.write(body)
		return true
	}
	switch trap {
	case TooMany:
		x.w.Header().Set("Retry-After", "30")
		return fail(http.StatusTooManyRequests, "application/json", `{"error":{"message":"slow down","type":"rate_limit","code":"rate_limit_exceeded"}}`)
	case Failing:
		return fail(http.StatusInternalServerError, "application/json", `{"error":{"message":"oops","type":"server_error"}}`)
	case HTML:
		return fail(http.StatusBadGateway, "text/html", "<html><body><h1>502 Bad Gateway</h1></body></html>")
	case OldError:
		return fail(http.StatusBadRequest, "application/json", `{"object":"error","message":"unknown field","type":"BadRequestError","param":null,"code":400}`)
	case Refused:
		return fail(http.StatusUnauthorized, "application/json", `{"error":{"message":"wrong key","type":"invalid_request_error","code":"invalid_api_key"}}`)
	case Redirect:
		http.Redirect(x.w, x.r, "/elsewhere/v1", http.StatusTemporaryRedirect)
		return true
	case Stalled:
		<-x.r.Context().Done()
		return true
	case Reset:
		x.reset()
		return true
	}
	return false
}

func (x exchange) write(text string) { _, _ = io.WriteString(x.w, text) } // the client may have gone

func (x exchange) flush() {
	_ = http.NewResponseController(x.w).Flush() // the client may have gone
}

// reset ends the connection in the middle of nothing.
func (x exchange) reset() {
	conn, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // closed at once in any case
	}
	_ = conn.Close()
}

func (x exchange) body(trap Trap) {
	text, end := x.text, "stop"
	switch trap {
	case Truncated:
		text, end = text[:len(text)/2], "length"
	case Half:
		text = text[:len(text)/2]
	case Blank:
		text = " \n \t "
	case HugeAnswer:
		text = `{"reason":"` + strings.Repeat("a", 1<<20) + `"}`
	case Fenced:
		text = "好的：\n```json\n" + text + "\n```\n"
	case Filtered:
		text, end = "", "content_filter"
	}
	if x.request.Stream {
		x.stream(trap, text, end)
		return
	}
	x.whole(trap, text, end)
}

func (x exchange) whole(trap Trap, text, end string) {
	message := map[string]any{"role": "assistant", "content": text}
	if trap == ThinkingOnly {
		message = map[string]any{"role": "assistant", "content": "", "reasoning_content": text}
	}
	response := map[string]any{
		"id": "1", "object": "chat.completion", "model": "fake", "choices": []any{map[string]any{"index": 0, "message": message, "finish_reason": end}},
		"usage": map[string]any{"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
	}
	switch trap {
	case NoChoices:
		response["choices"] = []any{}
	case Huge:
		response["padding"] = strings.Repeat("x", 1<<20)
		delete(response, "choices")
	}
	data, _ := json.Marshal(response) // made of texts and numbers
	x.w.Header().Set("Content-Type", "application/json")
	switch trap {
	case Garbage:
		x.write("definitely no JSON")
	case KeepAlives: // as blank lines before the answer
		x.write(strings.Repeat("\n", 4000) + string(data))
	case Flood:
		for x.r.Context().Err() == nil {
			x.write("\n")
			x.flush()
		}
	case StalledHalf:
		x.write(string(data[:len(data)/2]))
		x.flush()
		<-x.r.Context().Done()
	case Cut, SpacedError:
		x.w.Header().Set("Content-Length", fmt.Sprint(len(data)))
		x.write(string(data[:len(data)/2]))
		x.flush()
		x.reset()
	default:
		x.write(string(data))
	}
}

// pieces are how many chunks a stream has.
const pieces = 6

func (x exchange) stream(trap Trap, text, end string) {
	x.w.Header().Set("Content-Type", "text/event-stream")
	field := "content"
	if trap == ThinkingOnly {
		field = "reasoning_content"
	}
	if trap == KeepAlives {
		x.write(strings.Repeat(": keep-alive\n\n", 2000))
	}
	letters := []rune(text)
	for i := range pieces {
		if i == pieces/2 && x.interrupted(trap) {
			return
		}
		x.chunk(map[string]any{field: string(letters[i*len(letters)/pieces : (i+1)*len(letters)/pieces])}, nil)
	}
	x.chunk(map[string]any{}, end)
	x.write(`data: {"id":"1","choices":[],"usage":{"prompt_tokens":100,"completion_tokens":20,"total_tokens":120}}` + "\n\ndata: [DONE]\n\n")
}

// interrupted is what happens in the middle of a stream, if it is the end of it.
func (x exchange) interrupted(trap Trap) bool {
	switch trap {
	case StalledHalf:
		x.flush()
		<-x.r.Context().Done()
	case Flood:
		for x.r.Context().Err() == nil {
			x.write(": keep-alive\n\n")
			x.flush()
		}
	case SpacedError:
		x.write("data: { \"error\": {\"message\": \"overloaded\"}}\n\n")
	case Garbage:
		x.write("data: definitely no JSON\n\n")
	case Huge:
		x.write("data: {\"padding\":\"" + strings.Repeat("x", 1<<20) + "\"}\n\n")
	case NoChoices:
		x.write("data: [DONE]\n\n")
	case Cut:
	default:
		return false
	}
	return true
}

func (x exchange) chunk(delta map[string]any, end any) {
	data, _ := json.Marshal(map[string]any{"id": "1", "object": "chat.completion.chunk", "choices": []any{map[string]any{"index": 0, "delta": delta, "finish_reason": end}}})
	x.write("data: " + string(data) + "\n\n")
	x.flush()
}
