package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"

	"kaitong/adapters/logging"
	"kaitong/adapters/tracing"
	"kaitong/bot"
	"kaitong/configs"
)

// configFlags are the settings every command that runs the system shares.
// Flags win over KAITONG_* variables, those over the file, that over defaults.
type configFlags struct {
	Config string `help:"Configuration file." type:"existingfile" placeholder:"FILE"`
	Pack   string `help:"Folder of a knowledge pack to use instead of the one in the program." type:"path" placeholder:"DIR"`
}

func (f configFlags) load() (configs.Config, error) {
	config, err := configs.Load(f.Config, os.Environ())
	if err != nil {
		return configs.Config{}, err
	}
	if f.Pack != "" {
		err = config.Set("pack", f.Pack, "--pack")
	}
	return config, err
}

// serverFlags are the settings that `serve` takes as flags, too.
type serverFlags struct {
	configFlags
	Addr     string `help:"Address to listen on (default :8080)." placeholder:"HOST:PORT"`
	Data     string `help:"Directory of the data (default ./data)." placeholder:"DIR"`
	Database string `help:"PostgreSQL to use instead of SQLite in the data directory; several processes may share it." placeholder:"postgres://…"`
	NATS     string `name:"nats" help:"NATS servers to use instead of the one in the program." placeholder:"URL,…"`
}

type serveCommand struct {
	serverFlags
	AllowOrigin []string `help:"Web page that may use the widget, such as http://localhost:8000; may be given several times." placeholder:"URL"`
	Pprof       string   `help:"Serve profiles of the Go runtime on this address; this machine only." placeholder:"HOST:PORT"`
}

// Help is shown by --help.
func (serveCommand) Help() string {
	return `Examples:
  kaitong                                        everything in one process, on :8080
  kaitong --allow-origin http://localhost:8000   … and a page of yours there may show the chat
  kaitong serve --addr 127.0.0.1:9000 --data /var/lib/kaitong
  kaitong serve --nats nats://10.0.0.5:4222 --config kaitong.yaml
  kaitong serve --database postgres://kaitong@db/kaitong --nats nats://a,nats://b,nats://c`
}

// Run serves until it is told to stop, then finishes what is under way.
func (c serveCommand) Run(ctx context.Context, s streams) error {
	config, err := c.config()
	if err != nil {
		return ofFlags(err)
	}
	level := &slog.LevelVar{}
	level.Set(logLevel(config.Log.Level))
	logger := newLogger(config, level, s.err)
	fmt.Fprintln(s.out, "Starting Kaitong …")
	app, err := NewApp(ctx, config, logger)
	if err != nil {
		return err
	}
	stop, err := c.profiles(ctx, config.Debug)
	if err != nil {
		return errors.Join(err, app.Close(context.WithoutCancel(ctx)))
	}
	defer stop()
	defer app.readAgain(config, c.config, level)()
	go paceGarbage(ctx)
	welcome(s.out, app, config)
	if config.Mode == configs.ModeProduction { // who collects the log does not see what is printed
		logger.Info("serving", "version", buildVersion(), "port", app.Addr().(*net.TCPAddr).Port)
		defer logger.Info("stopped")
	}
	if err := app.Run(ctx); err != nil {
		return err
	}
	fmt.Fprintln(s.out, "Stopped.")
	return nil
}

// merged is the configuration with the flags on top. What it means is not
// checked yet.
func (f serverFlags) merged() (configs.Config, error) {
	config, err := f.load()
	if err != nil {
		return configs.Config{}, err
	}
	for flag, value := range map[string]string{"addr": f.Addr, "data": f.Data, "database": f.Database, "nats.url": f.NATS} {
		if value == "" {
			continue
		}
		name, _, _ := strings.Cut(flag, ".")
		if err := config.Set(flag, value, "--"+name); err != nil {
			return configs.Config{}, err
		}
	}
	return config, nil
}

