package cli

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"kaitong/adapters/store"
	"kaitong/configs"
)

// appealed is somebody who has told a lot of themselves: words, an appeal with a
// document, a vote, and a wish for a human.
func appealed(t *testing.T, address, user string) *person {
	t.Helper()
	p := newPerson(t, address, user, "")
	p.beginAppeal()
	p.says("材料")
	if status, body := p.upload(address, "账单-zebra.pdf", paper("the zebra paid the bill")); status != http.StatusCreated {
		t.Fatalf("upload: %d %s", status, body)
	}
	p.text("人工")
	p.until("handoff.state")
	return p
}

// tracesOf are what must not be found of them.
func tracesOf(p *person) []string {
	return []string{p.conversation(), "那笔账单去年就还清了", "账单-zebra", "demo-rejected"}
}

func wantNoTrace(t *testing.T, dir string, traces ...string) {
	t.Helper()
	for path, data := range filesBelow(t, dir) {
		for _, trace := range traces {
			if bytes.Contains(data, []byte(trace)) || strings.Contains(path, trace) {
				t.Errorf("%s holds %q", filepath.Base(path), trace)
			}
		}
		if strings.Contains(path, blobsDir+string(filepath.Separator)) {
			t.Errorf("%s is still there", path)
		}
	}
}

func countTraces(t *testing.T, dir string, traces ...string) (found int) {
	t.Helper()
	for _, data := range filesBelow(t, dir) {
		for _, trace := range traces {
			found += bytes.Count(data, []byte(trace))
		}
	}
	return found
}

func demoConfig(t *testing.T) configs.Config {
	t.Helper()
	config := configs.Default()
	config.Addr, config.Data = "127.0.0.1:0", t.TempDir()
	config.Eligibility.Timeout = patientCheck
	return config
}

func (p *person) welcomed() (w welcomeData) {
	for _, f := range p.frames {
		if f.Type == "welcome" {
			_ = json.Unmarshal(f.Data, &w)
		}
	}
	return w
}

// wantSentAway waits until the socket is closed as that of an erased
// conversation.
func (p *person) wantSentAway() {
	p.t.Helper()
	for {
		select {
		case <-p.client.frames:
			continue
		case <-p.client.ended:
		case <-time.After(20 * time.Second):
			p.t.Fatal("the socket of an erased conversation stays open")
		}
		var closed *websocket.CloseError
		if !errors.As(p.client.err, &closed) || closed.Code != 4411 {
			p.t.Errorf("the socket ended with %v", p.client.err)
		}
		return
	}
}

// call asks one of the addresses of a person.
func (p *person) call(method, url, body string) (status int, answer string) {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+p.client.token)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// The operator erases a person beside a running server. Nothing of them is in
// any file, then and after the end; others go on.
func TestErasePersonBesideAServer(t *testing.T) {
	t.Parallel()
	config := demoConfig(t)
	address, stop := launch(t, config)
	p, other := appealed(t, address, "demo-rejected"), newPerson(t, address, "demo-overdue", "")
	other.ask("为什么我的借呗开通不了？")
	traces := tracesOf(p)
	if countTraces(t, config.Data, traces...) == 0 {
		t.Fatal("there is nothing to erase")
	}
	code, out, notes := kaitong(t, "conversations", "erase", "--user", "demo-rejected", "--data", config.Data)
	if code != exitFailed || !strings.Contains(out, "1 conversation(s)") || !strings.Contains(out, "Nothing was erased") {
		t.Errorf("without a yes: %d %s%s", code, out, notes)
	}
	code, out, notes = kaitong(t, "conversations", "erase", "--user", "demo-rejected", "--data", config.Data, "--yes")
	if code != exitOK || !strings.Contains(out, "Erased 1 conversation(s).") {
		t.Errorf("erase: %d %s%s", code, out, notes)
	}
	wantNoTrace(t, config.Data, traces...)
	p.wantSentAway()
	other.ask("那怎么办")
	again, err := dialAs(t.Context(), address, "demo-rejected", hello{Resume: &resume{Conv: traces[0], Epoch: p.welcomed().Epoch}})
	if err != nil {
		t.Fatal(err)
	}
	anew := &person{t: t, client: again}
	t.Cleanup(func() { _ = again.close() })
	if anew.until("welcome"); anew.conversation() == traces[0] {
		t.Error("somebody is let into the conversation that was erased")
	}
	stop()
	wantNoTrace(t, config.Data, traces[:3]...)
	code, out, notes = kaitong(t, "verify", "--data", config.Data)
	if code != exitOK || !strings.Contains(out, "tombstones of 1 conversation(s)") {
		t.Errorf("verify: %d %s%s", code, out, notes)
	}
}

