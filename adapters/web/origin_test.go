package web

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

// originCases are the Origins a request may come with when the server is called
// HOST and https://help.example.com is allowed, and whether that is let in.
func originCases(host string) map[string]struct {
	origin []string
	plain  bool // let in where no TLS is spoken
	tls    bool // and where it is
} {
	type row = struct {
		origin     []string
		plain, tls bool
	}
	return map[string]row{
		"none":                {nil, true, true},
		"own":                 {[]string{"http://" + host}, true, false},
		"own, TLS":            {[]string{"https://" + host}, true, true},
		"allowed":             {[]string{"https://help.example.com"}, true, true},
		"allowed, other case": {[]string{"https://HELP.example.COM"}, true, true},

		"allowed, no TLS":         {[]string{"http://help.example.com"}, false, false},
		"allowed, other port":     {[]string{"https://help.example.com:8443"}, false, false},
		"allowed, default port":   {[]string{"https://help.example.com:443"}, false, false},
		"allowed, trailing dot":   {[]string{"https://help.example.com."}, false, false},
		"allowed, as a suffix":    {[]string{"https://xhelp.example.com"}, false, false},
		"allowed, below":          {[]string{"https://a.help.example.com"}, false, false},
		"allowed, as a prefix":    {[]string{"https://help.example.com.evil.example"}, false, false},
		"allowed, as a user":      {[]string{"https://help.example.com@evil.example"}, false, false},
		"allowed, as a path":      {[]string{"https://evil.example/help.example.com"}, false, false},
		"allowed, as a fragment":  {[]string{"https://evil.example#help.example.com"}, false, false},
		"allowed, with a path":    {[]string{"https://help.example.com/"}, false, false},
		"allowed, with a query":   {[]string{"https://help.example.com?x"}, false, false},
		"allowed, in a list":      {[]string{"https://help.example.com, https://evil.example"}, false, false},
		"allowed, twice":          {[]string{"https://help.example.com", "https://help.example.com"}, false, false},
		"allowed, and another":    {[]string{"https://help.example.com", "https://evil.example"}, false, false},
		"allowed, other script":   {[]string{"https://hеlp.example.com"}, false, false}, // е is Cyrillic
		"allowed, in punycode":    {[]string{"https://xn--hlp-8cd.example.com"}, false, false},
		"allowed, full width":     {[]string{"https://ｈelp.example.com"}, false, false},
		"allowed, wide dot":       {[]string{"https://help。example.com"}, false, false},
		"allowed, escaped":        {[]string{"https://help%2eexample.com"}, false, false},
		"allowed, with a blank":   {[]string{"https://help.example.com evil"}, false, false},
		"allowed, without scheme": {[]string{"help.example.com"}, false, false},
		"own, without scheme":     {[]string{host}, false, false},
		"own, other port":         {[]string{"http://" + strings.Split(host, ":")[0] + ":1"}, false, false},
		"own, as a user":          {[]string{"http://" + host + "@evil.example"}, false, false},
		"own, and another":        {[]string{"http://" + host, "https://evil.example"}, false, false},
		"an app":                  {[]string{"chrome-extension://" + host}, false, false},
		"a file":                  {[]string{"file://"}, false, false},
		"a sandbox":               {[]string{"null"}, false, false},
		"nothing":                 {[]string{""}, false, false},
		"anything":                {[]string{"*"}, false, false},
		"somebody":                {[]string{"https://evil.example"}, false, false},
		"data":                    {[]string{"data:text/html,x"}, false, false},
	}
}

// Who opens a socket or wants a token from a page elsewhere is refused, however
// the name of that page is dressed up.
func TestOriginMatrix(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *Options) { o.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} })
	host := strings.TrimPrefix(w.url, "http://")
	for name, test := range originCases(host) {
		for _, tls := range []bool{false, true} {
			header := http.Header{}
			if test.origin != nil {
				header["Origin"] = test.origin
			}
			want := test.plain
			if tls {
				header.Set("X-Forwarded-Proto", "https")
				want = test.tls
			}
			_, answer, _ := w.tryDial(header, subprotocol)
			if answer == nil || (answer.StatusCode == http.StatusSwitchingProtocols) != want || !want && answer.StatusCode != http.StatusForbidden {
				t.Errorf("%s (TLS %v): a socket: %v", name, tls, answer)
			}
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.url+"/v1/demo/token", strings.NewReader(`{"user":"demo-a"}`))
			if err != nil {
				t.Fatal(err)
			}
			r.Header = header
			r.Header.Set("Content-Type", "application/json")
			if a := w.do(r); (a.StatusCode == http.StatusOK) != want || (a.Header.Get("Access-Control-Allow-Origin") != "") != (want && test.origin != nil) {
				t.Errorf("%s (TLS %v): a token: %d %v", name, tls, a.StatusCode, a.Header)
			}
		}
	}
}
