package cli

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"kaitong/adapters/doctor"
	"kaitong/adapters/eligibility"
	"kaitong/configs"
)

// patient is a set-up that may be broken.
type patient struct {
	t      *testing.T
	config configs.Config
	look   examiner
}

// healthy is a set-up in production that nothing is wrong with.
func healthy(t *testing.T) *patient {
	t.Helper()
	p := &patient{t: t, config: configs.Default(), look: examiner{now: time.Now}}
	dir := t.TempDir()
	p.config.Mode, p.config.Addr, p.config.Data = configs.ModeProduction, freeAddress(t, "127.0.0.1"), filepath.Join(dir, "data")
	if err := os.Mkdir(p.config.Data, 0o700); err != nil {
		t.Fatal(err)
	}
	p.config.Auth.KeyFile, p.config.Blobs.KeyFile = p.file("kaitong.key", goodKey, 0o600), p.file("blobs.key", goodKey, 0o600)
	p.config.Eligibility.Responder, p.config.Eligibility.Timeout = configs.ResponderExternal, patientCheck
	p.config.NATS.URL = p.natsServer("")
	return p
}

const goodKey = "6e0b7f1c3a9d52e84f60b1c7d3a8e95f2b4c6d7e8f901a2b3c4d5e6f70819203"

// file writes a file beside the data directory.
func (p *patient) file(name, content string, mode os.FileMode) string {
	p.t.Helper()
	path := filepath.Join(filepath.Dir(p.config.Data), name)
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		p.t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask is
		p.t.Fatal(err)
	}
	return path
}

// begun has a server make its log, and stops it.
func (p *patient) begun() {
	p.t.Helper()
	log := openStore(p.t, p.config)
	if err := log.Close(context.Background()); err != nil {
		p.t.Fatal(err)
	}
}

func (p *patient) examined() []doctor.Finding {
	ctx, cancel := context.WithTimeout(p.t.Context(), time.Minute)
	defer cancel()
	return examine(ctx, func() (configs.Config, error) { return p.config, nil }, p.look)
}

// names looks for a problem, and whether it says all that it has to.
func names(t *testing.T, found []doctor.Finding, problem string) {
	t.Helper()
	for _, one := range found {
		if one.Problem == problem {
			whole(t, one)
			return
		}
	}
	t.Errorf("%s was not named; found: %s", problem, prose(found))
}

func whole(t *testing.T, one doctor.Finding) {
	t.Helper()
	if one.State != doctor.Fault && one.State != doctor.Warning {
		t.Errorf("%s is %s", one.Problem, one.State)
	}
	for _, language := range []doctor.Language{doctor.Chinese, doctor.English} {
		told := one.Tell(language)
		for part, text := range map[string]string{"name": told.Name, "wrong": told.Wrong, "means": told.Means, "mend": told.Mend} {
			if text == "" || strings.Contains(strings.ReplaceAll(text, `{"keys"`, ""), "{") {
				t.Errorf("%s, %s, %s: %q", one.Problem, language, part, text)
			}
		}
	}
}

func prose(found []doctor.Finding) string {
	var text strings.Builder
	doctor.Render(&text, found, doctor.English)
	return text.String()
}

func TestDoctorFindsNothing(t *testing.T) {
	t.Parallel()
	for _, begun := range []bool{false, true} {
		p := healthy(t)
		if begun {
			p.begun()
		}
		before := tree(t, filepath.Dir(p.config.Data))
		if found := p.examined(); !onlyFleeting(found) {
			t.Errorf("a healthy set-up, begun %v: %s", begun, prose(found))
		}
		if after := tree(t, filepath.Dir(p.config.Data)); after != before {
			t.Errorf("looking changed\n%s into\n%s", before, after)
		}
	}
}

// onlyFleeting passes over what the temporary folder of this machine is on.
func onlyFleeting(found []doctor.Finding) bool {
	for _, one := range found {
		if one.Problem != "" && one.Problem != "data.fleeting" && one.Check != "disk" && one.Check != "descriptors" {
			return false
		}
	}
	return true
}

// tree is what is in a folder, with sizes and modes.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var text strings.Builder
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil {
			text.WriteString(path + " " + info.Mode().String() + "\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func TestDoctorCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	here := freeAddress(t, "127.0.0.1")
	code, out, notes := kaitong(t, "doctor", "--data", filepath.Join(dir, "missing", "data"), "--addr", here, "--locale", "zh")
	if code != exitFailed || !strings.Contains(out, "✗ 数据目录") || !strings.Contains(out, "影响: ") || !strings.Contains(out, "处理: ") {
		t.Errorf("code %d: %s%s", code, out, notes)
	}
	code, out, notes = kaitong(t, "doctor", "--data", filepath.Join(dir, "missing", "data"), "--addr", here, "--json", "--locale", "en")
	var result doctorResult
	if err := json.Unmarshal([]byte(out), &result); err != nil || code != exitFailed || result.Sound || len(result.Findings) < 8 {
		t.Errorf("code %d, %v: %s%s", code, err, out, notes)
	}
	if code, _, _ := kaitong(t, "doctor", "--nonsense"); code != exitUsage {
		t.Errorf("a wrong line: code %d", code)
	}
}

// Beside a running server the lock and the address are its own.
func TestDoctorBesideAServer(t *testing.T) {
	t.Parallel()
	config := configs.Default()
	config.Addr, config.Data = freeAddress(t, "127.0.0.1"), t.TempDir()
	_, stop := launch(t, config)
	defer stop()
	found := examine(t.Context(), func() (configs.Config, error) { return config, nil }, examiner{now: time.Now})
	text := prose(found)
	for _, want := range []string{"Lock of the data directory: process ", "a running Kaitong listens there"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if strings.Contains(text, "taken by another program") {
		t.Error(text)
	}
}

// answering is a NATS server with an eligibility service of one's own.
func (p *patient) natsServer(permissions string) string {
	p.t.Helper()
	address := startNATS(p.t, permissions)
	conn, err := nats.Connect(address)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(conn.Close)
	directory, err := eligibility.ShippedDirectory()
	if err != nil {
		p.t.Fatal(err)
	}
	responder, err := eligibility.Serve(eligibility.ResponderOptions{Conn: conn, Directory: directory, Now: time.Now})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { _ = responder.Close() })
	return address
}
