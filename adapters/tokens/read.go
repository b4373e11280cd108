package tokens

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"
)

// parts is a token taken apart. Nothing in it is believed yet.
type parts struct {
	header, claims fields
	signed         string // what the signature is over
	signature      []byte
}

// fields are the members of a JSON object by their exact names.
type fields map[string]json.RawMessage

func takeApart(token string) (parts, error) {
	if len(token) > MaxBytes {
		return parts{}, refuse(Malformed, "longer than %d bytes", MaxBytes)
	}
	texts := strings.Split(token, ".")
	if len(texts) != 3 {
		return parts{}, refuse(Malformed, "want three parts between dots, got %d", len(texts))
	}
	var p parts
	var err error
	if p.header, err = readPart("header", texts[0]); err != nil {
		return parts{}, err
	}
	if p.claims, err = readPart("claims", texts[1]); err != nil {
		return parts{}, err
	}
	if p.signature, err = decode(texts[2]); err != nil {
		return parts{}, refuse(Malformed, "the signature is not base64url without padding")
	}
	p.signed = texts[0] + "." + texts[1]
	return p, nil
}

// decode is strict where the library is lenient: it skips line ends.
func decode(text string) ([]byte, error) {
	if strings.ContainsAny(text, "\r\n") {
		return nil, errors.New("line ends")
	}
	return base64.RawURLEncoding.Strict().DecodeString(text)
}

func readPart(name, text string) (fields, error) {
	data, err := decode(text)
	if err != nil {
		return nil, refuse(Malformed, "the %s are not base64url without padding", name)
	}
	members, err := readObject(data)
	if err != nil {
		return nil, refuse(Malformed, "the %s are no plain JSON object: %v", name, err)
	}
	return members, nil
}

// readObject reads one JSON object in which no name stands twice, at any depth:
// of two the one reader takes the first and the other the last.
func readObject(data []byte) (fields, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("not valid UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	first, err := decoder.Token()
	if err != nil || first != json.Delim('{') {
		return nil, errors.New("want an object")
	}
	if err := walk(decoder, '{', 0); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the object")
	}
	members := fields{}
	return members, json.Unmarshal(data, &members)
}

// deepest is more than any honest token has.
const deepest = 8

// walk reads to the end of an object or a list that has begun.
func walk(decoder *json.Decoder, kind json.Delim, depth int) error {
	if depth > deepest {
		return errors.New("nested too deeply")
	}
	seen := map[string]bool{}
	for name := kind == '{'; decoder.More(); name = kind == '{' && !name {
		next, err := decoder.Token()
		if err != nil {
			return err
		}
		if text, ok := next.(string); ok && name {
			if seen[text] {
				return fmt.Errorf("%q is given twice", text)
			}
			seen[text] = true
		}
		if opened, ok := next.(json.Delim); ok {
			if err := walk(decoder, opened, depth+1); err != nil {
				return err
			}
		}
	}
	_, err := decoder.Token() // its end
	return err
}

// text reads a member that must be a string where it is there.
func (f fields) text(name string) (string, error) {
	raw, there := f[name]
	if !there {
		return "", nil
	}
	var value *string
	if err := json.Unmarshal(raw, &value); err != nil || value == nil {
		return "", refuse(Malformed, "%s is no text", name)
	}
	if strings.ContainsRune(*value, utf8.RuneError) { // different halves of characters are read as the same
		return "", refuse(Malformed, "%s holds half a character", name)
	}
	return *value, nil
}

// moment reads seconds since 1970.
func (f fields) moment(name string) (time.Time, error) {
	raw, there := f[name]
	if !there {
		return time.Time{}, nil
	}
	var seconds *float64
	if err := json.Unmarshal(raw, &seconds); err != nil || seconds == nil || *seconds < 0 || *seconds > latest {
		return time.Time{}, refuse(Malformed, "%s is no number of seconds since 1970", name)
	}
	return time.UnixMicro(int64(*seconds * 1e6)).UTC(), nil
}

// latest is a second that no honest clock shows.
const latest = 1 << 40

// audience is one text or a list of texts.
func (f fields) audience() ([]string, error) {
	raw, there := f["aud"]
	if !there {
		return nil, nil
	}
	var one *string
	if json.Unmarshal(raw, &one) == nil && one != nil {
		return []string{*one}, nil
	}
	var list []string
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, refuse(Malformed, "aud is neither a text nor a list of texts")
	}
	return list, nil
}

// read takes the claims out of a token.
func (f fields) read() (c Claims, err error) {
	var errs [4]error
	c.Subject, errs[0] = f.text("sub")
	c.Tenant, errs[1] = f.text("tenant")
	c.Issuer, errs[2] = f.text("iss")
	c.ID, errs[3] = f.text("jti")
	var times [4]error
	c.Expires, times[0] = f.moment("exp")
	c.Issued, times[1] = f.moment("iat")
	c.NotBefore, times[2] = f.moment("nbf")
	c.Audience, times[3] = f.audience()
	for _, err := range append(errs[:], times[:]...) {
		if err != nil {
			return Claims{}, err
		}
	}
	return c, nil
}
