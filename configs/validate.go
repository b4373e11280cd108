package configs

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Validate returns everything wrong with c as [Problems], each with the file
// and line, the variable or the flag it came from, where that is known.
func (c Config) Validate() error {
	v := &validator{config: c}
	v.general()
	v.tenants()
	v.nats()
	v.auth()
	v.web()
	v.eligibility()
	v.oidc()
	v.handoff()
	v.appeals()
	v.blobs()
	v.privacy()
	v.analytics()
	v.llm()
	v.metrics()
	v.oneOf("log.level", c.Log.Level, "debug", "info", "warn", "error")
	v.operations()
	v.sort()
	return v.problems.err()
}

type validator struct {
	config   Config
	problems Problems
}

func (v *validator) complain(path, format string, args ...any) {
	v.complainOf(path, "", format, args...)
}

// complainOf is complain about one value of a list, which may have a source of
// its own.
func (v *validator) complainOf(path, item, format string, args ...any) {
	v.problems = append(v.problems, Problem{
		Source:  cmp.Or(v.config.origins[itemOf(path, item)], v.config.origins[path]),
		Setting: path,
		Message: fmt.Sprintf(format, args...),
	})
}

// sort puts problems in the order of the settings in default.yaml.
func (v *validator) sort() {
	rank := make(map[string]int)
	for i, one := range v.config.settings() {
		rank[one.path] = i
	}
	slices.SortStableFunc(v.problems, func(a, b Problem) int { return rank[a.Setting] - rank[b.Setting] })
}

func (v *validator) oneOf(path, value string, allowed ...string) {
	if !slices.Contains(allowed, value) {
		v.complain(path, "want %s, got %q", orList(allowed), value)
	}
}

func orList(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

func (v *validator) analytics() {
	zone := v.config.Analytics.Zone
	if _, err := time.LoadLocation(zone); err != nil || zone == "" {
		v.complain("analytics.zone", "%q is no time zone; want one such as Asia/Shanghai or UTC", zone)
	}
	if v.config.Analytics.MinCell < 0 {
		v.complain("analytics.min_cell", "want 0 or more, got %d", v.config.Analytics.MinCell)
	}
	v.alerts()
}

func (v *validator) alerts() {
	hook := v.config.Analytics.Alerts.Webhook
	if hook.URL == "" {
		return
	}
	const path = "analytics.alerts.webhook."
	if err := webAddress(hook.URL, hook.AllowPrivate); err != nil {
		v.complain(path+"url", "%v", err)
	}
	if _, err := hook.ReadSecrets(); err != nil {
		v.complain(path+"secret_file", "%v", err)
	}
}

func (v *validator) metrics() {
	if v.config.Metrics.Addr != "" {
		v.address("metrics.addr", v.config.Metrics.Addr)
	}
}

func (v *validator) general() {
	c := v.config
	v.oneOf("mode", c.Mode, ModeDemo, ModeProduction)
	v.address("addr", c.Addr)
	if c.Data == "" {
		v.complain("data", "want a directory")
	}
	v.database()
	if info, err := os.Stat(c.Pack); c.Pack != "" && (err != nil || !info.IsDir()) {
		v.complain("pack", "there is no directory %q", c.Pack)
	}
	if !isTenant(c.Tenant) {
		v.complain("tenant", "want up to 63 letters, digits, - and _, starting with a letter or digit, got %q", c.Tenant)
	}
}

// database quotes no DSN: it may hold a password.
func (v *validator) database() {
	if v.config.Database == "" {
		return
	}
	parsed, err := url.Parse(v.config.Database)
	if err != nil || parsed.Scheme != "postgres" && parsed.Scheme != "postgresql" {
		v.complain("database", "want postgres://user@host:5432/name, or leave this empty to use SQLite in the data directory")
	}
}

func (v *validator) address(path, address string) {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		v.complain(path, "want host:port or :port, got %q", address)
		return
	}
	if _, err := strconv.ParseUint(text, 10, 16); err != nil {
		v.complain(path, "want a port from 0 to 65535, got %q", text)
	}
}

func (v *validator) web() {
	c := v.config.Web
	for _, origin := range c.AllowedOrigins {
		if !validOrigin(origin) {
			v.complainOf("web.allowed_origins", origin, "want origins such as https://www.example.com or http://localhost:8000, without a path and without *, got %q", origin)
		}
	}
	v.between("web.frame_bytes", c.FrameBytes, 1024, 1<<20)
	v.lasting("web.hello_timeout", c.HelloTimeout, 100*time.Millisecond, time.Minute)
	v.lasting("web.ping_interval", c.PingInterval, time.Second, 10*time.Minute)
	v.between("web.sockets_per_user", c.SocketsPerUser, 0, 1000)
	v.between("web.messages_per_window", c.MessagesPerWindow, 0, 1_000_000)
	v.lasting("web.window", c.Window, 100*time.Millisecond, time.Hour)
	v.between("web.handshakes_per_second", c.HandshakesPerSecond, 0, 1_000_000)
	if _, err := c.Proxies(); err != nil {
		v.complain("web.trusted_proxies", "want addresses such as 10.0.0.7, or networks such as 10.0.0.0/8, got %v", err)
	}
	v.lasting("web.drain_timeout", c.DrainTimeout, time.Second, 10*time.Minute)
}

// Proxies are the networks of TrustedProxies. The error is the first that is
// none, quoted.
func (w Web) Proxies() ([]netip.Prefix, error) {
	var networks []netip.Prefix
	for _, text := range w.TrustedProxies {
		network, err := netip.ParsePrefix(text)
		if address, failed := netip.ParseAddr(text); failed == nil {
			network, err = address.Prefix(address.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("%q", text)
		}
		networks = append(networks, network)
	}
	return networks, nil
}

// validOrigin takes what browsers send as Origin. The characters of the host
// are those that a content security policy can hold.
func validOrigin(text string) bool {
	parsed, err := url.Parse(text)
	if err != nil || !regexp.MustCompile(`^[0-9A-Za-z._-]+(:[0-9]+)?$|^\[[0-9A-Fa-f:.]+\](:[0-9]+)?$`).MatchString(parsed.Host) {
		return false
	}
	return text == parsed.Scheme+"://"+parsed.Host && (parsed.Scheme == "http" || parsed.Scheme == "https")
}

func (v *validator) between(path string, value, low, high int) {
	if value < low || value > high {
		v.complain(path, "want a number from %d to %d, got %d", low, high, value)
	}
}

func (v *validator) lasting(path string, value, low, high time.Duration) {
	if value < low || value > high {
		v.complain(path, "want a length of time from %s to %s, got %s", low, high, value)
	}
}

func (v *validator) eligibility() {
	c := v.config
	v.lasting("eligibility.timeout", c.Eligibility.Timeout, 10*time.Millisecond, time.Minute)
	v.between("eligibility.breaker_failures", c.Eligibility.BreakerFailures, 1, 1000)
	v.lasting("eligibility.breaker_pause", c.Eligibility.BreakerPause, 10*time.Millisecond, 10*time.Minute)
	v.oneOf("eligibility.responder", c.Eligibility.Responder, ResponderEmbedded, ResponderExternal)
	if c.Mode == ModeProduction && c.Eligibility.Responder == ResponderEmbedded {
		v.complain("eligibility.responder", "the embedded service knows demo users only; production mode needs external")
	}
	if c.Eligibility.Responder == ResponderExternal && c.NATS.URL == "" && c.NATS.Listen == "" {
		v.complain("eligibility.responder", "an external service cannot reach the NATS server inside; set nats.url or nats.listen")
	}
}
