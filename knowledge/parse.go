package knowledge

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// kind is what a node of a file is.
type kind int

const (
	nullNode kind = iota
	textNode
	numberNode
	boolNode
	listNode
	mapNode
)

// node is one value of a file.
type node struct {
	kind
	place
	value   string // of a scalar, as written unless quoted
	items   []*node
	entries []entry
}

// entry is one key of a mapping and its value.
type entry struct {
	key string
	place
	value *node
}

// maxDepth is the deepest nesting of a file; a fix needs four levels.
const maxDepth = 16

// parser builds the tree of a file from the tokens of the YAML scanner. The
// grammar is the plain part of YAML: mappings, lists, scalars, in block and in
// flow style. Anchors, aliases, tags, merge keys and directives have no place
// in a text for people, and without aliases no small file can grow large.
// The tree is built here and not by the YAML library since that one stops at
// the first problem, speaks to programmers, and needs quadratic time for long
// mappings.
type parser struct {
	*source
	tokens []*token.Token
	next   int
	failed bool
}

// parse reads the tree of a file, or returns nil after reporting why not.
func (s *source) parse(text string) *node {
	p := &parser{source: s}
	if !p.scan(text) || !p.plain() {
		return nil
	}
	if t := p.peek(); t != nil && t.Type == token.DocumentHeaderType {
		p.next++
	}
	if p.peek() == nil {
		p.fail(place{1, 1}, "the file is empty", "")
		return nil
	}
	root := p.block(0)
	if t := p.peek(); t != nil && !p.failed {
		p.unexpected(t)
	}
	if p.failed {
		return nil
	}
	return root
}

// scan fills in the tokens, without comments. The scanner has panicked on odd
// bytes in the past; a pack must not stop the program.
func (p *parser) scan(text string) (scanned bool) {
	defer func() {
		if recovered := recover(); recovered != nil {
			p.fail(place{1, 1}, fmt.Sprintf("not readable as YAML: %v", recovered), "")
			scanned = false
		}
	}()
	for _, t := range lexer.Tokenize(text) {
		if t.Type != token.CommentType {
			p.tokens = append(p.tokens, t)
		}
	}
	return true
}

// plain reports every use of YAML's machinery, and what the scanner refused.
func (p *parser) plain() bool {
	clean := true
	for i, t := range p.tokens {
		message, mend := "", "write the text itself"
		switch t.Type {
		case token.AnchorType, token.AliasType:
			message = "anchors (&) and aliases (*) are not allowed"
		case token.TagType:
			message = "tags (!) are not allowed"
		case token.MergeKeyType:
			message = "merge keys (<<) are not allowed"
		case token.DirectiveType:
			message, mend = "directives (%) are not allowed", "delete the line"
		case token.MappingKeyType:
			message, mend = `keys written with "?" are not allowed`, "write key: value"
		case token.DocumentHeaderType:
			if i > 0 {
				message, mend = "a second document starts here", "one file holds one entry"
			}
		case token.DocumentEndType:
			message, mend = `"..." ends the document`, "delete the line"
		case token.InvalidType:
			message, mend = unreadable(t.Error)
		}
		if message != "" {
			p.fail(spot(t), message, mend)
			clean = false
		}
	}
	return clean
}

// unreadable says in plain words what the scanner found.
func unreadable(scanner string) (message, mend string) {
	switch {
	case strings.Contains(scanner, "tab character"), strings.Contains(scanner, "\t"):
		return "a tab stands where spaces belong", "indent with spaces"
	case strings.Contains(scanner, "end character"):
		return "the quote that opens here is never closed", "add the missing quote"
	case strings.Contains(scanner, "reserved character"):
		mark := strings.Trim(strings.TrimSuffix(scanner, " is a reserved character"), "'")
		return fmt.Sprintf("a text cannot begin with %q", mark), "put the text in quotes"
	}
	return "not readable as YAML: " + scanner, "put the text in quotes"
}

func spot(t *token.Token) place { return place{t.Position.Line, t.Position.Column} }

func (p *parser) peek() *token.Token { return p.ahead(0) }

