package cli

import (
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"slices"
	"strings"
	"testing"

	"kaitong/adapters/desk/ssotest"
	"kaitong/configs"
)

// From the configuration to the desk, by way of a provider.
func TestSigningInWithTheCompany(t *testing.T) {
	t.Parallel()
	theirs := ssotest.Start(t)
	theirs.Claims = map[string]any{"realm_access": map[string]any{"roles": []string{"kaitong-lead"}}, "preferred_username": "chen", "name": "陈岚"}
	address := freeAddress(t, "127.0.0.1")
	base := startApp(t, func(c *configs.Config) {
		c.Addr, c.Handoff.PublicURL = address, "http://"+address
		c.Desk.OIDC.Issuer, c.Desk.OIDC.ClientID, c.Desk.OIDC.ClientSecret = theirs.URL, ssotest.ClientID, ssotest.ClientSecret
		c.Desk.OIDC.Roles = configs.OIDCRoles{Claim: "realm_access.roles", Lead: []string{"kaitong-lead"}}
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}}
	ask := func(method, address string) map[string]any {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := browser.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		answer := map[string]any{}
		if strings.Contains(response.Header.Get("Content-Type"), "json") {
			if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
				t.Fatal(err)
			}
		}
		return answer
	}
	begun := ask(http.MethodPost, base+"/v1/desk/oidc")
	at, _ := begun["url"].(string)
	if !strings.HasPrefix(at, theirs.URL+"/authorize?") {
		t.Fatalf("begun: %v", begun)
	}
	ask(http.MethodGet, at) // there, and back to the desk
	if me := ask(http.MethodGet, base+"/v1/desk/me"); me["user"] != "chen" || me["role"] != "lead" {
		t.Errorf("me: %v", me)
	}
}

func TestNamesOfOurOwn(t *testing.T) {
	t.Parallel()
	config := configs.Default()
	config.Handoff.PublicURL, config.Web.AllowedOrigins = "https://bot.example.com:8443", []string{"https://help.example.com"}
	config.Desk.OIDC.RedirectURL = "https://desk.example.com/v1/desk/oidc/callback"
	if got := hostsOf(config); !slices.Equal(got, []string{"bot.example.com:8443", "desk.example.com", "help.example.com"}) {
		t.Errorf("got %q", got)
	}
}
