package llm_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kaitong/adapters/llm"
	"kaitong/adapters/llm/llmtest"
)

// A server, or a proxy before it, that says what it was sent in its error has the
// key in it.
func TestAServerThatTellsTheKeyIsNotQuoted(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusBadRequest, http.StatusUnauthorized, http.StatusBadGateway} {
		for _, shape := range []string{`{"error":{"message":"wrong key KEY","type":"x"}}`, `<html>you sent KEY</html>`} {
			for name, mode := range map[string]func(*llm.Options){"whole": func(*llm.Options) {}, "stream": streaming} {
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.WriteHeader(status)
					_, _ = w.Write([]byte(strings.ReplaceAll(shape, "KEY", r.Header.Get("Authorization"))))
				}))
				t.Cleanup(server.Close)
				c := client(t, provider(t, theNetwork), mode, func(o *llm.Options) { o.Profile.BaseURL = server.URL })
				_, err := c.Interpret(t.Context(), question("老转圈"))
				if err == nil || strings.Contains(err.Error(), secret) || len(err.Error()) > 10_000 {
					t.Errorf("%d, %s: %v", status, name, err)
				}
			}
		}
	}
}

// Providers refuse what people write: some with a status, some with a reason for
// the end. Who writes such things must not silence the model for everybody.
func TestRefusedContentDoesNotOpenTheBreaker(t *testing.T) {
	t.Parallel()
	for _, trap := range []llmtest.Trap{llmtest.Filtered, llmtest.OldError} {
		p := provider(t, theNetwork)
		p.Set(trap)
		c := client(t, p)
		for text := range strings.SplitSeq("一二三四五六七八", "") {
			if _, err := c.Interpret(t.Context(), question(text)); err == nil || errors.Is(err, llm.ErrPaused) {
				t.Fatalf("%s, %s: %v", trap, text, err)
			}
		}
		if err := c.Ready(); errors.Is(err, llm.ErrPaused) {
			t.Errorf("%s: %v", trap, err)
		}
	}
}
