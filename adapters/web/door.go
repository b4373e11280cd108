package web

import (
	"net/http"
	"net/netip"
	"time"

	"kaitong/adapters/edge"
)

// door limits how fast sockets are opened from one address. It is what bounds
// those who need no name to come back: a limit per person is none for somebody
// who is a new anonymous person at every socket, or every request over HTTP.
type door struct {
	handshakes *allowance[netip.Addr]
	requests   *allowance[netip.Addr] // of people without a name
	proxies    edge.Proxies           // whose X-Forwarded-For is believed
}

func newDoor(limits Limits, proxies edge.Proxies) door {
	return door{
		handshakes: newAllowance[netip.Addr](limits.Handshakes, time.Second),
		requests:   newAllowance[netip.Addr](limits.Handshakes, time.Second), proxies: proxies,
	}
}

// allow changes the limit; 0: none.
func (d door) allow(handshakes int) {
	d.handshakes.allow(handshakes, time.Second)
	d.requests.allow(handshakes, time.Second)
}

// mayKnock takes one handshake from the allowance of the address r comes from.
func (d door) mayKnock(r *http.Request, now time.Duration) *fault {
	return d.take(d.handshakes, r, now)
}

// mayAsk takes one request of somebody without a name.
func (d door) mayAsk(r *http.Request, now time.Duration) *fault { return d.take(d.requests, r, now) }

func (d door) take(from *allowance[netip.Addr], r *http.Request, now time.Duration) *fault {
	if wait, ok := from.take(edge.Neighbourhood(d.proxies.Address(r)), now); !ok {
		return &fault{code: codeRateLimited, wait: wait}
	}
	return nil
}
