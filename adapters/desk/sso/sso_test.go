package sso_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"go.uber.org/goleak"

	"kaitong/adapters/desk/sso"
	"kaitong/adapters/desk/ssotest"
	"kaitong/bot/staff"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const redirect = "https://desk.example/v1/desk/oidc/callback"

func options(theirs *ssotest.Provider) sso.Options {
	return sso.Options{
		Issuer: theirs.URL, ClientID: ssotest.ClientID, ClientSecret: ssotest.ClientSecret, RedirectURL: redirect, Home: "https://desk.example/desk",
		Scopes: []string{"profile"}, RolesClaim: "groups",
		Roles: map[staff.Role][]string{
			staff.Agent: {"agents", "/helpers"}, staff.Lead: {"leads"}, staff.Compliance: {"checkers"}, staff.Admin: {"admins"},
		},
	}
}

func open(t *testing.T, options sso.Options) *sso.Provider {
	t.Helper()
	ours, err := sso.New(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ours.Close)
	return ours
}

// trip begins, and is a browser at the provider until it is sent back.
func trip(t *testing.T, ours *sso.Provider) (sealed string, brought url.Values) {
	t.Helper()
	address, sealed, err := ours.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	back, err := response.Location()
	if err != nil || !strings.HasPrefix(back.String(), redirect+"?") {
		t.Fatalf("sent back to %v, %v", back, err)
	}
	return sealed, back.Query()
}

func TestSigningIn(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		claims map[string]any
		change func(*sso.Options)
		want   sso.Person
		err    error
	}{
		"an agent": {
			map[string]any{"groups": []string{"x", "agents"}, "preferred_username": "Lin.Xiao@bank.example", "name": "林晓", "locale": "zh-CN"}, nil,
			sso.Person{Login: "Lin.Xiao@bank.example", Name: "林晓", Locale: "zh-CN", Role: staff.Agent}, nil,
		},
		"a lead among the agents": {
			map[string]any{"groups": []string{"leads", "agents"}, "email": "a@b.c", "name": "A \x01\u202eB ", "locale": "en-GB"}, nil,
			sso.Person{Login: "a@b.c", Name: "A B", Locale: "en", Role: staff.Lead}, nil,
		},
		"one text": {
			map[string]any{"groups": "checkers", "name": "C"}, nil,
			sso.Person{Name: "C", Locale: "zh-CN", Role: staff.Compliance}, nil,
		},
		"a path": {
			map[string]any{"realm_access": map[string]any{"roles": []any{"admins", 7}}, "name": "D"}, func(o *sso.Options) { o.RolesClaim = "realm_access.roles" },
			sso.Person{Name: "D", Locale: "zh-CN", Role: staff.Admin}, nil,
		},
		"a name with dots": {
			map[string]any{"https://bank.example/roles": []string{"admins"}, "name": "D"}, func(o *sso.Options) { o.RolesClaim = "https://bank.example/roles" },
			sso.Person{Name: "D", Locale: "zh-CN", Role: staff.Admin}, nil,
		},
		"lines": {
			map[string]any{"groups": []string{"agents"}, "lines": []string{"general", "care", "unknown", "care"}, "name": "E"}, func(o *sso.Options) { o.QueuesClaim, o.Queues = "lines", []string{"care", "general"} },
			sso.Person{Name: "E", Locale: "zh-CN", Role: staff.Agent, Queues: []string{"care", "general"}, HasQueues: true}, nil,
		},
		"an agent without lines": {
			map[string]any{"groups": []string{"agents"}, "name": "E"}, func(o *sso.Options) { o.QueuesClaim, o.Queues = "lines", []string{"care"} },
			sso.Person{Name: "E", Locale: "zh-CN", Role: staff.Agent, HasQueues: true}, sso.ErrNoRole,
		},
		"a group of others": {map[string]any{"groups": []string{"agents2", "Agents"}, "name": "F"}, nil, sso.Person{Name: "F", Locale: "zh-CN"}, sso.ErrNoRole},
		"no group":          {map[string]any{"name": "F"}, nil, sso.Person{Name: "F", Locale: "zh-CN"}, sso.ErrNoRole},
		"checks themselves": {map[string]any{"groups": []string{"agents", "checkers"}, "name": "F"}, nil, sso.Person{Name: "F", Locale: "zh-CN"}, sso.ErrTwoRoles},
		"agent and admin":   {map[string]any{"groups": []string{"agents", "admins"}, "name": "F"}, nil, sso.Person{Name: "F", Locale: "zh-CN"}, sso.ErrTwoRoles},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			theirs := ssotest.Start(t)
			theirs.Claims, theirs.Info = test.claims, map[string]any{"sub": "7"}
			made := options(theirs)
			if test.change != nil {
				test.change(&made)
			}
			ours := open(t, made)
			sealed, brought := trip(t, ours)
			got, err := ours.Finish(t.Context(), sealed, brought)
			want := test.want
			want.Issuer, want.Subject = theirs.URL, "7"
			if !errors.Is(err, test.err) || err != nil && test.err == nil || got.Issuer != want.Issuer || got.Subject != want.Subject || got.Login != want.Login ||
				got.Name != want.Name || got.Locale != want.Locale || got.Role != want.Role || got.HasQueues != want.HasQueues || !slices.Equal(got.Queues, want.Queues) {
				t.Errorf("got %+v, %v, want %+v, %v", got, err, want, test.err)
			}
		})
	}
}

