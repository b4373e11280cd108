package desk

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// proxies are those who stand before the server and are believed.
type proxies []netip.Prefix

func (p proxies) trusts(address netip.Addr) bool {
	for _, proxy := range p {
		if proxy.Contains(address) {
			return true
		}
	}
	return false
}

// address is where r comes from. Each proxy adds who it heard to the end of
// X-Forwarded-For, so that is read from the end, and only as far as it was
// written by proxies that are ours.
func (p proxies) address(r *http.Request) netip.Addr {
	peer := remoteAddr(r)
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && p.trusts(peer); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return peer
		}
		peer = hop.Unmap().WithZone("")
	}
	return peer
}

func remoteAddr(r *http.Request) netip.Addr {
	port, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{} // no TCP: everybody shares one allowance
	}
	return port.Addr().Unmap().WithZone("")
}

// secure says whether the browser spoke TLS, to us or to a proxy of ours.
func (p proxies) secure(r *http.Request) bool {
	return r.TLS != nil || p.trusts(remoteAddr(r)) && strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// host is what the browser calls us.
func (p proxies) host(r *http.Request) string {
	if host := r.Header.Get("X-Forwarded-Host"); host != "" && p.trusts(remoteAddr(r)) {
		return host
	}
	return r.Host
}

// ownOrigin says whether a request was not made by a page of anybody else. No
// Origin at all means no browser: browsers send one with every socket and every
// request that changes something.
func (p proxies) ownOrigin(r *http.Request) bool {
	origins := r.Header.Values("Origin")
	if len(origins) == 0 {
		site := r.Header.Get("Sec-Fetch-Site")
		return site == "" || site == "same-origin" || site == "none"
	}
	origin, err := url.Parse(origins[0])
	if err != nil || len(origins) > 1 || origin.Scheme != "http" && origin.Scheme != "https" {
		return false
	}
	return origins[0] == origin.Scheme+"://"+origin.Host && strings.EqualFold(origin.Host, p.host(r))
}

// neighbourhood is what one subscriber has: an IPv4 address, or 2^64 of IPv6.
func neighbourhood(address netip.Addr) netip.Addr {
	if !address.Is6() {
		return address
	}
	prefix, err := address.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.Addr()
}
