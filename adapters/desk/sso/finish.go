package sso

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// Finish finds out who somebody is, by what their browser has kept and by what
// the provider gave it to bring. With [ErrNoRole] and [ErrTwoRoles] the person is known, too.
func (p *Provider) Finish(ctx context.Context, sealed string, brought url.Values) (Person, error) {
	f, err := p.unseal(sealed, brought.Get("state"))
	if err != nil {
		return Person{}, err
	}
	about, err := p.known(ctx)
	if err != nil {
		return Person{}, err
	}
	if err := p.checkAnswer(about, brought); err != nil {
		return Person{}, err
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, p.client), patience)
	defer cancel()
	tokens, err := about.oauth.Exchange(ctx, brought.Get("code"), oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return Person{}, exchangeFault(err)
	}
	token, err := p.believe(ctx, about, tokens, f.Nonce)
	if err != nil {
		return Person{}, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	claims, err := p.claims(ctx, about, tokens, token)
	if err != nil {
		return Person{}, err
	}
	return p.person(token, claims)
}

// checkAnswer is about what comes back beside the state.
func (p *Provider) checkAnswer(about *about, brought url.Values) error {
	issuer, problem := brought.Get("iss"), brought.Get("error")
	switch {
	case issuer != "" && issuer != p.options.Issuer, issuer == "" && about.NamesItself:
		return fmt.Errorf("%w: an answer of another issuer", ErrRefused)
	case problem == "temporarily_unavailable" || problem == "server_error":
		return fmt.Errorf("%w: it says %s", ErrAway, problem)
	case problem != "":
		return fmt.Errorf("%w: the provider says %.64q", ErrRefused, problem)
	case brought.Get("code") == "":
		return fmt.Errorf("%w: no code came back", ErrRefused)
	}
	return nil
}

// exchangeFault tells a provider that says no from one that is not there.
func exchangeFault(err error) error {
	if said, ok := errors.AsType[*oauth2.RetrieveError](err); ok && said.Response.StatusCode < http.StatusInternalServerError {
		return fmt.Errorf("%w: code not taken: %d %.64q", ErrRefused, said.Response.StatusCode, said.ErrorCode)
	}
	return fmt.Errorf("%w: %w", ErrAway, err)
}

// believe checks the signature of a token, whose it is, for whom and until when
// it was made, and that it was made for this sign-in.
func (p *Provider) believe(ctx context.Context, about *about, tokens *oauth2.Token, nonce string) (*oidc.IDToken, error) {
	raw, ok := tokens.Extra("id_token").(string)
	if !ok {
		return nil, errors.New("no ID token came")
	}
	token, err := about.verifier.Verify(ctx, raw)
	if err != nil {
		return nil, err
	}
	var party struct {
		Authorised string `json:"azp"`
	}
	if err := token.Claims(&party); err != nil {
		return nil, fmt.Errorf("claims: %w", err)
	}
	switch {
	case subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(nonce)) != 1:
		return nil, errors.New("the token has another nonce")
	case party.Authorised != p.options.ClientID && (party.Authorised != "" || len(token.Audience) > 1):
		return nil, errors.New("the token was made for another client")
	case token.Subject == "" || len(token.Subject) > maxSubject:
		return nil, errors.New("the token has no subject that can be kept")
	case token.AccessTokenHash != "" && token.VerifyAccessToken(tokens.AccessToken) != nil:
		return nil, errors.New("the access token belongs to another ID token")
	}
	return token, nil
}

// claims are those of the token. What is missed in it is asked for: some
// providers keep tokens small.
func (p *Provider) claims(ctx context.Context, about *about, tokens *oauth2.Token, token *oidc.IDToken) (claims, error) {
	known := claims{}
	if err := token.Claims(&known); err != nil {
		return nil, fmt.Errorf("%w: claims: %w", ErrRefused, err)
	}
	if known.has(p.options.RolesClaim) && (p.options.QueuesClaim == "" || known.has(p.options.QueuesClaim)) || about.UserInfo == "" {
		return known, nil
	}
	info, err := about.provider.UserInfo(ctx, oauth2.StaticTokenSource(tokens))
	if err != nil {
		return nil, fmt.Errorf("%w: more about the person: %w", ErrAway, err)
	}
	more := claims{}
	if err := info.Claims(&more); err != nil || info.Subject != token.Subject {
		return nil, fmt.Errorf("%w: what is said of the person is about another one", ErrRefused)
	}
	for name, value := range more {
		if _, there := known[name]; !there { // what is signed wins
			known[name] = value
		}
	}
	return known, nil
}