// Tokens that are wrong in one thing, and right in everything else.
func TestTokensThatAreNotBelieved(t *testing.T) {
	t.Parallel()
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	type spoil func(theirs *ssotest.Provider, claims map[string]any) string
	claiming := func(name string, value any) spoil {
		return func(theirs *ssotest.Provider, claims map[string]any) string {
			claims[name] = value
			if value == nil {
				delete(claims, name)
			}
			return theirs.SignWith(jose.ES256, theirs.Key(), claims)
		}
	}
	for name, test := range map[string]struct {
		spoil spoil
		want  error
	}{
		"nothing wrong":     {claiming("x", 1), nil},
		"another nonce":     {claiming("nonce", "N"), sso.ErrRefused},
		"no nonce":          {claiming("nonce", nil), sso.ErrRefused},
		"another audience":  {claiming("aud", "another-client"), sso.ErrRefused},
		"no audience":       {claiming("aud", nil), sso.ErrRefused},
		"for two clients":   {claiming("aud", []string{ssotest.ClientID, "another"}), sso.ErrRefused},
		"for another party": {claiming("azp", "another"), sso.ErrRefused},
		"for our party":     {claiming("azp", ssotest.ClientID), nil},
		"expired":           {claiming("exp", time.Now().Add(-time.Second).Unix()), sso.ErrRefused},
		"no end":            {claiming("exp", nil), sso.ErrRefused},
		"not yet":           {claiming("nbf", time.Now().Add(time.Hour).Unix()), sso.ErrRefused},
		"another issuer":    {claiming("iss", "https://evil.example"), sso.ErrRefused},
		"no subject":        {claiming("sub", nil), sso.ErrRefused},
		"endless subject":   {claiming("sub", strings.Repeat("x", 300)), sso.ErrRefused},
		"another access":    {claiming("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), sso.ErrRefused},
		"another key": {func(theirs *ssotest.Provider, claims map[string]any) string {
			return theirs.SignWith(jose.ES256, other, claims)
		}, sso.ErrRefused},
		"signed with the public key": {func(theirs *ssotest.Provider, claims map[string]any) string {
			der, err := x509.MarshalPKIXPublicKey(&theirs.Key().PublicKey)
			if err != nil {
				t.Error(err)
			}
			return theirs.SignWith(jose.HS256, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), claims)
		}, sso.ErrRefused},
		"signed with the client's secret": {func(theirs *ssotest.Provider, claims map[string]any) string {
			return theirs.SignWith(jose.HS256, []byte(ssotest.ClientSecret+strings.Repeat(" ", 32)), claims)
		}, sso.ErrRefused},
		"unsigned": {func(_ *ssotest.Provider, claims map[string]any) string {
			text, err := json.Marshal(claims)
			if err != nil {
				t.Error(err)
			}
			return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(text) + "."
		}, sso.ErrRefused},
		"signature cut off": {func(theirs *ssotest.Provider, claims map[string]any) string {
			token := theirs.SignWith(jose.ES256, theirs.Key(), claims)
			return token[:strings.LastIndex(token, ".")+1]
		}, sso.ErrRefused},
		"changed": {func(theirs *ssotest.Provider, claims map[string]any) string {
			parts := strings.Split(theirs.SignWith(jose.ES256, theirs.Key(), claims), ".")
			claims["groups"] = []string{"admins"}
			text, err := json.Marshal(claims)
			if err != nil {
				t.Error(err)
			}
			return parts[0] + "." + base64.RawURLEncoding.EncodeToString(text) + "." + parts[2]
		}, sso.ErrRefused},
		"no token": {func(*ssotest.Provider, map[string]any) string { return "" }, sso.ErrRefused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			theirs := ssotest.Start(t)
			theirs.Claims = map[string]any{"groups": []string{"agents"}}
			theirs.Sign = func(claims map[string]any) string { return test.spoil(theirs, maps.Clone(claims)) }
			ours := open(t, options(theirs))
			sealed, brought := trip(t, ours)
			who, err := ours.Finish(t.Context(), sealed, brought)
			if test.want == nil && (err != nil || who.Role != staff.Agent) || test.want != nil && !errors.Is(err, test.want) {
				t.Errorf("got %+v, %v", who, err)
			}
		})
	}
}

