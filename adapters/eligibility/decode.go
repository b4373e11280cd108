package eligibility

import (
	"bytes"
	"fmt"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
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

// readReply takes a reply from a document that matches its schema.
func readReply(o object) (Reply, error) {
	reply := Reply{RequestID: o.text("request_id"), Decision: o.text("decision"), Reasons: readReasons(o)}
	reply.Appealable, _ = o["appealable"].(bool)
	var err error
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

func readReasons(o object) []Reason {
	items, _ := o["reasons"].([]any)
	reasons := make([]Reason, 0, len(items))
	for _, item := range items {
		inner, _ := item.(map[string]any)
		reasons = append(reasons, Reason{Code: object(inner).text("code"), Params: readParams(object(inner).inner("params"))})
	}
	return reasons
}

func readParams(o object) map[string]string {
	if len(o) == 0 {
		return nil
	}
	params := make(map[string]string, len(o))
	for key := range o {
		params[key] = o.text(key)
	}
	return params
}
