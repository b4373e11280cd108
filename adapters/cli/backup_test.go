package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kaitong/adapters/backup"
	"kaitong/adapters/store"
	"kaitong/adapters/store/storetest"
	"kaitong/bot"
	"kaitong/configs"
)

// A whole program is under load while it is backed up, goes on, and is killed.
// What was acknowledged before the backup began is in what is restored
// elsewhere, and people who come back learn that it is another log.
func TestBackupUnderLoadAndRestore(t *testing.T) {
	if testing.Short() {
		t.Skip("runs and kills a server process under load; skipped by -short")
	}
	spec := nodeSpec{Data: t.TempDir()}
	server, where := startProcess(t, spec), address{}
	where.set(server.address)
	before := gather(t, 10, where.nodes)
	before.hear(300)
	before.dismiss()
	window := openWindow(t, server.address, nil)
	window.ask("before-the-backup")
	known, epoch := window.seq, window.epoch

	during := gather(t, 10, where.nodes)
	during.hear(100)
	to := filepath.Join(t.TempDir(), "backup.tar.gz")
	code, out, notes := kaitong(t, "backup", to, "--data", spec.Data)
	if code != exitOK || !strings.Contains(out, "Verified: ") || !strings.Contains(out, "keys, which belong elsewhere") {
		t.Fatalf("code %d: %s%s", code, out, notes)
	}
	during.hear(200)
	window.ask("after-the-backup")
	during.dismiss()
	server.kill()

	elsewhere := filepath.Join(t.TempDir(), "data")
	code, out, notes = kaitong(t, "restore", to, "--data", elsewhere)
	if code != exitOK || !strings.Contains(out, "the log is whole") {
		t.Fatalf("code %d: %s%s", code, out, notes)
	}
	if code, out, notes := kaitong(t, "verify", "--data", elsewhere); code != exitOK {
		t.Fatalf("verify: %s%s", out, notes)
	}
	before.check(openedOnce(t, elsewhere))

	spec.Data = elsewhere
	server = startProcess(t, spec)
	resumesAnew(t, server.address, window, known, epoch)
	server.kill()
}

