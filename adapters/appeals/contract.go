package appeals

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"kaitong/adapters/conform"
	"kaitong/bot"
)

// The names under which the service is found.
const (
	Service = "appeals"
	Subject = "kaitong.appeals.v1.submit"
	Version = "1.0.0"
)

// The metadata by which a service announces that it knows trials.
const (
	trialsKey   = "trials"
	trialsKnown = "known"
)

// maxMessage is the largest message in bytes that is looked at.
const maxMessage = 64 << 10

// Request is an appeal as it travels.
type Request struct {
	Reference    string    `json:"reference"`
	Conversation string    `json:"conversation"`
	Tenant       string    `json:"tenant"`
	UserID       string    `json:"user_id"`
	Product      string    `json:"product"`
	Locale       string    `json:"locale"`
	DecidedAt    time.Time `json:"decided_at"`
	Causes       []string  `json:"causes"`
	Explanation  string    `json:"explanation"`
	Proofs       []Proof   `json:"proofs"`
	Consent      bool      `json:"consent"`
	SubmittedAt  time.Time `json:"submitted_at"`
	Trial        bool      `json:"trial,omitempty"` // of [Verify]: nobody's appeal
}

// Proof is a document as it travels: what it is, and where it is kept.
type Proof struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
	Object string `json:"object"`
}

// Reply is the receipt as it travels.
type Reply struct {
	Reference  string    `json:"reference"`
	AcceptedAt time.Time `json:"accepted_at"`
}

// requestOf is a submission as it travels. object says where a document of a
// conversation is kept.
func requestOf(s bot.Submission, object func(conversation, id string) string) Request {
	a := s.Appeal
	request := Request{
		Reference: s.Reference, Conversation: s.Conversation, Tenant: s.User.Tenant, UserID: s.User.User, Product: a.Product, Locale: s.Locale,
		DecidedAt: a.Decided.UTC(), Causes: append([]string{}, a.Causes...), Explanation: a.Explanation, Proofs: []Proof{},
		Consent: a.Consent, SubmittedAt: a.Submitted.UTC().Truncate(time.Second), // a log may keep less than a clock says
	}
	for _, p := range a.Proofs {
		request.Proofs = append(request.Proofs, Proof{p.ID, p.Name, p.Type, p.Size, p.SHA256, object(s.Conversation, p.ID)})
	}
	return request
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

// Request reads and checks an appeal.
func (c *Contract) Request(data []byte) (Request, error) { return read[Request](c.request, data) }

// errOther: the receipt is for another appeal.
var errOther = errors.New("receipt of another appeal")

// Reply reads and checks the receipt of an appeal.
func (c *Contract) Reply(data []byte, reference string) (Reply, error) {
	reply, err := read[Reply](c.reply, data)
	if err == nil && reply.Reference != reference {
		return Reply{}, errOther
	}
	return reply, err
}

func read[T any](schema *jsonschema.Schema, data []byte) (T, error) {
	var message T
	if len(data) > maxMessage {
		return message, fmt.Errorf("%d bytes, at most %d are read", len(data), maxMessage)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return message, err
	}
	if err := schema.Validate(document); err != nil {
		return message, err
	}
	return message, json.Unmarshal(data, &message)
}
