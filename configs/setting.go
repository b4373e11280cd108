package configs

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// prefix starts the name of every variable.
const prefix = "KAITONG_"

// setting is one leaf of the configuration: its path in YAML and where its
// value lives: a *string, *bool, *int, *time.Duration, *[]string, *[]Webhook or
// *[]Tenant.
type setting struct {
	path   string
	target any
}

// settings lists every leaf of c, in the order of default.yaml.
func (c *Config) settings() []setting {
	return slices.Concat([]setting{
		{"mode", &c.Mode},
		{"addr", &c.Addr},
		{"data", &c.Data},
		{"database", &c.Database},
		{"pack", &c.Pack},
		{"tenant", &c.Tenant},
		{"tenants", &c.Tenants},
	}, c.natsSettings(), []setting{
		{"auth.algorithm", &c.Auth.Algorithm},
		{"auth.key", &c.Auth.Key},
		{"auth.key_file", &c.Auth.KeyFile},
		{"auth.jwks_url", &c.Auth.JWKSURL},
		{"auth.issuer", &c.Auth.Issuer},
		{"auth.audience", &c.Auth.Audience},
		{"auth.type", &c.Auth.Type},
		{"auth.token_life", &c.Auth.TokenLife},
		{"web.allowed_origins", &c.Web.AllowedOrigins},
		{"web.frame_bytes", &c.Web.FrameBytes},
		{"web.hello_timeout", &c.Web.HelloTimeout},
		{"web.ping_interval", &c.Web.PingInterval},
		{"web.sockets_per_user", &c.Web.SocketsPerUser},
		{"web.messages_per_window", &c.Web.MessagesPerWindow},
		{"web.window", &c.Web.Window},
		{"web.handshakes_per_second", &c.Web.HandshakesPerSecond},
		{"web.trusted_proxies", &c.Web.TrustedProxies},
		{"web.drain_timeout", &c.Web.DrainTimeout},
		{"eligibility.timeout", &c.Eligibility.Timeout},
		{"eligibility.responder", &c.Eligibility.Responder},
		{"eligibility.breaker_failures", &c.Eligibility.BreakerFailures},
		{"eligibility.breaker_pause", &c.Eligibility.BreakerPause},
		{"desk.queues", &c.Desk.Queues},
		{"desk.oidc.issuer", &c.Desk.OIDC.Issuer},
		{"desk.oidc.client_id", &c.Desk.OIDC.ClientID},
		{"desk.oidc.client_secret", &c.Desk.OIDC.ClientSecret},
		{"desk.oidc.client_secret_file", &c.Desk.OIDC.ClientSecretFile},
		{"desk.oidc.redirect_url", &c.Desk.OIDC.RedirectURL},
		{"desk.oidc.name", &c.Desk.OIDC.Name},
		{"desk.oidc.scopes", &c.Desk.OIDC.Scopes},
		{"desk.oidc.roles.claim", &c.Desk.OIDC.Roles.Claim},
		{"desk.oidc.roles.agent", &c.Desk.OIDC.Roles.Agent},
		{"desk.oidc.roles.lead", &c.Desk.OIDC.Roles.Lead},
		{"desk.oidc.roles.compliance", &c.Desk.OIDC.Roles.Compliance},
		{"desk.oidc.roles.admin", &c.Desk.OIDC.Roles.Admin},
		{"desk.oidc.queues_claim", &c.Desk.OIDC.QueuesClaim},
		{"desk.oidc.allow_local", &c.Desk.OIDC.AllowLocal},
		{"handoff.public_url", &c.Handoff.PublicURL},
		{"handoff.allow_private", &c.Handoff.AllowPrivate},
		{"handoff.webhooks", &c.Handoff.Webhooks},
		{"appeals.alert_after", &c.Appeals.AlertAfter},
		{"blobs.url", &c.Blobs.URL},
		{"blobs.key_file", &c.Blobs.KeyFile},
		{"blobs.scan_command", &c.Blobs.ScanCommand},
		{"blobs.keep_unsubmitted", &c.Blobs.KeepUnsubmitted},
		{"encryption.key_file", &c.Encryption.KeyFile},
		{"retention.conversations", &c.Retention.Conversations},
		{"analytics.zone", &c.Analytics.Zone},
		{"analytics.min_cell", &c.Analytics.MinCell},
		{"analytics.alerts.webhook.url", &c.Analytics.Alerts.Webhook.URL},
		{"analytics.alerts.webhook.secret_file", &c.Analytics.Alerts.Webhook.SecretFile},
		{"analytics.alerts.webhook.allow_private", &c.Analytics.Alerts.Webhook.AllowPrivate},
		{"metrics.addr", &c.Metrics.Addr},
	}, c.llmSettings(), []setting{
		{"tracing.otlp_url", &c.Tracing.OTLPURL},
		{"tracing.one_in", &c.Tracing.OneIn},
		{"tracing.attributes", &c.Tracing.Attributes},
		{"tracing.follow_clients", &c.Tracing.FollowClients},
		{"debug.addr", &c.Debug.Addr},
		{"debug.allow_remote", &c.Debug.AllowRemote},
		{"log.level", &c.Log.Level},
		{"log.format", &c.Log.Format},
	})
}

