package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"kaitong/adapters/store"
	"kaitong/adapters/store/storetest"
	"kaitong/bot/bottest"
	"kaitong/bot/staff"
	"kaitong/bot/staff/stafftest"
)

func TestVaultInSQLite(t *testing.T) {
	t.Parallel()
	stafftest.TestVault(t, func(t *testing.T) staff.Vault { return openStaff(t, options(t.TempDir())) })
}

func TestVaultInPostgreSQL(t *testing.T) {
	t.Parallel()
	stafftest.TestVault(t, func(t *testing.T) staff.Vault { return openStaff(t, postgresOptions(storetest.Database(t))) })
}

// The command line makes accounts while a server runs, and before the first one.
func TestAccountsBesideAServer(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]store.Options{"SQLite": options(t.TempDir()), "PostgreSQL": postgresOptions(storetest.Database(t))} {
		before := openStaff(t, options)
		if err := before.Add(t.Context(), stafftest.Clerk("lin", staff.Agent)); err != nil {
			t.Fatal(name, err)
		}
		log, err := store.Open(t.Context(), options)
		if err != nil {
			t.Fatal(name, err)
		}
		beside := openStaff(t, options)
		if err := beside.Add(t.Context(), stafftest.Clerk("wang", staff.Lead)); err != nil {
			t.Error(name, err)
		}
		if err := log.Append(t.Context(), bottest.Turn("c1", 1, "x")); err != nil {
			t.Error(name, err)
		}
		if all, err := before.Accounts(t.Context()); err != nil || len(all) != 2 {
			t.Errorf("%s: %v, %v", name, all, err)
		}
		closeLog(t, log)
	}
}

// The locks that servers hold for long are others.
func TestAuditBesideTheLocksOfServers(t *testing.T) {
	t.Parallel()
	address := storetest.Database(t)
	vault := openStaff(t, postgresOptions(address))
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), `SELECT pg_advisory_lock(n) FROM generate_series(807001, 807003) AS n`); err != nil {
		t.Fatal(err)
	}
	if err := vault.Record(t.Context(), staff.Record{At: time.Now(), Who: "lin", Did: "login"}); err != nil {
		t.Error(err)
	}
}

func TestAccountsOfAnotherProgram(t *testing.T) {
	t.Parallel()
	if _, err := store.OpenStaff(t.Context(), store.Options{}); err == nil {
		t.Error("opened without a directory")
	}
	vault := openStaff(t, options(t.TempDir()))
	if err := vault.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := vault.Account(t.Context(), "lin"); err == nil || errors.Is(err, staff.ErrUnknown) {
		t.Errorf("a closed vault says %v", err)
	}
}

func openStaff(t *testing.T, options store.Options) *store.Staff {
	t.Helper()
	vault, err := store.OpenStaff(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := vault.Close(); err != nil {
			t.Error(err)
		}
	})
	return vault
}
