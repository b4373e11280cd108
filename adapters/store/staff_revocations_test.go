package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kaitong/adapters/store"
	"kaitong/adapters/store/storetest"
	"kaitong/bot/access"
)

func TestRevocations(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(*testing.T) store.Options{
		"SQLite":     func(t *testing.T) store.Options { return options(t.TempDir()) },
		"PostgreSQL": func(t *testing.T) store.Options { return postgresOptions(storetest.Database(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testRevocations(t, make(t))
		})
	}
}

func testRevocations(t *testing.T, options store.Options) {
	t.Helper()
	at := time.Date(2026, 11, 28, 8, 0, 0, 0, time.UTC)
	person := access.Revocation{Tenant: "a", User: "u", Since: at, Until: at.Add(time.Hour)}
	token := access.Revocation{Tenant: "a", Token: "t1", Since: at.Add(time.Minute), Until: at.Add(2 * time.Hour)}
	here, elsewhere := openStaff(t, options), openStaff(t, options)
	for _, one := range []access.Revocation{person, token, person} {
		if err := here.Revoke(t.Context(), one); err != nil {
			t.Fatal(err)
		}
	}
	later, earlier := person, person
	later.Since, later.Until = at.Add(time.Second), person.Until.Add(time.Second)
	earlier.Since, earlier.Until = at.Add(-time.Hour), at
	for _, one := range []access.Revocation{later, earlier} {
		if err := elsewhere.Revoke(t.Context(), one); err != nil {
			t.Fatal(err)
		}
	}
	want := func(now time.Time, list ...access.Revocation) {
		t.Helper()
		got, err := here.Revocations(t.Context(), now)
		if diff := cmp.Diff(list, got); diff != "" || err != nil {
			t.Errorf("%v\n%s", err, diff)
		}
	}
	want(at, later, token)
	want(at.Add(90*time.Minute), token)
	if err := here.ForgetRevocations(t.Context(), at.Add(90*time.Minute)); err != nil {
		t.Fatal(err)
	}
	want(at, token)
	if err := here.Revoke(t.Context(), access.Revocation{Tenant: "a", User: "anon-1", Since: at, Until: at.Add(time.Hour)}); err == nil {
		t.Error("an anonymous person is revoked")
	}
}
