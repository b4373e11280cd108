package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"kaitong/adapters/doctor"
	"kaitong/adapters/store"
	"kaitong/configs"
	"kaitong/knowledge"
)

// configuration names all problems of the settings.
func (x *examiner) configuration(context.Context) {
	if err := x.config.Validate(); err != nil {
		x.broken(err)
		return
	}
	if x.config.Mode == configs.ModeDemo && !configs.OnThisMachine(x.config.Addr) {
		x.add(doctor.Doubt("config.demo-public", nil, nil))
		return
	}
	x.add(doctor.Good("config", "mode %s", x.config.Mode))
}

func (x *examiner) broken(err error) {
	problems, ok := errors.AsType[configs.Problems](err)
	if !ok {
		x.add(doctor.Bad("config.wrong", err, nil))
	}
	for _, one := range problems {
		one.Excerpt = "" // no carets in one line
		x.add(doctor.Bad("config.wrong", one, nil))
	}
}

func (x *examiner) dataDirectory(context.Context) {
	x.add(doctor.DataDir(x.config.Data)...)
	holder, err := store.Holder(x.config.Data)
	switch {
	case err != nil:
		x.add(doctor.Skip("lock", "%v", err))
	case holder != "":
		x.running = holder
		x.add(doctor.Good("lock", "%s", holder))
	default:
		x.add(doctor.Good("lock", "free: no server runs here"))
	}
}

func (x *examiner) disk(context.Context) {
	for _, dir := range []string{x.config.Data, filepath.Dir(filepath.Clean(x.config.Data))} {
		if room, err := doctor.RoomOf(dir); err == nil {
			x.add(room.Disk(x.daily)...)
			return
		}
	}
	x.add(doctor.Skip("disk", "there is nothing to look at"))
}

func (x *examiner) descriptors(context.Context) { x.add(doctor.Descriptors()) }

// keys looks at every secret. What is missing the configuration has named.
func (x *examiner) keys(context.Context) {
	c := x.config
	files := []doctor.KeyFile{
		{Setting: "nats.token_file", Path: c.NATS.TokenFile, Least: minSecret},
		{Setting: "nats.nkey_file", Path: c.NATS.NKeyFile, Least: minSecret, Make: inNATSDocs},
		{Setting: "nats.creds_file", Path: c.NATS.CredsFile, Least: minSecret, Make: inNATSDocs},
		{Setting: "nats.key_file", Path: c.NATS.KeyFile, Least: minSecret, Make: inNATSDocs},
		{Setting: "encryption.key_file", Path: c.Encryption.KeyFile, Least: minKeyBytes},
		{Setting: "blobs.key_file", Path: c.Blobs.KeyFile, Least: minKeyBytes},
		{Setting: "desk.oidc.client_secret_file", Path: c.Desk.OIDC.ClientSecretFile, Least: 8},
		{Setting: "llm.key_file", Path: c.LLM.KeyFile, Least: 8},
		{Setting: "analytics.alerts.webhook.secret_file", Path: c.Analytics.Alerts.Webhook.SecretFile, Least: minSecret},
	}
	for _, hook := range c.Handoff.Webhooks {
		files = append(files, doctor.KeyFile{Setting: "handoff.webhooks " + hook.Name, Path: hook.SecretFile, Least: minSecret})
	}
	if c.Mode == configs.ModeDemo {
		files = append(files, x.madeKeys()...)
	}
	if c.Auth.Algorithm == configs.AlgorithmHS256 { // the other keys are public
		files = append(files, doctor.KeyFile{Setting: "auth.key_file", Path: c.Auth.KeyFile, Least: minKeyBytes})
	}
	for _, one := range files {
		if one.Path != "" {
			x.add(one.Look())
		}
	}
	x.publicKeys()
	if c.Mode == configs.ModeProduction {
		x.productionKeys()
	}
}

// inNATSDocs is where it stands how keys for NATS are made.
const inNATSDocs = "docs/nats.md"

