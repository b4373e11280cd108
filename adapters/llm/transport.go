package llm

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// maxAnswerBytes is far more than any answer we ask for, streamed word by word.
const maxAnswerBytes = 256 << 10

// errTooLong ends an answer that does not end.
var errTooLong = errors.New("the answer is too long")

// errRedirected says that the base URL is not that of the API.
var errRedirected = errors.New("the address leads to another one, which is not followed")

// doer sends one request as the provider wants it. The library knows neither a
// temperature of 0 nor the fields that providers have of their own.
type doer struct {
	client *http.Client
	fields []json.RawMessage // objects merged into the body, in order
	now    func() time.Time
	most   int // bytes of the response; 0: those of an answer

	retryAfter time.Duration // what the response asked for
}

// Do implements the library's HTTPDoer.
func (d *doer) Do(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	if body, err = merged(body, d.fields); err != nil {
		return nil, err
	}
	request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	response, err := d.client.Do(request) //nolint:gosec // the address is the operator's
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= 300 && response.StatusCode < 400 { // the library would take it for an answer
		_ = response.Body.Close()
		return nil, errRedirected
	}
	d.retryAfter = retryAfter(response.Header, d.now())
	response.Body = &bounded{ReadCloser: response.Body, left: cmp.Or(d.most, maxAnswerBytes)}
	return response, nil
}

// merged puts the fields of objects into a body; null takes a field out.
func merged(body []byte, objects []json.RawMessage) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return nil, fmt.Errorf("request body: %w", err)
	}
	for _, object := range objects {
		var more map[string]json.RawMessage
		if err := json.Unmarshal(object, &more); err != nil {
			return nil, fmt.Errorf("extra body: %w", err)
		}
		for name, value := range more {
			if string(value) == "null" {
				delete(fields, name)
			} else {
				fields[name] = value
			}
		}
	}
	return json.Marshal(fields)
}

// maxRetryAfter bounds for how long a provider is left alone because it said so.
const maxRetryAfter = 10 * time.Minute

// retryAfter reads seconds, or a date.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds > 0 {
		return min(maxRetryAfter, time.Duration(min(seconds, maxRetryAfter.Seconds())*float64(time.Second)))
	}
	if at, err := http.ParseTime(text); err == nil && at.After(now) {
		return min(maxRetryAfter, at.Sub(now))
	}
	return 0
}

// bounded is a body that fails where it gets too long.
type bounded struct {
	io.ReadCloser
	left int
}

// Read implements io.Reader.
func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// isNetwork says whether an error is of the way to the provider.
func isNetwork(err error) bool {
	if _, ok := errors.AsType[*url.Error](err); ok {
		return true
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	return errors.Is(err, io.ErrUnexpectedEOF)
}