func TestWhatBrowsersBringBack(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(t *testing.T, ours *sso.Provider, sealed *string, brought url.Values)
		want   error
	}{
		"another state": {func(_ *testing.T, _ *sso.Provider, _ *string, v url.Values) { v.Set("state", "S") }, sso.ErrStale},
		"no state":      {func(_ *testing.T, _ *sso.Provider, _ *string, v url.Values) { v.Del("state") }, sso.ErrStale},
		"no flow":       {func(_ *testing.T, _ *sso.Provider, sealed *string, _ url.Values) { *sealed = "" }, sso.ErrStale},
		"a flow of one's own": {func(_ *testing.T, _ *sso.Provider, sealed *string, v url.Values) {
			*sealed = base64.RawURLEncoding.EncodeToString([]byte(`{"s":"` + v.Get("state") + `","n":"","v":"","u":9999999999}`))
		}, sso.ErrStale},
		"the flow of another browser": {func(t *testing.T, ours *sso.Provider, sealed *string, _ url.Values) {
			_, other, err := ours.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			*sealed = other
		}, sso.ErrStale},
		"the code of another sign-in": {func(t *testing.T, ours *sso.Provider, _ *string, v url.Values) { // PKCE
			_, other := trip(t, ours)
			v.Set("code", other.Get("code"))
		}, sso.ErrRefused},
		"no code":         {func(_ *testing.T, _ *sso.Provider, _ *string, v url.Values) { v.Del("code") }, sso.ErrRefused},
		"an unknown code": {func(_ *testing.T, _ *sso.Provider, _ *string, v url.Values) { v.Set("code", "C") }, sso.ErrRefused},
		"another issuer":  {func(_ *testing.T, _ *sso.Provider, _ *string, v url.Values) { v.Set("iss", "https://evil.example") }, sso.ErrRefused},
		"a refusal":       {func(_ *testing.T, _ *sso.Provider, _ *string, v url.Values) { v.Set("error", "access_denied") }, sso.ErrRefused},
		"a provider asleep": {func(_ *testing.T, _ *sso.Provider, _ *string, v url.Values) {
			v.Set("error", "temporarily_unavailable")
		}, sso.ErrAway},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			theirs := ssotest.Start(t)
			theirs.Claims = map[string]any{"groups": []string{"agents"}}
			ours := open(t, options(theirs))
			sealed, brought := trip(t, ours)
			test.change(t, ours, &sealed, brought)
			if who, err := ours.Finish(t.Context(), sealed, brought); !errors.Is(err, test.want) {
				t.Errorf("got %+v, %v", who, err)
			}
		})
	}
}

// Neither this node nor another takes the same twice.
func TestReplay(t *testing.T) {
	t.Parallel()
	theirs := ssotest.Start(t)
	theirs.Claims = map[string]any{"groups": []string{"agents"}}
	ours, another := open(t, options(theirs)), open(t, options(theirs))
	sealed, brought := trip(t, ours)
	if _, err := another.Finish(t.Context(), sealed, brought); err != nil { // what one node begins, another finishes
		t.Fatal(err)
	}
	asked := theirs.Asked.Load()
	if _, err := another.Finish(t.Context(), sealed, brought); !errors.Is(err, sso.ErrStale) || theirs.Asked.Load() != asked {
		t.Errorf("at the same node: %v", err)
	}
	if _, err := ours.Finish(t.Context(), sealed, brought); !errors.Is(err, sso.ErrRefused) {
		t.Errorf("at another node: %v", err)
	}
}

func TestFlowsEnd(t *testing.T) {
	t.Parallel()
	theirs := ssotest.Start(t)
	made, now := options(theirs), time.Now()
	made.Now = func() time.Time { return now }
	ours := open(t, made)
	sealed, brought := trip(t, ours)
	now = now.Add(sso.FlowLife)
	if _, err := ours.Finish(t.Context(), sealed, brought); !errors.Is(err, sso.ErrStale) {
		t.Errorf("got %v", err)
	}
}