// Without a server the same is done by the command.
func TestEraseWithoutAServer(t *testing.T) {
	t.Parallel()
	config := demoConfig(t)
	address, stop := launch(t, config)
	p := appealed(t, address, "demo-rejected")
	traces := tracesOf(p)
	stop()
	code, out, notes := kaitong(t, "conversations", "erase", traces[0], "no-such", "--data", config.Data, "--yes")
	if code != exitOK || !strings.Contains(out, "Erased 1 conversation(s).") {
		t.Errorf("erase: %d %s%s", code, out, notes)
	}
	wantNoTrace(t, config.Data, traces...)
	if code, out, notes := kaitong(t, "conversations", "erase", traces[0], "--data", config.Data, "--yes"); code != exitOK || !strings.Contains(out, traces[0]+" is not there") || !strings.Contains(out, "nothing to erase") {
		t.Errorf("once more: %d %s%s", code, out, notes)
	}
	if code, _, _ := kaitong(t, "conversations", "erase", "--data", config.Data, "--yes"); code != exitUsage {
		t.Errorf("nobody is named: %d", code)
	}
}

// What was erased after a backup is erased again when that is restored; the list
// for it tells of nobody.
func TestRestoreErasesAgain(t *testing.T) {
	t.Parallel()
	config, dir := demoConfig(t), t.TempDir()
	address, stop := launch(t, config)
	p, other := appealed(t, address, "demo-rejected"), newPerson(t, address, "demo-overdue", "")
	other.ask("为什么我的借呗开通不了？")
	traces, to, list := tracesOf(p), filepath.Join(dir, "backup"), filepath.Join(dir, "erased.json")
	if code, out, notes := kaitong(t, "backup", to, "--data", config.Data); code != exitOK {
		t.Fatalf("%s%s", out, notes)
	}
	if code, out, notes := kaitong(t, "conversations", "erase", "--user", "demo-rejected", "--data", config.Data, "--yes"); code != exitOK {
		t.Fatalf("%s%s", out, notes)
	}
	stop()
	code, out, notes := kaitong(t, "conversations", "erased", "--data", config.Data)
	if code != exitOK || strings.Contains(out, traces[0]) {
		t.Fatalf("%s%s", out, notes)
	}
	if err := os.WriteFile(list, []byte(out), 0o600); err != nil {
		t.Fatal(err)
	}
	config.Data = filepath.Join(dir, "restored")
	if code, out, notes := kaitong(t, "restore", to, "--data", config.Data, "--erased", list); code != exitOK || !strings.Contains(out, "1 conversation(s) that were erased") {
		t.Fatalf("%s%s", out, notes)
	}
	if countTraces(t, config.Data, traces...) == 0 {
		t.Fatal("there is nothing to erase again")
	}
	_, stop = launch(t, config)
	for code = exitFailed; code != exitOK; { // it is done at once, and seen from beside
		code, _, _ = kaitong(t, "conversations", "erase", traces[0], "--data", config.Data, "--yes")
	}
	awaitNoTrace(t, config.Data, traces[:3]...)
	stop()
	wantNoTrace(t, config.Data, traces[:3]...)
	if err := os.WriteFile(list, []byte(`{"log":"00","names":[]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, notes := kaitong(t, "restore", to, "--data", filepath.Join(dir, "another"), "--erased", list); code != exitFailed || !strings.Contains(notes, "of another log") {
		t.Errorf("code %d: %s", code, notes)
	}
}

// A person takes what is theirs with them, and has it erased.
func TestPersonExportsAndErases(t *testing.T) {
	t.Parallel()
	config := demoConfig(t)
	address, stop := launch(t, config)
	p, other := appealed(t, address, "demo-rejected"), newPerson(t, address, "demo-overdue", "")
	other.ask("为什么我的借呗开通不了？")
	traces := tracesOf(p)
	status, body := p.call(http.MethodGet, address+"/v1/me/export", "")
	var export struct {
		Schema, User  string
		Conversations []struct {
			ID      string
			Appeals []struct{ Documents []struct{ Name string } }
		}
		Complete bool
	}
	if err := json.Unmarshal([]byte(body), &export); err != nil || status != http.StatusOK || !export.Complete || export.User != "demo-rejected" {
		t.Fatalf("export: %d %v %s", status, err, body)
	}
	if len(export.Conversations) != 1 || export.Conversations[0].Appeals[0].Documents[0].Name != "账单-zebra.pdf" || !strings.Contains(body, "那笔账单去年就还清了") {
		t.Errorf("export: %s", body)
	}
	for _, secret := range []string{"RISK", "reasons", "ranking", "demo-overdue"} {
		if strings.Contains(body, secret) {
			t.Errorf("the export holds %q", secret)
		}
	}
	for _, wrong := range []string{`{}`, `{"confirm":"yes"}`} {
		if status, body := p.call(http.MethodPost, address+"/v1/me/erase", wrong); status != http.StatusBadRequest {
			t.Errorf("%s: %d %s", wrong, status, body)
		}
	}
	status, body = p.call(http.MethodPost, address+"/v1/me/erase", `{"confirm":"erase everything"}`)
	if status != http.StatusOK || body != `{"conversations":1,"told":[],"wiped":true}`+"\n" {
		t.Errorf("erase: %d %s", status, body)
	}
	p.wantSentAway()
	wantNoTrace(t, config.Data, traces...)
	if status, body := p.call(http.MethodGet, address+"/v1/me/export", ""); status != http.StatusOK || !strings.Contains(body, `"conversations":[]`) {
		t.Errorf("export after that: %d %s", status, body)
	}
	if status, body := other.call(http.MethodGet, address+"/v1/me/export", ""); status != http.StatusOK || !strings.Contains(body, `"complete":true`) || strings.Contains(body, traces[0]) {
		t.Errorf("export of another one: %d %s", status, body)
	}
	stop()
	wantNoTrace(t, config.Data, traces...)
}

// A server that is killed in the middle of an erasure finishes it after its next
// start, wherever it was.
func TestErasureOutlivesAKill(t *testing.T) {
	if testing.Short() {
		t.Skip("kills servers")
	}
	t.Parallel()
	for _, at := range []eraseStep{eraseAsked, eraseTurns, eraseFigures, eraseProofs, eraseDone} {
		t.Run(string(at), func(t *testing.T) {
			t.Parallel()
			spec := nodeSpec{Data: t.TempDir(), Fail: failPoint{Step: step(at), Call: 1}}
			server := startProcess(t, spec)
			p := appealed(t, server.address, "demo-rejected")
			traces := tracesOf(p)
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.address+"/v1/me/erase", strings.NewReader(`{"confirm":"erase everything"}`))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Authorization", "Bearer "+p.client.token)
			request.Header.Set("Content-Type", "application/json")
			if response, err := http.DefaultClient.Do(request); err == nil {
				response.Body.Close()
				t.Fatalf("an answer came: %s", response.Status)
			}
			server.awaitDeath(t)
			spec.Fail = failPoint{}
			again := startProcess(t, spec)
			awaitNoTrace(t, spec.Data, traces...)
			again.kill()
			wantNoTrace(t, spec.Data, traces...)
			if code, out, notes := kaitong(t, "verify", "--data", spec.Data); code != exitOK || !strings.Contains(out, "tombstones of 1 conversation(s)") {
				t.Errorf("verify: %d %s%s", code, out, notes)
			}
		})
	}
}

// awaitNoTrace waits until a server has erased what was asked for before.
func awaitNoTrace(t *testing.T, dir string, traces ...string) {
	t.Helper()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for countTraces(t, dir, traces...) > 0 {
		select {
		case <-ticker.C:
		case <-t.Context().Done():
			t.Fatal("there are traces to the end")
		}
	}
}

// What was kept long enough goes by itself; who waits for a human stays.
func TestRetention(t *testing.T) {
	t.Parallel()
	config := demoConfig(t)
	app, err := NewApp(t.Context(), config, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	address, stop := serveApp(t, app)
	defer stop()
	waits, done := newPerson(t, address, "demo-rejected", ""), newPerson(t, address, "demo-overdue", "")
	waits.ask("人工")
	done.ask("为什么我的借呗开通不了？")
	awaitListed(t, config.Data, waits.conversation(), done.conversation())
	c := app.core
	if count, err := c.eraser.retain(t.Context(), time.Now().Add(-time.Hour)); count != 0 || err != nil {
		t.Errorf("of young ones: %d, %v", count, err)
	}
	if count, err := c.eraser.retain(t.Context(), time.Now().Add(time.Hour)); count != 1 || err != nil {
		t.Errorf("erased %d, %v", count, err)
	}
	done.wantSentAway()
	if turns, err := c.log.Load(t.Context(), waits.conversation(), 0, 0); err != nil || len(turns) == 0 {
		t.Errorf("of who waits: %v, %v", turns, err)
	}
}

// awaitListed waits until conversations are on the list.
func awaitListed(t *testing.T, dir string, names ...string) {
	t.Helper()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for {
		listed := 0
		db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "kaitong.db")+"?mode=ro")
		if err == nil {
			err = db.QueryRowContext(t.Context(), `SELECT count(*) FROM overviews`).Scan(&listed)
		}
		if err = errors.Join(err, db.Close()); err != nil {
			t.Fatal(err)
		}
		if listed == len(names) {
			return
		}
		select {
		case <-ticker.C:
		case <-t.Context().Done():
			t.Fatal("they are never listed")
		}
	}
}

// With a key no word of anybody is in any file, and everything works as before.
func TestEncryptedAtRest(t *testing.T) {
	t.Parallel()
	config := demoConfig(t)
	config.Encryption.KeyFile = filepath.Join(t.TempDir(), "transcripts.key")
	if err := os.WriteFile(config.Encryption.KeyFile, []byte(strings.Repeat("k", 64)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	address, stop := launch(t, config)
	p := appealed(t, address, "demo-rejected")
	words := []string{"那笔账单去年就还清了", "账单-zebra", "zebra paid", "为什么我的借呗开通不了"}
	found := func(when string) {
		t.Helper()
		for path, data := range filesBelow(t, config.Data) {
			for _, word := range words {
				if bytes.Contains(data, []byte(word)) {
					t.Errorf("%s %s holds %q", when, filepath.Base(path), word)
				}
			}
		}
	}
	found("beside a server")
	if status, body := p.call(http.MethodGet, address+"/v1/me/export", ""); status != http.StatusOK || !strings.Contains(body, words[0]) {
		t.Errorf("export: %d %s", status, body)
	}
	stop()
	found("after its end")
	if code, _, notes := kaitong(t, "verify", "--data", config.Data); code != exitFailed || !strings.Contains(notes, "encryption.key_file") {
		t.Errorf("verify without the key: %d %s", code, notes)
	}
	file := filepath.Join(t.TempDir(), "kaitong.yaml")
	if err := os.WriteFile(file, []byte("encryption:\n  key_file: "+config.Encryption.KeyFile+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, notes := kaitong(t, "verify", "--config", file, "--data", config.Data); code != exitOK {
		t.Errorf("verify: %d %s%s", code, out, notes)
	}
	if code, out, notes := kaitong(t, "conversations", "rekey", "--config", file, "--data", config.Data); code != exitOK || !strings.Contains(out, "Wrote 0 turn(s)") {
		t.Errorf("rekey: %d %s%s", code, out, notes)
	}
}

// What one of several nodes erases, all forget: sockets at the other are sent
// away, and late messages are refused there too.
func TestEraseOnSeveralNodes(t *testing.T) {
	t.Parallel()
	nodes := startTwoNodes(t)
	p := newPerson(t, nodes.here, "demo-rejected", "")
	p.ask("为什么我的借呗开通不了？")
	other := openWindowAs(t, nodes.yonder, "demo-rejected", &window{conv: p.conversation(), epoch: p.welcomed().Epoch})
	code, out, notes := kaitong(t, "conversations", "erase", "--user", "demo-rejected", "--database", nodes.database, "--yes")
	if code != exitOK || !strings.Contains(out, "Erased 1 conversation(s).") {
		t.Fatalf("erase: %d %s%s", code, out, notes)
	}
	p.wantSentAway()
	(&person{t: t, client: other.client}).wantSentAway()
	for _, table := range []string{"turns", "overviews", "erasing", "analytics_contacts"} {
		var left int
		db, err := sql.Open("pgx", nodes.database)
		if err == nil {
			err = db.QueryRowContext(t.Context(), `SELECT count(*) FROM `+table+` WHERE conversation = $1`, p.conversation()).Scan(&left)
		}
		if err = errors.Join(err, db.Close()); err != nil || left > 0 {
			t.Errorf("%s holds %d rows, %v", table, left, err)
		}
	}
	if code, out, notes := kaitong(t, "verify", "--database", nodes.database); code != exitOK || !strings.Contains(out, "tombstones of 1 conversation(s)") {
		t.Errorf("verify: %d %s%s", code, out, notes)
	}
}

// What somebody asks for while another erasure takes its time is on record at once:
// it happens, also if they do not wait.
func TestErasureIsOnRecordWhileAnotherIsUnderWay(t *testing.T) {
	t.Parallel()
	app, err := NewApp(t.Context(), demoConfig(t), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = app.Close(context.Background()) })
	e := app.core.eraser
	e.working.Lock()
	release := sync.OnceFunc(e.working.Unlock)
	t.Cleanup(release)
	ctx, hangUp := context.WithCancel(t.Context())
	answered := make(chan error, 1)
	go func() {
		_, _, err := e.erase(ctx, store.ReasonRequest, "c_waits")
		answered <- err
	}()
	eventually(t, "the erasure is on record", func() bool {
		due, err := e.erasures.Due(t.Context(), 10)
		return err == nil && len(due) == 1 && due[0].Conversation == "c_waits"
	})
	hangUp()
	release()
	if err := <-answered; err == nil {
		t.Error("nobody waited, and it is said to be done")
	}
	eventually(t, "it is done", func() bool {
		due, err := e.erasures.Due(t.Context(), 10)
		return err == nil && len(due) == 0
	})
}
