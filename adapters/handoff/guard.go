package handoff

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// ErrPrivate says that an address leads into one's own network.
var ErrPrivate = errors.New("the address is not a public one")

const (
	dialTimeout = 5 * time.Second
	// maxHeaderBytes of an answer are read, and maxAnswerBytes of its body.
	maxHeaderBytes = 16 << 10
	maxAnswerBytes = 4 << 10
)

// CheckURL says what is wrong with the address of an endpoint as it is written.
// Where its name leads is looked at when it is called.
func CheckURL(text string, private bool) error {
	parsed, err := url.Parse(text)
	switch {
	case err != nil || parsed.Hostname() == "" || parsed.Opaque != "" || parsed.Fragment != "":
		return errors.New("want an address such as https://desk.example.com/kaitong")
	case parsed.User != nil:
		return errors.New("want an address without a user or password: requests are signed")
	case parsed.Scheme == "https" || parsed.Scheme == "http" && private:
		return nil
	case parsed.Scheme == "http":
		return errors.New("want https; http is for a desk in your own network, with handoff.allow_private")
	}
	return errors.New("want https")
}

// newClient calls endpoints: no proxy, no redirect, and no address of our own
// network unless private ones are allowed.
func newClient(private bool, timeout time.Duration) *http.Client {
	dialer := &net.Dialer{Timeout: dialTimeout, Control: guard(private)}
	return &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, ForceAttemptHTTP2: true, TLSHandshakeTimeout: dialTimeout, ResponseHeaderTimeout: timeout,
			MaxIdleConnsPerHost: 2, MaxConnsPerHost: parallel, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: maxHeaderBytes,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// guard looks at the address that is really connected to, after names were
// resolved: a name that leads elsewhere the second time gains nothing.
func guard(private bool) func(network, address string, _ syscall.RawConn) error {
	return func(network, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		switch {
		case err != nil || network != "tcp4" && network != "tcp6":
			return fmt.Errorf("%s %s: %w", network, address, ErrPrivate)
		case private || public(at.Addr()):
			return nil
		}
		return fmt.Errorf("%s: %w", at.Addr(), ErrPrivate)
	}
}

// public says whether an address is of the internet. What carries an address
// of IPv4 inside is taken for that.
func public(address netip.Addr) bool {
	address = address.Unmap().WithZone("")
	if inner, ok := carried(address); ok {
		return public(inner)
	}
	if !address.IsGlobalUnicast() || address.IsPrivate() {
		return false // also loopback, link-local, multicast, and metadata on those
	}
	for _, network := range reserved() {
		if netip.MustParsePrefix(network).Contains(address) {
			return false
		}
	}
	return true
}

// carried is the address of IPv4 that one of IPv6 leads to.
func carried(address netip.Addr) (netip.Addr, bool) {
	b := address.As16()
	switch {
	case address.Is4():
		return netip.Addr{}, false
	case netip.MustParsePrefix("64:ff9b::/96").Contains(address), netip.MustParsePrefix("::/96").Contains(address): // NAT64, and compatible ones
		return netip.AddrFrom4([4]byte(b[12:16])), true
	case netip.MustParsePrefix("2002::/16").Contains(address): // 6to4
		return netip.AddrFrom4([4]byte(b[2:6])), true
	}
	return netip.Addr{}, false
}

// reserved are networks of no public host that the standard library does not
// know as such, and addresses of the clouds' metadata.
func reserved() []string {
	return []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
		"240.0.0.0/4", "168.63.129.16/32", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fec0::/10",
	}
}
