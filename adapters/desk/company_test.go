package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"kaitong/adapters/desk/sso"
	"kaitong/adapters/desk/ssotest"
	"kaitong/adapters/web/browsertest"
	"kaitong/bot/staff"
)

// signOn lets agents of an office in by a provider that knows everybody as 7.
func signOn(t *testing.T, theirs *ssotest.Provider, home string) *Company {
	t.Helper()
	provider, err := sso.New(sso.Options{
		Issuer: theirs.URL, ClientID: ssotest.ClientID, ClientSecret: ssotest.ClientSecret, RedirectURL: home + "/v1/desk/oidc/callback", Home: home + "/desk",
		RolesClaim: "groups", QueuesClaim: "lines", Queues: []string{"care", "general"},
		Roles: map[staff.Role][]string{staff.Agent: {"agents"}, staff.Lead: {"leads"}, staff.Compliance: {"checkers"}, staff.Admin: {"admins"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(provider.Close)
	return &Company{Provider: provider, Name: "银行账号"}
}

// traveller is a browser that keeps cookies and shows every step of the way.
type traveller struct {
	o      *office
	client *http.Client
}

// elsewhere stands for our own address, which the provider is told before the
// office has one.
const elsewhere = "http://desk.test"

func (o *office) traveller() *traveller {
	jar, err := cookiejar.New(nil)
	if err != nil {
		o.t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	return &traveller{o, &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (tr *traveller) ask(method, address string) (status int, location string, body map[string]any) {
	tr.o.t.Helper()
	address = strings.Replace(address, elsewhere, tr.o.http.URL, 1)
	if strings.HasPrefix(address, "/") {
		address = tr.o.http.URL + address
	}
	request, err := http.NewRequestWithContext(tr.o.t.Context(), method, address, nil)
	if err != nil {
		tr.o.t.Fatal(err)
	}
	request.Header.Set("Accept-Language", "zh-CN")
	response, err := tr.client.Do(request)
	if err != nil {
		tr.o.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		tr.o.t.Fatal(err)
	}
	_ = json.Unmarshal(text, &body)
	return response.StatusCode, response.Header.Get("Location"), body
}

// begin goes as far as the address that the provider sends back to.
func (tr *traveller) begin() string {
	tr.o.t.Helper()
	status, _, body := tr.ask("POST", "/v1/desk/oidc")
	address, _ := body["url"].(string)
	if status != http.StatusOK {
		tr.o.t.Fatalf("begin: %d %v", status, body)
	}
	_, back, _ := tr.ask("GET", address)
	return back
}

// signIn goes all the way, and returns how it ended: "" for well.
func (tr *traveller) signIn() string {
	tr.o.t.Helper()
	return tr.finish(tr.begin())
}

func (tr *traveller) finish(back string) string {
	tr.o.t.Helper()
	status, next, body := tr.ask("GET", back)
	page, err := url.Parse(next)
	if status != http.StatusSeeOther || err != nil || page.Path != "/desk" {
		tr.o.t.Fatalf("finish: %d %s %v", status, next, body)
	}
	return page.Query().Get("signin")
}

func (tr *traveller) me() map[string]any {
	_, _, body := tr.ask("GET", "/v1/desk/me")
	return body
}

// records are what the audit log says of sign-ins, without their times.
func (o *office) records() []string {
	o.t.Helper()
	all, err := o.vault.Records(o.t.Context(), 0, 1000)
	if err != nil {
		o.t.Fatal(err)
	}
	var lines []string
	for _, r := range all {
		lines = append(lines, strings.Trim(strings.Join([]string{r.Who, r.Did, r.Subject, r.Reason}, " "), " "))
	}
	return lines
}

func (o *office) recorded(want string) {
	o.t.Helper()
	if lines := o.records(); !slices.Contains(lines, want) {
		o.t.Errorf("%q is not in %q", want, lines)
	}
}

func openWith(t *testing.T, claims map[string]any, change func(*Options)) (*office, *ssotest.Provider) {
	t.Helper()
	theirs := ssotest.Start(t)
	theirs.Claims = claims
	o := open(t, func(options *Options) {
		options.Company = signOn(t, theirs, elsewhere)
		if change != nil {
			change(options)
		}
	})
	return o, theirs
}

func agent() map[string]any {
	return map[string]any{"groups": []string{"agents"}, "lines": []string{"general"}, "preferred_username": "lin@bank.example", "name": "林晓"}
}

// with are claims with some of them changed.
func with(claims map[string]any, more map[string]any) map[string]any {
	maps.Copy(claims, more)
	return claims
}

func TestSigningInWithTheCompany(t *testing.T) {
	t.Parallel()
	o, theirs := openWith(t, agent(), nil)
	if _, _, ways := o.traveller().ask("GET", "/v1/desk/signin"); ways["company"] != true || ways["company_name"] != "银行账号" || ways["password"] != true {
		t.Errorf("ways in: %v", ways)
	}
	tr := o.traveller()
	if code := tr.signIn(); code != "" {
		t.Fatal(code)
	}
	me := tr.me()
	if me["user"] != "lin" || me["name"] != "林晓" || me["role"] != "agent" || me["company"] != true || me["csrf"] == "" {
		t.Errorf("me: %v", me)
	}
	account, err := o.vault.AccountOf(t.Context(), theirs.URL, "7")
	if err != nil || account.User != "lin" || account.Hash != "" || !slices.Equal(account.Queues, []string{"general"}) {
		t.Errorf("account %+v, %v", account, err)
	}
	o.recorded("lin account_added lin oidc agent")
	o.recorded("lin login  oidc")
	for _, guess := range []string{"", password} { // there is no password to it
		if got := o.browser().ask("POST", "/v1/desk/login", loginAsk{"lin", guess}); got.code() != "bad_login" {
			t.Errorf("with the password %q: %+v", guess, got)
		}
	}
	theirs.Claims["preferred_username"], theirs.Claims["name"] = "married", "王晓" // it is still them
	if code := o.traveller().signIn(); code != "" {
		t.Error(code)
	}
	if all, err := o.vault.Accounts(t.Context()); err != nil || len(all) != 1 || all[0].Name != "林晓" {
		t.Errorf("%+v, %v", all, err)
	}
}

// A name or an address proves nothing: who has it already keeps their account.
func TestTheCompanyTakesNoAccountOver(t *testing.T) {
	t.Parallel()
	o, _ := openWith(t, agent(), nil)
	o.hire("lin", staff.Admin)
	tr := o.traveller()
	if code := tr.signIn(); code != "" {
		t.Fatal(code)
	}
	if me := tr.me(); me["role"] != "agent" || !strings.HasPrefix(me["user"].(string), "lin-") {
		t.Errorf("me: %v", me)
	}
	o.signIn("lin")
}

func TestRolesFollowTheCompany(t *testing.T) {
	t.Parallel()
	o, theirs := openWith(t, agent(), nil)
	first := o.traveller()
	first.signIn()
	theirs.Claims = with(agent(), map[string]any{"groups": []string{"leads"}, "lines": []string{"care", "general"}})
	second := o.traveller()
	if code := second.signIn(); code != "" || second.me()["role"] != "lead" || first.me()["role"] != "lead" {
		t.Errorf("%q: %v, and where they were signed in before: %v", code, second.me(), first.me())
	}
	o.recorded("lin account_changed lin oidc role lead queues [care general]")
	theirs.Claims = with(agent(), map[string]any{"groups": []string{"cleaners"}})
	if code := o.traveller().signIn(); code != "no_role" {
		t.Errorf("without a role: %q", code)
	}
	if first.me()["code"] != "unauthorized" || second.me()["code"] != "unauthorized" {
		t.Error("who has lost their role is still signed in")
	}
	o.recorded("login_failed lin oidc no role")
	theirs.Claims = agent()
	if code := first.signIn(); code != "" || first.me()["role"] != "agent" {
		t.Errorf("with the role again: %q", code)
	}
}

// busyVault has an account changed by somebody else whenever it is about to be.
type busyVault struct {
	staff.Vault
	rivals int
}

func (v *busyVault) Update(ctx context.Context, account staff.Account) error {
	if v.rivals > 0 {
		v.rivals--
		rival, err := v.Account(ctx, account.User)
		if err != nil {
			return err
		}
		rival.Name += "晓"
		if err := v.Vault.Update(ctx, rival); err != nil {
			return err
		}
	}
	return v.Vault.Update(ctx, account)
}

// Whose account is changed at the same moment loses their sessions all the same.
func TestWhoLosesTheirRoleIsSignedOutForSure(t *testing.T) {
	t.Parallel()
	vault := &busyVault{}
	o, theirs := openWith(t, agent(), func(options *Options) {
		vault.Vault = options.Vault
		options.Vault = vault
	})
	first := o.traveller()
	first.signIn()
	theirs.Claims = with(agent(), map[string]any{"groups": []string{"cleaners"}})
	vault.rivals = 2
	if code := o.traveller().signIn(); code != "no_role" {
		t.Errorf("without a role: %q", code)
	}
	if first.me()["code"] != "unauthorized" {
		t.Error("who has lost their role is still signed in")
	}
}

func TestWhoIsTurnedAway(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		claims map[string]any
		want   string
		audit  string
	}{
		"no role":          {with(agent(), map[string]any{"groups": []string{}}), "no_role", "login_failed lin oidc no role"},
		"two roles":        {with(agent(), map[string]any{"groups": []string{"admins", "checkers"}}), "two_roles", "login_failed lin oidc two roles"},
		"no lines":         {with(agent(), map[string]any{"lines": []string{"secret"}}), "no_role", "login_failed lin oidc no role"},
		"another nonce":    {with(agent(), map[string]any{"nonce": "N"}), "company_refused", "login_failed  oidc refused"},
		"another audience": {with(agent(), map[string]any{"aud": "x"}), "company_refused", "login_failed  oidc refused"},
		"another issuer":   {with(agent(), map[string]any{"iss": "https://evil.example"}), "company_refused", "login_failed  oidc refused"},
		"expired":          {with(agent(), map[string]any{"exp": time.Now().Add(-time.Minute).Unix()}), "company_refused", "login_failed  oidc refused"},
	} {
		o, _ := openWith(t, test.claims, nil)
		tr := o.traveller()
		if code := tr.signIn(); code != test.want || tr.me()["code"] != "unauthorized" {
			t.Errorf("%s: got %q", name, code)
		}
		o.recorded(test.audit)
		if all, err := o.vault.Accounts(t.Context()); err != nil || len(all) != 0 {
			t.Errorf("%s: %+v, %v", name, all, err)
		}
	}
}

func TestWaysBackThatAreWrong(t *testing.T) {
	t.Parallel()
	o, _ := openWith(t, agent(), nil)
	tr := o.traveller()
	back := tr.begin()
	if code := o.traveller().finish(back); code != "company_stale" {
		t.Errorf("in another browser: %q", code)
	}
	wrong, err := url.Parse(back)
	if err != nil {
		t.Fatal(err)
	}
	wrong.RawQuery = url.Values{"state": {"S"}, "code": {wrong.Query().Get("code")}}.Encode()
	if code := tr.finish(wrong.String()); code != "company_stale" {
		t.Errorf("with another state: %q", code)
	}
	if code := tr.finish(back); code != "company_stale" { // its cookie is gone
		t.Errorf("after a wrong try: %q", code)
	}
	back = tr.begin()
	if code := tr.finish(back); code != "" {
		t.Errorf("anew: %q", code)
	}
	if code := tr.finish(back); code != "company_stale" {
		t.Errorf("the same once more: %q", code)
	}
	if tr.me()["user"] != "lin" {
		t.Error("who was signed in is not any more")
	}
}

// Pages of others can send browsers back without a sign-in under way, and
// providers can be away: neither keeps those out who sit at the same address.
func TestNobodyIsLockedOutByWaysBack(t *testing.T) {
	t.Parallel()
	o, theirs := openWith(t, agent(), nil)
	o.hire("wang", staff.Agent)
	for range guessesOfAddress + 1 {
		if code := o.traveller().finish("/v1/desk/oidc/callback?state=S&code=C"); code != "company_stale" {
			t.Fatalf("out of nowhere: %q", code)
		}
	}
	o.signIn("wang")
	if code := o.traveller().signIn(); code != "" {
		t.Errorf("with the company's account: %q", code)
	}
	away := 0
	for range guessesOfAddress + 1 {
		tr := o.traveller()
		back := tr.begin()
		theirs.Down.Store(true)
		if tr.finish(back) == "company_away" {
			away++
		}
		theirs.Down.Store(false)
	}
	if away != guessesOfAddress+1 {
		t.Errorf("away %d times", away)
	}
	o.signIn("wang")
}

// Somebody who is kept out by an administrator stays out, whatever the provider
// says, and neither role nor password can be set here.
func TestAccountsOfTheCompanyAreKept(t *testing.T) {
	t.Parallel()
	o, _ := openWith(t, agent(), nil)
	tr, root := o.traveller(), o.staffed("root", staff.Admin)
	tr.signIn()
	for _, change := range []map[string]any{{"password": "another fine 9"}, {"role": "lead"}} {
		if got := root.ask("PATCH", "/v1/desk/accounts/lin", change); got.code() != "not_possible" {
			t.Errorf("%v: %+v", change, got)
		}
	}
	if got := root.ask("PATCH", "/v1/desk/accounts/lin", map[string]any{"name": "小林"}); got.body["name"] != "小林" || got.body["company"] != true {
		t.Errorf("got %+v", got)
	}
	if got := root.ask("PATCH", "/v1/desk/accounts/lin", map[string]any{"disabled": true}); got.status != http.StatusOK {
		t.Errorf("got %+v", got)
	}
	if tr.me()["code"] != "unauthorized" {
		t.Error("still signed in")
	}
	if code := tr.signIn(); code != "disabled" || tr.me()["code"] != "unauthorized" {
		t.Errorf("got %q", code)
	}
	o.recorded("login_failed lin oidc disabled")
}

func TestAProviderThatIsDown(t *testing.T) {
	t.Parallel()
	o, theirs := openWith(t, agent(), nil)
	theirs.Down.Store(true)
	o.hire("wang", staff.Agent)
	status, _, body := o.traveller().ask("POST", "/v1/desk/oidc")
	if status != http.StatusServiceUnavailable || body["code"] != "company_away" || !strings.Contains(body["title"].(string), "暂时没有回应") {
		t.Errorf("%d %v", status, body)
	}
	o.signIn("wang")
}

func TestPasswordsCanBeOff(t *testing.T) {
	t.Parallel()
	o, _ := openWith(t, agent(), func(options *Options) { options.Company.Only = true })
	o.hire("wang", staff.Agent)
	for _, ask := range []loginAsk{{"wang", password}, {"wang", "wrong"}, {"nobody", "x"}} {
		if got := o.browser().ask("POST", "/v1/desk/login", ask); got.code() != "no_passwords" {
			t.Errorf("%v: %+v", ask, got)
		}
	}
	tr := o.traveller()
	if _, _, ways := tr.ask("GET", "/v1/desk/signin"); ways["password"] != false {
		t.Errorf("ways in: %v", ways)
	}
	if code := tr.signIn(); code != "" {
		t.Error(code)
	}
}

func TestWithoutACompany(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	for method, path := range map[string]string{"POST": "/v1/desk/oidc", "GET": "/v1/desk/oidc/callback"} {
		if status, _, _ := o.traveller().ask(method, path); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
	if _, _, ways := o.traveller().ask("GET", "/v1/desk/signin"); ways["company"] != false || ways["password"] != true {
		t.Errorf("ways in: %v", ways)
	}
}

// The next at the same screen must not be let in as the one before.
func TestLeavingTheCompany(t *testing.T) {
	t.Parallel()
	o, theirs := openWith(t, agent(), nil)
	tr := o.traveller()
	tr.signIn()
	b := o.browser()
	b.csrf = tr.me()["csrf"].(string)
	home, err := url.Parse(o.http.URL)
	if err != nil {
		t.Fatal(err)
	}
	b.cookie = tr.client.Jar.Cookies(home)[0]
	got := b.ask("POST", "/v1/desk/logout", map[string]any{})
	if address, _ := got.body["url"].(string); got.status != http.StatusOK || !strings.HasPrefix(address, theirs.URL+"/logout?") {
		t.Errorf("got %+v", got)
	}
	if tr.me()["code"] != "unauthorized" {
		t.Error("still signed in")
	}
	if got := o.staffed("wang", staff.Agent).ask("POST", "/v1/desk/logout", map[string]any{}); got.status != http.StatusNoContent {
		t.Errorf("of an account of our own: %+v", got)
	}
}

// Behind TLS both cookies belong to this very host.
func TestCookiesOfTheWayBack(t *testing.T) {
	t.Parallel()
	o, _ := openWith(t, agent(), func(options *Options) { options.Proxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, o.http.URL+"/v1/desk/oidc", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("X-Forwarded-Proto", "https")
	response, err := o.http.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	cookies := response.Cookies()
	if len(cookies) != 1 || cookies[0].Name != "__Host-kaitong_desk_flow" || !cookies[0].Secure || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteLaxMode ||
		cookies[0].Path != "/" || cookies[0].Domain != "" || cookies[0].MaxAge != int(sso.FlowLife.Seconds()) {
		t.Errorf("cookies %+v", cookies)
	}
}

// A browser keeps to SameSite: the provider is another site, its cookie of the
// way comes back, and the strict one of the session is there once the page asks.
func TestTheCompanyInABrowser(t *testing.T) {
	t.Parallel()
	chromium := browsertest.Start(t, *shots)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	home := "http://localhost:" + port // the provider is at 127.0.0.1
	theirs := ssotest.Start(t)
	theirs.Claims = with(agent(), map[string]any{"groups": []string{}})
	o := open(t, func(options *Options) { options.Company = signOn(t, theirs, home) })
	server := &http.Server{Handler: o.server.Handler(), ReadHeaderTimeout: patience}
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(listener) }()
	t.Cleanup(func() { server.Close(); <-served })
	s := o.sight(chromium, home, look{})
	s.ClickOn("button", "银行账号")
	s.lands("还没有工作台的角色")
	theirs.Claims = agent()
	s.ClickOn("button", "银行账号")
	s.lands("林晓")
}

// lands waits until the browser, which is on its way, is at the desk and shows a
// text.
func (s *sight) lands(text string) {
	s.o.t.Helper()
	s.Until(fmt.Sprintf("location.pathname === '/desk' && location.search === '' && document.body.innerText.includes(%q)", text))
}
