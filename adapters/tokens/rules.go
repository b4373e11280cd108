package tokens

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Algorithm is how tokens are signed.
type Algorithm string

// The algorithms there are. A configuration chooses one of them.
const (
	HS256 Algorithm = "HS256" // a secret that both sides share
	RS256 Algorithm = "RS256" // RSA with at least 2048 bits
	EdDSA Algorithm = "EdDSA" // Ed25519
)

// Known says whether it is one of ours.
func (a Algorithm) Known() bool { return a == HS256 || a == RS256 || a == EdDSA }

// method is how the library does it.
func (a Algorithm) method() jwt.SigningMethod { return jwt.GetSigningMethod(string(a)) }

const (
	// DefaultLife is the longest a token may live unless said otherwise.
	DefaultLife = 15 * time.Minute
	// Leeway is how far clocks may differ.
	Leeway = 30 * time.Second
	// MaxBytes is the longest token that is looked at.
	MaxBytes = 8 << 10
	// MinSecret is the shortest secret of HS256, in bytes.
	MinSecret = 32
)

// Rules say which tokens are believed.
type Rules struct {
	Algorithm Algorithm // empty: HS256
	Keys      Source
	Audience  string
	Issuer    string        // empty: any
	Type      string        // of the header typ; empty: JWT, or none at all
	Life      time.Duration // how far ahead exp may lie; 0: [DefaultLife]
}

// Source knows the keys. [Ring] and [Remote] are two.
type Source interface {
	// Keys returns the keys that may have signed a token that names kid, "" for
	// none. [ErrNoKeys] says that there are none at all yet.
	Keys(ctx context.Context, kid string) ([]Key, error)
}

// ErrNoKeys says that no keys could be fetched so far: nobody can be told from
// anybody, and asking again later may help.
var ErrNoKeys = errors.New("no keys to check tokens with yet")

// Key is one key that tokens may be signed with.
type Key struct {
	ID       string // kid; empty: tokens need not name it
	Material any    // []byte, *rsa.PublicKey or ed25519.PublicKey
}

// Claims are the parts of a token that matter.
type Claims struct {
	Subject   string
	Tenant    string
	Issuer    string
	Audience  []string
	ID        string    // jti
	Expires   time.Time // always there in a token that is believed
	Issued    time.Time // zero: not said
	NotBefore time.Time // zero: not said
}

// Reason names why a token is refused.
type Reason string

// The reasons. Only [Expired] says that the token was good once.
const (
	Malformed Reason = "malformed"
	Alg       Reason = "algorithm"
	Typ       Reason = "type"
	Crit      Reason = "critical"
	NoKey     Reason = "key"
	Signature Reason = "signature"
	Aud       Reason = "audience"
	Iss       Reason = "issuer"
	Life      Reason = "life"
	Early     Reason = "early"
	Expired   Reason = "expired"
)

// Refusal is why a token is not believed. Its text is for whoever signs tokens
// and quotes nothing secret; people never read it.
type Refusal struct {
	Reason Reason
	Detail string
}

func (r Refusal) Error() string { return fmt.Sprintf("%s: %s", r.Reason, r.Detail) }

func refuse(reason Reason, format string, args ...any) Refusal {
	return Refusal{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}

// normal fills in what was left out.
func (r Rules) normal() Rules {
	if r.Algorithm == "" {
		r.Algorithm = HS256
	}
	if r.Life == 0 {
		r.Life = DefaultLife
	}
	return r
}

// Validate says everything that is missing.
func (r Rules) Validate() error {
	r = r.normal()
	var problems []error
	if !r.Algorithm.Known() {
		problems = append(problems, fmt.Errorf("algorithm %q is none of HS256, RS256 and EdDSA", r.Algorithm))
	}
	if r.Keys == nil {
		problems = append(problems, errors.New("keys for tokens are needed"))
	}
	if r.Audience == "" {
		problems = append(problems, errors.New("an audience is needed"))
	}
	return errors.Join(problems...)
}
