package stafftest

import (
	"cmp"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"kaitong/bot/staff"
)

// TestVault proves a vault. open makes an empty one for each test.
func TestVault(t *testing.T, open func(t *testing.T) staff.Vault) {
	for name, test := range map[string]func(*testing.T, staff.Vault){
		"accounts are kept as they are":          accountsKept,
		"an account is added once":               addedOnce,
		"somebody at a provider has one account": oneForeign,
		"an update needs the latest version":     updateNeedsLatest,
		"of updates at once one wins":            oneUpdateWins,
		"sessions begin, are touched and end":    sessionsLive,
		"what is over is swept":                  sessionsSwept,
		"records are chained in order":           recordsChained,
		"records of many at once are one chain":  recordsOfMany,
		"nothing is known of the unknown":        unknown,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

// Clerk is an account that tests can begin with.
func Clerk(user string, role staff.Role) staff.Account {
	return staff.Account{
		User: user, Name: "林 " + user, Role: role, Locale: "zh-CN", Hash: "$hash",
		Created: time.Date(2026, 3, 1, 9, 30, 0, 123456000, time.UTC),
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got error %v, want %v", err, want)
	}
}

func same[T any](t *testing.T, got, want T) {
	t.Helper()
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func accountsKept(t *testing.T, v staff.Vault) {
	lin := Clerk("lin", staff.Agent)
	lin.Queues = []string{"credit", "appeals"}
	must(t, v.Add(t.Context(), lin))
	wang := Clerk("wang", staff.Compliance)
	wang.Disabled, wang.Era, wang.Hash = true, 7, ""
	must(t, v.Add(t.Context(), wang))
	lin.Version, wang.Version = 1, 1
	got, err := v.Account(t.Context(), "lin")
	must(t, err)
	same(t, got, lin)
	all, err := v.Accounts(t.Context())
	must(t, err)
	same(t, all, []staff.Account{lin, wang})
}

func addedOnce(t *testing.T, v staff.Vault) {
	must(t, v.Add(t.Context(), Clerk("lin", staff.Agent)))
	wants(t, v.Add(t.Context(), Clerk("lin", staff.Admin)), staff.ErrExists)
	got, err := v.Account(t.Context(), "lin")
	must(t, err)
	same(t, got.Role, staff.Agent)
}

func oneForeign(t *testing.T, v staff.Vault) {
	local := Clerk("wang", staff.Agent)
	must(t, v.Add(t.Context(), local))
	must(t, v.Add(t.Context(), Clerk("zhou", staff.Agent))) // accounts of our own share nothing
	lin := Clerk("lin", staff.Agent)
	lin.Issuer, lin.Subject, lin.Hash = "https://id.example.com", "7 ' é", ""
	must(t, v.Add(t.Context(), lin))
	again := lin
	again.User = "lin2"
	wants(t, v.Add(t.Context(), again), staff.ErrExists)
	again.Issuer = "https://other.example.com"
	must(t, v.Add(t.Context(), again))
	lin.Version = 1
	got, err := v.AccountOf(t.Context(), lin.Issuer, lin.Subject)
	must(t, err)
	same(t, got, lin)
	stray := lin
	stray.Issuer, stray.Subject, stray.Role = "https://evil.example", "1", staff.Lead
	must(t, v.Update(t.Context(), stray))
	got, err = v.AccountOf(t.Context(), lin.Issuer, lin.Subject)
	must(t, err)
	lin.Role, lin.Version = staff.Lead, 2
	same(t, got, lin)
	for _, who := range [][2]string{{"", ""}, {lin.Issuer, "8"}, {"https://evil.example", "1"}} {
		_, err := v.AccountOf(t.Context(), who[0], who[1])
		wants(t, err, staff.ErrUnknown)
	}
}

func updateNeedsLatest(t *testing.T, v staff.Vault) {
	must(t, v.Add(t.Context(), Clerk("lin", staff.Agent)))
	lin, err := v.Account(t.Context(), "lin")
	must(t, err)
	must(t, v.Update(t.Context(), lin.WithPassword("$new")))
	wants(t, v.Update(t.Context(), lin.WithDisabled(true)), staff.ErrChanged)
	got, err := v.Account(t.Context(), "lin")
	must(t, err)
	want := lin.WithPassword("$new")
	want.Version = 2
	same(t, got, want)
}

func oneUpdateWins(t *testing.T, v staff.Vault) {
	must(t, v.Add(t.Context(), Clerk("lin", staff.Agent)))
	lin, err := v.Account(t.Context(), "lin")
	must(t, err)
	var wg sync.WaitGroup
	results := make(chan error, 8)
	for i := range cap(results) {
		wg.Go(func() { results <- v.Update(t.Context(), lin.WithPassword(fmt.Sprint(i))) })
	}
	wg.Wait()
	close(results)
	won := 0
	for err := range results {
		if err == nil {
			won++
			continue
		}
		wants(t, err, staff.ErrChanged)
	}
	same(t, won, 1)
}

func sessionsLive(t *testing.T, v staff.Vault) {
	began := time.Date(2026, 3, 1, 9, 30, 0, 1000, time.UTC)
	key := staff.KeyOf([]byte("token"))
	want := staff.Session{Key: key, User: "lin", Era: 3, Began: began, Seen: began}
	must(t, v.Begin(t.Context(), want))
	must(t, v.Touch(t.Context(), key, began.Add(time.Minute)))
	must(t, v.Touch(t.Context(), key, began.Add(time.Second))) // late
	want.Seen = began.Add(time.Minute)
	got, err := v.Session(t.Context(), key)
	must(t, err)
	same(t, got, want)
	must(t, v.End(t.Context(), key))
	must(t, v.End(t.Context(), key))
	must(t, v.Touch(t.Context(), key, began.Add(time.Hour)))
	_, err = v.Session(t.Context(), key)
	wants(t, err, staff.ErrUnknown)
}

func sessionsSwept(t *testing.T, v staff.Vault) {
	at := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	for name, session := range map[string]staff.Session{
		"fresh": {Began: at, Seen: at},
		"idle":  {Began: at, Seen: at.Add(-time.Hour)},
		"old":   {Began: at.Add(-time.Hour), Seen: at},
	} {
		session.Key, session.User = staff.KeyOf([]byte(name)), "lin"
		must(t, v.Begin(t.Context(), session))
	}
	must(t, v.Sweep(t.Context(), at, at))
	for name, want := range map[string]error{"fresh": nil, "idle": staff.ErrUnknown, "old": staff.ErrUnknown} {
		_, err := v.Session(t.Context(), staff.KeyOf([]byte(name)))
		if !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", name, err, want)
		}
	}
}

func recordsChained(t *testing.T, v staff.Vault) {
	at := time.Date(2026, 3, 1, 17, 30, 0, 123456789, time.FixedZone("", 8*3600))
	given := []staff.Record{
		{At: at, Who: "lin", Did: "login", From: "192.0.2.7"},
		{At: at, Who: "lin", Did: "reveal", Conversation: "c1", Reason: "回访 \x01 ' \" ;"},
		{At: at.Add(-time.Hour), Did: "login_failed", Subject: "nobody"}, // clocks go back
	}
	var want []staff.Record
	var link staff.Link
	for i, record := range given {
		must(t, v.Record(t.Context(), record))
		want = append(want, record.Linked(int64(i+1), link))
		link = want[i].Chain
	}
	got, err := v.Records(t.Context(), 0, 10)
	must(t, err)
	same(t, got, want)
	_, err = staff.Follow(0, staff.Link{}, got)
	must(t, err)
	page, err := v.Records(t.Context(), 1, 1)
	must(t, err)
	same(t, page, want[1:2])
	none, err := v.Records(t.Context(), 3, 10)
	must(t, err)
	same(t, len(none), 0)
}

func recordsOfMany(t *testing.T, v staff.Vault) {
	const writers, each = 8, 10
	var wg sync.WaitGroup
	failed := make(chan error, writers*each)
	for i := range writers {
		wg.Go(func() {
			for range each {
				failed <- v.Record(t.Context(), staff.Record{At: time.Now(), Who: fmt.Sprint("w", i), Did: "login"})
			}
		})
	}
	wg.Wait()
	close(failed)
	for err := range failed {
		must(t, err)
	}
	got, err := v.Records(t.Context(), 0, writers*each+1)
	must(t, err)
	same(t, len(got), writers*each)
	_, err = staff.Follow(0, staff.Link{}, got)
	must(t, err)
}

func unknown(t *testing.T, v staff.Vault) {
	_, noAccount := v.Account(t.Context(), "lin")
	_, noSession := v.Session(t.Context(), staff.Key{})
	_, accounts := v.Accounts(t.Context())
	wants(t, cmp.Or(noAccount, errors.New("found")), staff.ErrUnknown)
	wants(t, cmp.Or(noSession, errors.New("found")), staff.ErrUnknown)
	wants(t, v.Update(t.Context(), Clerk("lin", staff.Agent)), staff.ErrUnknown)
	must(t, accounts)
}
