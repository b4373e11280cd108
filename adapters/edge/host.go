package edge

import (
	"net"
	"net/netip"
	"slices"
	"strings"
)

// OwnHost says whether a Host, with or without a port, can only be meant for us:
// an address, localhost, a name without dots as networks of one's own have them,
// or one of the names given. Any other name belongs to somebody who can let it
// lead here, and whose pages browsers then take for ours (DNS rebinding).
func OwnHost(host string, names []string) bool {
	name := strings.ToLower(strings.TrimSuffix(hostOnly(host), "."))
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	own := name != "" && !strings.ContainsAny(name, ".:") || strings.HasSuffix(name, ".localhost")
	return own || slices.ContainsFunc(names, func(one string) bool { return name != "" && strings.ToLower(hostOnly(one)) == name })
}

// hostOnly leaves out the port, and the brackets of IPv6.
func hostOnly(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.Trim(host, "[]")
}
