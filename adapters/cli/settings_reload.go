package cli

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"

	"kaitong/adapters/tokens"
	"kaitong/configs"
)

// keyRing are keys of tokens that can be changed while they are in use.
type keyRing struct{ now atomic.Pointer[tokens.Ring] }

func newKeyRing(keys tokens.Ring) *keyRing {
	r := &keyRing{}
	r.now.Store(&keys)
	return r
}

// Keys implements [tokens.Source].
func (r *keyRing) Keys(ctx context.Context, kid string) ([]tokens.Key, error) {
	return r.now.Load().Keys(ctx, kid)
}

// tokenRules are those of people, with keys that can be changed where they are
// written down.
func (c *core) tokenRules() tokens.Rules {
	rules := c.auth.rules
	written, ok := rules.Keys.(tokens.Ring)
	if !ok || c.config.Mode != configs.ModeProduction {
		return rules
	}
	c.ring = newKeyRing(written)
	rules.Keys = c.ring
	return rules
}

// reloading takes up changed settings without a restart, as far as that goes.
type reloading struct {
	app     *App
	level   *slog.LevelVar
	read    func() (configs.Config, error)
	current configs.Config
	logger  *slog.Logger
}

// adjustable are the settings that a running server takes up. The pack is
// watched besides, and keys are read again from their files, those of tenants too.
func adjustable() []string {
	return []string{
		"log.level", "web.allowed_origins", "web.messages_per_window", "web.window", "web.sockets_per_user",
		"web.handshakes_per_second", "auth.key", "auth.key_file",
	}
}

// readAgain listens for SIGHUP until stop.
func (a *App) readAgain(config configs.Config, read func() (configs.Config, error), level *slog.LevelVar) (stop func()) {
	r := &reloading{app: a, level: level, read: read, current: config, logger: a.core.logger}
	asked, ended, done := make(chan os.Signal, 1), make(chan struct{}), make(chan struct{})
	signal.Notify(asked, syscall.SIGHUP)
	go func() {
		defer close(done)
		for {
			select {
			case <-asked:
				r.again()
			case <-ended:
				return
			}
		}
	}()
	return func() {
		signal.Stop(asked)
		close(ended)
		<-done
	}
}

// again reads the settings. What is wrong with them is told with file and line,
// and nothing changes then.
func (r *reloading) again() {
	next, err := r.read()
	var keys map[*keyRing]tokens.Ring
	if err == nil {
		keys, err = r.keys(next)
	}
	if err != nil {
		r.refuse(err)
		return
	}
	if err := r.app.web.Adjust(r.origins(next), webLimits(next)); err != nil {
		r.refuse(err)
		return
	}
	r.level.Set(logLevel(next.Log.Level))
	for ring, now := range keys {
		ring.now.Store(&now)
	}
	_, keyed := keys[r.app.core.ring]
	r.tell(r.current.Changed(next), keyed)
	r.current = r.taken(next, keyed)
}

// keys reads what is written down now, for those rings that take it up. What is for
// another algorithm waits for the restart that changes that.
func (r *reloading) keys(next configs.Config) (map[*keyRing]tokens.Ring, error) {
	c, keys := r.app.core, map[*keyRing]tokens.Ring{}
	if next.Auth.Algorithm != r.current.Auth.Algorithm {
		return keys, nil
	}
	if c.ring != nil {
		ring, err := configuredKeys(next)
		if err != nil {
			return nil, err
		}
		if len(ring) > 0 {
			keys[c.ring] = ring
		}
	}
	for _, tenant := range r.current.Tenants {
		if own := c.tenantRings[tenant.Name]; own != nil {
			ring, err := ringOfTenant(next, tenant)
			if err != nil {
				return nil, err
			}
			keys[own] = ring
		}
	}
	return keys, nil
}

// origins are those of the settings, and of the tenants that are served.
func (r *reloading) origins(next configs.Config) []string {
	next.Tenants = r.current.Tenants
	return originsOf(next)
}

func (r *reloading) refuse(err error) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if !strings.Contains(line, "|") { // an excerpt
			r.logger.Error("the changed configuration is not in use; the former one goes on", "problem", line)
		}
	}
}

// tell says what of the changes is in use; keyed is whether keys are.
func (r *reloading) tell(changed []string, keyed bool) {
	var taken, left []string
	for _, path := range changed {
		if slices.Contains(adjustable(), path) && (path != "auth.key" && path != "auth.key_file" || keyed) {
			taken = append(taken, path)
		} else {
			left = append(left, path)
		}
	}
	r.logger.Info("the configuration was read again, and files with keys of tokens", "in_use", strings.Join(taken, ", "))
	if len(left) > 0 {
		r.logger.Warn("settings that changed and are not in use before a restart", "settings", strings.Join(left, ", "))
	}
}

// taken is what is in use now: what needs a restart is named again at the next
// reading, until there was one.
func (r *reloading) taken(next configs.Config, keyed bool) configs.Config {
	now := r.current
	now.Log.Level = next.Log.Level
	if keyed {
		now.Auth.Key, now.Auth.KeyFile = next.Auth.Key, next.Auth.KeyFile
	}
	now.Web.AllowedOrigins, now.Web.MessagesPerWindow, now.Web.Window = next.Web.AllowedOrigins, next.Web.MessagesPerWindow, next.Web.Window
	now.Web.SocketsPerUser, now.Web.HandshakesPerSecond = next.Web.SocketsPerUser, next.Web.HandshakesPerSecond
	return now
}
