package sso

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/coreos/go-oidc/v3/oidc"

	"kaitong/bot/staff"
)

// maxSubject is how long a subject may be, by the standard.
const maxSubject = 255

// Person is somebody who has signed in at the provider.
type Person struct {
	Issuer, Subject string // who it is, for ever; a name or an address may pass on to somebody else
	Login           string // what the provider calls them, or ""
	Name            string // fit to be shown
	Locale          string // zh-CN or en
	Role            staff.Role
	Queues          []string // see HasQueues
	HasQueues       bool     // whether the lines are said by the provider
}

// claims is what the provider says of somebody.
type claims map[string]any

// find looks for a claim by its name, then by a path of names with dots between
// them. Some names have dots of their own.
func (c claims) find(name string) (any, bool) {
	if value, ok := c[name]; ok {
		return value, true
	}
	first, rest, deep := strings.Cut(name, ".")
	inner, ok := c[first].(map[string]any)
	if !deep || !ok {
		return nil, false
	}
	return claims(inner).find(rest)
}

func (c claims) has(name string) bool {
	_, there := c.find(name)
	return there
}

func (c claims) text(name string) string {
	value, _ := c.find(name)
	text, _ := value.(string)
	return text
}

// texts is a claim that is one text or a list of them.
func (c claims) texts(name string) []string {
	value, _ := c.find(name)
	switch value := value.(type) {
	case string:
		return []string{value}
	case []any:
		var texts []string
		for _, one := range value {
			if text, ok := one.(string); ok {
				texts = append(texts, text)
			}
		}
		return texts
	}
	return nil
}

// person is who the claims speak of.
func (p *Provider) person(token *oidc.IDToken, c claims) (Person, error) {
	who := Person{Issuer: p.options.Issuer, Subject: token.Subject, Login: c.text("preferred_username"), Locale: "zh-CN"}
	if who.Login == "" {
		who.Login = c.text("email")
	}
	if strings.HasPrefix(strings.ToLower(c.text("locale")), "en") {
		who.Locale = "en"
	}
	who.Name = shownName(c.text("name"), who.Users()[0])
	role, err := p.roleOf(c.texts(p.options.RolesClaim))
	if err != nil {
		return who, err
	}
	who.Role = role
	if p.options.QueuesClaim == "" || !who.Role.Talks() {
		return who, nil
	}
	who.HasQueues = true
	for _, queue := range c.texts(p.options.QueuesClaim) {
		if slices.Contains(p.options.Queues, queue) && !slices.Contains(who.Queues, queue) {
			who.Queues = append(who.Queues, queue)
		}
	}
	slices.Sort(who.Queues)
	if len(who.Queues) == 0 && who.Role == staff.Agent { // none would mean all
		return who, ErrNoRole
	}
	return who, nil
}

// roleOf is the role that some values give. A lead may be among the agents, too.
// Other roles exclude each other, so that nobody checks what they do themselves:
// who has two of those has none.
func (p *Provider) roleOf(values []string) (staff.Role, error) {
	var found []staff.Role
	for _, role := range staff.Roles() {
		if slices.ContainsFunc(p.options.Roles[role], func(wanted string) bool { return slices.Contains(values, wanted) }) {
			found = append(found, role)
		}
	}
	switch {
	case len(found) == 0:
		return "", ErrNoRole
	case len(found) == 1:
		return found[0], nil
	case slices.Equal(found, []staff.Role{staff.Agent, staff.Lead}):
		return staff.Lead, nil
	}
	return "", fmt.Errorf("%w: %q", ErrTwoRoles, found)
}

// maxShown is how many letters a name may have.
const maxShown = 64

// shownName makes a name fit to be shown to people.
func shownName(name, instead string) string {
	name = strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, name)
	letters := []rune(strings.TrimSpace(name))
	if name = strings.TrimSpace(string(letters[:min(len(letters), maxShown)])); name == "" {
		return instead
	}
	return name
}

// Users are names for an account of the person, the best one first. Others may
// have the first: then the last is theirs alone.
func (w Person) Users() []string {
	sum := sha256.Sum256([]byte(w.Issuer + "\n" + w.Subject))
	mark := hex.EncodeToString(sum[:6])
	name, _, _ := strings.Cut(strings.ToLower(w.Login), "@")
	name = strings.Map(func(r rune) rune {
		if (r < 'a' || r > 'z') && (r < '0' || r > '9') && !strings.ContainsRune("._-", r) {
			return -1
		}
		return r
	}, name)
	name = strings.TrimLeft(name[:min(len(name), 48)], "0123456789._-")
	if !staff.ValidUser(name) || strings.HasPrefix(name+"-", staff.DemoPrefix) {
		return []string{"u-" + mark}
	}
	return []string{name, name + "-" + mark}
}