// config is the configuration with the flags on top.
func (c serveCommand) config() (configs.Config, error) {
	config, err := c.merged()
	if err != nil {
		return configs.Config{}, err
	}
	for _, origin := range c.AllowOrigin {
		if err := config.Add("web.allowed_origins", origin, "--allow-origin"); err != nil {
			return configs.Config{}, err
		}
	}
	return config, config.Validate()
}

// ofFlags makes a usage error of what is wrong with the settings when a flag
// set one of them. A folder that is not there is no mistake of that kind: the
// line may be right, and the disk wrong.
func ofFlags(err error) error {
	problems, _ := errors.AsType[configs.Problems](err)
	if one, ok := errors.AsType[configs.Problem](err); ok {
		problems = configs.Problems{one}
	}
	for _, one := range problems {
		if strings.HasPrefix(one.Source, "--") && one.Setting != "pack" {
			return usageError{err.Error()}
		}
	}
	return err
}

func newLogger(config configs.Config, level slog.Leveler, out io.Writer) *slog.Logger {
	masker := bot.NewMasker()
	options := logging.Options{Format: logging.Text, Level: level, Trace: tracing.ID, Mask: func(text string) string {
		masked, _ := masker.Mask(text)
		return masked
	}}
	if config.JSON() {
		options.Format = logging.JSON
	}
	return logging.New(out, options)
}

// logLevel reads a level that the configuration has already checked.
func logLevel(name string) slog.Level {
	var level slog.Level
	if level.UnmarshalText([]byte(name)) != nil {
		return slog.LevelInfo
	}
	return level
}

// welcome says where to look and what to try first.
func welcome(out io.Writer, app *App, config configs.Config) {
	page := "http://" + reachable(app.Addr())
	fmt.Fprintf(out, "\n  Help centre   %s/\n", page)
	fmt.Fprintf(out, "  Agent desk    %s/desk\n", page)
	welcomeNATS(out, app)
	if app.metrics != nil {
		fmt.Fprintf(out, "  Metrics       http://%s/metrics\n", reachable(app.metrics))
	}
	if config.Mode != configs.ModeDemo {
		return
	}
	if everywhere(app.Addr()) {
		fmt.Fprint(out, "\n  Anybody who can reach this machine can use the demo; --addr 127.0.0.1:8080 keeps it to yourself.\n")
	}
	fmt.Fprintf(out, `
  This is the demo mode: pick a demo user on the page and ask
      为什么我的借呗开通不了？      why can't I activate Jiebei?
  or, in another terminal,
      kaitong chat --url %s --user demo-kyc
      kaitong ask 为什么我的借呗开通不了 --user demo-overdue

  Conversations are kept in %s. Stop with Ctrl-C.

`, page, app.Home())
}

// welcomeNATS says where your own eligibility service connects, when the
// server inside listens, and who else could.
func welcomeNATS(out io.Writer, app *App) {
	if app.core.config.NATS.Listen == "" {
		return
	}
	address := app.core.bus.ClientURL()
	fmt.Fprintf(out, "  NATS          %s\n", address)
	if parsed, err := url.Parse(address); app.core.config.NATS.TokenFile == "" && (err != nil || !configs.OnThisMachine(parsed.Host)) {
		fmt.Fprint(out, "\n  Warning: this NATS asks for no password, and other machines may reach it. Whoever does reads\n"+
			"  the eligibility requests and can answer them. Set nats.token_file, or listen on 127.0.0.1:4222.\n")
	}
}

// everywhere says whether an address is that of every network of the machine.
func everywhere(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsUnspecified()
}

// reachable turns the address listened on into one that can be opened.
func reachable(addr net.Addr) string {
	host, port, err := net.SplitHostPort(addr.String())
	if err != nil {
		return addr.String()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "localhost"
	}
	return net.JoinHostPort(strings.Trim(host, "[]"), port)
}
