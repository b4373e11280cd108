package eligibility

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"kaitong/adapters/conform"
)

// The names under which the service is found.
const (
	Service = "eligibility"
	Subject = "kaitong.eligibility.v1.check"
	Version = "1.0.0"
)

// maxReply is the largest reply in bytes that is looked at.
const maxReply = 16 << 10

// clockLeeway is how much the clocks of two machines may differ.
const clockLeeway = time.Minute

// Request is the body of a check as it travels.
type Request struct {
	RequestID string     `json:"request_id"`
	Tenant    string     `json:"tenant"`
	UserID    string     `json:"user_id"`
	Product   string     `json:"product"`
	Locale    string     `json:"locale"`
	Client    ClientInfo `json:"client"`
	AskedAt   time.Time  `json:"asked_at"`
}

// ClientInfo is what is known about the app that asks.
type ClientInfo struct {
	AppVersion string `json:"app_version"`
	OS         string `json:"os"`
	Network    string `json:"network"`
}

// Reply is the answer as it travels.
type Reply struct {
	RequestID  string     `json:"request_id"`
	Decision   string     `json:"decision"`
	Reasons    []Reason   `json:"reasons"`
	Appealable bool       `json:"appealable"`
	ReviewETA  *time.Time `json:"review_eta,omitempty"`
	CheckedAt  time.Time  `json:"checked_at"`
	ValidUntil time.Time  `json:"valid_until"`
}

// Reason is one reason code with its parameters.
type Reason struct {
	Code   string            `json:"code"`
	Params map[string]string `json:"params,omitempty"`
}

//go:embed schema/*.json
var schemas embed.FS

// Schemas returns the JSON Schemas of the contract: request.json, reply.json.
func Schemas() fs.FS {
	sub, err := fs.Sub(schemas, "schema")
	if err != nil {
		panic(err) // the directory is embedded above
	}
	return sub
}

// Contract checks messages against the schemas.
type Contract struct {
	request, reply *jsonschema.Schema
}

// NewContract compiles the schemas.
func NewContract() (*Contract, error) {
	c := &Contract{}
	return c, conform.Compile(Schemas(), map[string]**jsonschema.Schema{"request.json": &c.request, "reply.json": &c.reply})
}

// Request reads and checks a request.
func (c *Contract) Request(data []byte) (Request, error) {
	document, err := parse(data)
	if err != nil {
		return Request{}, err
	}
	if err := c.request.Validate(document); err != nil {
		return Request{}, err
	}
	return readRequest(document)
}

// Reply reads and checks the reply to the request with the given id, as it
// arrives at the given time.
func (c *Contract) Reply(data []byte, requestID string, now time.Time) (Reply, error) {
	document, err := parseReply(data, requestID)
	if err != nil {
		return Reply{}, err
	}
	if err := c.reply.Validate(document); err != nil {
		return Reply{}, err
	}
	return arrived(document, now)
}

// LenientReply is Reply for a client that has a person waiting. A reason that
// is written oddly is still a reason: its code may be any text and there may
// be any number of them, and parameters that are no text are left out. All
// else must be as the schema says.
func (c *Contract) LenientReply(data []byte, requestID string, now time.Time) (Reply, error) {
	document, err := parseReply(data, requestID)
	if err != nil {
		return Reply{}, err
	}
	strict := maps.Clone(document)
	strict["reasons"] = []any{}
	if err := c.reply.Validate(strict); err != nil {
		return Reply{}, err
	}
	return arrived(document, now)
}

func arrived(document object, now time.Time) (Reply, error) {
	reply, err := readReply(document)
	if err != nil {
		return Reply{}, err
	}
	return reply, reply.timely(now)
}

// errOtherRequest: the reply is to another request.
var errOtherRequest = errors.New("reply to another request")

// parseReply looks at the id before all else: what is wrong with a reply to
// another request is no matter of this one.
func parseReply(data []byte, requestID string) (map[string]any, error) {
	document, err := parse(data)
	if err != nil {
		return nil, err
	}
	if id, ok := document["request_id"].(string); ok && id != requestID {
		return nil, fmt.Errorf("%w: request_id is %q, asked with %q", errOtherRequest, id, requestID)
	}
	return document, nil
}

// timely says whether the times of a reply make sense when it arrives.
func (r Reply) timely(now time.Time) error {
	if r.ValidUntil.Before(r.CheckedAt) {
		return fmt.Errorf("valid_until %s is before checked_at %s", r.ValidUntil, r.CheckedAt)
	}
	if r.ValidUntil.Before(now.Add(-clockLeeway)) {
		return fmt.Errorf("valid_until %s is over, it is %s", r.ValidUntil, now)
	}
	return nil
}
