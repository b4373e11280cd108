package intents

import (
	"bytes"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// decodeYAML decodes strictly. The library panics on some malformed tags;
// a bad file must be a located problem, never a crash.
func decodeYAML(raw []byte, into any) (err error) {
	defer func() {
		if trouble := recover(); trouble != nil {
			err = fmt.Errorf("malformed YAML: %v", trouble)
		}
	}()
	return yaml.UnmarshalWithOptions(raw, into, yaml.Strict())
}

// yamlPlace is where the YAML library found fault.
func yamlPlace(name string, err error) place {
	at := place{file: name, line: 1, column: 1}
	var located yaml.Error
	if errors.As(err, &located) && located.GetToken() != nil {
		at.line, at.column = located.GetToken().Position.Line, located.GetToken().Position.Column
	}
	return at
}

func yamlMessage(err error) string {
	if located, ok := errors.AsType[yaml.Error](err); ok {
		return located.GetMessage()
	}
	return err.Error()
}

// tokensOf scans a file; the scanner has panicked on odd bytes before.
func tokensOf(raw []byte) (tokens token.Tokens, err error) {
	defer func() {
		if trouble := recover(); trouble != nil {
			err = fmt.Errorf("not readable as YAML: %v", trouble)
		}
	}()
	return lexer.Tokenize(string(raw)), nil
}

// placesOf returns where each text of a file stands first.
func placesOf(name string, raw []byte) places {
	tokens, _ := tokensOf(raw)
	found := make(map[string]place, len(tokens))
	for _, t := range tokens {
		if _, twice := found[t.Value]; !twice {
			found[t.Value] = place{file: name, line: t.Position.Line, column: t.Position.Column}
		}
	}
	return places{name, found}
}

// places are where texts stand in a file.
type places struct {
	file  string
	found map[string]place
}

// of returns where a text stands, the start of the file if that is not known.
func (p places) of(text string) place {
	if at, found := p.found[text]; found {
		return at
	}
	return place{file: p.file, line: 1, column: 1}
}

// The plain part of YAML is all that our files need. The rest lets a small
// file grow without bounds, or the parser run out of stack or time.
const (
	maxNesting = 16
	maxKeys    = 2_000
	maxEntries = 400_000 // lines and commas of a file: what its scan takes memory for
)

// plainYAML reports the first thing in a file that is more than plain.
func plainYAML(name string, raw []byte) (at place, err error) {
	at = place{file: name, line: 1, column: 1}
	if !utf8.Valid(raw) {
		return at, errors.New("the file is not UTF-8 (GBK?); save it as UTF-8")
	}
	if n := bytes.Count(raw, []byte("\n")) + bytes.Count(raw, []byte(",")); n > maxEntries {
		return at, fmt.Errorf("%d lines and commas; %d are the most", n, maxEntries)
	}
	tokens, err := tokensOf(raw)
	if err != nil {
		return at, err
	}
	p := plainness{}
	for _, t := range tokens {
		if err := p.see(t); err != nil {
			return place{file: name, line: t.Position.Line, column: t.Position.Column}, err
		}
	}
	return at, nil
}

// plainness counts what must stay small as the tokens of a file go by.
type plainness struct {
	keys   int
	flow   int // brackets open
	line   int
	inLine int // levels opened by block style on this line
}

func (p *plainness) see(t *token.Token) error {
	if t.Position.Line != p.line {
		p.line, p.inLine = t.Position.Line, 0
	}
	switch t.Type {
	case token.AnchorType, token.AliasType, token.MergeKeyType:
		return errors.New("anchors (&), aliases (*) and merge keys (<<) are not allowed; write the text itself, in quotes if it begins with such a sign")
	case token.TagType, token.DirectiveType, token.MappingKeyType:
		return errors.New("tags (!), directives (%) and keys written with ? are not allowed; write the text itself, in quotes if it begins with such a sign")
	case token.SequenceStartType, token.MappingStartType:
		p.flow++
	case token.SequenceEndType, token.MappingEndType:
		p.flow--
	case token.MappingValueType:
		p.keys++
		p.openLevel()
	case token.SequenceEntryType:
		p.openLevel()
	}
	switch {
	case p.keys > maxKeys:
		return fmt.Errorf("more than %d keys", maxKeys)
	case p.flow > maxNesting, p.inLine > maxNesting:
		return fmt.Errorf("nested deeper than %d levels", maxNesting)
	}
	return nil
}

// openLevel counts a block level; inside brackets a line may hold many.
func (p *plainness) openLevel() {
	if p.flow == 0 {
		p.inLine++
	}
}
