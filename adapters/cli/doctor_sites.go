package cli

import (
	"context"
	"errors"
	"net/url"
	"os"
	"path/filepath"

	"kaitong/adapters/doctor"
	"kaitong/adapters/proofs"
)

// clock is judged by those whose clocks are known: the log, the database and the
// sites that are called, which say so where they are looked at.
func (x *examiner) clock(context.Context) {
	for _, one := range x.found {
		if one.Check == "clock" {
			return
		}
	}
	x.add(doctor.Good("clock", "%s", x.now().Format("2006-01-02 15:04:05 -07:00")))
}

// certificates are those in files.
func (x *examiner) certificates(context.Context) {
	judge := doctor.Certificates{Now: x.now(), Roots: x.roots}
	for setting, path := range map[string]string{"nats.ca_file": x.config.NATS.CAFile, "nats.cert_file": x.config.NATS.CertFile} {
		if path != "" {
			x.add(judge.File(setting, path))
		}
	}
}

// blobs writes a probe, reads it and deletes it.
func (x *examiner) blobs(ctx context.Context) {
	c := x.config
	secret, err := c.Blobs.ReadKey()
	if c.Blobs.KeyFile == "" || err != nil {
		x.add(doctor.Skip("blobs", "no documents are taken without blobs.key_file"))
		return
	}
	args := doctor.Args{"url": blobsName(c.Blobs.URL)}
	if _, err := os.Stat(filepath.Join(c.Data, blobsDir)); c.Blobs.URL == "" && err != nil {
		x.add(doctor.Good("blobs", "%s is made at the first start", blobsDir))
		return
	}
	store, err := proofs.Open(ctx, proofs.Options{Dir: filepath.Join(c.Data, blobsDir), URL: c.Blobs.URL, Secret: secret, NewID: newID})
	if err == nil {
		err = errors.Join(store.Probe(ctx), store.Close())
	}
	switch {
	case err != nil && c.Blobs.URL != "" && unreachable(err):
		x.add(doctor.Bad("blobs.unreachable", err, args))
	case err != nil && c.Blobs.URL == "":
		x.add(doctor.Bad("blobs.directory", err, args))
	case err != nil:
		x.add(doctor.Bad("blobs.broken", err, args))
	default:
		x.add(doctor.Good("blobs", "a probe was written, read and deleted"))
	}
}

// unreachable says whether nobody is there at all.
func unreachable(err error) bool {
	_, network := errors.AsType[*url.Error](err)
	return network || errors.Is(err, context.DeadlineExceeded)
}

// blobsName is the store without its query, which may hold a secret.
func blobsName(address string) string {
	parsed, err := url.Parse(address)
	if err != nil || address == "" {
		return blobsDir
	}
	return parsed.Scheme + "://" + parsed.Host
}

// calls looks at what the server calls: other people's services.
func (x *examiner) calls(ctx context.Context) {
	look := doctor.Sites{Certificates: doctor.Certificates{Now: x.now(), Roots: x.roots}, Now: x.now}
	for _, site := range x.sites() {
		if site.URL != "" {
			x.add(look.Look(ctx, site)...)
		}
	}
}

func (x *examiner) sites() []doctor.Site {
	c := x.config
	sites := []doctor.Site{
		{Setting: "auth.jwks_url", Check: "jwks", URL: c.Auth.JWKSURL, Want: `"keys"`},
		{
			Setting: "desk.oidc.issuer", Check: "oidc", URL: c.Desk.OIDC.Issuer, Path: "/.well-known/openid-configuration",
			Want: `"` + c.Desk.OIDC.Issuer + `"`,
		},
		{Setting: "analytics.alerts.webhook", Check: "webhooks", URL: c.Analytics.Alerts.Webhook.URL, Public: !c.Analytics.Alerts.Webhook.AllowPrivate},
	}
	for _, hook := range c.Handoff.Webhooks {
		sites = append(sites, doctor.Site{Setting: "handoff.webhooks " + hook.Name, Check: "webhooks", URL: hook.URL, Public: !c.Handoff.AllowPrivate})
	}
	if c.LLM.Provider != "" {
		if options, err := modelOptions(c.LLM, nil); err == nil {
			sites = append(sites, doctor.Site{Setting: "llm.base_url", Check: "model", URL: options.Profile.BaseURL})
		}
	}
	return sites
}
