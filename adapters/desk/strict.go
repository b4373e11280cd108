package desk

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep objects may nest. No message needs more than three.
const maxDepth = 8

// decode reads one JSON object and refuses what encoding/json would mend or
// choose silently: repeated keys, keys in another case, unknown keys, broken
// UTF-8, half surrogate pairs, anything after the object.
func decode(data []byte, into any) *fault {
	if err := checkStrict(data); err != nil {
		return &fault{code: codeBadJSON, cause: err}
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	err := decoder.Decode(into)
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind):
		return &fault{code: codeBadField, field: kind.Field, cause: err}
	case err != nil:
		return &fault{code: codeBadField, cause: err}
	}
	return nil
}

func checkStrict(data []byte) error {
	if !utf8.Valid(data) {
		return errors.New("not UTF-8")
	}
	if bytes.Contains(bytes.ToLower(data), []byte(`\ud`)) && !wholePairs(data) {
		return errors.New("half a surrogate pair")
	}
	if !bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{")) {
		return errors.New("not an object")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	if err := walk(decoder, 0); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something comes after the object")
	}
	return nil
}

// wholePairs says whether reading and writing again loses nothing, which it
// does to half a pair: that becomes the replacement character.
func wholePairs(data []byte) bool {
	var value any
	if json.Unmarshal(data, &value) != nil {
		return true // refused for that later
	}
	again, err := json.Marshal(value)
	return err == nil && bytes.Count(again, []byte("\ufffd"))+bytes.Count(again, []byte(`\ufffd`)) <=
		bytes.Count(data, []byte("\ufffd"))+bytes.Count(bytes.ToLower(data), []byte(`\ufffd`))
}

// walk goes through one value.
func walk(decoder *json.Decoder, depth int) error {
	if depth > maxDepth {
		return errors.New("nested too deeply")
	}
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('{'):
		return walkObject(decoder, depth)
	case json.Delim('['):
		for decoder.More() {
			if err := walk(decoder, depth+1); err != nil {
				return err
			}
		}
		_, err = decoder.Token()
	}
	return err
}

func walkObject(decoder *json.Decoder, depth int) error {
	seen := map[string]struct{}{}
	for decoder.More() {
		token, err := decoder.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		if _, again := seen[key]; again {
			return errors.New("a key stands there twice")
		}
		if key != strings.ToLower(key) {
			return errors.New("a key is in the wrong case")
		}
		seen[key] = struct{}{}
		if err := walk(decoder, depth+1); err != nil {
			return err
		}
	}
	_, err := decoder.Token()
	return err
}