func (p *parser) ahead(n int) *token.Token {
	if p.next+n >= len(p.tokens) {
		return nil
	}
	return p.tokens[p.next+n]
}

// fail reports the first thing that broke the shape of the file; what follows
// from it would only confuse.
func (p *parser) fail(at place, message, mend string) {
	p.reportAt(at, message, mend)
	p.failed = true
}

// unexpected reports a token that cannot stand where it does.
func (p *parser) unexpected(t *token.Token) {
	switch {
	case t.Type == token.MappingValueType:
		p.fail(spot(t), `":" inside a text`, "put the whole text in quotes, or correct the indentation")
	case t.Type == token.SequenceEntryType, p.isKey():
		p.fail(spot(t), "the indentation does not fit the lines above", "line it up with its neighbours")
	default:
		p.fail(spot(t), fmt.Sprintf("unexpected %q", shorten(t.Value)), "write key: value, and put texts with special characters in quotes")
	}
}

// isKey says whether the next tokens are a key and its colon.
func (p *parser) isKey() bool {
	key, colon := p.ahead(0), p.ahead(1)
	return key != nil && colon != nil && isScalar(key) &&
		colon.Type == token.MappingValueType && colon.Position.Line == key.Position.Line
}

// block reads the value that starts at the next token.
func (p *parser) block(depth int) *node {
	t := p.peek()
	if depth > maxDepth {
		p.fail(spot(t), fmt.Sprintf("nested more than %d levels deep", maxDepth), "")
		return nil
	}
	switch {
	case t.Type == token.SequenceEntryType:
		return p.list(t.Position.Column, depth)
	case t.Type == token.SequenceStartType, t.Type == token.MappingStartType:
		return p.flow(depth)
	case t.Type == token.LiteralType, t.Type == token.FoldedType:
		return p.literal()
	case p.isKey():
		return p.mapping(t.Position.Column, depth)
	case isScalar(t):
		return p.scalar()
	}
	p.unexpected(t)
	return nil
}

// mapping reads the keys that start at a column.
func (p *parser) mapping(column, depth int) *node {
	n := &node{kind: mapNode, place: spot(p.peek())}
	for p.inBlock(column) && p.isKey() {
		key, colon := p.peek(), p.ahead(1)
		p.next += 2
		n.entries = append(n.entries, entry{key: key.Value, place: spot(key), value: p.entryValue(key, colon, depth)})
	}
	p.endBlock(column)
	return n
}

// entryValue reads what stands behind a key, which may be nothing.
func (p *parser) entryValue(key, colon *token.Token, depth int) *node {
	t := p.peek()
	if t == nil {
		return &node{place: spot(key)}
	}
	if t.Position.Line == colon.Position.Line {
		if t.Type == token.SequenceEntryType || p.isKey() {
			p.fail(spot(t), "a second value begins in this line", `put a text with ": " or "- " in quotes, or start a new line`)
			return nil
		}
		return p.block(depth + 1)
	}
	column := key.Position.Column
	if t.Type == token.SequenceEntryType && t.Position.Column == column || t.Position.Column > column {
		return p.block(depth + 1)
	}
	return &node{place: spot(key)}
}

// list reads the entries whose dashes stand at a column.
func (p *parser) list(column, depth int) *node {
	n := &node{kind: listNode, place: spot(p.peek())}
	for p.inBlock(column) && p.peek().Type == token.SequenceEntryType {
		dash := p.peek()
		p.next++
		t := p.peek()
		if t == nil || t.Position.Line > dash.Position.Line && t.Position.Column <= column {
			n.items = append(n.items, &node{place: spot(dash)})
			continue
		}
		n.items = append(n.items, p.block(depth+1))
	}
	p.endBlock(column)
	return n
}

// inBlock says whether the block of a column goes on.
func (p *parser) inBlock(column int) bool {
	t := p.peek()
	return !p.failed && t != nil && t.Position.Column == column
}

// endBlock reports what stands deeper than the block that just ended.
func (p *parser) endBlock(column int) {
	if t := p.peek(); !p.failed && t != nil && t.Position.Column > column {
		p.unexpected(t)
	}
}