func TestAProviderThatIsDown(t *testing.T) {
	t.Parallel()
	theirs := ssotest.Start(t)
	theirs.Claims = map[string]any{"groups": []string{"agents"}}
	theirs.Down.Store(true)
	made, now := options(theirs), time.Now()
	made.Now = func() time.Time { return now }
	ours := open(t, made)
	for range 3 {
		if _, _, err := ours.Begin(t.Context()); !errors.Is(err, sso.ErrAway) {
			t.Errorf("got %v", err)
		}
	}
	if asked := theirs.Asked.Load(); asked != 1 {
		t.Errorf("asked %d times within a moment", asked)
	}
	if ours.Leave(t.Context()) != "" {
		t.Error("knows where to leave")
	}
	theirs.Down.Store(false)
	now = now.Add(time.Minute)
	sealed, brought := trip(t, ours)
	theirs.Down.Store(true)
	if _, err := ours.Finish(t.Context(), sealed, brought); !errors.Is(err, sso.ErrAway) {
		t.Errorf("down between the two: %v", err)
	}
}

func TestADiscoveryThatSpeaksForOthers(t *testing.T) {
	t.Parallel()
	theirs := ssotest.Start(t)
	made := options(theirs)
	made.Issuer += "/" // what is found there names another issuer
	if _, _, err := open(t, made).Begin(t.Context()); !errors.Is(err, sso.ErrAway) {
		t.Errorf("got %v", err)
	}
}

// Small tokens leave groups to the userinfo endpoint, which must speak of the
// same person.
func TestRolesFromUserinfo(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		info map[string]any
		want error
	}{
		"of them":     {map[string]any{"sub": "7", "groups": []string{"leads"}}, nil},
		"of somebody": {map[string]any{"sub": "8", "groups": []string{"leads"}}, sso.ErrRefused},
		"not there":   {nil, sso.ErrAway},
	} {
		theirs := ssotest.Start(t)
		theirs.Info = test.info
		ours := open(t, options(theirs))
		sealed, brought := trip(t, ours)
		who, err := ours.Finish(t.Context(), sealed, brought)
		if test.want == nil && (err != nil || who.Role != staff.Lead) || test.want != nil && !errors.Is(err, test.want) {
			t.Errorf("%s: got %+v, %v", name, who, err)
		}
	}
}

func TestLeaving(t *testing.T) {
	t.Parallel()
	theirs := ssotest.Start(t)
	got, err := url.Parse(open(t, options(theirs)).Leave(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{"from": {"here"}, "client_id": {ssotest.ClientID}, "post_logout_redirect_uri": {"https://desk.example/desk"}}
	if got.Path != "/logout" || got.Query().Encode() != want.Encode() {
		t.Errorf("got %s", got)
	}
}

func TestNamesOfAccounts(t *testing.T) {
	t.Parallel()
	for login, want := range map[string]string{
		"lin.xiao":              "lin.xiao",
		"Lin.Xiao@bank.example": "lin.xiao",
		"007bond":               "bond",
		"林晓":                    "",
		"":                      "",
		"x":                     "",
		"demo-lin":              "",
		"demo":                  "", // with an ending it would be one
		`BANK\lin`:              "banklin",
		strings.Repeat("a", 90): strings.Repeat("a", 48),
	} {
		users := sso.Person{Issuer: "https://id.example", Subject: "7", Login: login}.Users()
		if want == "" && (len(users) != 1 || !strings.HasPrefix(users[0], "u-")) || want != "" && (len(users) != 2 || users[0] != want) {
			t.Errorf("%q: got %q", login, users)
		}
		for _, user := range users {
			if !staff.ValidUser(user) {
				t.Errorf("%q: %q is no user", login, user)
			}
		}
	}
}

func TestOptionsThatAreMissing(t *testing.T) {
	t.Parallel()
	if _, err := sso.New(sso.Options{Issuer: "https://id.example"}); err == nil {
		t.Error("made of nothing")
	}
}

func FuzzUsers(f *testing.F) {
	f.Add("Lin.Xiao@bank.example")
	f.Add("demo-\u212a")
	f.Fuzz(func(t *testing.T, login string) {
		for _, user := range (sso.Person{Issuer: "i", Subject: "s", Login: login}).Users() {
			if !staff.ValidUser(user) || strings.HasPrefix(user, staff.DemoPrefix) {
				t.Errorf("%q: %q", login, user)
			}
		}
	})
}
