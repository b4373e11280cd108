package sso

import (
	"context"
	"crypto/cipher"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"kaitong/bot/staff"
)

// Why somebody is not let in.
var (
	// ErrAway: the provider cannot be reached, or says that it cannot answer.
	ErrAway = errors.New("the provider does not answer")
	// ErrStale: the flow is over, was finished before, or belongs to another
	// browser.
	ErrStale = errors.New("no such sign-in is under way")
	// ErrRefused: the provider says no, or what it says is not believed.
	ErrRefused = errors.New("the sign-in was refused")
	// ErrNoRole: it is proven who somebody is, and they have no business here.
	ErrNoRole = errors.New("no role")
	// ErrTwoRoles: they have roles that exclude each other, which is as good as none.
	ErrTwoRoles = errors.New("roles that exclude each other")
)

// Options is everything a [Provider] is made of.
type Options struct {
	Issuer       string
	ClientID     string
	ClientSecret string
	RedirectURL  string   // where the provider sends browsers back to
	Home         string   // where they go after they have signed out there
	Scopes       []string // openid is always asked for

	RolesClaim  string                  // where the roles are: groups, realm_access.roles
	Roles       map[staff.Role][]string // the values that give each
	QueuesClaim string                  // where the lines are that an agent serves; empty: nowhere
	Queues      []string                // the lines there are

	Now func() time.Time // nil: time.Now
}

const (
	// patience bounds each time the provider is asked something.
	patience = 10 * time.Second
	// pause is how long a provider that did not answer is left alone.
	pause = 3 * time.Second
)

// Provider signs people in. It is safe for concurrent use.
type Provider struct {
	options Options
	client  *http.Client
	seal    cipher.AEAD
	now     func() time.Time

	asking   chan struct{} // held by who asks the provider about itself, and guards what follows
	about    *about
	failure  error
	failedAt time.Time

	mu   sync.Mutex
	done map[string]time.Time // flows that were finished, by their state, until they are over anyway
}

// about is what a provider says of itself.
type about struct {
	oauth       oauth2.Config
	provider    *oidc.Provider
	verifier    *oidc.IDTokenVerifier
	EndSession  string   `json:"end_session_endpoint"`
	UserInfo    string   `json:"userinfo_endpoint"`
	AuthMethods []string `json:"token_endpoint_auth_methods_supported"`
	NamesItself bool     `json:"authorization_response_iss_parameter_supported"`
}

// New makes one. It asks nothing of the provider yet.
func New(options Options) (*Provider, error) {
	if options.Issuer == "" || options.ClientID == "" || options.ClientSecret == "" || options.RedirectURL == "" || options.RolesClaim == "" {
		return nil, errors.New("sign in with a provider: an issuer, a client with its secret, a redirect URL and a claim for the roles are needed")
	}
	if options.Now == nil {
		options.Now = time.Now
	}
	seal, err := newSeal(options.ClientSecret)
	if err != nil {
		return nil, fmt.Errorf("sign in with a provider: %w", err)
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSHandshakeTimeout: patience, IdleConnTimeout: time.Minute}
	return &Provider{
		options: options, client: &http.Client{Transport: transport, Timeout: patience}, seal: seal, now: options.Now,
		asking: make(chan struct{}, 1), done: map[string]time.Time{},
	}, nil
}

// Close releases the connections.
func (p *Provider) Close() { p.client.CloseIdleConnections() }

// known is what the provider says of itself. One asks, and those who want to know
// meanwhile wait for that.
func (p *Provider) known(ctx context.Context) (*about, error) {
	select {
	case p.asking <- struct{}{}:
		defer func() { <-p.asking }()
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", ErrAway, ctx.Err())
	}
	if p.about != nil {
		return p.about, nil
	}
	if p.failure != nil && p.now().Sub(p.failedAt) < pause {
		return nil, p.failure
	}
	// Who asked first may leave; the others still want to know.
	ctx, cancel := context.WithTimeout(oidc.ClientContext(context.WithoutCancel(ctx), p.client), patience)
	defer cancel()
	if p.about, p.failure = p.discover(ctx); p.failure != nil {
		p.failure, p.failedAt = fmt.Errorf("%w: %w", ErrAway, p.failure), p.now()
	}
	return p.about, p.failure
}

func (p *Provider) discover(ctx context.Context) (*about, error) {
	provider, err := oidc.NewProvider(ctx, p.options.Issuer)
	if err != nil {
		return nil, err
	}
	a := &about{provider: provider}
	if err := provider.Claims(a); err != nil {
		return nil, err
	}
	endpoint := provider.Endpoint()
	if err := sendable(endpoint.AuthURL); err != nil {
		return nil, err
	}
	// Trying both ways would spend the code with the first.
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if len(a.AuthMethods) > 0 && !slices.Contains(a.AuthMethods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	a.verifier = provider.Verifier(&oidc.Config{ClientID: p.options.ClientID, Now: p.now})
	a.oauth = oauth2.Config{
		ClientID: p.options.ClientID, ClientSecret: p.options.ClientSecret, Endpoint: endpoint, RedirectURL: p.options.RedirectURL, Scopes: p.scopes(),
	}
	return a, nil
}

func (p *Provider) scopes() []string {
	if slices.Contains(p.options.Scopes, oidc.ScopeOpenID) {
		return p.options.Scopes
	}
	return append([]string{oidc.ScopeOpenID}, p.options.Scopes...)
}

// sendable says whether browsers may be sent to an address that a provider names.
func sendable(address string) error {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Hostname() == "" || parsed.Scheme != "https" && parsed.Scheme != "http" {
		return errors.New("the provider names no address to sign in at")
	}
	return nil
}

// Leave is where a browser ends its session at the provider, "" where that is not
// known. A desk in a shift is used by one person after the other: the next must
// not be let in as the one before.
func (p *Provider) Leave(ctx context.Context) string {
	a, err := p.known(ctx)
	if err != nil || sendable(a.EndSession) != nil {
		return ""
	}
	address, err := url.Parse(a.EndSession)
	if err != nil {
		return ""
	}
	query := address.Query()
	query.Set("client_id", p.options.ClientID)
	query.Set("post_logout_redirect_uri", p.options.Home)
	address.RawQuery = query.Encode()
	return address.String()
}
