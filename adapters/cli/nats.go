package cli

import (
	"context"
	"time"

	"github.com/nats-io/nats.go"

	"kaitong/adapters/natsbus"
	"kaitong/configs"
)

// dialWithin is how long a command waits for a NATS server.
const dialWithin = 3 * time.Second

// natsAccess is how the settings say who we are.
func natsAccess(c configs.NATS) natsbus.Access {
	return natsbus.Access{
		TokenFile: c.TokenFile, NKeyFile: c.NKeyFile, CredsFile: c.CredsFile,
		CAFile: c.CAFile, CertFile: c.CertFile, KeyFile: c.KeyFile, InboxPrefix: c.InboxPrefix,
	}
}

// natsFlag names the server that a responder listens to, and says who we are
// there. Whoever has set the variables for the server needs no flags.
type natsFlag struct {
	NATS      string `name:"nats" help:"NATS server." default:"nats://127.0.0.1:4222" env:"KAITONG_NATS_URL" placeholder:"URL"`
	TokenFile string `name:"nats-token-file" help:"File with the token it asks for." env:"KAITONG_NATS_TOKEN_FILE" placeholder:"FILE"`
	NKeyFile  string `name:"nats-nkey-file" help:"File with the seed of our nkey user." env:"KAITONG_NATS_NKEY_FILE" placeholder:"FILE"`
	CredsFile string `name:"nats-creds-file" help:"File with our user JWT and its seed." env:"KAITONG_NATS_CREDS_FILE" placeholder:"FILE"`
	CAFile    string `name:"nats-ca-file" help:"Who signs its certificate." env:"KAITONG_NATS_CA_FILE" placeholder:"FILE"`
	CertFile  string `name:"nats-cert-file" help:"Our certificate." env:"KAITONG_NATS_CERT_FILE" placeholder:"FILE"`
	KeyFile   string `name:"nats-key-file" help:"The key of our certificate." env:"KAITONG_NATS_KEY_FILE" placeholder:"FILE"`
	Inbox     string `name:"nats-inbox-prefix" help:"Where we may get answers." env:"KAITONG_NATS_INBOX_PREFIX" placeholder:"SUBJECT"`
}

func (n natsFlag) connect(ctx context.Context, name string) (*nats.Conn, error) {
	return natsbus.Dial(ctx, natsbus.Options{URL: n.NATS, Name: "kaitong " + name, Timeout: dialWithin, Access: natsbus.Access{
		TokenFile: n.TokenFile, NKeyFile: n.NKeyFile, CredsFile: n.CredsFile,
		CAFile: n.CAFile, CertFile: n.CertFile, KeyFile: n.KeyFile, InboxPrefix: n.Inbox,
	}})
}
