package configs

import (
	"net/url"
	"regexp"
)

// Tracing says who is told how single messages went.
type Tracing struct {
	OTLPURL       string   // empty: nobody
	OneIn         int      // of so many messages one is traced
	Attributes    []string // name=value, of this process
	FollowClients bool     // go on with traces that pages and apps begin
}

// Debug says where profiles of the runtime are served.
type Debug struct {
	Addr        string // host:port; empty: nowhere
	AllowRemote bool   // it may be reached from other machines
}

// JSON says whether lines are for machines.
func (c Config) JSON() bool {
	if c.Log.Format == "" {
		return c.Mode == ModeProduction
	}
	return c.Log.Format == "json"
}

func (v *validator) operations() {
	c := v.config
	if c.Log.Format != "" {
		v.oneOf("log.format", c.Log.Format, "text", "json")
	}
	v.between("tracing.one_in", c.Tracing.OneIn, 1, 1_000_000)
	parsed, err := url.Parse(c.Tracing.OTLPURL)
	if c.Tracing.OTLPURL != "" && (err != nil || parsed.Host == "" || parsed.User != nil || parsed.Scheme != "http" && parsed.Scheme != "https") {
		v.complain("tracing.otlp_url", "want an address such as http://127.0.0.1:4318")
	}
	for _, one := range c.Tracing.Attributes {
		if !regexp.MustCompile(`^[a-z][a-z0-9._]{0,63}=[^\s=][^\r\n]{0,127}$`).MatchString(one) {
			v.complainOf("tracing.attributes", one, "want name=value such as deployment.environment=live, got %q", one)
		}
	}
	if c.Debug.Addr == "" {
		return
	}
	v.address("debug.addr", c.Debug.Addr)
	if !c.Debug.AllowRemote && !OnThisMachine(c.Debug.Addr) {
		v.complain("debug.addr", "other machines reach %s; name an address of this one such as 127.0.0.1:6060, or set debug.allow_remote", c.Debug.Addr)
	}
}
