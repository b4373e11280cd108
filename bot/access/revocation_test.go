package access

import (
	"strings"
	"testing"
	"time"
)

func TestRevoked(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 28, 8, 0, 0, 0, time.UTC)
	all := []Revocation{
		{Tenant: "a", User: "u", Since: at, Until: at.Add(time.Hour)},
		{Tenant: "a", User: "u", Since: at.Add(-time.Hour), Until: at}, // an older one frees nobody
		{Tenant: "a", Token: "t1", Since: at, Until: at.Add(time.Hour)},
	}
	list := NewList()
	if list.Revoked("a", "u", "t1", at) {
		t.Error("revoked before anything was")
	}
	if !list.Replace(all) || list.Replace(all) {
		t.Error("a change is not noticed, or one where there is none")
	}
	for name, c := range map[string]struct {
		tenant, user, token string
		issued              time.Time
		want                bool
	}{
		"issued before":            {"a", "u", "", at.Add(-time.Minute), true},
		"issued at that second":    {"a", "u", "", at, true},
		"issued after":             {"a", "u", "", at.Add(time.Second), false},
		"another person":           {"a", "v", "", at.Add(-time.Minute), false},
		"of another tenant":        {"b", "u", "", at.Add(-time.Minute), false},
		"the token":                {"a", "v", "t1", at.Add(time.Minute), true},
		"its name, another tenant": {"b", "v", "t1", at, false},
		"no name":                  {"a", "v", "", at, false},
	} {
		if got := list.Revoked(c.tenant, c.user, c.token, c.issued); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	if list.Replace(nil) || list.Revoked("a", "u", "t1", at) {
		t.Error("what is over still counts, or is news")
	}
}

func TestRevocationsThatAreNone(t *testing.T) {
	t.Parallel()
	at := time.Now()
	good := Revocation{Tenant: "a", User: "u", Since: at, Until: at.Add(time.Hour)}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Revocation){
		"both":      func(r *Revocation) { r.Token = "t" },
		"neither":   func(r *Revocation) { r.User = "" },
		"no tenant": func(r *Revocation) { r.Tenant = "" },
		"anonymous": func(r *Revocation) { r.User = "anon-1" },
		"no time":   func(r *Revocation) { r.Since = time.Time{} },
		"over":      func(r *Revocation) { r.Until = at },
		"long":      func(r *Revocation) { r.User = strings.Repeat("x", maxName+1) },
		"a zero":    func(r *Revocation) { r.User = "a\x00" },
	} {
		r := good
		change(&r)
		if r.Validate() == nil {
			t.Errorf("%s: nothing is wrong", name)
		}
	}
}
