package status

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"kaitong/adapters/conform"
)

// Subject is where every node listens.
const Subject = "kaitong.status.v1"

const (
	maxRequest = 16 << 10  // bytes of a request that are looked at
	maxState   = 512 << 10 // of a reply or a file: 20 incidents in 8 languages
	maxDepth   = 8
)

// Op is what a request asks for.
type Op string

// The requests there are.
const (
	OpSet   Op = "set"   // publish Incident, or change it
	OpClear Op = "clear" // end the one with the id of Incident, or all
	OpList  Op = "list"
)

// Request is the body of a request.
type Request struct {
	Op       Op        `json:"op"`
	Incident *Incident `json:"incident,omitempty"`
	All      bool      `json:"all,omitempty"`
}

// reply is the body of a reply as it is read: a state or an error.
type reply struct {
	State
	Error *Fault `json:"error"`
}

// refusal is the body of a reply that refuses.
type refusal struct {
	Error *Fault `json:"error"`
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

// contract checks messages against the schemas.
type contract struct {
	request, reply, state *jsonschema.Schema
}

func newContract() (*contract, error) {
	c := &contract{}
	return c, conform.Compile(Schemas(), map[string]**jsonschema.Schema{
		"request.json": &c.request, "reply.json": &c.reply, "reply.json#/$defs/state": &c.state,
	})
}

func (c *contract) readRequest(data []byte) (Request, error) {
	var request Request
	return request, decode(data, maxRequest, c.request, &request)
}

func (c *contract) readState(data []byte) (State, error) {
	var state State
	return state, decode(data, maxState, c.state, &state)
}

// readReply returns a refusal as a *Fault.
func (c *contract) readReply(data []byte) (State, error) {
	var r reply
	if err := decode(data, maxState, c.reply, &r); err != nil {
		return State{}, fmt.Errorf("reply: %w", err)
	}
	if r.Error != nil {
		return State{}, r.Error
	}
	return r.State, nil
}

// decode reads one JSON object that the schema allows. The schema knows names
// exactly and the reader knows no duplicates, so that what was checked is what
// is read.
func decode(data []byte, limit int, schema *jsonschema.Schema, into any) error {
	if len(data) > limit {
		return &Fault{Code: codeTooLarge, Message: fmt.Sprintf("%d bytes, at most %d allowed", len(data), limit)}
	}
	if err := wellFormed(data); err != nil {
		return &Fault{Code: codeBadJSON, Message: err.Error()}
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return &Fault{Code: codeBadJSON, Message: err.Error()}
	}
	if err := schema.Validate(document); err != nil {
		return invalid("%s", firstFault(err))
	}
	if err := json.Unmarshal(data, into); err != nil {
		return invalid("%v", err) // a moment such as 2026-02-30 that looks like one
	}
	return nil
}

// firstFault is the first thing a schema complains about, without the rest of
// the tree.
func firstFault(err error) string {
	var fault *jsonschema.ValidationError
	if !errors.As(err, &fault) {
		return err.Error()
	}
	for len(fault.Causes) > 0 {
		fault = fault.Causes[0]
	}
	where := "/" + strings.Join(fault.InstanceLocation, "/")
	return shortenTo(where+": "+fault.ErrorKind.LocalizedString(message.NewPrinter(language.English)), 300)
}

// wellFormed wants one JSON object in UTF-8 whose names are unique.
func wellFormed(data []byte) error {
	if !utf8.Valid(data) {
		return errors.New("not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	first, err := decoder.Token()
	if err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	if first != json.Delim('{') {
		return errors.New("want one JSON object")
	}
	if err := walk(decoder, first, 1); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON object")
	}
	return nil
}

// walk reads what an opening bracket opened.
func walk(decoder *json.Decoder, open json.Token, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("nested deeper than %d", maxDepth)
	}
	names := map[string]bool{}
	for decoder.More() {
		if open == json.Delim('{') {
			name, err := decoder.Token()
			if err != nil {
				return fmt.Errorf("not JSON: %w", err)
			}
			text, _ := name.(string)
			if names[text] {
				return fmt.Errorf("%q is there twice", shorten(text))
			}
			names[text] = true
		}
		value, err := decoder.Token()
		if err != nil {
			return fmt.Errorf("not JSON: %w", err)
		}
		if _, opens := value.(json.Delim); opens {
			if err := walk(decoder, value, depth+1); err != nil {
				return err
			}
		}
	}
	_, err := decoder.Token() // what closes it
	if err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	return nil
}
