package cli

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"kaitong/configs"
)

// maxHealth is how much of a server's reasons is read, in bytes.
const maxHealth = 4 << 10

type healthCommand struct {
	configFlags
	URL     string        `name:"url" help:"The server to ask (default: the address in the settings, on this machine)." placeholder:"URL"`
	Live    bool          `help:"Ask whether the process answers at all, not whether it can serve."`
	Timeout time.Duration `help:"How long to wait." default:"3s"`
}

// Help is shown by --help.
func (healthCommand) Help() string {
	return `For the health check of a container, which has no other program to ask with:
  HEALTHCHECK CMD ["/kaitong", "health"]`
}

// Run asks a server how it is, and fails when it is not well.
func (c healthCommand) Run(ctx context.Context, s streams) error {
	config, err := c.load()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	said, err := askHealth(ctx, c.address(config))
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, printable(said))
	return nil
}

func (c healthCommand) address(config configs.Config) string {
	base := c.URL
	if base == "" {
		base = "http://" + onLoopback(config.Addr)
	}
	if c.Live {
		return strings.TrimSuffix(base, "/") + "/healthz"
	}
	return strings.TrimSuffix(base, "/") + "/readyz"
}

// onLoopback is where an address that is listened on is reached from here.
func onLoopback(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// askHealth uses no proxy: it asks this machine.
func askHealth(ctx context.Context, address string) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", usageError{err.Error()}
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := client.Do(request)
	if err != nil {
		return "", fmt.Errorf("not well: %w", err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxHealth))
	if err != nil {
		return "", fmt.Errorf("not well: %s: %w", address, err)
	}
	said := strings.TrimSpace(string(text))
	if response.StatusCode != http.StatusOK {
		return "", fmt.Errorf("not well: %s: %s", response.Status, printable(said))
	}
	return said, nil
}
