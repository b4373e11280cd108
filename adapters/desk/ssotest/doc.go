// Package ssotest is an OpenID provider for tests: real HTTP, real signatures,
// and as strict about codes, clients and PKCE as one should be. Its tokens can be
// spoilt in every way that matters.
package ssotest
