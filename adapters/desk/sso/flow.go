package sso

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// FlowLife is how long somebody may take to sign in at the provider.
const FlowLife = 10 * time.Minute

// flow is one sign-in under way, as its browser keeps it: sealed.
type flow struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
	Until    int64  `json:"u"` // seconds since 1970
}

// newSeal makes the seal of the client's secret, which all nodes have and nobody
// else.
func newSeal(secret string) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, []byte(secret), nil, "kaitong desk sign-in flow", 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// Begin returns where to send the browser, and what it brings back for
// [Provider.Finish].
func (p *Provider) Begin(ctx context.Context) (address, sealed string, err error) {
	about, err := p.known(ctx)
	if err != nil {
		return "", "", err
	}
	f := flow{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Until: p.now().Add(FlowLife).Unix()}
	address = about.oauth.AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier))
	sealed, err = p.sealed(f)
	return address, sealed, err
}

func (p *Provider) sealed(f flow) (string, error) {
	text, err := json.Marshal(f)
	if err != nil {
		return "", fmt.Errorf("seal a sign-in: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(p.seal.Seal(nil, nil, text, nil)), nil //nolint:gosec // this seal makes a nonce of its own
}

// unseal believes only what was sealed here, is not over and was not finished
// before.
func (p *Provider) unseal(sealed, state string) (flow, error) {
	var f flow
	raw, err := base64.RawURLEncoding.Strict().DecodeString(sealed)
	if err != nil {
		return f, ErrStale
	}
	text, err := p.seal.Open(nil, nil, raw, nil)
	if err != nil || json.Unmarshal(text, &f) != nil {
		return f, ErrStale
	}
	switch {
	case p.now().Unix() >= f.Until:
		return f, fmt.Errorf("%w: it took too long", ErrStale)
	case subtle.ConstantTimeCompare([]byte(f.State), []byte(state)) != 1:
		return f, fmt.Errorf("%w: another state", ErrStale)
	case !p.first(f):
		return f, fmt.Errorf("%w: it was finished before", ErrStale)
	}
	return f, nil
}

// first says whether a flow comes back for the first time.
func (p *Provider) first(f flow) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	for state, until := range p.done {
		if !now.Before(until) {
			delete(p.done, state)
		}
	}
	_, again := p.done[f.State]
	p.done[f.State] = time.Unix(f.Until, 0)
	return !again
}
