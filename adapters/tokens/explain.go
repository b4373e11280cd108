package tokens

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Finding is one thing to say about a token, to whoever signs tokens.
type Finding struct {
	OK   bool
	What string // e.g. "signature"
	Says string
	Mend string // what to do about it; empty when all is well
}

// Explain says everything that can be said about a token, what is well too, and
// whether it is believed.
func (v *Verifier) Explain(ctx context.Context, token string) (findings []Finding, believed bool) {
	p, err := takeApart(token)
	if err != nil {
		return []Finding{bad(err)}, false
	}
	e := explanation{v: v}
	e.head(p.header)
	e.add("signature", "made with a key that is known here", v.signature(ctx, p))
	c, err := p.claims.read()
	if err != nil {
		e.add("claims", "", err)
		return e.findings, false
	}
	e.body(c, p.claims)
	return e.findings, !slices.ContainsFunc(e.findings, func(f Finding) bool { return !f.OK })
}

type explanation struct {
	v        *Verifier
	findings []Finding
}

func (e *explanation) add(what, well string, err error) {
	if err == nil {
		e.findings = append(e.findings, Finding{OK: true, What: what, Says: well})
		return
	}
	found := bad(err)
	found.What = what
	e.findings = append(e.findings, found)
}

func (e *explanation) head(h fields) {
	if err := e.v.header(h); err != nil {
		e.add("header", "", err)
	} else {
		e.add("header", "alg is "+string(e.v.rules.Algorithm), nil)
	}
	var hints []string
	for _, hint := range []string{"jku", "jwk", "x5u", "x5c"} {
		if _, there := h[hint]; there {
			hints = append(hints, hint)
		}
	}
	if len(hints) > 0 {
		e.add("header", strings.Join(hints, ", ")+" is there and is never followed: keys come from the configuration alone", nil)
	}
}

func (e *explanation) body(c Claims, all fields) {
	wrong := e.v.wrongWith(c)
	for _, refusal := range wrong {
		e.add(string(refusal.Reason), "", refusal)
	}
	if len(wrong) == 0 {
		left := c.Expires.Sub(e.v.now()).Round(time.Second)
		e.add("claims", fmt.Sprintf("aud, iss and times are in order; it ends in %s", left), nil)
	}
	for _, name := range []string{"sub", "aud", "exp", "iat", "nbf", "iss", "tenant", "jti"} {
		for other := range all {
			if other != name && strings.EqualFold(other, name) {
				e.findings = append(e.findings, Finding{OK: true, What: "claims", Says: fmt.Sprintf("%q is ignored: the name of the claim is %q", other, name)})
			}
		}
	}
	if c.Issued.IsZero() {
		e.add("claims", "there is no iat: when people are signed out everywhere, such a token is refused for longer than it need be", nil)
	}
}

// bad is an error as a finding, with what to do about it.
func bad(err error) Finding {
	var refusal Refusal
	if !errors.As(err, &refusal) {
		return Finding{What: "keys", Says: err.Error(), Mend: "see to it that the keys can be fetched: /readyz?verbose says why they cannot"}
	}
	return Finding{What: string(refusal.Reason), Says: refusal.Detail, Mend: mends()[refusal.Reason]}
}

// mends are what to do about each reason.
func mends() map[Reason]string {
	return map[Reason]string{
		Malformed: "let a library make the token: header.claims.signature, each base64url without padding, no claim twice",
		Alg:       "sign with the one algorithm that auth.algorithm names, written exactly so, or set auth.algorithm",
		Typ:       "write auth.type into the header typ",
		Crit:      "leave crit out of the header",
		NoKey:     "put the kid of a published key into the header, or publish that key",
		Signature: "sign with the key whose text is in auth.key_file (hex is not decoded), or whose public half is; is it the key of this environment?",
		Aud:       "put auth.audience into aud",
		Iss:       "put auth.issuer into iss",
		Life:      "set exp to seconds since 1970, a few minutes ahead",
		Early:     "set the clock of the machine that signs, or leave nbf out",
		Expired:   "sign a fresh token whenever one is asked for, and do not keep it",
	}
}
