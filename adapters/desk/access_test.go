package desk

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"kaitong/bot/staff"
)

// matrix is who may ask what: the roles that are let through, in the words of
// the specification. A route without a row fails the test, and a row without a
// route too.
func matrix() map[string]string {
	return map[string]string{
		"GET /desk":                                      "everybody",
		"GET /desk/":                                     "everybody",
		"GET /analytics":                                 "everybody",
		"GET /v1/desk/demo":                              "everybody",
		"POST /v1/desk/login":                            "everybody",
		"GET /v1/desk/signin":                            "everybody",
		"POST /v1/desk/oidc":                             "everybody",
		"GET /v1/desk/oidc/callback":                     "everybody",
		"POST /v1/desk/logout":                           "agent lead compliance admin",
		"POST /v1/desk/password":                         "agent lead compliance admin",
		"GET /v1/desk/me":                                "agent lead compliance admin",
		"GET /v1/desk/ws":                                "agent lead compliance",
		"GET /v1/desk/queues":                            "agent lead compliance",
		"GET /v1/desk/snippets":                          "agent lead",
		"GET /v1/desk/conversations/{id}":                "agent lead compliance",
		"POST /v1/desk/conversations/{id}/reveal":        "agent lead compliance",
		"GET /v1/desk/audit":                             "compliance admin",
		"GET /v1/desk/accounts":                          "admin",
		"POST /v1/desk/accounts":                         "admin",
		"PATCH /v1/desk/accounts/{user}":                 "admin",
		"GET /v1/desk/conversations/{id}/proofs/{proof}": "agent lead",
	}
}

func TestEveryRoleAtEveryRoute(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.engine.wait("c1", "general")
	browsers := map[string]*browser{"nobody": o.browser()}
	for _, role := range staff.Roles() {
		o.hire("a-"+string(role), role)
	}
	want := matrix()
	for _, row := range o.server.routes() {
		name := row.method + " " + row.path
		allowed, known := want[name]
		if !known {
			t.Errorf("%s is in no row of the matrix", name)
			continue
		}
		delete(want, name)
		for _, role := range []string{"nobody", "agent", "lead", "compliance", "admin"} {
			b := browsers[role]
			if role != "nobody" {
				b = o.signIn("a-" + role) // logout ends it
			}
			checkAccess(t, b, row, role, allowed)
		}
	}
	for name := range want {
		t.Errorf("%s is in the matrix, and nothing answers there", name)
	}
}

func checkAccess(t *testing.T, b *browser, row route, role, allowed string) {
	t.Helper()
	path := strings.NewReplacer("{id}", "c1", "{proof}", "p1", "{user}", "a-agent").Replace(row.path)
	var body any
	if row.method != http.MethodGet {
		body = "{}"
	}
	got := b.ask(row.method, path, body)
	refused := map[string]bool{"unauthorized": true, "forbidden": true, "csrf": true}[got.code()]
	let := allowed == "everybody" || slices.Contains(strings.Fields(allowed), role)
	switch {
	case let == refused:
		t.Errorf("%s %s as %s: %d %s", row.method, row.path, role, got.status, got.text)
	case !let && role == "nobody" && got.code() != "unauthorized", !let && role != "nobody" && got.code() != "forbidden":
		t.Errorf("%s %s as %s: refused as %s", row.method, row.path, role, got.code())
	}
}

