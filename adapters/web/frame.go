package web

import (
	"cmp"
	"encoding/json"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"kaitong/bot"
)

// The languages spoken. Anything that is not Chinese gets English.
const (
	localeZH = "zh-CN"
	localeEN = "en"
)

// Frame types, client to server and server to client.
const (
	typeHello          = "hello"
	typeMessageSend    = "message.send"
	typeChoiceSend     = "choice.send"
	typeFeedbackSend   = "feedback.send"
	typeHandoffRequest = "handoff.request"
	typeHandoffCancel  = "handoff.cancel"
	typeTyping         = "typing"
	typePing           = "ping"
	typePong           = "pong"
	typeAck            = "ack"
	typeTokenRefresh   = "token.refresh"

	typeWelcome      = "welcome"
	typeMessage      = "message"
	typeHandoffState = "handoff.state"
	typeCheckState   = "check.state"
	typeError        = "error"
	typeGoaway       = "goaway"

	typeTokenRefreshed = "token.refreshed"
)

const (
	maxIDBytes     = 64
	maxNameChars   = 64
	maxLocaleChars = 35
	maxTokenChars  = 4096
	maxReasonRunes = 500
)

// frame is one decoded frame of a client. Which of the last fields is set
// follows from kind.
type frame struct {
	kind string
	id   string
	conv string

	hello    *hello
	text     string
	choice   *bot.ChoiceRef
	vote     *bot.Vote
	handoff  bot.HandoffAsk
	ackedSeq int64
	token    string // a fresh one
}

// isAct says whether the frame becomes a turn.
func (f *frame) isAct() bool {
	switch f.kind {
	case typeMessageSend, typeChoiceSend, typeFeedbackSend, typeHandoffRequest, typeHandoffCancel:
		return true
	}
	return false
}

// hello is what a client says about itself.
type hello struct {
	token   string
	anon    string
	locale  string // "" is the language the person writes
	product string
	client  bot.Client
	resume  *resume
}

type resume struct {
	conv     string
	epoch    string
	afterSeq int64
}

// knownKeys are all field names of all client frames: a key that differs from
// one of them only in case is refused, because encoding/json would take it.
func knownKeys() keyNames {
	return keyNames{
		"type", "id", "conv", "seq", "ts", "re", "data",
		"token", "anon", "locale", "product", "client", "app_version", "os", "network", "region", "channel",
		"resume", "epoch", "after_seq", "text", "msg", "choice", "vote", "reason", "user", "confirm", "jti", "since",
	}
}

// decoder turns bytes into frames.
type decoder struct {
	names     keyNames
	textRunes int
}

// envelope is the outer object. Pointers tell "absent" from "empty".
type envelope struct {
	Type *string         `json:"type"`
	ID   *string         `json:"id"`
	Conv *string         `json:"conv"`
	Data json.RawMessage `json:"data"`
}

// decode reads one frame. With a fault it still returns the frame's id when
// that could be read, so that the refusal can name what it answers.
func (d decoder) decode(data []byte) (frame, *fault) {
	if f, ok := d.hot(data); ok {
		return f, nil
	}
	return d.strict(data)
}

// strict is decode for every frame there is.
func (d decoder) strict(data []byte) (frame, *fault) {
	if f := d.object(data); f != nil {
		return frame{}, f
	}
	var e envelope
	if err := json.Unmarshal(data, &e); err != nil {
		return frame{}, typeFault(err)
	}
	f := frame{}
	if e.ID != nil {
		if !validID(*e.ID) {
			return f, &fault{code: codeBadField, field: "id"}
		}
		f.id = *e.ID
	}
	if e.Conv != nil {
		if !validID(*e.Conv) {
			return f, &fault{code: codeBadField, field: "conv"}
		}
		f.conv = *e.Conv
	}
	if e.Type == nil {
		return f, &fault{code: codeMissingField, field: "type"}
	}
	f.kind = *e.Type
	return f, d.body(&f, e.Data)
}

// object checks that data is one strict JSON object.
func (d decoder) object(data []byte) *fault {
	if f := checkStrict(data, d.names); f != nil {
		return f
	}
	if first := strings.TrimLeft(string(data[:min(len(data), 64)]), " \t\r\n"); !strings.HasPrefix(first, "{") {
		return &fault{code: codeBadJSON}
	}
	return nil
}

