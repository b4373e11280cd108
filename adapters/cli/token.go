package cli

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"kaitong/adapters/tokens"
	"kaitong/configs"
)

type tokenCommand struct {
	Mint  tokenMint  `cmd:"" help:"Sign a token as your app would, to try with."`
	Check tokenCheck `cmd:"" help:"Say why a token is refused, or that it is believed."`
}

type tokenMint struct {
	configFlags
	User    string        `help:"Who it is for: the sub." required:"" placeholder:"USER"`
	KeyFile string        `help:"What your app signs with: the file with the shared secret (HS256), or the private key as PEM (EdDSA, RS256). Without it, the secret of the configuration." type:"existingfile" placeholder:"FILE"`
	KID     string        `name:"kid" help:"Name of the key, where your keys have names." placeholder:"ID"`
	Tenant  string        `help:"The tenant, where there are several." placeholder:"TENANT"`
	Life    time.Duration `help:"How long it is good for." default:"10m" placeholder:"10m"`
}

// Help is shown by --help.
func (tokenMint) Help() string {
	return `The token is signed by auth.algorithm for auth.audience and auth.issuer of the
configuration. In production your app makes tokens; this one is for trying.

Examples:
  kaitong token mint --config kaitong.yaml --user user-4711
  kaitong token mint --config kaitong.yaml --user user-4711 --key-file private.pem --kid 2026
  echo "http://localhost:8080/chat#token=$(kaitong token mint --user user-4711)"`
}

