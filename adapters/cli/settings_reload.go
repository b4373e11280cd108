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
	c.ring = &keyRing{}
	c.ring.now.Store(&written)
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
// watched besides, and keys are read again from their files.
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
	var keys tokens.Ring
	if err == nil && r.app.core.ring != nil {
		keys, err = configuredKeys(next)
	}
	if err != nil {
		r.refuse(err)
		return
	}
	if err := r.app.web.Adjust(next.Web.AllowedOrigins, webLimits(next)); err != nil {
		r.refuse(err)
		return
	}
	r.level.Set(logLevel(next.Log.Level))
	if r.app.core.ring != nil {
		r.app.core.ring.now.Store(&keys)
	}
	r.tell(r.current.Changed(next))
	r.current = r.taken(next)
}

func (r *reloading) refuse(err error) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if !strings.Contains(line, "|") { // an excerpt
			r.logger.Error("the changed configuration is not in use; the former one goes on", "problem", line)
		}
	}
}

func (r *reloading) tell(changed []string) {
	var taken, left []string
	for _, path := range changed {
		if slices.Contains(adjustable(), path) && (path != "auth.key" && path != "auth.key_file" || r.app.core.ring != nil) {
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
func (r *reloading) taken(next configs.Config) configs.Config {
	now := r.current
	now.Log.Level, now.Auth.Key, now.Auth.KeyFile = next.Log.Level, next.Auth.Key, next.Auth.KeyFile
	now.Web.AllowedOrigins, now.Web.MessagesPerWindow, now.Web.Window = next.Web.AllowedOrigins, next.Web.MessagesPerWindow, next.Web.Window
	now.Web.SocketsPerUser, now.Web.HandshakesPerSecond = next.Web.SocketsPerUser, next.Web.HandshakesPerSecond
	return now
}