// Everything that changes something wants the word that only our page knows,
// and comes from our page.
func TestForgedRequests(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	for _, row := range o.server.routes() {
		if row.method == http.MethodGet {
			continue
		}
		path := strings.NewReplacer("{id}", "c1", "{user}", "x").Replace(row.path)
		for name, test := range map[string]struct {
			forge func(*browser)
			want  string
		}{
			"no CSRF header":      {func(b *browser) { b.csrf = "" }, "csrf"},
			"another CSRF header": {func(b *browser) { b.csrf = strings.Repeat("A", 43) }, "csrf"},
			"another page":        {func(b *browser) { b.origin = "https://evil.example" }, "bad_origin"},
			"another port":        {func(b *browser) { b.origin = "http://127.0.0.1:1" }, "bad_origin"},
			"sandboxed page":      {func(b *browser) { b.origin = "null" }, "bad_origin"},
			"cross-site":          {func(b *browser) { b.origin = ""; b.header.Set("Sec-Fetch-Site", "cross-site") }, "bad_origin"},
			"same site":           {func(b *browser) { b.origin = ""; b.header.Set("Sec-Fetch-Site", "same-site") }, "bad_origin"},
		} {
			if row.roles == nil && test.want == "csrf" {
				continue // there is no session yet
			}
			user := "u" + strings.Trim(strings.Map(func(r rune) rune {
				if r >= 'a' && r <= 'z' {
					return r
				}
				return -1
			}, path+name), "/")
			b := o.staffed(user, map[bool]staff.Role{true: staff.Admin, false: staff.Agent}[strings.Contains(path, "accounts")])
			test.forge(b)
			if got := b.ask(row.method, path, "{}"); got.code() != test.want {
				t.Errorf("%s %s, %s: %d %s", row.method, path, name, got.status, got.text)
			}
		}
	}
}

func TestSocketsOfOthers(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	for name, test := range map[string]struct {
		forge func(*browser)
		proto string
		want  int
	}{
		"another page":        {func(b *browser) { b.origin = "https://evil.example" }, Subprotocol, http.StatusForbidden},
		"sandboxed page":      {func(b *browser) { b.origin = "null" }, Subprotocol, http.StatusForbidden},
		"nobody":              {func(b *browser) { b.cookie = nil }, Subprotocol, http.StatusUnauthorized},
		"another subprotocol": {func(*browser) {}, "kaitong.v1", http.StatusBadRequest},
		"no browser":          {func(b *browser) { b.origin = "" }, Subprotocol, http.StatusSwitchingProtocols},
	} {
		o.hire("u"+strings.ReplaceAll(name, " ", ""), staff.Agent)
		b := o.signIn("u" + strings.ReplaceAll(name, " ", ""))
		test.forge(b)
		_, response, err := b.dial(test.proto)
		if response == nil || response.StatusCode != test.want {
			t.Errorf("%s: %v, %v", name, response, err)
		}
	}
	b := o.staffed("lin", staff.Agent)
	if got := b.ask("GET", "/v1/desk/ws", nil); got.code() != "upgrade_required" {
		t.Errorf("got %+v", got)
	}
}

