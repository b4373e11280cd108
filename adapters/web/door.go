package web

import (
	"net/http"
	"net/netip"
	"time"

	"kaitong/adapters/edge"
)

// door limits how fast sockets are opened from one address. It is what bounds
// those who need no name to come back: a limit per person is none for somebody
// who is a new anonymous person at every socket.
type door struct {
	handshakes *allowance[netip.Addr]
	proxies    edge.Proxies // whose X-Forwarded-For is believed
}

func newDoor(limits Limits, proxies edge.Proxies) door {
	return door{handshakes: newAllowance[netip.Addr](limits.Handshakes, time.Second), proxies: proxies}
}

// allow changes the limit; 0: none.
func (d door) allow(handshakes int) { d.handshakes.allow(handshakes, time.Second) }

// mayKnock takes one handshake from the allowance of the address r comes from.
func (d door) mayKnock(r *http.Request, now time.Duration) *fault {
	if wait, ok := d.handshakes.take(edge.Neighbourhood(d.proxies.Address(r)), now); !ok {
		return &fault{code: codeRateLimited, wait: wait}
	}
	return nil
}
