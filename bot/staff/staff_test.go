package staff_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"kaitong/bot/staff"
	"kaitong/bot/staff/stafftest"
)

func TestVaultInMemory(t *testing.T) {
	t.Parallel()
	stafftest.TestVault(t, func(*testing.T) staff.Vault { return stafftest.NewMemory() })
}

func TestAccountsThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*staff.Account)
		want   string
	}{
		"fine":           {func(*staff.Account) {}, ""},
		"no user":        {func(a *staff.Account) { a.User = "" }, "user"},
		"user in Han":    {func(a *staff.Account) { a.User = "林晓" }, "user"},
		"capital":        {func(a *staff.Account) { a.User = "Lin" }, "user"},
		"no name":        {func(a *staff.Account) { a.Name = " " }, "name"},
		"name of lines":  {func(a *staff.Account) { a.Name = "a\nb" }, "name"},
		"hidden letters": {func(a *staff.Account) { a.Name = "a\u202eb" }, "name"},
		"long name":      {func(a *staff.Account) { a.Name = strings.Repeat("林", 65) }, "name"},
		"unknown role":   {func(a *staff.Account) { a.Role = "root" }, "role"},
		"no role":        {func(a *staff.Account) { a.Role = "" }, "role"},
		"locale":         {func(a *staff.Account) { a.Locale = "fr" }, "locale"},
		"of a provider":  {func(a *staff.Account) { a.Issuer, a.Subject, a.Hash = "https://id.example", "7", "" }, ""},
		"half of one":    {func(a *staff.Account) { a.Issuer = "https://id.example" }, "provider"},
		"two ways in":    {func(a *staff.Account) { a.Issuer, a.Subject = "https://id.example", "7" }, "password"},
		"queue":          {func(a *staff.Account) { a.Queues = []string{"a b"} }, "queues"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			account := stafftest.Clerk("lin", staff.Agent)
			test.change(&account)
			err := account.Validate()
			if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestWhenASessionEnds(t *testing.T) {
	t.Parallel()
	began := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	account := stafftest.Clerk("lin", staff.Agent)
	session := staff.Session{User: "lin", Began: began, Seen: began}
	busy := session
	busy.Seen = began.Add(11*time.Hour + 50*time.Minute)
	for name, test := range map[string]struct {
		session staff.Session
		account staff.Account
		after   time.Duration
		want    bool
	}{
		"at once":            {session, account, 0, true},
		"nearly idle":        {session, account, staff.IdleTimeout - 1, true},
		"idle":               {session, account, staff.IdleTimeout, false},
		"used all day":       {busy, account, staff.AbsoluteTimeout - 1, true},
		"used for too long":  {busy, account, staff.AbsoluteTimeout, false},
		"password changed":   {session, account.WithPassword("$new"), 0, false},
		"signed out":         {session, account.SignedOut(), 0, false},
		"disabled":           {session, account.WithDisabled(true), 0, false},
		"disabled and freed": {session, account.WithDisabled(true).WithDisabled(false), 0, false},
		"of somebody else":   {session, stafftest.Clerk("wang", staff.Agent), 0, false},
	} {
		if got := test.session.Live(test.account, began.Add(test.after)); got != test.want {
			t.Errorf("%s: live is %v", name, got)
		}
	}
}

func TestFollowFindsEveryChange(t *testing.T) {
	t.Parallel()
	fresh := func() []staff.Record {
		var records []staff.Record
		var link staff.Link
		for n := range int64(4) {
			record := staff.Record{At: time.UnixMicro(n), Who: "lin", Did: "reveal", Conversation: "c1", Subject: "s", Reason: "why", From: "::1"}.Linked(n+1, link)
			records, link = append(records, record), record.Chain
		}
		return records
	}
	for name, change := range map[string]func([]staff.Record) []staff.Record{
		"who":           func(r []staff.Record) []staff.Record { r[1].Who = "wang"; return r },
		"what":          func(r []staff.Record) []staff.Record { r[1].Did = "opened"; return r },
		"when":          func(r []staff.Record) []staff.Record { r[1].At = r[1].At.Add(time.Microsecond); return r },
		"which":         func(r []staff.Record) []staff.Record { r[1].Conversation = "c2"; return r },
		"reason":        func(r []staff.Record) []staff.Record { r[1].Reason = ""; return r },
		"moved border":  func(r []staff.Record) []staff.Record { r[1].Subject, r[1].Reason = "swhy", ""; return r },
		"link":          func(r []staff.Record) []staff.Record { r[1].Chain[0]++; return r },
		"removed":       func(r []staff.Record) []staff.Record { return append(r[:1], r[2:]...) },
		"first removed": func(r []staff.Record) []staff.Record { return r[1:] },
		"changed order": func(r []staff.Record) []staff.Record { r[1], r[2] = r[2], r[1]; return r },
	} {
		if _, err := staff.Follow(0, staff.Link{}, change(fresh())); !errors.Is(err, staff.ErrBroken) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := staff.Follow(0, staff.Link{}, fresh()); err != nil {
		t.Error(err)
	}
}