func TestBodiesThatAreRefused(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	for name, test := range map[string]struct{ body, want string }{
		"nothing":           {"", "bad_json"},
		"text":              {"hello", "bad_json"},
		"list":              {`[]`, "bad_json"},
		"twice":             {`{"user":"lin"}{"user":"lin"}`, "bad_json"},
		"key twice":         {`{"user":"lin","user":"wang"}`, "bad_json"},
		"key twice, spelt":  {`{"user":"lin","us\u0065r":"wang"}`, "bad_json"},
		"key in other case": {`{"User":"lin"}`, "bad_json"},
		"unknown key":       {`{"user":"lin","admin":true}`, "bad_field"},
		"wrong type":        {`{"user":1}`, "bad_field"},
		"half a pair":       {`{"user":"\ud83d"}`, "bad_json"},
		"broken UTF-8":      {"{\"user\":\"\xff\"}", "bad_json"},
		"deep":              {strings.Repeat(`{"user":`, 20) + "1" + strings.Repeat("}", 20), "bad_json"},
		"large":             {`{"user":"` + strings.Repeat("a", maxBodyBytes) + `"}`, "too_large"},
		"a whole pair":      {`{"user":"\ud83d\ude00","password":"x"}`, "bad_login"},
	} {
		if got := o.browser().ask("POST", "/v1/desk/login", test.body); got.code() != test.want {
			t.Errorf("%s: %d %s, want %s", name, got.status, got.text, test.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"user":"lin","password":"\ud83d\ude00"}`))
	f.Add([]byte(`{"user":"\ud83d"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var ask loginAsk
		if decode(data, &ask) != nil {
			return
		}
		again := loginAsk{}
		if bad := decode([]byte(strings.TrimSpace(string(data))), &again); bad != nil || again != ask {
			t.Errorf("%q: %v", data, bad)
		}
	})
}

func TestProblemsSpeakBothLanguages(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	b := o.browser()
	zh := b.ask("GET", "/v1/desk/me", nil)
	b.header.Set("Accept-Language", "en-GB,en;q=0.9")
	en := b.ask("GET", "/v1/desk/me", nil)
	if zh.body["title"] == en.body["title"] || zh.header.Get("Content-Type") != "application/problem+json" || zh.body["type"] != "urn:kaitong:problem:unauthorized" {
		t.Errorf("%s, %s", zh.text, en.text)
	}
	for code, row := range codeTable() {
		if row.zh == "" || row.en == "" || row.status < 400 || code != row.code {
			t.Errorf("%s: %+v", code, row)
		}
	}
	if got := b.ask("DELETE", "/v1/desk/me", nil); got.code() != "method_not_allowed" || got.header.Get("Allow") != "GET" {
		t.Errorf("got %+v", got)
	}
	if got := b.ask("GET", "/v1/desk/nothing", nil); got.code() != "not_found" {
		t.Errorf("got %+v", got)
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	for path, cache := range map[string]string{"/v1/desk/me": "no-store", "/v1/desk/demo": "no-store", "/desk/": "no-cache, no-store", "/desk": "no-cache, no-store"} {
		got := o.browser().ask("GET", path, nil)
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cache-Control": cache} {
			if got.header.Get(name) != want {
				t.Errorf("%s: %s is %q", path, name, got.header.Get(name))
			}
		}
		if policy := got.header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
	}
}

func TestThePageHasANonceOfItsOwn(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	seen := map[string]bool{}
	for _, path := range []string{"/desk", "/desk/", "/desk/conversations/c1"} {
		got := o.browser().ask("GET", path, nil)
		_, rest, _ := strings.Cut(got.header.Get("Content-Security-Policy"), "'nonce-")
		nonce, _, _ := strings.Cut(rest, "'")
		if len(nonce) < 20 || seen[nonce] || !strings.Contains(got.text, `nonce="`+nonce+`"`) || strings.Contains(got.text, noncePlace) {
			t.Errorf("%s: nonce %q in %q", path, nonce, got.text)
		}
		seen[nonce] = true
	}
	if got := o.browser().ask("GET", "/desk/assets/none.js", nil); got.status != http.StatusNotFound {
		t.Errorf("got %+v", got)
	}
}

func TestAssetsAreKeptForEver(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	script, err := newAsset("page/assets/a-1.js", []byte(strings.Repeat("let a = 1;\n", 100)))
	if err != nil {
		t.Fatal(err)
	}
	o.server.files.assets["assets/a-1.js"] = script
	b := o.browser()
	got := b.ask("GET", "/desk/assets/a-1.js", nil) // the client unzips by itself
	if got.header.Get("Cache-Control") != "public, max-age=31536000, immutable" || got.header.Get("Content-Type") != "text/javascript; charset=utf-8" || len(got.text) != 1100 {
		t.Errorf("got %+v", got)
	}
	b.header.Set("Accept-Encoding", "gzip")
	if got := b.ask("GET", "/desk/assets/a-1.js", nil); got.header.Get("Content-Encoding") != "gzip" || len(got.text) > 200 {
		t.Errorf("got %+v", got)
	}
	b.header.Set("If-None-Match", got.header.Get("ETag"))
	if got := b.ask("GET", "/desk/assets/a-1.js", nil); got.status != http.StatusNotModified {
		t.Errorf("got %+v", got)
	}
	if _, err := newAsset("page/a.exe", nil); err == nil {
		t.Error("a file of an unknown kind is served")
	}
}
