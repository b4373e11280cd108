package cli

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// analyticsPaths are all that the description of the API names, and one that is
// not there.
func analyticsPaths(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("../dashboard/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var described struct {
		Paths map[string]map[string]any `yaml:"paths"`
	}
	if err := yaml.Unmarshal(text, &described); err != nil {
		t.Fatal(err)
	}
	paths := map[string][]string{"/v1/analytics/nothing": {http.MethodGet, http.MethodPost}}
	for path, methods := range described.Paths {
		path = strings.ReplaceAll(path, "{id}", "00000000")
		if !strings.HasPrefix(path, "/v1/analytics/") {
			t.Fatalf("the path %s is described", path)
		}
		delete(methods, "parameters")
		for method := range methods {
			paths[path] = append(paths[path], strings.ToUpper(method))
		}
		paths[path] = append(paths[path], http.MethodDelete)
	}
	return paths
}

// Figures are of all conversations: agents see those of their own only, and
// nobody else's page can ask in the name of a lead.
func TestFiguresAreForLeads(t *testing.T) {
	t.Parallel()
	base := startApp(t, nil)
	agent, lead := &colleague{t: t, base: base}, &colleague{t: t, base: base}
	for who, user := range map[*colleague]string{agent: "demo-lin", lead: "demo-chen"} {
		who.csrf, _ = who.ask(http.MethodPost, "/v1/desk/login", map[string]string{"user": user, "password": ""})["csrf"].(string)
	}
	stranger := &colleague{t: t, base: base, csrf: lead.csrf}
	hurried := &colleague{t: t, base: base, cookie: lead.cookie}
	for path, methods := range analyticsPaths(t) {
		for _, method := range methods {
			for name, c := range map[string]struct {
				who    *colleague
				origin string
				wants  func(status int) bool
			}{
				"nobody":               {stranger, base, func(status int) bool { return status == http.StatusUnauthorized }},
				"an agent":             {agent, base, func(status int) bool { return status == http.StatusForbidden }},
				"a lead":               {lead, base, func(status int) bool { return status != http.StatusUnauthorized && status != http.StatusForbidden }},
				"a lead without token": {hurried, base, func(status int) bool { return (status == http.StatusForbidden) == (method != http.MethodGet) }},
				"another page":         {lead, "https://evil.example", func(status int) bool { return (status == http.StatusForbidden) == (method != http.MethodGet) }},
			} {
				if status := c.who.status(method, path, c.origin); !c.wants(status) {
					t.Errorf("%s %s by %s: %d", method, path, name, status)
				}
			}
		}
	}
}

// status is what a request is answered with.
func (c *colleague) status(method, path, origin string) int {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, bytes.NewReader([]byte(`{"as":"entry"}`)))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header = http.Header{"Origin": {origin}, "Cookie": {c.cookie}, "X-Kaitong-Csrf": {c.csrf}, "Content-Type": {"application/json"}}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// What leaves as a file is known afterwards, with who took it.
func TestFilesOfFiguresAreInTheAudit(t *testing.T) {
	t.Parallel()
	c := &colleague{t: t, base: startApp(t, nil)}
	c.csrf, _ = c.ask(http.MethodPost, "/v1/desk/login", map[string]string{"user": "demo-wang", "password": ""})["csrf"].(string)
	if status := c.status(http.MethodGet, "/v1/analytics/overview", c.base); status != http.StatusOK {
		t.Fatalf("the overview: %d", status)
	}
	if status := c.status(http.MethodGet, "/v1/analytics/export?what=contacts&format=csv&from=2026-11-01&to=2026-11-02", c.base); status != http.StatusOK {
		t.Fatalf("the file: %d", status)
	}
	var found []string
	entries, _ := c.ask(http.MethodGet, "/v1/desk/audit", nil)["entries"].([]any)
	for _, entry := range entries {
		if one, _ := entry.(map[string]any); one["action"] == "exported" {
			found = append(found, fmt.Sprint(one["user"], " ", one["reason"]))
		}
	}
	if want := []string{"demo-wang format=csv&from=2026-11-01&to=2026-11-02&what=contacts"}; !slices.Equal(found, want) {
		t.Errorf("the audit has %q", found)
	}
}
