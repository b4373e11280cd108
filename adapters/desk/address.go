package desk

import (
	"net/http"
	"net/url"
	"strings"

	"kaitong/adapters/edge"
)

// proxies are those who stand before the server and are believed.
type proxies struct{ edge.Proxies }

// ownOrigin says whether a request was not made by a page of anybody else. No
// Origin at all means no browser: browsers send one with every socket and every
// request that changes something. Where TLS is spoken, a page of the same name
// without it is somebody else's: anybody on the way could have made it. Where none
// is known of, there may be a proxy that we were not told about.
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
	plain := origins[0] == origin.Scheme+"://"+origin.Host
	return plain && strings.EqualFold(origin.Host, p.Host(r)) && (origin.Scheme == "https" || !p.Secure(r))
}
