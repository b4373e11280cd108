package desk

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"kaitong/bot/staff"
)

func TestSigningIn(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.hire("lin", staff.Agent, "general")
	b := o.browser()
	if got := b.ask("GET", "/v1/desk/me", nil); got.code() != "unauthorized" {
		t.Errorf("before: %+v", got)
	}
	b.ask("POST", "/v1/desk/login", loginAsk{"lin", password})
	if c := b.cookie; c == nil || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Secure || c.MaxAge != 0 {
		t.Errorf("cookie %+v", c)
	}
	got := b.ask("GET", "/v1/desk/me", nil)
	if got.body["user"] != "lin" || got.body["role"] != "agent" || got.body["csrf"] == "" || got.body["locale"] != "zh-CN" {
		t.Errorf("me: %+v", got)
	}
	if strings.Contains(got.text, "$") {
		t.Error("the hash is told")
	}
	first := *b
	b.ask("POST", "/v1/desk/login", loginAsk{"lin", password})
	if got := first.ask("GET", "/v1/desk/me", nil); got.code() != "unauthorized" {
		t.Errorf("the session before the second login lives: %+v", got)
	}
	second := *b
	if got := b.ask("POST", "/v1/desk/logout", map[string]any{}); got.status != http.StatusNoContent || b.cookie.MaxAge >= 0 {
		t.Errorf("logout: %+v, cookie %+v", got, b.cookie)
	}
	if got := second.ask("GET", "/v1/desk/me", nil); got.code() != "unauthorized" {
		t.Errorf("after logout: %+v", got)
	}
}

func TestCookieIsSecureBehindTLS(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		proxies []netip.Prefix
		want    bool
	}{
		"a proxy of ours says so": {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, true},
		"anybody says so":         {nil, false},
	} {
		o := open(t, func(options *Options) { options.Proxies = test.proxies })
		o.hire("lin", staff.Agent)
		b := o.browser()
		b.header.Set("X-Forwarded-Proto", "https")
		b.origin = strings.Replace(b.origin, "http:", "https:", 1)
		b.ask("POST", "/v1/desk/login", loginAsk{"lin", password})
		if b.cookie == nil || b.cookie.Secure != test.want || strings.HasPrefix(b.cookie.Name, hostPrefix) != test.want {
			t.Errorf("%s: cookie %+v", name, b.cookie)
		}
	}
}

