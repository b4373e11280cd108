package cli

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"kaitong/configs"
)

// A command beside two servers on one NATS signs somebody out: their open chat is
// closed for good, nobody else's, and the token is refused from then on.
func TestRevokedTokensEndChats(t *testing.T) {
	t.Parallel()
	server := startNATS(t, "")
	data := t.TempDir()
	address := startApp(t, func(c *configs.Config) { c.NATS.URL, c.Data = server, data })
	gone, stays := newPerson(t, address, "demo-overdue", "zh-CN"), newPerson(t, address, "demo-kyc", "zh-CN")
	code, out, problems := command(t, "", "tokens", "revoke", "--user", "demo-overdue", "--data", data, "--nats", server)
	if code != exitOK || !strings.Contains(out, "revoked, in tenant default: all tokens of demo-overdue") {
		t.Fatalf("exit %d: %s%s", code, out, problems)
	}
	gone.wantClosed(4503)
	stays.ask("为什么我的借呗开通不了")
	if code, out, _ = command(t, "", "tokens", "list", "--data", data); code != exitOK || !strings.Contains(out, "demo-overdue") {
		t.Errorf("exit %d: %s", code, out)
	}
	for _, args := range [][]string{
		{"--user", "anon-0123"}, {"--user", "u", "--since", "yesterday"}, {"--user", "u", "--since", "2999-01-01T00:00:00Z"},
		{}, {"--user", "u", "--jti", "t"},
	} {
		if code, out, problems := command(t, "", append([]string{"tokens", "revoke", "--data", data}, args...)...); code != exitUsage {
			t.Errorf("%v: exit %d: %s%s", args, code, out, problems)
		}
	}
}

// wantClosed reads until the socket is closed, and holds why.
func (p *person) wantClosed(code int) {
	p.t.Helper()
	for {
		select {
		case _, more := <-p.client.frames:
			if more {
				continue
			}
			<-p.client.ended
			var closed *websocket.CloseError
			if !errors.As(p.client.err, &closed) || closed.Code != code {
				p.t.Errorf("closed with %v, want %d", p.client.err, code)
			}
			return
		case <-time.After(20 * time.Second):
			p.t.Fatal("not closed within 20 s")
		}
	}
}

// What a developer of the host app tries first: a token that works, and why
// another does not.
func TestTokenCommands(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	block := func(kind string, der []byte, err error) string {
		if err != nil {
			t.Fatal(err)
		}
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	private := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	der, err := x509.MarshalPKCS8PrivateKey(private)
	privateFile := write("private.pem", block("PRIVATE KEY", der, err))
	der, err = x509.MarshalPKIXPublicKey(private.Public())
	publicFile := write("public.pem", block("PUBLIC KEY", der, err))
	secret := write("secret.key", strings.Repeat("0123456789abcdef", 4)+"\n")
	shared := write("shared.yaml", "auth: {key_file: "+secret+"}\n")
	signed := write("signed.yaml", "auth: {algorithm: EdDSA, key_file: "+publicFile+", type: kaitong+jwt, issuer: my-app}\n")
	mint := func(args ...string) string {
		t.Helper()
		code, out, problems := command(t, "", append([]string{"token", "mint", "--user", "user-4711"}, args...)...)
		if code != exitOK {
			t.Fatalf("%v: exit %d: %s", args, code, problems)
		}
		return strings.TrimSpace(out)
	}
	byShared, bySigned := mint("--config", shared), mint("--config", signed, "--key-file", privateFile)
	for name, c := range map[string]struct {
		config, token string
		code          int
		says          []string
	}{
		"its own":              {shared, byShared, exitOK, []string{"sub user-4711", "believed"}},
		"its own, with Bearer": {shared, "Bearer " + byShared + "\n", exitOK, []string{"believed"}},
		"its own, signed":      {signed, bySigned, exitOK, []string{"iss my-app", "believed"}},
		"of the other":         {signed, byShared, exitFailed, []string{"NO  header: alg is \"HS256\"", "→ sign with the one algorithm", "NO  issuer", "refused"}},
		"changed":              {shared, byShared[:len(byShared)-3], exitFailed, []string{"NO  signature", "hex is not decoded", "refused"}},
		"none at all":          {shared, "hello", exitFailed, []string{"want three parts", "refused"}},
	} {
		code, out, problems := command(t, c.token, "token", "check", "--config", c.config)
		if code != c.code {
			t.Errorf("%s: exit %d: %s%s", name, code, out, problems)
		}
		for _, says := range c.says {
			if !strings.Contains(out, says) {
				t.Errorf("%s: %q is not in:\n%s", name, says, out)
			}
		}
	}
	for name, args := range map[string][]string{
		"for a day":             {"--config", shared, "--life", "24h"},
		"without a private key": {"--config", signed},
	} {
		if code, out, _ := command(t, "", append([]string{"token", "mint", "--user", "u"}, args...)...); code != exitUsage || out != "" {
			t.Errorf("%s: exit %d: %s", name, code, out)
		}
	}
}
