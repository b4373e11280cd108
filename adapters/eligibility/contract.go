package eligibility

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// The names under which the service is found.
const (
	Service = "eligibility"
	Subject = "kaitong.eligibility.v1.check"
	Version = "1.0.0"
)

// maxReply is the largest reply in bytes that is looked at.
const maxReply = 16 << 10

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
	request, err := compile("request.json")
	if err != nil {
		return nil, err
	}
	reply, err := compile("reply.json")
	if err != nil {
		return nil, err
	}
	return &Contract{request: request, reply: reply}, nil
}

func compile(name string) (*jsonschema.Schema, error) {
	file, err := Schemas().Open(name)
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", name, err)
	}
	defer file.Close()
	document, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		return nil, fmt.Errorf("schema %s: %w", name, err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(name, document); err != nil {
		return nil, fmt.Errorf("schema %s: %w", name, err)
	}
	return compiler.Compile(name)
}

// Request reads and checks a request.
func (c *Contract) Request(data []byte) (Request, error) {
	var request Request
	err := decode(c.request, data, &request)
	return request, err
}

// Reply reads and checks a reply to the request with the given id.
func (c *Contract) Reply(data []byte, requestID string) (Reply, error) {
	var reply Reply
	if err := decode(c.reply, data, &reply); err != nil {
		return Reply{}, err
	}
	if reply.RequestID != requestID {
		return Reply{}, fmt.Errorf("request_id is %q, asked with %q", reply.RequestID, requestID)
	}
	if reply.ValidUntil.Before(reply.CheckedAt) {
		return Reply{}, fmt.Errorf("valid_until %s is before checked_at %s", reply.ValidUntil, reply.CheckedAt)
	}
	return reply, nil
}

func decode(schema *jsonschema.Schema, data []byte, into any) error {
	if len(data) > maxReply {
		return fmt.Errorf("%d bytes, at most %d allowed", len(data), maxReply)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	if err := schema.Validate(document); err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}