func (d decoder) body(f *frame, data json.RawMessage) *fault {
	if f.isAct() && f.id == "" {
		return &fault{code: codeMissingField, field: "id"}
	}
	switch f.kind {
	case typeHello:
		return d.helloBody(f, data)
	case typeMessageSend:
		return d.messageBody(f, data)
	case typeChoiceSend:
		return d.choiceBody(f, data)
	case typeFeedbackSend:
		return d.feedbackBody(f, data)
	case typeAck:
		return d.ackBody(f, data)
	case typeTokenRefresh:
		return d.refreshBody(f, data)
	case typeHandoffRequest:
		f.handoff = bot.HandoffRequest
	case typeHandoffCancel:
		f.handoff = bot.HandoffCancel
	case typeTyping, typePing, typePong:
	default:
		return &fault{code: codeUnknownType}
	}
	return nil
}

func (d decoder) messageBody(f *frame, data json.RawMessage) *fault {
	var body struct {
		Text *string `json:"text"`
	}
	if bad := unpack(data, &body); bad != nil {
		return bad
	}
	if body.Text == nil {
		return &fault{code: codeMissingField, field: "data.text"}
	}
	f.text = stripControls(*body.Text)
	if strings.TrimSpace(f.text) == "" {
		return &fault{code: codeEmptyText, field: "data.text"}
	}
	if utf8.RuneCountInString(f.text) > d.textRunes {
		return &fault{code: codeTooLong, field: "data.text"}
	}
	return nil
}

func (d decoder) choiceBody(f *frame, data json.RawMessage) *fault {
	var body struct {
		Msg    *string `json:"msg"`
		Choice *string `json:"choice"`
	}
	if bad := unpack(data, &body); bad != nil {
		return bad
	}
	if bad := needIDs(named{"data.msg", body.Msg}, named{"data.choice", body.Choice}); bad != nil {
		return bad
	}
	f.choice = &bot.ChoiceRef{Message: *body.Msg, Choice: *body.Choice}
	return nil
}

func (d decoder) feedbackBody(f *frame, data json.RawMessage) *fault {
	var body struct {
		Msg    *string `json:"msg"`
		Vote   *string `json:"vote"`
		Reason string  `json:"reason"`
	}
	if bad := unpack(data, &body); bad != nil {
		return bad
	}
	if bad := needIDs(named{"data.msg", body.Msg}, named{"data.vote", body.Vote}); bad != nil {
		return bad
	}
	if *body.Vote != "up" && *body.Vote != "down" {
		return &fault{code: codeBadField, field: "data.vote"}
	}
	reason := stripControls(body.Reason)
	if utf8.RuneCountInString(reason) > maxReasonRunes {
		return &fault{code: codeBadField, field: "data.reason"}
	}
	f.vote = &bot.Vote{Message: *body.Msg, Up: *body.Vote == "up", Reason: reason}
	return nil
}

func (d decoder) ackBody(f *frame, data json.RawMessage) *fault {
	var body struct {
		Seq *int64 `json:"seq"`
	}
	if bad := unpack(data, &body); bad != nil {
		return bad
	}
	if body.Seq == nil {
		return &fault{code: codeMissingField, field: "data.seq"}
	}
	if *body.Seq < 0 {
		return &fault{code: codeBadField, field: "data.seq"}
	}
	f.ackedSeq = *body.Seq
	return nil
}

func (d decoder) refreshBody(f *frame, data json.RawMessage) *fault {
	var body struct {
		Token string `json:"token"`
	}
	if bad := unpack(data, &body); bad != nil {
		return bad
	}
	if body.Token == "" {
		return &fault{code: codeMissingField, field: "data.token"}
	}
	if !printable(body.Token, maxTokenChars) {
		return &fault{code: codeBadField, field: "data.token"}
	}
	f.token = body.Token
	return nil
}

