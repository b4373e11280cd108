package handoff

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"kaitong/bot/outbox"
)

// mediaType is of the structured form of CloudEvents.
const mediaType = "application/cloudevents+json"

// courier brings one event to another desk.
type courier interface {
	deliver(ctx context.Context, note outbox.Note, now time.Time) outcome
}

// outcome is what became of one try.
type outcome struct {
	took  bool          // the other side has it
	gone  bool          // wants to hear nothing more
	pause time.Duration // asked for by the other side
	why   string        // it has not; nothing of the other side's words
}

// webhook is a courier to a desk that speaks our contract.
type webhook struct {
	url     string
	secrets Secrets
	client  *http.Client
}

// deliver implements courier. Only an answer of 2xx means that the other side
// has it.
func (w *webhook) deliver(ctx context.Context, note outbox.Note, now time.Time) outcome {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewReader(note.Body))
	if err != nil {
		return outcome{why: err.Error()}
	}
	request.Header.Set("Content-Type", mediaType)
	request.Header.Set("User-Agent", "Kaitong")
	w.secrets.Sign(request.Header, note.ID, now, note.Body)
	response, err := w.client.Do(request)
	if err != nil {
		return outcome{why: why(err)}
	}
	defer response.Body.Close()
	// Read, so that the connection can be used again; what is longer ends it.
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, maxAnswerBytes))
	switch {
	case response.StatusCode/100 == 2:
		return outcome{took: true}
	case response.StatusCode == http.StatusGone:
		return outcome{gone: true}
	}
	return outcome{why: fmt.Sprintf("status %d", response.StatusCode), pause: retryAfter(response.Header.Get("Retry-After"), now)}
}

// why is an error without the address, which may hold something secret.
func why(err error) string {
	if failed, ok := errors.AsType[*url.Error](err); ok {
		err = failed.Err
	}
	return err.Error()
}

// maxPause is the longest pause that the other side can ask for.
const maxPause = 24 * time.Hour

// retryAfter reads seconds or a date; what is neither asks for nothing.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		return min(time.Duration(seconds)*time.Second, maxPause)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxPause)
}
