package desk

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"

	"kaitong/bot/staff"
)

const (
	csrfHeader = "X-Kaitong-CSRF"
	tokenBytes = 32
	// touchEvery is how far behind the noted use of a session may be, so that
	// not every request writes.
	touchEvery = time.Minute
)

// visitor is somebody who is signed in.
type visitor struct {
	account staff.Account
	session staff.Session
	csrf    string
}

// newToken makes what a browser shows to be let in again.
func newToken() []byte {
	token := make([]byte, tokenBytes)
	rand.Read(token) // never fails
	return token
}

// csrfOf is what a page of ours learns and sends back in a header, which no
// other page can. It is made from the token, which the vault does not have.
func csrfOf(token []byte) string {
	sum := sha256.Sum256(append([]byte("kaitong desk csrf\n"), token...))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// visitor finds out who asks. It counts as a use of the session.
func (s *Server) visitor(r *http.Request) (visitor, *fault) {
	token, ok := s.tokenOf(r)
	if !ok {
		return visitor{}, &fault{code: codeUnauthorized}
	}
	who, bad := s.admit(r.Context(), staff.KeyOf(token))
	if bad != nil {
		return visitor{}, bad
	}
	who.csrf = csrfOf(token)
	s.touch(r.Context(), &who.session)
	return who, nil
}

// admit lets in whoever has a session that lives.
func (s *Server) admit(ctx context.Context, key staff.Key) (visitor, *fault) {
	session, err := s.vault.Session(ctx, key)
	if err != nil {
		return visitor{}, unauthorised(err)
	}
	account, err := s.account(ctx, session.User)
	if err != nil {
		return visitor{}, unauthorised(err)
	}
	if !session.Live(account, s.now()) {
		return visitor{}, &fault{code: codeUnauthorized}
	}
	return visitor{account: account, session: session}, nil
}

func unauthorised(err error) *fault {
	if errors.Is(err, staff.ErrUnknown) {
		return &fault{code: codeUnauthorized, cause: err}
	}
	return faultOf(err)
}

// account finds an account, also one of the demo.
func (s *Server) account(ctx context.Context, user string) (staff.Account, error) {
	if !strings.HasPrefix(user, staff.DemoPrefix) {
		return s.vault.Account(ctx, user)
	}
	if account, ok := s.demo[user]; ok {
		return account, nil
	}
	return staff.Account{}, staff.ErrUnknown
}

// touch notes that a session is used, now and then.
func (s *Server) touch(ctx context.Context, session *staff.Session) {
	now := s.now()
	if now.Sub(session.Seen) < touchEvery {
		return
	}
	session.Seen = now
	if err := s.vault.Touch(ctx, session.Key, now); err != nil {
		s.log.Warn("use of a desk session not noted", "error", err)
	}
}

// vouched says whether a request was made by a page of ours.
func (v visitor) vouched(r *http.Request) bool {
	return subtle.ConstantTimeCompare([]byte(r.Header.Get(csrfHeader)), []byte(v.csrf)) == 1
}

// meData is what a desk knows of its agent.
type meData struct {
	User    string     `json:"user"`
	Name    string     `json:"name"`
	NameEN  string     `json:"name_en,omitempty"` // of the demo's
	Role    staff.Role `json:"role"`
	Queues  []string   `json:"queues"` // none: all
	CSRF    string     `json:"csrf"`
	Expires string     `json:"expires_at"`
	Locale  string     `json:"locale"`
	Demo    bool       `json:"demo,omitempty"`
	Company bool       `json:"company,omitempty"` // signs in with the company's account
}

func (v visitor) me() meData {
	return meData{
		User: v.account.User, Name: v.account.Name, NameEN: englishNames()[v.account.User], Role: v.account.Role, Queues: list(v.account.Queues),
		CSRF: v.csrf, Expires: stamp(v.session.Expires()), Locale: v.account.Locale,
		Demo: strings.HasPrefix(v.account.User, staff.DemoPrefix), Company: v.account.Foreign(),
	}
}

// list is never null in JSON.
func list[T any](values []T) []T {
	if values == nil {
		return []T{}
	}
	return values
}

// stamp is the one form of time on the wire; "" is no time.
func stamp(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return at.UTC().Format("2006-01-02T15:04:05.000Z")
}
