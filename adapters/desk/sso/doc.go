// Package sso lets agents in with the account of their company, by OpenID
// Connect: an authorization code with PKCE, a state and a nonce.
//
// A [Provider] begins a sign-in with an address for the browser and a flow, which
// the browser keeps in a cookie and cannot read, and finishes it with what the
// browser brings back. What comes out is a [Person]: proven, with the role that
// their claims give them today. Nothing is kept here between the two, so any
// node may finish what another has begun.
//
// The provider is asked about itself when it is first needed, and again later
// when it did not answer: while it is down, everything else works.
package sso
