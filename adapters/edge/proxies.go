package edge

import (
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are those who stand before the server and are believed.
type Proxies []netip.Prefix

// Trust says whether an address is that of a proxy of ours.
func (p Proxies) Trust(address netip.Addr) bool {
	for _, proxy := range p {
		if proxy.Contains(address) {
			return true
		}
	}
	return false
}

// Address is where r comes from. Each proxy adds who it heard to the end of
// X-Forwarded-For, so that is read from the end, and only as far as it was
// written by proxies that are ours: what stands before can be anybody's
// invention.
func (p Proxies) Address(r *http.Request) netip.Addr {
	peer := RemoteAddr(r)
	if !p.Trust(peer) {
		return peer
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && p.Trust(peer); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return peer
		}
		peer = hop.Unmap().WithZone("")
	}
	return peer
}

// Inside says whether r comes from this machine or a private network. Over a proxy
// that is not one of ours it may come from anywhere.
func (p Proxies) Inside(r *http.Request) bool {
	peer := RemoteAddr(r)
	if r.Header.Get("X-Forwarded-For") != "" && !p.Trust(peer) {
		return false
	}
	from := p.Address(r)
	return from.IsLoopback() || from.IsPrivate() || from.IsLinkLocalUnicast()
}

// Host is what the browser calls us.
func (p Proxies) Host(r *http.Request) string {
	if host := r.Header.Get("X-Forwarded-Host"); host != "" && p.Trust(RemoteAddr(r)) {
		return host
	}
	return r.Host
}

// Secure says whether the browser spoke TLS, to us or to a proxy of ours. Some say
// wss of a socket.
func (p Proxies) Secure(r *http.Request) bool {
	spoken := r.Header.Get("X-Forwarded-Proto")
	return r.TLS != nil || p.Trust(RemoteAddr(r)) && (strings.EqualFold(spoken, "https") || strings.EqualFold(spoken, "wss"))
}

// RemoteAddr is the other end of the connection; the zero address where there
// is no TCP: everybody shares one allowance then.
func RemoteAddr(r *http.Request) netip.Addr {
	port, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return port.Addr().Unmap().WithZone("")
}

// Neighbourhood is what one subscriber has: an IPv4 address, or 2^64 of IPv6.
func Neighbourhood(address netip.Addr) netip.Addr {
	if !address.Is6() {
		return address
	}
	prefix, err := address.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.Addr()
}