// literal reads a text behind | or >.
func (p *parser) literal() *node {
	n := &node{kind: textNode, place: spot(p.peek())}
	p.next++
	if t := p.peek(); t != nil && t.Type == token.StringType {
		n.value = t.Value
		p.next++
	}
	return n
}

// scalar reads a text, number, truth value or null.
func (p *parser) scalar() *node {
	t := p.peek()
	p.next++
	n := &node{place: spot(t), value: t.Value}
	switch t.Type {
	case token.NullType, token.ImplicitNullType:
		n.kind = nullNode
	case token.BoolType:
		n.kind = boolNode
	case token.StringType, token.SingleQuoteType, token.DoubleQuoteType:
		n.kind = textNode
	default:
		n.kind = numberNode
	}
	return n
}

// isScalar says whether a token is a value of its own.
func isScalar(t *token.Token) bool {
	switch t.Type {
	case token.StringType, token.SingleQuoteType, token.DoubleQuoteType,
		token.BoolType, token.NullType, token.ImplicitNullType, token.InfinityType, token.NanType,
		token.IntegerType, token.BinaryIntegerType, token.OctetIntegerType, token.HexIntegerType, token.FloatType:
		return true
	}
	return false
}

// flow reads [a, b] or {a: b}.
func (p *parser) flow(depth int) *node {
	open := p.peek()
	n, end := &node{kind: listNode, place: spot(open)}, token.SequenceEndType
	if open.Type == token.MappingStartType {
		n.kind, end = mapNode, token.MappingEndType
	}
	p.next++
	for p.more(open, end) {
		if n.kind == mapNode {
			n.entries = append(n.entries, p.flowEntry(depth))
		} else {
			n.items = append(n.items, p.flowValue(depth))
		}
		p.comma(open, end)
	}
	return n
}

// more says whether another member follows, and steps over the closing bracket.
func (p *parser) more(open *token.Token, end token.Type) bool {
	if p.failed {
		return false
	}
	t := p.peek()
	if t == nil {
		p.fail(spot(open), fmt.Sprintf("%q is never closed", open.Value), "")
		return false
	}
	if t.Type == end {
		p.next++
		return false
	}
	return true
}

// comma steps over the comma between two members.
func (p *parser) comma(open *token.Token, end token.Type) {
	t := p.peek()
	if p.failed || t == nil || t.Type == end {
		return
	}
	if t.Type != token.CollectEntryType && t.Position.Line > open.Position.Line {
		p.fail(spot(open), fmt.Sprintf("%q is not closed, or a comma is missing before line %d", open.Value, t.Position.Line), "")
		return
	}
	if t.Type != token.CollectEntryType {
		p.fail(spot(t), fmt.Sprintf("unexpected %q between brackets", shorten(t.Value)), "separate entries with a comma, and put texts in quotes")
		return
	}
	p.next++
}

// flowEntry reads one key and value between braces.
func (p *parser) flowEntry(depth int) entry {
	key := p.peek()
	if !p.isKey() {
		p.fail(spot(key), fmt.Sprintf("%q has no value", shorten(key.Value)), "write key: value")
		return entry{}
	}
	p.next += 2
	e := entry{key: key.Value, place: spot(key), value: &node{place: spot(key)}}
	if t := p.peek(); t != nil && t.Type != token.CollectEntryType && t.Type != token.MappingEndType {
		e.value = p.flowValue(depth)
	}
	return e
}

// flowValue reads one value between brackets.
func (p *parser) flowValue(depth int) *node {
	t := p.peek()
	switch {
	case depth >= maxDepth:
		p.fail(spot(t), fmt.Sprintf("nested more than %d levels deep", maxDepth), "")
	case t.Type == token.SequenceStartType, t.Type == token.MappingStartType:
		return p.flow(depth + 1)
	case isScalar(t):
		return p.scalar()
	default:
		p.fail(spot(t), fmt.Sprintf("unexpected %q between brackets", shorten(t.Value)), "put the text in quotes")
	}
	return nil
}
