package cli

import (
	"net"
	"net/http"
	"strings"
	"testing"

	"kaitong/configs"
)

// Browsers connect before they know what to ask. Such a connection keeps nobody
// from stopping the server, and is no failure.
func TestStopBesideASilentConnection(t *testing.T) {
	t.Parallel()
	config := configs.Default()
	config.Addr, config.Data = "127.0.0.1:0", t.TempDir()
	address, stop := launch(t, config)
	silent, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	if response, err := http.Get(address + "/healthz"); err != nil { // accepted after the silent one
		t.Fatal(err)
	} else if err := response.Body.Close(); err != nil {
		t.Fatal(err)
	}
	stop() // fails the test when the server says it could not end
}