// Run prints a token, and nothing else on standard output.
func (c tokenMint) Run(s streams) error {
	config, err := c.load()
	if err != nil {
		return err
	}
	signer, err := c.signer(config)
	if err != nil {
		return err
	}
	rules := rulesOf(config.Auth)
	if c.Life <= 0 || c.Life > rules.Life {
		return usageError{fmt.Sprintf("--life: want a length of time up to %s (auth.token_life), got %s", rules.Life, c.Life)}
	}
	signer.ID, signer.Type = c.KID, rules.Type
	now := time.Now()
	token, err := signer.Sign(tokens.Claims{
		Subject: c.User, Tenant: c.Tenant, Issuer: rules.Issuer, Audience: []string{rules.Audience}, ID: rand.Text(),
		Issued: now, Expires: now.Add(c.Life),
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, token)
	return nil
}

// signer reads what to sign with.
func (c tokenMint) signer(config configs.Config) (tokens.Signer, error) {
	algorithm := tokens.Algorithm(config.Auth.Algorithm)
	if c.KeyFile != "" {
		data, err := os.ReadFile(c.KeyFile)
		if err != nil {
			return tokens.Signer{}, err
		}
		signer, err := tokens.ReadSigner(algorithm, data)
		if err != nil {
			return tokens.Signer{}, fmt.Errorf("%s: %w", c.KeyFile, err)
		}
		return signer, nil
	}
	if algorithm != tokens.HS256 {
		return tokens.Signer{}, usageError{fmt.Sprintf("--key-file: %s needs the private key of your app; the server knows the public half only", algorithm)}
	}
	ring, err := sharedSecrets(config)
	if err != nil {
		return tokens.Signer{}, err
	}
	return tokens.Signer{Algorithm: algorithm, Key: ring[0].Material}, nil
}

// sharedSecrets are the secrets that are configured, or that a demo has made.
func sharedSecrets(config configs.Config) (tokens.Ring, error) {
	ring, err := configuredKeys(config)
	if err != nil || len(ring) > 0 {
		return ring, err
	}
	secret, err := os.ReadFile(filepath.Join(config.Data, demoKeyFile))
	if err != nil {
		return nil, errors.New("there is no secret: give --config or --key-file, or set KAITONG_AUTH_KEY")
	}
	return tokens.Secrets(secret), nil
}

type tokenCheck struct {
	configFlags
	Token string `arg:"" optional:"" help:"The token; without it, or with -, it is read from standard input."`
}

// Help is shown by --help.
func (tokenCheck) Help() string {
	return `The token is checked by the configuration of the server. Everything that is wrong
is said, each with what to do about it. What a token claims is printed, too: who
it is for is no secret, but the token itself lets its bearer in until it ends.

Example:
  kaitong token check --config kaitong.yaml "$TOKEN"`
}

// Run explains a token, and fails where it is refused.
func (c tokenCheck) Run(ctx context.Context, s streams) error {
	config, err := c.load()
	if err != nil {
		return err
	}
	token, err := c.token(s)
	if err != nil {
		return err
	}
	claims, unread := tokens.Unverified(token)
	if unread == nil && !ofTenant(&config, cmp.Or(claims.Tenant, config.Tenant)) {
		fmt.Fprintf(s.out, "NO  tenant: %s is none of tenants\n    → name one that is served here in the claim tenant\nrefused\n", plainly(claims.Tenant))
		return errFailed
	}
	verifier, done, err := verifierOf(ctx, config)
	if err != nil {
		return err
	}
	defer done()
	findings, believed := verifier.Explain(ctx, token)
	if unread == nil {
		describeClaims(s.out, claims)
	}
	for _, finding := range findings {
		describeFinding(s.out, finding)
	}
	if believed {
		fmt.Fprintln(s.out, "believed")
		return nil
	}
	fmt.Fprintln(s.out, "refused")
	return errFailed
}

// ofTenant has the keys of a tenant checked with, where it has its own; false where
// there is no such tenant.
func ofTenant(config *configs.Config, name string) bool {
	for _, tenant := range config.Tenants {
		if tenant.Name == name {
			config.Auth = tenant.Auth(config.Auth)
			return true
		}
	}
	return len(config.Tenants) == 0
}

func (c tokenCheck) token(s streams) (string, error) {
	text := c.Token
	if text == "" || text == "-" {
		data, err := io.ReadAll(io.LimitReader(s.in, 2*tokens.MaxBytes))
		if err != nil {
			return "", fmt.Errorf("read the token: %w", err)
		}
		text = string(data)
	}
	text = strings.TrimSpace(text)
	if scheme, rest, found := strings.Cut(text, " "); found && strings.EqualFold(scheme, "bearer") {
		text = strings.TrimSpace(rest)
	}
	if text == "" {
		return "", usageError{"give a token, or send it to standard input"}
	}
	return text, nil
}

// verifierOf is what the server checks tokens with.
func verifierOf(ctx context.Context, config configs.Config) (*tokens.Verifier, func(), error) {
	rules, done := rulesOf(config.Auth), func() {}
	var err error
	if config.Auth.JWKSURL != "" {
		remote := tokens.NewRemote(ctx, tokens.RemoteOptions{URL: config.Auth.JWKSURL, Algorithm: rules.Algorithm, Logger: slog.New(slog.DiscardHandler)})
		if err := remote.Ready(); err != nil {
			remote.Close()
			return nil, nil, config.Blame("auth.jwks_url", err.Error())
		}
		rules.Keys, done = remote, remote.Close
	} else if rules.Keys, err = fileKeys(config); err != nil {
		return nil, nil, err
	}
	verifier, err := tokens.NewVerifier(rules, nil)
	return verifier, done, err
}

func fileKeys(config configs.Config) (tokens.Ring, error) {
	if config.Auth.Algorithm == configs.AlgorithmHS256 {
		return sharedSecrets(config)
	}
	ring, err := configuredKeys(config)
	if err == nil && len(ring) == 0 {
		err = config.Blame("auth.key_file", "there are no public keys to check with, here or at auth.jwks_url")
	}
	return ring, err
}

// describeClaims prints what a token says of itself, without believing it.
func describeClaims(out io.Writer, c tokens.Claims) {
	fmt.Fprintf(out, "  sub %s · aud %s · iss %s · tenant %s · jti %s\n",
		plainly(c.Subject), plainly(strings.Join(c.Audience, ", ")), plainly(c.Issuer), plainly(c.Tenant), plainly(c.ID))
	fmt.Fprintf(out, "  iat %s · nbf %s · exp %s\n", inUTC(c.Issued), inUTC(c.NotBefore), inUTC(c.Expires))
}

// plainly shows a text of a stranger without what a terminal would obey.
func plainly(text string) string {
	if text == "" {
		return "–"
	}
	return strings.Trim(fmt.Sprintf("%q", text), `"`)
}

func inUTC(at time.Time) string {
	if at.IsZero() {
		return "–"
	}
	return at.UTC().Format(time.RFC3339)
}

func describeFinding(out io.Writer, finding tokens.Finding) {
	mark := "ok "
	if !finding.OK {
		mark = "NO "
	}
	fmt.Fprintf(out, "%s %s: %s\n", mark, finding.What, cmp.Or(finding.Says, "in order"))
	if finding.Mend != "" {
		fmt.Fprintf(out, "    → %s\n", finding.Mend)
	}
}
