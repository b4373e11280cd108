package configs

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxProblems of one file are enough to see that it is the wrong file.
const maxProblems = 50

// reader walks one YAML file into a Config and collects what is wrong.
type reader struct {
	config   *Config
	name     string
	lines    []string
	problems Problems
}

func (c *Config) readYAML(name string, data []byte) Problems {
	data = bytes.TrimPrefix(data, []byte("\ufeff")) // some editors put it there
	r := &reader{config: c, name: name, lines: strings.Split(string(data), "\n")}
	if at := invalidUTF8(data); at >= 0 {
		line := 1 + bytes.Count(data[:at], []byte("\n"))
		return Problems{{Source: fmt.Sprintf("%s:%d", name, line), Message: "not UTF-8; save the file in that encoding"}}
	}
	tokens := lexer.Tokenize(string(data))
	if at := tooDeep(tokens); at != nil {
		r.complain(at, "", "nested too deeply for a configuration")
		return r.problems
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.syntax(err)
		return r.problems
	}
	r.file(file)
	return r.problems
}

func invalidUTF8(data []byte) int {
	for at := 0; at < len(data); {
		letter, size := utf8.DecodeRune(data[at:])
		if letter == utf8.RuneError && size == 1 {
			return at
		}
		at += size
	}
	return -1
}

func (r *reader) syntax(err error) {
	var located yaml.Error
	if errors.As(err, &located) && located.GetToken() != nil {
		r.complain(located.GetToken(), "", syntaxMessage(located.GetMessage()))
		return
	}
	r.problems = append(r.problems, Problem{Source: r.name, Message: err.Error()})
}

// syntaxMessage says the commonest mistakes in plain words.
func syntaxMessage(message string) string {
	switch {
	case strings.Contains(message, "character '\t'"):
		return "a tab at the start of a line; indent with spaces"
	case strings.Contains(message, "non-map value is specified"), strings.Contains(message, "unexpected key name"):
		return "want key: value; is a colon missing here?"
	}
	return message
}

func (r *reader) file(file *ast.File) {
	seen := false
	for _, document := range file.Docs {
		if document.Body == nil || document.Body.Type() == ast.CommentType {
			continue
		}
		if seen {
			r.complain(start(document.Body), "", "a second document; write everything into one")
			return
		}
		seen = true
		r.section("", document.Body)
	}
}

// section reads a mapping whose keys continue path.
func (r *reader) section(path string, node ast.Node) {
	var entries []*ast.MappingValueNode
	switch node := node.(type) {
	case *ast.MappingNode:
		entries = node.Values
	case *ast.MappingValueNode:
		entries = []*ast.MappingValueNode{node}
	case *ast.NullNode: // all its lines are commented out
		return
	default:
		r.complain(start(node), path, "want settings, one a line as key: value, got "+describe(node))
		return
	}
	first := make(map[string]int)
	for _, entry := range entries {
		r.entry(path, entry, first)
	}
}

func (r *reader) entry(path string, entry *ast.MappingValueNode, first map[string]int) {
	at := entry.Key.GetToken()
	key, ok := entry.Key.(*ast.StringNode)
	if !ok {
		r.complain(at, path, "want the name of a setting, got "+describe(entry.Key))
		return
	}
	full := join(path, key.Value)
	if line, twice := first[key.Value]; twice {
		r.complain(at, full, fmt.Sprintf("given twice, first in line %d", line))
		return
	}
	first[key.Value] = at.Position.Line
	if one, ok := r.config.setting(full); ok {
		r.leaf(one, entry.Value)
		return
	}
	if r.isSection(full) {
		r.section(full, entry.Value)
		return
	}
	r.complainUnknown(at, r.unknown(path, key.Value))
}