// publicKeys reads those that check tokens, as a start does.
func (x *examiner) publicKeys() {
	c := x.config.Auth
	if _, err := c.ReadKey(); c.Algorithm == configs.AlgorithmHS256 || c.KeyFile == "" || err != nil { // the configuration says so
		return
	}
	ring, err := configuredKeys(x.config)
	if err != nil {
		x.add(doctor.Bad("keys.public", err, doctor.Args{"setting": "auth.key_file", "path": c.KeyFile}))
		return
	}
	x.add(doctor.Good("keys", "auth.key_file: %s, %d public key(s)", c.KeyFile, len(ring)))
}

// minSecret is the shortest secret of a webhook.
const minSecret = 16

// madeKeys are those that the demo mode makes, as far as it has.
func (x *examiner) madeKeys() []doctor.KeyFile {
	var made []doctor.KeyFile
	for _, name := range []string{demoKeyFile, demoBlobsKeyFile} {
		path := filepath.Join(x.config.Data, name)
		if _, err := os.Stat(path); err == nil {
			made = append(made, doctor.KeyFile{Setting: name, Path: path, Least: minKeyBytes})
		}
	}
	return made
}

// productionKeys refuses what was made for trying, or typed.
func (x *examiner) productionKeys() {
	if x.config.Blobs.KeyFile == "" {
		x.add(doctor.Doubt("keys.blobs-missing", nil, nil))
	}
	if x.config.Auth.Algorithm != configs.AlgorithmHS256 {
		return
	}
	key, err := x.config.Auth.ReadKey()
	setting := "auth.key"
	if x.config.Auth.KeyFile != "" {
		setting = "auth.key_file"
	}
	demo, failed := os.ReadFile(filepath.Join(x.config.Data, demoKeyFile))
	args := doctor.Args{"setting": setting}
	switch {
	case err != nil || len(key) == 0: // the configuration says so
	case failed == nil && bytes.Equal(key, bytes.TrimSpace(demo)):
		x.add(doctor.Bad("keys.demo", nil, args))
	case x.config.Auth.KeyFile == "" && doctor.Guessable(key):
		x.add(doctor.Bad("keys.guessable", nil, args))
	}
}

// pack loads the pack as a start does, and lints it.
func (x *examiner) pack(context.Context) {
	args := doctor.Args{"dir": x.config.Pack}
	edition, err := loadEdition(x.config.Pack)
	if err != nil {
		x.add(doctor.Bad("pack.broken", errors.New(told(err)[0]), args))
		return
	}
	if x.config.Pack == "" {
		x.add(doctor.Good("pack", "the one in the program, %s %s", edition.Base.Pack().ID, edition.Base.Pack().Version))
		return
	}
	files, err := packFiles(x.config.Pack)
	if err != nil {
		x.add(doctor.Bad("pack.broken", err, args))
		return
	}
	questions, _ := questionIntents(files) // they could be read just now
	if problems := knowledge.Lint(files, x.now(), questions); len(problems) > 0 {
		args["count"] = fmt.Sprint(len(problems))
		x.add(doctor.Doubt("pack.lint", errors.New(told(&problems)[0]), args))
		return
	}
	x.add(doctor.Good("pack", "%s %s", edition.Base.Pack().ID, edition.Base.Pack().Version))
}

// ports looks at every address that the server listens on.
func (x *examiner) ports(ctx context.Context) {
	c := x.config
	for _, one := range []doctor.Port{
		{Setting: "addr", Address: c.Addr, Running: "/readyz?verbose", Answer: "event log"},
		{Setting: "metrics.addr", Address: c.Metrics.Addr, Running: "/metrics", Answer: "kaitong_build_info"},
	} {
		if one.Address != "" {
			x.add(one.Look(ctx))
		}
	}
	if x.running != "" { // who has the others
		return
	}
	for _, one := range []doctor.Port{
		{Setting: "nats.listen", Address: c.NATS.Listen}, {Setting: "debug.addr", Address: c.Debug.Addr},
	} {
		if one.Address != "" {
			x.add(one.Look(ctx))
		}
	}
}

func (x *examiner) zone(context.Context) {
	if _, err := time.LoadLocation(x.config.Analytics.Zone); err != nil || x.config.Analytics.Zone == "" {
		x.add(doctor.Bad("zone.missing", err, doctor.Args{"zone": x.config.Analytics.Zone}))
		return
	}
	x.add(doctor.Good("zone", "%s", x.config.Analytics.Zone))
}
