package configs

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
)

// itemsFrom reads a list of items that have members of their own, each by from.
// It also returns the node to blame, and changes target only when all is well.
func itemsFrom[T any](target *[]T, node ast.Node, what string, from func(*T, ast.Node) (ast.Node, error)) (ast.Node, error) {
	sequence, ok := node.(*ast.SequenceNode)
	if !ok {
		return node, fmt.Errorf("want a list of %s, got %s", what, describe(node))
	}
	var list []T
	for _, value := range sequence.Values {
		var item T
		if blamed, err := from(&item, value); err != nil {
			return blamed, err
		}
		list = append(list, item)
	}
	*target = list
	return node, nil
}

// parseItems reads such a list as it would stand in the file, in one line.
func parseItems[T any](target *[]T, text, example string, read func(*[]T, ast.Node) (ast.Node, error)) error {
	want := errors.New("want a list such as " + example)
	tokens := lexer.Tokenize(text)
	if tooDeep(tokens) != nil {
		return want
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil || len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return want
	}
	_, err = read(target, file.Docs[0].Body)
	return err
}

// members reads the entries of one item of a list, each at most once. want says
// what it should be, with what it is instead.
func members(node ast.Node, want string, member func(key string, entry *ast.MappingValueNode) (ast.Node, error)) (ast.Node, error) {
	var entries []*ast.MappingValueNode
	switch node := node.(type) {
	case *ast.MappingNode:
		entries = node.Values
	case *ast.MappingValueNode:
		entries = []*ast.MappingValueNode{node}
	default:
		return node, fmt.Errorf(want, describe(node))
	}
	seen := map[string]bool{}
	for _, entry := range entries {
		key, _ := scalarText(entry.Key)
		if seen[key] {
			return entry.Key, fmt.Errorf("%q is given twice", key)
		}
		seen[key] = true
		if blamed, err := member(key, entry); err != nil {
			return blamed, err
		}
	}
	return nil, nil
}
