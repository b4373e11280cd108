package web

import (
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// door limits how fast sockets are opened from one address. It is what bounds
// those who need no name to come back: a limit per person is none for somebody
// who is a new anonymous person at every socket.
type door struct {
	handshakes *allowance[netip.Addr] // nil: no limit
	proxies    []netip.Prefix         // whose X-Forwarded-For is believed
}

func newDoor(limits Limits, proxies []netip.Prefix) door {
	d := door{proxies: proxies}
	if limits.Handshakes > 0 {
		d.handshakes = newAllowance[netip.Addr](limits.Handshakes, time.Second)
	}
	return d
}

// mayKnock takes one handshake from the allowance of the address r comes from.
func (d door) mayKnock(r *http.Request, now time.Duration) *fault {
	if d.handshakes == nil {
		return nil
	}
	if wait, ok := d.handshakes.take(neighbourhood(d.address(r)), now); !ok {
		return &fault{code: codeRateLimited, wait: wait}
	}
	return nil
}

// address is where r comes from. Each proxy adds who it heard to the end of
// X-Forwarded-For, so that is read from the end, and only as far as it was
// written by proxies that are ours: what stands before can be anybody's
// invention.
func (d door) address(r *http.Request) netip.Addr {
	peer := remoteAddr(r)
	if !d.trusts(peer) {
		return peer
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && d.trusts(peer); i-- {
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

func (d door) trusts(address netip.Addr) bool {
	for _, proxy := range d.proxies {
		if proxy.Contains(address) {
			return true
		}
	}
	return false
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
