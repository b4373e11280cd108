// Package tokens reads and signs what says who somebody is: small JWTs that the
// backend of the host app makes for the people who are signed in there.
//
// One algorithm is configured and one is believed. Which key a token was signed
// with is looked up among the keys that are configured; hints inside the token
// (jku, jwk, x5u, x5c) are never followed. A token is read strictly: what two
// readers could take for two different things is refused.
package tokens