func (c *Config) setting(path string) (setting, bool) {
	for _, one := range c.settings() {
		if one.path == path {
			return one, true
		}
	}
	return setting{}, false
}

// variable is the name of the setting in the environment.
func (s setting) variable() string {
	return prefix + strings.ToUpper(strings.ReplaceAll(s.path, ".", "_"))
}

// Set gives the setting at path a value written as text, as flags do. source
// names where it came from, in the words of the user, for instance --addr.
func (c *Config) Set(path, text, source string) error {
	one, ok := c.setting(path)
	if !ok {
		return fmt.Errorf("no setting %q", path)
	}
	if err := one.parse(text); err != nil {
		return Problem{Source: source, Setting: path, Message: err.Error()}
	}
	c.remember(path, source)
	return nil
}

// Add puts one more value into the list at path, as flags do that may be given
// several times. source is that of this value alone.
func (c *Config) Add(path, value, source string) error {
	one, ok := c.setting(path)
	list, isList := one.target.(*[]string)
	if !ok || !isList {
		return fmt.Errorf("no list %q", path)
	}
	*list = append(slices.Clone(*list), value) // another copy of the Config may share it
	c.remember(itemOf(path, value), source)
	return nil
}

// itemOf names one value of a list among the origins.
func itemOf(path, value string) string { return path + " " + value }

// remember does not change the map another copy of the Config may share.
func (c *Config) remember(path, source string) {
	origins := maps.Clone(c.origins)
	if origins == nil {
		origins = make(map[string]string)
	}
	origins[path] = source
	c.origins = origins
}

// parse sets the value from text. Lists are comma separated, those of webhooks
// are written as in the file.
func (s setting) parse(text string) error {
	switch target := s.target.(type) {
	case *string:
		*target = text
		return nil
	case *bool:
		return parseBool(target, text)
	case *int:
		return parseInt(target, text)
	case *time.Duration:
		return parseDuration(target, text)
	case *[]string:
		*target = splitList(text)
		return nil
	case *[]Webhook:
		return parseItems(target, text, "[{name: desk, url: https://…, secret_file: …}]", webhooksFrom)
	case *[]Tenant:
		return parseItems(target, text, "[{name: bank-2, pack: packs/bank-2}]", tenantsFrom)
	}
	return fmt.Errorf("setting %s has no readable type", s.path)
}

func parseBool(target *bool, text string) error {
	if text != "true" && text != "false" {
		return fmt.Errorf("want true or false, got %q", text)
	}
	*target = text == "true"
	return nil
}

func parseInt(target *int, text string) error {
	value, err := strconv.Atoi(text)
	if err != nil {
		return fmt.Errorf("want a whole number, got %q", text)
	}
	*target = value
	return nil
}

func parseDuration(target *time.Duration, text string) error {
	value, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("want a length of time such as 500ms, 1.5s or 2m, got %q", text)
	}
	*target = value
	return nil
}

func splitList(text string) []string {
	var list []string
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			list = append(list, item)
		}
	}
	return list
}