// start is where a node begins; a mapping's own token is its first colon.
func start(node ast.Node) *token.Token {
	switch node := node.(type) {
	case *ast.MappingNode:
		if !node.IsFlowStyle && len(node.Values) > 0 {
			return start(node.Values[0])
		}
	case *ast.MappingValueNode:
		return node.Key.GetToken()
	}
	return node.GetToken()
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func (r *reader) isSection(path string) bool {
	for _, one := range r.config.settings() {
		if strings.HasPrefix(one.path, path+".") {
			return true
		}
	}
	return false
}

// unknown says what may have been meant: a name near by, or the same name in
// another section.
func (r *reader) unknown(path, key string) string {
	var here, elsewhere []string
	for _, one := range r.config.settings() {
		if rest, ok := strings.CutPrefix(one.path, join(path, "")); ok || path == "" {
			name, _, _ := strings.Cut(rest, ".")
			here = append(here, name)
		}
		if strings.HasSuffix(one.path, "."+key) || one.path == key {
			elsewhere = append(elsewhere, one.path)
		}
	}
	message := fmt.Sprintf("unknown setting %q", join(path, key))
	if near := Nearest(key, here); near != "" {
		return message + fmt.Sprintf("; did you mean %q?", join(path, near))
	}
	if len(elsewhere) > 0 {
		return message + fmt.Sprintf("; did you mean %q?", elsewhere[0])
	}
	return message
}

// leaf sets one setting. The type must be right as written: a number is no
// text and a text no number.
func (r *reader) leaf(one setting, node ast.Node) {
	at := node
	var err error
	switch target := one.target.(type) {
	case *string:
		err = stringFrom(target, node)
	case *bool:
		err = boolFrom(target, node)
	case *int:
		err = intFrom(target, node)
	case *time.Duration:
		err = durationFrom(target, node)
	case *[]string:
		at, err = listFrom(target, node)
	case *[]Webhook:
		at, err = webhooksFrom(target, node)
	case *[]Tenant:
		at, err = tenantsFrom(target, node)
	}
	if err != nil {
		r.complain(start(at), one.path, err.Error())
		return
	}
	r.config.remember(one.path, r.place(node.GetToken()))
}

func stringFrom(target *string, node ast.Node) error {
	text, ok := scalarText(node)
	if !ok {
		return fmt.Errorf("want text, got %s%s", describe(node), quoteHint(node))
	}
	*target = text
	return nil
}

func scalarText(node ast.Node) (string, bool) {
	switch node := node.(type) {
	case *ast.StringNode:
		return node.Value, true
	case *ast.LiteralNode:
		return node.Value.Value, true
	}
	return "", false
}

func quoteHint(node ast.Node) string {
	switch node.(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return "; put it in quotes"
	case *ast.NullNode:
		return `; write "" for an empty text`
	}
	return ""
}

func boolFrom(target *bool, node ast.Node) error {
	value, ok := node.(*ast.BoolNode)
	if !ok {
		return fmt.Errorf("want true or false, got %s", describe(node))
	}
	*target = value.Value
	return nil
}

func intFrom(target *int, node ast.Node) error {
	number, ok := node.(*ast.IntegerNode)
	if !ok {
		return fmt.Errorf("want a whole number, got %s", describe(node))
	}
	switch value := number.Value.(type) {
	case int64:
		*target = int(value)
		return nil
	case uint64:
		if value <= math.MaxInt {
			*target = int(value)
			return nil
		}
	}
	return errors.New("this number is too large")
}

func durationFrom(target *time.Duration, node ast.Node) error {
	text, ok := scalarText(node)
	if !ok {
		return fmt.Errorf("want a length of time such as 500ms, 1.5s or 2m, got %s", describe(node))
	}
	return parseDuration(target, text)
}

// listFrom also returns the node to blame.
func listFrom(target *[]string, node ast.Node) (ast.Node, error) {
	sequence, ok := node.(*ast.SequenceNode)
	if !ok {
		return node, fmt.Errorf("want a list such as [a, b], got %s", describe(node))
	}
	var list []string
	for _, item := range sequence.Values {
		var text string
		if err := stringFrom(&text, item); err != nil {
			return item, err
		}
		list = append(list, text)
	}
	*target = list
	return node, nil
}

// describe names what was written, without its value: it may be a secret.
func describe(node ast.Node) string {
	switch node.Type() {
	case ast.NullType:
		return "nothing"
	case ast.StringType, ast.LiteralType:
		return "text"
	case ast.IntegerType:
		return "a whole number"
	case ast.FloatType, ast.InfinityType, ast.NanType:
		return "a number"
	case ast.BoolType:
		return "true or false"
	case ast.SequenceType:
		return "a list"
	case ast.MappingType, ast.MappingValueType:
		return "settings"
	case ast.AnchorType, ast.AliasType, ast.MergeKeyType:
		return "an anchor or alias, which are not supported here"
	}
	return strings.ToLower(node.Type().String())
}

func (r *reader) place(at *token.Token) string {
	return fmt.Sprintf("%s:%d:%d", r.name, at.Position.Line, at.Position.Column)
}

func (r *reader) complain(at *token.Token, path, message string) {
	r.add(at, path, message, r.line(at))
}

// complainUnknown does not show the value: a misspelt key may hold a secret.
func (r *reader) complainUnknown(at *token.Token, message string) {
	end := at.Position.Column + utf8.RuneCountInString(at.Value)
	r.add(at, "", message, cutAfter(r.line(at), end))
}

func (r *reader) add(at *token.Token, path, message, line string) {
	if len(r.problems) == maxProblems {
		return
	}
	r.problems = append(r.problems, Problem{
		Source:  r.place(at),
		Setting: path,
		Message: message,
		Excerpt: excerpt(line, at.Position.Line, at.Position.Column),
	})
}

func (r *reader) line(at *token.Token) string {
	if at.Position.Line < 1 || at.Position.Line > len(r.lines) {
		return ""
	}
	return strings.TrimRight(r.lines[at.Position.Line-1], "\r")
}
