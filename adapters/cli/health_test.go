package cli

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kaitong/configs"
)

func TestHealthOfARunningServer(t *testing.T) {
	t.Parallel()
	address := startApp(t, nil)
	mustRun(t, "health", "--url", address)
	mustRun(t, "health", "--url", address+"/", "--live")
}

func TestHealthOfWhatIsNotWell(t *testing.T) {
	t.Parallel()
	ill := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "the disk is full\x1b[31m", http.StatusServiceUnavailable)
	}))
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	t.Cleanup(ill.Close)
	for address, want := range map[string]string{ill.URL: "503 Service Unavailable: the disk is full", gone.URL: "refused"} {
		if code, out := runLine(t, "health", "--url", address); code != exitFailed || !strings.Contains(out, want) || strings.Contains(out, "\x1b") {
			t.Errorf("exit %d: %s", code, out)
		}
	}
	if code, out := runLine(t, "health", "--url", ":x"); code != exitUsage {
		t.Errorf("exit %d: %s", code, out)
	}
}

// Without --url the server of the settings is asked, on this machine.
func TestHealthOfTheSettings(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		":8080": "http://127.0.0.1:8080/readyz", "0.0.0.0:80": "http://127.0.0.1:80/readyz", "[::]:80": "http://127.0.0.1:80/readyz",
		"10.0.0.5:80": "http://10.0.0.5:80/readyz", "[::1]:80": "http://[::1]:80/readyz",
	} {
		if got := (healthCommand{}).address(configs.Config{Addr: addr}); got != want {
			t.Errorf("%s: %s, want %s", addr, got, want)
		}
	}
}
