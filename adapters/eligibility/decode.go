package eligibility

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// What the schema allows of a reason, for readers that forgive the rest.
const (
	maxReasons = 16
	maxParams  = 16
	maxParam   = 256 // characters
)

// object is a JSON object as the schemas see it. Messages are read from it and
// not from their bytes once more: encoding/json takes "Decision" for
// "decision", so what it reads need not be what was checked.
type object map[string]any

// parse reads a message that must be one JSON object.
func parse(data []byte) (map[string]any, error) {
	if len(data) > maxReply {
		return nil, fmt.Errorf("%d bytes, at most %d allowed", len(data), maxReply)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	document, ok := value.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("want a JSON object, got %T", value)
	}
	return document, nil
}

func (o object) text(key string) string {
	text, _ := o[key].(string)
	return text
}

func (o object) inner(key string) object {
	inner, _ := o[key].(map[string]any)
	return inner
}

func (o object) time(key string) (time.Time, error) {
	moment, err := time.Parse(time.RFC3339, o.text(key))
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: %w", key, err)
	}
	return moment, nil
}

// readRequest takes a request from a document that matches its schema.
func readRequest(o object) (Request, error) {
	askedAt, err := o.time("asked_at")
	if err != nil {
		return Request{}, err
	}
	client := o.inner("client")
	return Request{
		RequestID: o.text("request_id"), Tenant: o.text("tenant"), UserID: o.text("user_id"),
		Product: o.text("product"), Locale: o.text("locale"), AskedAt: askedAt,
		Client: ClientInfo{AppVersion: client.text("app_version"), OS: client.text("os"), Network: client.text("network")},
	}, nil
}

// readReply takes a reply from a document that matches its schema, the
// reasons aside.
func readReply(o object) (Reply, error) {
	reply := Reply{RequestID: o.text("request_id"), Decision: o.text("decision")}
	reply.Appealable, _ = o["appealable"].(bool)
	var err error
	if reply.Reasons, err = readReasons(o); err != nil {
		return Reply{}, err
	}
	if reply.CheckedAt, err = o.time("checked_at"); err != nil {
		return Reply{}, err
	}
	if reply.ValidUntil, err = o.time("valid_until"); err != nil {
		return Reply{}, err
	}
	if _, given := o["review_eta"]; !given {
		return reply, nil
	}
	eta, err := o.time("review_eta")
	if err != nil {
		return Reply{}, err
	}
	reply.ReviewETA = &eta
	return reply, nil
}

// readReasons takes what may be told of each reason. Parameters that are no
// text, or more or longer than the schema allows, are left out.
func readReasons(o object) ([]Reason, error) {
	items, ok := o["reasons"].([]any)
	if !ok {
		return nil, errors.New("reasons: want a list")
	}
	reasons := make([]Reason, 0, len(items))
	for i, item := range items {
		reason, _ := item.(map[string]any)
		code, ok := reason["code"].(string)
		if !ok {
			return nil, fmt.Errorf("reason %d has no code", i+1)
		}
		reasons = append(reasons, Reason{Code: code, Params: readParams(object(reason).inner("params"))})
	}
	return reasons, nil
}

func readParams(o object) map[string]string {
	var params map[string]string
	for _, key := range slices.Sorted(maps.Keys(o)) {
		text, ok := o[key].(string)
		if !ok || utf8.RuneCountInString(text) > maxParam || len(params) == maxParams {
			continue
		}
		if params == nil {
			params = make(map[string]string, len(o))
		}
		params[key] = text
	}
	return params
}
