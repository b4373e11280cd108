package desk

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"kaitong/bot/staff"
	"kaitong/bot/staff/stafftest"
)

func TestAccountsAreKept(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	b := o.staffed("root", staff.Admin)
	for name, test := range map[string]struct {
		ask  map[string]any
		want string
	}{
		"without a password": {map[string]any{"user": "zhou", "name": "周宁", "role": "agent"}, "missing_field"},
		"a weak password":    {map[string]any{"user": "zhou", "name": "周宁", "role": "agent", "password": "short"}, "weak_password"},
		"no role":            {map[string]any{"user": "zhou", "name": "周宁", "role": "boss", "password": password}, "bad_field"},
		"of the demo":        {map[string]any{"user": "demo-zhou", "name": "周宁", "role": "agent", "password": password}, "bad_field"},
		"markup as a user":   {map[string]any{"user": "<b>", "name": "周宁", "role": "agent", "password": password}, "bad_field"},
	} {
		if got := b.ask("POST", "/v1/desk/accounts", test.ask); got.code() != test.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	zhou := map[string]any{"user": "zhou", "name": "<img src=x onerror=alert(1)>", "role": "agent", "queues": []string{"general"}, "password": password}
	if got := b.ask("POST", "/v1/desk/accounts", zhou); got.status != http.StatusCreated || strings.Contains(got.text, "<img") {
		t.Errorf("got %+v", got)
	}
	if got := b.ask("POST", "/v1/desk/accounts", zhou); got.code() != "exists" {
		t.Errorf("got %+v", got)
	}
	if got := b.ask("PATCH", "/v1/desk/accounts/zhou", map[string]any{"role": "lead", "queues": []string{}}); got.body["role"] != "lead" || got.body["user"] != "zhou" {
		t.Errorf("got %+v", got)
	}
	if got := b.ask("PATCH", "/v1/desk/accounts/none", map[string]any{"role": "lead"}); got.code() != "not_found" {
		t.Errorf("got %+v", got)
	}
	for _, own := range []map[string]any{{"disabled": true}, {"role": "agent"}} {
		if got := b.ask("PATCH", "/v1/desk/accounts/root", own); got.code() != "not_possible" {
			t.Errorf("%v of oneself: %+v", own, got)
		}
	}
	if got := b.ask("GET", "/v1/desk/accounts", nil); len(got.body["accounts"].([]any)) != 2 || strings.Contains(got.text, "argon") {
		t.Errorf("got %+v", got)
	}
	if o.signIn("zhou").ask("GET", "/v1/desk/me", nil).body["role"] != "lead" {
		t.Error("the new account is no lead")
	}
}

// An act that could not be recorded is not acknowledged; sent again it is.
func TestAnActIsRecordedWhenSentAgain(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.engine.wait("c1", "general")
	l := o.staffed("lin", staff.Agent).connect()
	o.engine.mu.Lock()
	o.engine.seen["a1"] = true // done, and then the program was killed
	o.engine.mu.Unlock()
	if code := l.act("a1", map[string]any{"conversation": "c1", "kind": "claim"}); code != "" {
		t.Fatal(code)
	}
	records, err := o.vault.Records(t.Context(), 0, 100)
	if err != nil || records[len(records)-1].Did != "claim" || records[len(records)-1].From == "" {
		t.Errorf("%v, %+v", err, records)
	}
}

func TestWhatIsRecorded(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.engine.wait("c1", "general")
	lin := o.staffed("lin", staff.Agent)
	o.browser().ask("POST", "/v1/desk/login", loginAsk{"lin", "wrong"})
	o.browser().ask("POST", "/v1/desk/login", loginAsk{"my secret password", "x"})
	lin.ask("GET", "/v1/desk/conversations/c1", nil)
	if got := lin.ask("POST", "/v1/desk/conversations/c1/reveal", map[string]string{"reason": "客户回电核对"}); got.body["user"] != "user-of-c1" {
		t.Errorf("reveal: %+v", got)
	}
	l := lin.connect()
	if code := l.act("a1", map[string]any{"conversation": "c1", "kind": "claim"}); code != "" {
		t.Errorf("claim: %s", code)
	}
	l.act("a2", map[string]any{"conversation": "c1", "kind": "reply", "epoch": 2, "text": "secret words"})
	l.act("a3", map[string]any{"conversation": "c1", "kind": "resolve", "epoch": 2, "disposition": map[string]string{"solved": "yes", "note": "secret note", "cause": ""}})
	lin.ask("POST", "/v1/desk/logout", map[string]any{})
	wang := o.staffed("wang", staff.Compliance)
	got := wang.ask("GET", "/v1/desk/audit", nil)
	var did []string
	for _, entry := range got.body["entries"].([]any) {
		did = append(did, entry.(map[string]any)["action"].(string))
	}
	if want := "login login_failed login_failed opened reveal claim resolve logout login"; strings.Join(did, " ") != want {
		t.Errorf("recorded %q, want %q", did, want)
	}
	if got.body["whole"] != true || !strings.Contains(got.text, "客户回电核对") || !strings.Contains(got.text, "127.0.0.1") {
		t.Errorf("got %s", got.text)
	}
	for _, never := range []string{"secret words", "secret note", "my secret password", "user-of-c1", password} {
		if strings.Contains(got.text, never) {
			t.Errorf("%q is in the audit log", never)
		}
	}
	if page := wang.ask("GET", "/v1/desk/audit?after=4", nil); page.body["whole"] != true || len(page.body["entries"].([]any)) != len(did)-4 {
		t.Errorf("got %s", page.text)
	}
}

func TestRevealWantsAReason(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.engine.wait("c1", "general")
	b := o.staffed("lin", staff.Agent)
	for _, reason := range []string{"", "  ", "ab", "a\nb\nc", strings.Repeat("a", 201)} {
		if got := b.ask("POST", "/v1/desk/conversations/c1/reveal", map[string]string{"reason": reason}); got.code() != "bad_field" {
			t.Errorf("%q: %+v", reason, got)
		}
	}
}

// brokenVault cannot record anything.
type brokenVault struct{ *stafftest.Memory }

func (brokenVault) Record(context.Context, staff.Record) error { return errors.New("disk full") }

// What cannot be recorded is not done.
func TestNothingHappensUnrecorded(t *testing.T) {
	t.Parallel()
	var vault *stafftest.Memory
	o := open(t, func(options *Options) {
		vault = options.Vault.(*stafftest.Memory)
		options.Vault = brokenVault{vault}
	})
	o.engine.wait("c1", "general")
	o.hire("lin", staff.Agent)
	if got := o.browser().ask("POST", "/v1/desk/login", loginAsk{"lin", password}); got.code() != "internal" || got.header.Get("Set-Cookie") != "" {
		t.Errorf("login: %+v", got)
	}
}

func TestACase(t *testing.T) {
	t.Parallel()
	o := open(t, nil)
	o.engine.wait("c1", "general")
	b := o.staffed("lin", staff.Agent, "general")
	got := b.ask("GET", "/v1/desk/conversations/c1", nil)
	entry := got.body["entry"].(map[string]any)
	if entry["conversation"] != "c1" || entry["state"] != "queued" || entry["epoch"] != 1.0 || entry["user"] != "u***c1" {
		t.Errorf("entry %+v", entry)
	}
	if strings.Contains(got.text, "user-of-c1") {
		t.Error("the person is not masked")
	}
	if lines := got.body["summary"].([]any); len(lines) != 2 || !strings.Contains(got.text, "请先关怀") {
		t.Errorf("summary %q", lines)
	}
	turns := got.body["turns"].([]any)
	if events := turns[0].(map[string]any)["events"].([]any); len(turns) != 1 || len(events) != 2 || events[0].(map[string]any)["kind"] != "started" {
		t.Errorf("turns %+v", turns)
	}
	for path, want := range map[string]string{"c2": "not_found", "x%20y": "not_found", strings.Repeat("a", 65): "not_found"} {
		if got := b.ask("GET", "/v1/desk/conversations/"+path, nil); got.code() != want {
			t.Errorf("%s: %+v", path, got)
		}
	}
	if got := o.staffed("zhou", staff.Agent, "appeals").ask("GET", "/v1/desk/conversations/c1", nil); got.code() != "forbidden" {
		t.Errorf("of another line: %+v", got)
	}
}

func TestSnippetsAndQueues(t *testing.T) {
	t.Parallel()
	o := open(t, func(options *Options) {
		options.Snippets = func(query, locale string) []Snippet { return []Snippet{{ID: "fix:x", Title: query, Text: locale}} }
	})
	o.engine.wait("c1", "general")
	b := o.staffed("lin", staff.Agent)
	if got := b.ask("GET", "/v1/desk/snippets?q=repay&locale=en", nil); !strings.Contains(got.text, `{"id":"fix:x","title":"repay","text":"en"}`) {
		t.Errorf("got %+v", got)
	}
	if got := b.ask("GET", "/v1/desk/snippets?q="+strings.Repeat("a", 300), nil); got.code() != "bad_field" {
		t.Errorf("got %+v", got)
	}
	b.connect()
	got := b.ask("GET", "/v1/desk/queues", nil)
	general := got.body["queues"].([]any)[2].(map[string]any)
	if general["id"] != "general" || general["waiting"] != 1.0 || general["active"] != 0.0 || general["online"] != 1.0 || general["name"] != "综合咨询" {
		t.Errorf("got %+v", general)
	}
}

func TestMasked(t *testing.T) {
	t.Parallel()
	for user, want := range map[string]string{"": "***", "abcde": "***", "13812345678": "1***78", "demo-kyc": "d***yc", "张三李四王五赵六": "张***赵六"} {
		if got := masked(user); got != want {
			t.Errorf("%q: %q", user, got)
		}
	}
}
