package cli

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"kaitong/adapters/tokens"
	"kaitong/adapters/web"
	"kaitong/configs"
)

// auth is how tokens are checked, and in demo mode made.
type auth struct {
	rules  tokens.Rules
	signer tokens.Signer  // in demo mode
	remote *tokens.Remote // nil: the keys are in a file
	seals  [][]byte       // what ids of conversations are recognised by
}

// openAuth reads the keys, or begins to fetch them.
func openAuth(ctx context.Context, config configs.Config, logger *slog.Logger) (auth, error) {
	ring, err := configuredKeys(config)
	if err != nil {
		return auth{}, err
	}
	a := auth{rules: rulesOf(config.Auth)}
	if config.Mode == configs.ModeDemo {
		if a.signer, err = demoSigner(config, ring); err != nil {
			return auth{}, err
		}
		ring = demoRing(ring, a.signer)
	}
	a.rules.Keys = ring
	if config.Auth.JWKSURL == "" {
		return a, nil
	}
	a.remote = tokens.NewRemote(ctx, tokens.RemoteOptions{URL: config.Auth.JWKSURL, Algorithm: a.rules.Algorithm, Logger: logger})
	a.rules.Keys = a.remote
	if config.Mode == configs.ModeDemo {
		a.rules.Keys = beside{ring, a.remote}
	}
	return a, nil
}

// openAuth is what people are known by here.
func (c *core) openAuth(ctx context.Context) (err error) {
	if c.auth, err = openAuth(ctx, c.config, c.logger); err != nil {
		return err
	}
	if c.auth.remote != nil {
		c.teardown.add("token keys", func(context.Context) error {
			c.auth.remote.Close()
			return nil
		})
	}
	c.auth.seals, err = c.sealSecrets(ctx)
	return err
}

func rulesOf(c configs.Auth) tokens.Rules {
	return tokens.Rules{
		Algorithm: tokens.Algorithm(c.Algorithm), Audience: c.Audience, Issuer: c.Issuer, Type: c.Type, Life: c.TokenLife,
	}
}

// configuredKeys reads the keys that are written down, none where they are
// fetched or made.
func configuredKeys(config configs.Config) (ring tokens.Ring, err error) {
	c := config.Auth
	data, err := c.ReadKey()
	if err != nil || len(data) == 0 {
		return nil, err
	}
	switch {
	case c.Algorithm != configs.AlgorithmHS256:
		ring, err = tokens.ReadKeys(tokens.Algorithm(c.Algorithm), data)
	case c.KeyFile == "":
		return tokens.Secrets(data), nil
	default:
		var secrets [][]byte
		secrets, err = tokens.SplitSecrets(data)
		ring = tokens.Secrets(secrets...)
	}
	if err != nil {
		return nil, config.Blame("auth.key_file", err.Error())
	}
	return ring, nil
}

// demoSigner signs for demo users by the algorithm that is configured: with the
// secret, or with a key of the demo's own, since the host app keeps its private
// one. It is the same after a restart, except for RSA.
func demoSigner(config configs.Config, ring tokens.Ring) (tokens.Signer, error) {
	signer := tokens.Signer{Algorithm: tokens.Algorithm(config.Auth.Algorithm), Type: config.Auth.Type}
	if signer.Algorithm == tokens.HS256 && len(ring) > 0 {
		signer.Key = ring[0].Material
		return signer, nil
	}
	secret, err := demoKey(filepath.Join(config.Data, demoKeyFile))
	if err != nil {
		return tokens.Signer{}, err
	}
	switch signer.Algorithm {
	case tokens.EdDSA:
		seed := sha256.Sum256(append([]byte("kaitong demo tokens\n"), secret...))
		signer.Key, signer.ID = ed25519.NewKeyFromSeed(seed[:]), demoKid
	case tokens.RS256:
		signer.ID = demoKid
		if signer.Key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			return tokens.Signer{}, fmt.Errorf("make the demo key: %w", err)
		}
	default:
		signer.Key = secret
	}
	return signer, nil
}

// demoKid names the demo's own key, so that it is looked for nowhere else.
const demoKid = "kaitong-demo"

// demoRing is the configured keys and the demo's own.
func demoRing(ring tokens.Ring, signer tokens.Signer) tokens.Ring {
	if signer.Algorithm == tokens.HS256 && len(ring) > 0 {
		return ring
	}
	return append(ring, signer.Public())
}

// beside looks for the demo's key first, and for all others at the address.
type beside struct {
	demo tokens.Ring
	host *tokens.Remote
}

// Keys implements [tokens.Source].
func (b beside) Keys(ctx context.Context, kid string) ([]tokens.Key, error) {
	if kid == demoKid {
		return b.demo.Keys(ctx, kid)
	}
	return b.host.Keys(ctx, kid)
}

// sealSecrets are what the ids of conversations are recognised by. The secret is the
// log's, so all nodes have the same and no change of keys makes a difference;
// what nodes of an older version sealed, they did with the key of tokens.
func (c *core) sealSecrets(ctx context.Context) ([][]byte, error) {
	seal, err := c.log.Seal(ctx)
	if err != nil {
		return nil, err
	}
	seals := [][]byte{seal}
	ring, _ := c.auth.rules.Keys.(tokens.Ring)
	for _, key := range ring {
		if secret, shared := key.Material.([]byte); shared {
			seals = append(seals, secret)
		}
	}
	return seals, nil
}

// keyCheck is how the keys of tokens stand, where they are fetched.
func (c *core) keyCheck() web.Check {
	return web.Check{
		Name: "token keys", Optional: true,
		Fault: "the keys that tokens are checked with cannot be fetched from auth.jwks_url; those fetched last go on counting",
		Run:   func(context.Context) error { return c.auth.remote.Ready() },
		Note: func() string {
			if errors.Is(c.auth.remote.Ready(), tokens.ErrNoKeys) {
				return "none were fetched so far, so nobody can sign in"
			}
			return ""
		},
	}
}