// Some proxies say wss of a socket, as Traefik does: it is the same browser, with
// the same cookie.
func TestSocketsBehindTLS(t *testing.T) {
	t.Parallel()
	for _, spoken := range []string{"https", "wss", "WSS"} {
		o := open(t, func(options *Options) { options.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
		o.hire("lin", staff.Agent)
		b := o.browser()
		b.header.Set("X-Forwarded-Proto", "https")
		b.origin = strings.Replace(b.origin, "http:", "https:", 1)
		if got := b.ask("POST", "/v1/desk/login", loginAsk{"lin", password}); got.status != http.StatusOK {
			t.Fatalf("%+v", got)
		}
		b.header.Set("X-Forwarded-Proto", spoken)
		l, response, err := b.dial(Subprotocol)
		if err != nil {
			t.Errorf("%s: %v, %+v", spoken, err, response)
			continue
		}
		l.conn.Close()
	}
}

// Nobody learns which accounts exist: not from words, not from limits.
func TestRefusedSignInsLookAlike(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.hire("lin", staff.Agent)
	o.hire("gone", staff.Agent)
	account, err := o.vault.Account(t.Context(), "gone")
	if err != nil {
		t.Fatal(err)
	}
	if err := o.vault.Update(t.Context(), account.WithDisabled(true)); err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, ask := range []loginAsk{{"lin", "wrong"}, {"gone", password}, {"nobody", password}, {"", ""}, {"X", password}, {"demo-lin", ""}} {
		got := o.browser().ask("POST", "/v1/desk/login", ask)
		if got.status != http.StatusUnauthorized || got.header.Get("Set-Cookie") != "" {
			t.Errorf("%+v: %+v", ask, got)
		}
		texts = append(texts, got.text)
	}
	for _, text := range texts {
		if text != texts[0] {
			t.Errorf("%s is not %s", text, texts[0])
		}
	}
}

func TestGuessing(t *testing.T) {
	t.Parallel()
	for name, user := range map[string]string{"an account": "lin", "no account": "nobody"} {
		watch := &clock{at: time.Now()}
		o := open(t, func(options *Options) { options.Now = watch.now })
		o.hire("lin", staff.Agent)
		b := o.browser()
		for i := range guessesFromOne {
			if got := b.ask("POST", "/v1/desk/login", loginAsk{user, "wrong"}); got.code() != "bad_login" {
				t.Fatalf("%s, guess %d: %+v", name, i, got)
			}
		}
		got := b.ask("POST", "/v1/desk/login", loginAsk{user, password})
		if got.code() != "locked" || got.status != http.StatusTooManyRequests || got.header.Get("Retry-After") == "" {
			t.Errorf("%s: the right password after many wrong ones: %+v", name, got)
		}
		watch.pass(guessWindow)
		want := map[string]string{"lin": "", "nobody": "bad_login"}[user]
		if got := b.ask("POST", "/v1/desk/login", loginAsk{user, password}); got.code() != want {
			t.Errorf("%s, later: %+v", name, got)
		}
	}
}

func TestGuessingManyAccountsFromOneAddress(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.hire("lin", staff.Agent)
	b := o.browser()
	for i := range guessesOfAddress {
		b.ask("POST", "/v1/desk/login", loginAsk{"user" + string(rune('a'+i%26)) + string(rune('a'+i/26)), "wrong"})
	}
	if got := b.ask("POST", "/v1/desk/login", loginAsk{"lin", password}); got.code() != "locked" {
		t.Errorf("got %+v", got)
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		then func(*office, *clock, *browser)
		want string
	}{
		"in use": {func(_ *office, c *clock, b *browser) {
			for range 20 { // ten hours
				c.pass(staff.IdleTimeout - time.Minute)
				b.ask("GET", "/v1/desk/me", nil)
			}
		}, ""},
		"idle": {func(_ *office, c *clock, _ *browser) { c.pass(staff.IdleTimeout) }, "unauthorized"},
		"too long": {func(_ *office, c *clock, b *browser) {
			for range 25 {
				c.pass(staff.IdleTimeout - time.Minute)
				b.ask("GET", "/v1/desk/me", nil)
			}
		}, "unauthorized"},
		"disabled": {func(o *office, _ *clock, _ *browser) {
			o.staffed("root", staff.Admin).ask("PATCH", "/v1/desk/accounts/lin", map[string]any{"disabled": true})
		}, "unauthorized"},
		"password changed by an admin": {func(o *office, _ *clock, _ *browser) {
			o.staffed("root", staff.Admin).ask("PATCH", "/v1/desk/accounts/lin", map[string]any{"password": "another fine 9"})
		}, "unauthorized"},
		"password changed elsewhere": {func(o *office, _ *clock, _ *browser) {
			o.signIn("lin").ask("POST", "/v1/desk/password", map[string]any{"old": password, "new": "another fine 9"})
		}, "unauthorized"},
		"name changed": {func(o *office, _ *clock, _ *browser) {
			o.staffed("root", staff.Admin).ask("PATCH", "/v1/desk/accounts/lin", map[string]any{"name": "林晓晓"})
		}, ""},
		"cookie of nobody": {func(_ *office, _ *clock, b *browser) { b.cookie.Value = strings.Repeat("A", 43) }, "unauthorized"},
		"broken cookie":    {func(_ *office, _ *clock, b *browser) { b.cookie.Value = "x" }, "unauthorized"},
		"two cookies":      {func(_ *office, _ *clock, b *browser) { b.cookie.Value += "; kaitong_desk=" + b.cookie.Value }, "unauthorized"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			watch := &clock{at: time.Now()}
			o := open(t, func(options *Options) { options.Now = watch.now })
			b := o.staffed("lin", staff.Agent)
			test.then(o, watch, b)
			if got := b.ask("GET", "/v1/desk/me", nil); got.code() != test.want {
				t.Errorf("got %+v, want %q", got, test.want)
			}
		})
	}
}

func TestChangingOnesPassword(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	b := o.staffed("lin", staff.Agent)
	for name, test := range map[string]struct {
		ask  map[string]any
		want string
	}{
		"wrong old one": {map[string]any{"old": "wrong", "new": "another fine 9"}, "bad_field"},
		"too short":     {map[string]any{"old": password, "new": "short 1"}, "weak_password"},
		"too simple":    {map[string]any{"old": password, "new": "aaaaaaaaaaaaaaaa"}, "weak_password"},
		"the user":      {map[string]any{"old": password, "new": "I am LIN and that is all"}, "weak_password"},
	} {
		if got := b.ask("POST", "/v1/desk/password", test.ask); got.code() != test.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := b.ask("POST", "/v1/desk/password", map[string]any{"old": password, "new": "another fine 9"}); got.status != http.StatusNoContent {
		t.Errorf("got %+v", got)
	}
	if got := o.browser().ask("POST", "/v1/desk/login", loginAsk{"lin", password}); got.code() != "bad_login" {
		t.Errorf("with the old password: %+v", got)
	}
	if got := o.browser().ask("POST", "/v1/desk/login", loginAsk{"lin", "another fine 9"}); got.status != http.StatusOK {
		t.Errorf("with the new password: %+v", got)
	}
}

func TestDemoAgents(t *testing.T) {
	t.Parallel()
	real := open(t, nil)
	if got := real.browser().ask("GET", "/v1/desk/demo", nil); got.status != http.StatusNotFound {
		t.Errorf("outside demo mode: %+v", got)
	}
	o := open(t, func(options *Options) { options.Demo = true })
	got := o.browser().ask("GET", "/v1/desk/demo", nil)
	if agents, _ := got.body["agents"].([]any); len(agents) != 4 || !strings.Contains(got.text, "林晓") || !strings.Contains(got.text, "Lin Xiao") {
		t.Errorf("got %+v", got)
	}
	b := o.signIn("demo-chen")
	if got := b.ask("GET", "/v1/desk/me", nil); got.body["role"] != "lead" || got.body["name"] != "陈岚" {
		t.Errorf("got %+v", got)
	}
	if got := b.ask("POST", "/v1/desk/password", map[string]any{"old": "", "new": "another fine 9"}); got.code() != "forbidden" {
		t.Errorf("got %+v", got)
	}
	// The session of a demo agent, taken along into a real installation.
	if err := real.vault.Begin(t.Context(), staff.Session{Key: staff.KeyOf(mustToken(t, b)), User: "demo-chen", Began: time.Now(), Seen: time.Now()}); err != nil {
		t.Fatal(err)
	}
	stray := real.browser()
	stray.cookie = b.cookie
	if got := stray.ask("GET", "/v1/desk/me", nil); got.code() != "unauthorized" {
		t.Errorf("got %+v", got)
	}
}

func mustToken(t *testing.T, b *browser) []byte {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.AddCookie(b.cookie)
	token, ok := b.o.server.tokenOf(request)
	if !ok {
		t.Fatal("no token")
	}
	return token
}

func TestPasswordHashes(t *testing.T) {
	t.Parallel()
	hash := cheap().Hash("密码 correct horse")
	for _, test := range []struct {
		hash, password string
		want           bool
	}{
		{hash, "密码 correct horse", true},
		{hash, "密码 correct horsf", false},
		{hash, "", false},
		{"", "", false},
		{strings.Replace(hash, "argon2id", "argon2i", 1), "密码 correct horse", false},
		{strings.Replace(hash, "m=64", "m=99999999", 1), "密码 correct horse", false},
		{strings.Replace(hash, "t=1", "t=0", 1), "密码 correct horse", false},
		{"$argon2id$v=19$m=64,t=1,p=1$$", "", false},
	} {
		keeper, err := newGatekeeper(cheap())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := keeper.admits(t.Context(), test.hash, test.password); got != test.want || err != nil {
			t.Errorf("%q with %q: %v, %v", test.password, test.hash, got, err)
		}
	}
	if hash == cheap().Hash("密码 correct horse") {
		t.Error("two hashes of one password are the same")
	}
}

func FuzzParseHash(f *testing.F) {
	f.Add(cheap().Hash("x"))
	f.Add("$argon2id$v=19$m=64,t=1,p=1$$")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := parseHash(text)
		if err == nil && (h.cost.Memory > 1<<20 || h.cost.Passes > 20 || h.cost.Threads == 0 || len(h.sum) < 16) {
			t.Errorf("accepted %+v", h)
		}
	})
}