// openedOnce looks into a log that a server shall have afterwards.
func openedOnce(t *testing.T, dir string) *readOnly {
	t.Helper()
	reader, err := store.OpenReader(store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return &readOnly{reader: reader}
}

// readOnly is a log that nobody opens for writing.
type readOnly struct{ reader *store.Reader }

func (r *readOnly) Load(ctx context.Context, conversation string, _ int64, _ int) ([]bot.Turn, error) {
	return r.reader.Load(ctx, conversation)
}

// resumesAnew comes back with what was shown before the restore.
func resumesAnew(t *testing.T, address string, was *window, known int64, epoch string) {
	t.Helper()
	c, err := dialAs(t.Context(), address, "demo-overdue", hello{Locale: "zh-CN", Resume: &resume{Conv: was.conv, Epoch: epoch, AfterSeq: was.seq}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.close() })
	back := &window{t: t, client: c}
	var data welcomeData
	if err := json.Unmarshal(back.until("welcome", "").Data, &data); err != nil {
		t.Fatal(err)
	}
	if data.Recovered || data.Epoch == epoch || data.Conv != was.conv || data.Seq != known {
		t.Errorf("welcome %+v; shown before the backup: %d of %s", data, known, epoch)
	}
	page, err := c.history(data, 0)
	if err != nil || int64(len(page)) != known {
		t.Errorf("history of %d events, want %d: %v", len(page), known, err)
	}
	back.seq = data.Seq
	back.ask("after-the-restore")
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	_, data, stop := talked(t)
	stop()
	dir := t.TempDir()
	to := filepath.Join(dir, "backup")
	if code, out, notes := kaitong(t, "backup", to, "--data", data); code != exitOK {
		t.Fatalf("%s%s", out, notes)
	}
	if code, _, notes := kaitong(t, "backup", to, "--data", data); code != exitFailed || !strings.Contains(notes, "is there already") {
		t.Errorf("over a backup: code %d, %s", code, notes)
	}
	if code, _, notes := kaitong(t, "restore", to, "--data", data); code != exitFailed || !strings.Contains(notes, "is not empty") {
		t.Errorf("over data: code %d, %s", code, notes)
	}
	if code, _, notes := kaitong(t, "restore", dir, "--data", filepath.Join(dir, "new")); code != exitFailed || !strings.Contains(notes, "no backup") {
		t.Errorf("no backup: code %d, %s", code, notes)
	}
	if code, _, notes := kaitong(t, "backup", filepath.Join(dir, "none"), "--data", t.TempDir()); code != exitFailed || !strings.Contains(notes, "no event log") {
		t.Errorf("of nothing: code %d, %s", code, notes)
	}
	file, err := os.OpenFile(filepath.Join(to, "kaitong.db"), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteAt([]byte("X"), 5000); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	damaged := filepath.Join(dir, "damaged")
	if code, _, notes := kaitong(t, "restore", to, "--data", damaged); code != exitFailed || !strings.Contains(notes, "is not what was written") {
		t.Errorf("a byte changed: code %d, %s", code, notes)
	}
	if _, err := os.Stat(filepath.Join(damaged, "kaitong.db")); err == nil {
		t.Error("a server would take the damaged log for the whole")
	}
}

// A backup that brings more than Kaitong puts into one, such as keys or what SQLite
// would play over the verified log, is no backup.
func TestRestoreTakesNothingElse(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"kaitong.db-wal", "token.key", "blobs.key", "analytics.db", "restoring/kaitong.db", "blobs"} {
		dir := t.TempDir()
		to, source := filepath.Join(dir, "backup"), filepath.Join(dir, "source")
		if err := os.WriteFile(source, []byte("planted"), 0o600); err != nil {
			t.Fatal(err)
		}
		maker, err := backup.NewMaker(to)
		if err == nil {
			err = maker.Add(t.Context(), name, source)
		}
		if err == nil {
			_, err = maker.Finish(t.Context(), backup.Manifest{Database: "postgresql"})
		}
		if err != nil {
			t.Fatal(err)
		}
		data := filepath.Join(dir, "data")
		if code, _, notes := kaitong(t, "restore", to, "--data", data); code != exitFailed || !strings.Contains(notes, "puts nothing like that") {
			t.Errorf("%s: code %d, %s", name, code, notes)
		}
		if left, err := os.ReadDir(data); err == nil && len(left) > 0 {
			t.Errorf("%s: restored %v", name, left)
		}
	}
}

// With PostgreSQL the rest is backed up, and the tools for the log are named,
// without its password.
func TestBackupBesidePostgres(t *testing.T) {
	t.Parallel()
	database, data := storetest.Database(t), t.TempDir()
	config := filepath.Join(t.TempDir(), "kaitong.yaml")
	if err := os.WriteFile(config, []byte("database: "+database+"\ndata: "+data+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "incidents.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "backup")
	code, out, notes := kaitong(t, "backup", to, "--config", config)
	if code != exitOK || !strings.Contains(out, "pg_dump") || !strings.Contains(out, "1 file(s)") {
		t.Errorf("code %d: %s%s", code, out, notes)
	}
	if _, password, _ := strings.Cut(database, ":"); strings.Contains(out+notes, strings.Split(password, "@")[0]) {
		t.Error("the password is told")
	}
	if code, out, notes := kaitong(t, "restore", to, "--data", filepath.Join(t.TempDir(), "data")); code != exitOK || !strings.Contains(out, "epoch") {
		t.Errorf("code %d: %s%s", code, out, notes)
	}
}

// Conversations that are encrypted are verified with their key, which is in no
// backup; without it nothing is called whole.
func TestBackupOfEncryptedConversations(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	config := configs.Default()
	config.Addr, config.Data, config.Eligibility.Timeout = "127.0.0.1:0", filepath.Join(dir, "data"), patientCheck
	config.Encryption.KeyFile = filepath.Join(dir, "log.key")
	file := filepath.Join(dir, "kaitong.yaml")
	for path, text := range map[string]string{
		config.Encryption.KeyFile: goodKey + "\n", file: "data: " + config.Data + "\nencryption: {key_file: " + config.Encryption.KeyFile + "}\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	where, stop := launch(t, config)
	newPerson(t, where, "demo-several", "").ask("为什么我的借呗开通不了")
	to := filepath.Join(dir, "backup")
	code, out, notes := kaitong(t, "backup", to, "--config", file)
	stop()
	if code != exitOK || !strings.Contains(out, config.Encryption.KeyFile) {
		t.Fatalf("code %d: %s%s", code, out, notes)
	}
	if code, out, notes := kaitong(t, "restore", to, "--config", file, "--data", filepath.Join(dir, "restored")); code != exitOK {
		t.Errorf("code %d: %s%s", code, out, notes)
	}
	if code, out, _ := kaitong(t, "restore", to, "--data", filepath.Join(dir, "keyless")); code != exitFailed || strings.Contains(out, "whole") {
		t.Errorf("without the key: code %d: %s", code, out)
	}
}
