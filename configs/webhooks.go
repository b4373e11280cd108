package configs

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// maxWebhooks is more desks than anybody has.
const maxWebhooks = 16

// HandoffEvents are what a webhook can ask to be told of.
func HandoffEvents() []string {
	return []string{"requested", "claimed", "message", "cancelled", "resolved"}
}

// webhooksFrom also returns the node to blame.
func webhooksFrom(target *[]Webhook, node ast.Node) (ast.Node, error) {
	return itemsFrom(target, node, "webhooks", (*Webhook).from)
}

func (w *Webhook) from(node ast.Node) (ast.Node, error) {
	return members(node, "want name, url and secret_file of a webhook, got %s", w.member)
}

func (w *Webhook) member(key string, entry *ast.MappingValueNode) (ast.Node, error) {
	switch key {
	case "name":
		return entry.Value, stringFrom(&w.Name, entry.Value)
	case "url":
		return entry.Value, stringFrom(&w.URL, entry.Value)
	case "secret_file":
		return entry.Value, stringFrom(&w.SecretFile, entry.Value)
	case "chatwoot_inbox":
		return entry.Value, stringFrom(&w.Inbox, entry.Value)
	case "events":
		return listFrom(&w.Events, entry.Value)
	case "online":
		return entry.Value, boolFrom(&w.Online, entry.Value)
	}
	return entry.Key, errors.New("a webhook has name, url, secret_file, chatwoot_inbox, events and online, nothing else")
}

func (v *validator) handoff() {
	c := v.config.Handoff
	if c.PublicURL != "" && webAddress(c.PublicURL, true) != nil {
		v.complain("handoff.public_url", "want an address such as https://bot.example.com")
	}
	if len(c.Webhooks) > maxWebhooks {
		v.complain("handoff.webhooks", "want at most %d", maxWebhooks)
		return
	}
	names := map[string]bool{}
	for i, hook := range c.Webhooks {
		if !regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,14}$`).MatchString(hook.Name) {
			v.complain("handoff.webhooks", "webhook %d: name: want up to 15 small letters, digits and -, got %q", i+1, hook.Name)
			continue
		}
		if names[hook.Name] {
			v.complain("handoff.webhooks", "%s: two webhooks have this name", hook.Name)
		}
		names[hook.Name] = true
		v.webhook(hook)
	}
}

func (v *validator) webhook(hook Webhook) {
	complain := func(format string, args ...any) { v.complain("handoff.webhooks", hook.Name+": "+format, args...) }
	if err := webAddress(hook.URL, v.config.Handoff.AllowPrivate); err != nil {
		complain("url: %v", err)
	}
	if _, err := hook.ReadSecrets(); err != nil {
		complain("secret_file: %v", err)
	}
	for _, event := range hook.Events {
		if !slices.Contains(HandoffEvents(), event) {
			complain("events: want %s, got %q", orList(HandoffEvents()), event)
		}
	}
}

// webAddress quotes nothing: there may be a password in it.
func webAddress(text string, plain bool) error {
	parsed, err := url.Parse(text)
	switch {
	case err != nil || parsed.Hostname() == "" || parsed.User != nil || parsed.Fragment != "":
		return errors.New("want an address such as https://desk.example.com/kaitong")
	case parsed.Scheme == "https" || parsed.Scheme == "http" && plain:
		return nil
	}
	return errors.New("want https; http is for a desk in your own network, with allow_private")
}

// ReadSecrets returns the secrets of the file, one a line: whsec_ and base64, or
// what Chatwoot shows.
func (w Webhook) ReadSecrets() ([]string, error) {
	if w.SecretFile == "" {
		return nil, errors.New("want a file with the secret")
	}
	text, err := os.ReadFile(w.SecretFile)
	if err != nil {
		return nil, fmt.Errorf("read secret: %w", err)
	}
	secrets := strings.Fields(string(text))
	for _, secret := range secrets {
		if w.Inbox == "" && !strings.HasPrefix(secret, "whsec_") {
			return nil, errors.New("want lines of whsec_ and base64; `echo \"whsec_$(openssl rand -base64 32)\"` makes a good one")
		}
	}
	if len(secrets) == 0 {
		return nil, errors.New("the file is empty")
	}
	return secrets, nil
}
