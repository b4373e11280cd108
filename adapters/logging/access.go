package logging

import (
	"bufio"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Access logs requests, at the level debug: by the pattern that served them, so
// that nothing of an address is in it that somebody chose.
func Access(logger *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !logger.Enabled(r.Context(), slog.LevelDebug) {
			next.ServeHTTP(w, r)
			return
		}
		seen, begun := &watched{ResponseWriter: w, status: http.StatusOK}, time.Now()
		next.ServeHTTP(seen, r)
		logger.DebugContext(r.Context(), "request", "method", r.Method, "route", r.Pattern, "status", seen.status,
			"conversation", r.PathValue("id"), "took", time.Since(begun))
	})
}

// watched remembers the status.
type watched struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements [http.ResponseWriter].
func (w *watched) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap is for [http.ResponseController].
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Hijack is what an upgrade to a WebSocket asks for.
func (w *watched) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	w.status = http.StatusSwitchingProtocols
	return http.NewResponseController(w.ResponseWriter).Hijack()
}
