package handoff

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// listener is an address that is told of events, and answers with the statuses
// it is given, then 204.
func listener(t *testing.T, statuses ...int) (url string, took <-chan *http.Request, bodies <-chan []byte, tries *atomic.Int64) {
	t.Helper()
	requests, contents := make(chan *http.Request, 100), make(chan []byte, 100)
	tries = &atomic.Int64{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if n := int(tries.Add(1)); n <= len(statuses) {
			w.WriteHeader(statuses[n-1])
			return
		}
		requests <- r
		contents <- body
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(server.Close)
	return server.URL, requests, contents, tries
}

func newTestPoster(t *testing.T, url string, private bool) (*Poster, *safeBuffer) {
	t.Helper()
	said := &safeBuffer{}
	poster, err := NewPoster(PosterOptions{
		Tenant: "acme", URL: url, Secrets: Secrets{[]byte(strings.Repeat("s", 32))}, Private: private, Now: time.Now,
		Pace:   Pace{Timeout: patience, First: time.Millisecond, Most: 4 * time.Millisecond, GiveUp: time.Hour},
		Logger: slog.New(slog.NewTextHandler(said, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = poster.Close(context.Background()) })
	return poster, said
}

func TestPosterTriesUntilItIsTaken(t *testing.T) {
	t.Parallel()
	url, took, bodies, _ := listener(t, 500, 429, 302)
	poster, _ := newTestPoster(t, url, true)
	at := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, key := range []string{"a", "b", "a"} {
		if err := poster.Post(Event{Type: "com.kaitong.alert.raised", Subject: "cause", Key: key, At: at, Data: map[string]int{"count": 9}}); err != nil {
			t.Fatal(err)
		}
	}
	var ids []string
	for range 3 {
		request, body := <-took, <-bodies
		if err := poster.webhook.secrets.verify(request.Header, body, time.Now()); err != nil {
			t.Errorf("signature: %v", err)
		}
		var event envelope[map[string]int]
		if err := json.Unmarshal(body, &event); err != nil {
			t.Fatal(err)
		}
		if event.SpecVersion != "1.0" || event.Source != "urn:kaitong:acme" || event.Data["count"] != 9 || event.ID != request.Header.Get(headerID) || !event.Time.Equal(at) {
			t.Errorf("%s", body)
		}
		ids = append(ids, event.ID)
	}
	if ids[0] != ids[2] || ids[0] == ids[1] {
		t.Errorf("ids %v: want the same for the same event only", ids)
	}
	if err := poster.Check(); err != nil {
		t.Error(err)
	}
}

func TestPosterIsToldToStop(t *testing.T) {
	t.Parallel()
	url, _, _, tries := listener(t, http.StatusGone)
	poster, said := newTestPoster(t, url, true)
	_ = poster.Post(Event{Type: "com.kaitong.alert.raised", Key: "a"})
	awaitTrouble(t, poster)
	_ = poster.Post(Event{Type: "com.kaitong.alert.raised", Key: "b"})
	if err := poster.Close(t.Context()); err != nil || tries.Load() != 1 || !strings.Contains(said.String(), "410") {
		t.Errorf("%v, %d tries, said %s", err, tries.Load(), said.String())
	}
}

// awaitTrouble waits until events are not taken, which has no other sign.
func awaitTrouble(t *testing.T, poster *Poster) {
	t.Helper()
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for timeout := time.After(patience); poster.Check() == nil; {
		select {
		case <-ticker.C:
		case <-timeout:
			t.Fatal("everything was taken")
		}
	}
}

// What leads into one's own network is never called.
func TestPosterKeepsOut(t *testing.T) {
	t.Parallel()
	if _, err := NewPoster(PosterOptions{URL: "http://desk.example.com"}); err == nil {
		t.Error("http was taken")
	}
	url, _, _, tries := listener(t)
	poster, said := newTestPoster(t, strings.Replace(url, "http:", "https:", 1), false)
	_ = poster.Post(Event{Type: "com.kaitong.alert.raised", Key: "a"})
	awaitTrouble(t, poster)
	if err := poster.Check(); err == nil || tries.Load() != 0 || !strings.Contains(said.String(), ErrPrivate.Error()) {
		t.Errorf("%v, %d tries, said %s", err, tries.Load(), said.String())
	}
}

func TestPosterDoesNotWait(t *testing.T) {
	t.Parallel()
	poster, _ := newTestPoster(t, "http://127.0.0.1:1", true)
	var refused error
	for range 2 * postQueue {
		refused = poster.Post(Event{Type: "com.kaitong.alert.raised"})
	}
	if refused == nil {
		t.Error("everything was taken")
	}
}
