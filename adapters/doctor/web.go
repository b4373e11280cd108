package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Site is an address of somebody else that the server calls.
type Site struct {
	Setting string
	Check   string // webhooks, oidc, model, blobs: names the problems, too
	URL     string
	Path    string // asked for below it
	Want    string // that the answer has to hold; "": any answer will do
	Public  bool   // no address of one's own network is called
}

// Sites looks at what the server calls.
type Sites struct {
	Certificates
	Now func() time.Time
}

// Look connects, compares the clocks and looks at the certificate.
func (s Sites) Look(ctx context.Context, site Site) []Finding {
	parsed, err := url.Parse(site.URL)
	if err != nil || parsed.Hostname() == "" {
		return nil // the configuration says what is wrong with it
	}
	args := Args{"setting": site.Setting, "url": parsed.Scheme + "://" + parsed.Host}
	if site.Public && private(ctx, parsed.Hostname()) {
		return []Finding{Bad(site.Check+".private", nil, args)}
	}
	var found []Finding
	if parsed.Scheme == "https" {
		one := s.Server(ctx, site.Setting, parsed.Hostname(), net.JoinHostPort(parsed.Hostname(), port(parsed)))
		if one.Problem == "certificates.no-tls" {
			return []Finding{Bad(site.Check+".unreachable", errors.New(one.Detail), args)}
		}
		if found = append(found, one); one.State == Fault {
			return found
		}
	}
	return append(found, s.ask(ctx, site, args)...)
}

func (s Sites) ask(ctx context.Context, site Site, args Args) []Finding {
	ctx, cancel := context.WithTimeout(ctx, 2*dialTimeout)
	defer cancel()
	method := http.MethodHead // wants nothing done
	if site.Want != "" {
		method = http.MethodGet
	}
	request, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(site.URL, "/")+site.Path, http.NoBody)
	if err != nil {
		return []Finding{Bad(site.Check+".unreachable", err, args)}
	}
	begun := s.Now()
	response, err := s.transport().RoundTrip(request)
	if err != nil {
		return []Finding{Bad(site.Check+".unreachable", cause(err), args)}
	}
	defer func() { _ = response.Body.Close() }()
	took := s.Now().Sub(begun)
	body, err := io.ReadAll(io.LimitReader(response.Body, 256<<10))
	found := []Finding{fine(site.Check, "%s %s answers", site.Setting, args["url"])}
	if err != nil || site.Want != "" && (response.StatusCode != http.StatusOK || !strings.Contains(string(body), site.Want)) {
		found[0] = Bad(site.Check+".odd", fmt.Errorf("%s%s: %s", args["url"], site.Path, response.Status), args)
	}
	if there, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		found = append(found, Clock{Whose: args["url"], There: there, Here: begun.Add(took / 2), Took: took}.Look())
	}
	return found
}

// transport keeps no connection.
func (s Sites) transport() *http.Transport {
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment, DisableKeepAlives: true, TLSHandshakeTimeout: dialTimeout,
		DialContext:     (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSClientConfig: &tls.Config{RootCAs: s.Roots, MinVersion: tls.VersionTLS12},
	}
}

func private(ctx context.Context, host string) bool {
	addresses, err := net.DefaultResolver.LookupIPAddr(ctx, host)
	if err != nil {
		return false // it is unreachable, and the next look says so
	}
	for _, one := range addresses {
		if one.IP.IsLoopback() || one.IP.IsPrivate() || one.IP.IsLinkLocalUnicast() {
			return true
		}
	}
	return false
}

func port(parsed *url.URL) string {
	switch {
	case parsed.Port() != "":
		return parsed.Port()
	case parsed.Scheme == "http":
		return "80"
	}
	return "443"
}
