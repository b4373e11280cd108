package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kaitong/configs"
)

// talked runs a server, leads one conversation with it and returns its id, the
// data directory, and what ends the server.
func talked(t *testing.T) (id, dir string, stop func()) {
	t.Helper()
	config := configs.Default()
	config.Addr, config.Data = "127.0.0.1:0", t.TempDir()
	config.Eligibility.Timeout = patientCheck
	address, stop := launch(t, config)
	p := newPerson(t, address, "demo-several", "")
	p.ask("为什么我的借呗开通不了，手机13912345678")
	p.ask("第二个呢")
	p.ask("人工")
	return p.frames[0].Conv, config.Data, stop
}

func TestConversations(t *testing.T) {
	t.Parallel()
	id, dir, stop := talked(t)
	for _, state := range []string{"beside a running server", "without a server"} {
		t.Run(state, func(t *testing.T) {
			showsConversation(t, id, dir)
			recordsConversation(t, id, dir)
		})
		if stop != nil {
			stop()
			stop = nil
		}
	}
}

func showsConversation(t *testing.T, id, dir string) {
	t.Helper()
	code, out, notes := kaitong(t, "conversations", "list", "--data", dir)
	if code != exitOK || !strings.Contains(out, id) || !strings.Contains(out, "3 turn(s)") {
		t.Errorf("list: %d %s%s", code, out, notes)
	}
	code, out, notes = kaitong(t, "conversations", "show", id, "--data", dir)
	for _, words := range []string{"手机***", "masked: phone", "answer: fail.unspecified", "check: ineligible ID_EXPIRED", "reasons: compliance.identity_incomplete", "hand-off requested"} {
		if code != exitOK || !strings.Contains(out, words) {
			t.Errorf("show has no %q: %d %s%s", words, code, out, notes)
		}
	}
	code, out, notes = kaitong(t, "conversations", "show", id, "--data", dir, "--json")
	var turns []storedTurn
	if err := json.Unmarshal([]byte(out), &turns); err != nil || code != exitOK || len(turns) != 3 || turns[2].Version != 3 {
		t.Errorf("show --json: %d, %v, %s%s", code, err, out, notes)
	}
}

func recordsConversation(t *testing.T, id, dir string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "dialogues", "several.yaml")
	code, out, notes := kaitong(t, "conversations", "record", id, "--data", dir, "--out", file)
	if code != exitOK || out != "" || !strings.Contains(notes, "Played once: it passes.") {
		t.Fatalf("record: %d %s%s", code, out, notes)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"demo-several", "13912345678", id} {
		if strings.Contains(string(data), words) {
			t.Errorf("the recording holds %q:\n%s", words, data)
		}
	}
	if code, _, notes := kaitong(t, "conversations", "record", id, "--data", dir, "--out", file); code != exitFailed || !strings.Contains(notes, "is there already") {
		t.Errorf("recorded over a file: %d %s", code, notes)
	}
	pack := packWith(t, nil)
	write(t, filepath.Join(pack, "dialogues", "several.yaml"), string(data))
	if code, out, notes := kaitong(t, "knowledge", "test", pack); code != exitOK {
		t.Errorf("the recording does not pass: %s%s", out, notes)
	}
	printed := string(data)
	if code, out, _ := kaitong(t, "conversations", "record", id, "--data", dir); code != exitOK || out != strings.Replace(printed, "dialogue: several", "dialogue: recorded", 1) {
		t.Errorf("printed: %d %s", code, out)
	}
}

func TestConversationsRefuse(t *testing.T) {
	t.Parallel()
	id, dir, stop := talked(t)
	defer stop()
	for name, test := range map[string]struct {
		args []string
		code int
		want string
	}{
		"no data":              {[]string{"list", "--data", filepath.Join(dir, "none")}, exitFailed, "--data DIR"},
		"unknown conversation": {[]string{"show", "c_1", "--data", dir}, exitFailed, "there is no conversation"},
		"no limit":             {[]string{"list", "--limit", "0", "--data", dir}, exitUsage, "--limit"},
		"no yaml":              {[]string{"record", id, "--data", dir, "--out", filepath.Join(dir, "a.txt")}, exitUsage, ".yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			code, _, notes := kaitong(t, append([]string{"conversations"}, test.args...)...)
			if code != test.code || !strings.Contains(notes, test.want) {
				t.Errorf("code %d, %s", code, notes)
			}
		})
	}
}
