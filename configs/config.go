package configs

import (
	_ "embed"
	"time"
)

//go:embed default.yaml
var defaultYAML string

// DefaultYAML returns the commented file that says the same as [Default].
func DefaultYAML() string { return defaultYAML }

// The values of [Config.Mode].
const (
	ModeDemo       = "demo"
	ModeProduction = "production"
)

// The values of [Eligibility.Responder].
const (
	ResponderEmbedded = "embedded"
	ResponderExternal = "external"
)

// Config is everything an operator can set. What each means is written in
// default.yaml.
type Config struct {
	Mode     string // demo | production
	Addr     string // host:port
	Data     string // directory
	Database string // empty: SQLite in Data
	Pack     string // directory; empty: the one shipped
	Tenant   string
	Tenants  []Tenant // none: everybody is Tenant's, whatever their token says

	NATS        NATS
	Auth        Auth
	Web         Web
	Eligibility Eligibility
	Desk        Desk
	Handoff     Handoff
	Appeals     Appeals
	Blobs       Blobs
	Encryption  Encryption
	Retention   Retention
	Analytics   Analytics
	LLM         LLM
	Metrics     Metrics
	Tracing     Tracing
	Debug       Debug
	Log         Log

	// origins says where a setting came from, by path, or one value of a list,
	// by path and value; none for defaults.
	origins map[string]string
}

// Auth says which tokens of the host app are accepted.
type Auth struct {
	Algorithm string // HS256 | RS256 | EdDSA
	Key       string // the shared secret of HS256
	KeyFile   string // secrets, one a line; or public keys, PEM or JWKS
	JWKSURL   string // where the host app publishes its public keys
	Issuer    string // empty: any
	Audience  string
	Type      string        // of the header typ; empty: JWT, or none
	TokenLife time.Duration // the longest a token may live
}

// The values of [Auth.Algorithm].
const (
	AlgorithmHS256 = "HS256"
	AlgorithmRS256 = "RS256"
	AlgorithmEdDSA = "EdDSA"
)

// Web bounds what a client may do.
type Web struct {
	AllowedOrigins      []string
	FrameBytes          int
	HelloTimeout        time.Duration
	PingInterval        time.Duration
	SocketsPerUser      int // 0: no limit
	MessagesPerWindow   int // 0: no limit
	Window              time.Duration
	HandshakesPerSecond int      // from one address; 0: no limit
	TrustedProxies      []string // addresses, or networks such as 10.0.0.0/8
	DrainTimeout        time.Duration
}

// Eligibility says who answers and how long we wait.
type Eligibility struct {
	Timeout         time.Duration
	Responder       string // embedded | external
	BreakerFailures int
	BreakerPause    time.Duration
}

// Analytics says how figures are counted.
type Analytics struct {
	Zone    string // in which days begin and end
	MinCell int    // the least contacts of which a row is shown that may point at people; 0: any
	Alerts  Alerts
}

// Alerts says who is told when something is unusual.
type Alerts struct {
	Webhook AlertWebhook
}

// AlertWebhook is told of alerts.
type AlertWebhook struct {
	URL          string // empty: nobody is told
	SecretFile   string
	AllowPrivate bool // it may be in one's own network, and use http
}

// ReadSecrets returns the secrets of the file, one a line: whsec_ and base64.
func (w AlertWebhook) ReadSecrets() ([]string, error) {
	return Webhook{SecretFile: w.SecretFile}.ReadSecrets()
}

// Metrics says where figures for machines are served.
type Metrics struct {
	Addr string // host:port; empty: nowhere
}

// Desk says how people get to human agents.
type Desk struct {
	Queues string // file; empty: the lines shipped
	OIDC   OIDC
}

// Handoff says which other desks take conversations over.
type Handoff struct {
	PublicURL    string // where this program is reached from outside; may be empty
	AllowPrivate bool   // desks may be in one's own network, and use http
	Webhooks     []Webhook
}

// Webhook is one other desk.
type Webhook struct {
	Name       string
	URL        string
	SecretFile string
	Inbox      string   // of an API channel of Chatwoot at URL; empty: a desk of our contract
	Events     []string // of requested, claimed, message, cancelled, resolved; empty: all
	Online     bool     // its agents count as being there
}

// Appeals says how appeals are handed in.
type Appeals struct {
	AlertAfter time.Duration // that an appeal waits for the institution
}

// Blobs says where documents are kept, and how.
type Blobs struct {
	URL             string        // s3://…; empty: a directory in Data
	KeyFile         string        // holds the secret they are encrypted with
	ScanCommand     []string      // reads a document, ends with 0 when it is clean
	KeepUnsubmitted time.Duration // documents that no appeal was sent off with; 0: for ever
}

// Encryption says what conversations are encrypted with where they are kept.
type Encryption struct {
	KeyFile string // keys, one a line: the first one writes, all read; empty: nothing is encrypted
}

// Retention says how long conversations are kept.
type Retention struct {
	Conversations time.Duration // after their last turn; 0: for ever
}

// Log says what is logged and how.
type Log struct {
	Level  string // debug | info | warn | error
	Format string // text | json; empty: what suits the mode
}

// Default returns the configuration of a first start.
func Default() Config {
	return Config{
		Mode:   ModeDemo,
		Addr:   ":8080",
		Data:   "data",
		Tenant: "default",
		Auth:   Auth{Algorithm: AlgorithmHS256, Audience: "kaitong", TokenLife: 15 * time.Minute},
		Web: Web{
			FrameBytes:          16384,
			HelloTimeout:        10 * time.Second,
			PingInterval:        25 * time.Second,
			SocketsPerUser:      3,
			MessagesPerWindow:   20,
			Window:              10 * time.Second,
			HandshakesPerSecond: 50,
			DrainTimeout:        10 * time.Second,
		},
		Eligibility: Eligibility{
			Timeout:         1500 * time.Millisecond,
			Responder:       ResponderEmbedded,
			BreakerFailures: 20,
			BreakerPause:    5 * time.Second,
		},
		Desk:      Desk{OIDC: OIDC{Scopes: []string{"profile", "email"}, Roles: OIDCRoles{Claim: "groups"}, AllowLocal: true}},
		Appeals:   Appeals{AlertAfter: 72 * time.Hour},
		Blobs:     Blobs{KeepUnsubmitted: 720 * time.Hour},
		Analytics: Analytics{Zone: "Asia/Shanghai", MinCell: 5},
		LLM:       defaultLLM(),
		Tracing:   Tracing{OneIn: 1},
		Log:       Log{Level: "info"},
	}
}
