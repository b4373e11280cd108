package web

import (
	"io"
	"net/http"
	"testing"
)

// What is mounted is served beside what is ours, and takes nothing away.
func TestMounts(t *testing.T) {
	t.Parallel()
	guest := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "guest at "+r.URL.Path) })
	w := newWorld(t, func(o *Options) {
		o.Mounts = map[string]http.Handler{"/desk": guest, "/desk/": guest, "/v1/desk/": guest}
	})
	for path, want := range map[string]string{
		"/desk": "guest at /desk", "/desk/a/b": "guest at /desk/a/b", "/v1/desk/me": "guest at /v1/desk/me", "/healthz": "{\"status\":\"ok\"}\n",
	} {
		response, err := http.Get(w.url + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || string(body) != want || response.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %q, %v", path, body, err)
		}
	}
	response, err := http.Get(w.url + "/v1/deskless")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusNotFound {
		t.Errorf("got %d", response.StatusCode)
	}
}