func (d decoder) helloBody(f *frame, data json.RawMessage) *fault {
	var body struct {
		Token   string `json:"token"`
		Anon    string `json:"anon"`
		Locale  string `json:"locale"`
		Product string `json:"product"`
		Client  struct {
			AppVersion string `json:"app_version"`
			OS         string `json:"os"`
			Network    string `json:"network"`
			Region     string `json:"region"`
			Channel    string `json:"channel"`
		} `json:"client"`
		Resume *struct {
			Conv     *string `json:"conv"`
			Epoch    *string `json:"epoch"`
			AfterSeq *int64  `json:"after_seq"`
		} `json:"resume"`
	}
	if bad := unpack(data, &body); bad != nil {
		return bad
	}
	h := &hello{
		token: body.Token, anon: body.Anon, locale: body.Locale, product: body.Product,
		client: bot.Client(body.Client),
	}
	if bad := h.validate(); bad != nil {
		return bad
	}
	h.client.Channel = cmp.Or(h.client.Channel, bot.ChannelWeb)
	if h.locale != "" {
		h.locale = pickLocale(h.locale)
	}
	if r := body.Resume; r != nil {
		if bad := needIDs(named{"data.resume.conv", r.Conv}, named{"data.resume.epoch", r.Epoch}); bad != nil {
			return bad
		}
		if r.AfterSeq == nil {
			return &fault{code: codeMissingField, field: "data.resume.after_seq"}
		}
		if *r.AfterSeq < 0 {
			return &fault{code: codeBadField, field: "data.resume.after_seq"}
		}
		h.resume = &resume{conv: *r.Conv, epoch: *r.Epoch, afterSeq: *r.AfterSeq}
	}
	f.hello = h
	return nil
}

// validate looks at the texts of hello; each may be left out.
func (h *hello) validate() *fault {
	fields := []struct {
		name, value string
		most        int
	}{
		{"data.token", h.token, maxTokenChars},
		{"data.anon", h.anon, maxNameChars},
		{"data.locale", h.locale, maxLocaleChars},
		{"data.product", h.product, maxNameChars},
		{"data.client.app_version", h.client.AppVersion, 32},
		{"data.client.os", h.client.OS, 32},
		{"data.client.network", h.client.Network, 32},
		{"data.client.region", h.client.Region, 32},
		{"data.client.channel", h.client.Channel, 32},
	}
	for _, field := range fields {
		if field.value != "" && !printable(field.value, field.most) {
			return &fault{code: codeBadField, field: field.name}
		}
	}
	return nil
}

type named struct {
	name  string
	value *string
}

// needIDs refuses the first field that is absent or no id.
func needIDs(fields ...named) *fault {
	for _, field := range fields {
		if field.value == nil {
			return &fault{code: codeMissingField, field: field.name}
		}
		if !validID(*field.value) {
			return &fault{code: codeBadField, field: field.name}
		}
	}
	return nil
}

// unpack reads the data object of a frame.
func unpack(data json.RawMessage, into any) *fault {
	if len(data) == 0 || string(data) == "null" {
		return &fault{code: codeMissingField, field: "data"}
	}
	if err := json.Unmarshal(data, into); err != nil {
		bad := typeFault(err)
		bad.field = strings.TrimSuffix("data."+bad.field, ".")
		return bad
	}
	return nil
}

// typeFault names the field that had the wrong type. Field names in the error
// come from our structs, never from the client.
func typeFault(err error) *fault {
	bad := &fault{code: codeBadField, cause: err}
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		bad.field = wrong.Field
	}
	return bad
}

// validID allows what the engine takes as an id: 1 to 64 printable ASCII
// characters without spaces.
func validID(id string) bool {
	if id == "" || len(id) > maxIDBytes {
		return false
	}
	return !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' })
}

// validName allows 1 to 64 printable characters without spaces, of any script:
// the host app names its users.
func validName(name string) bool {
	return printable(name, maxNameChars) && !strings.Contains(name, " ")
}

// printable allows 1 to most printable characters.
func printable(s string, most int) bool {
	if s == "" || utf8.RuneCountInString(s) > most {
		return false
	}
	for _, r := range s {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}

// stripControls removes control characters except tab and newline. Everything
// else stays as it was typed, joiners and direction marks included.
func stripControls(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
}

func pickLocale(tag string) string {
	if strings.HasPrefix(strings.ToLower(tag), "zh") {
		return localeZH
	}
	return localeEN
}
