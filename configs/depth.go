package configs

import "github.com/goccy/go-yaml/token"

// The parser needs time and memory that grow much faster than the depth of
// the file, so what is absurdly deep never reaches it.
const (
	maxDepth  = 20  // brackets, or markers such as "- - -" in one line
	maxIndent = 100 // columns
)

// tooDeep returns the first token that goes too far, or nil.
func tooDeep(tokens token.Tokens) *token.Token {
	brackets, markers, line := 0, 0, 0
	for _, one := range tokens {
		if one.Position.Line != line {
			line, markers = one.Position.Line, 0
			if brackets == 0 && one.Position.Column > maxIndent {
				return one
			}
		}
		switch one.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets = max(brackets-1, 0)
		case token.SequenceEntryType, token.MappingKeyType, token.MappingValueType, token.AnchorType, token.TagType:
			markers++
		case token.CollectEntryType: // a comma: the entry before is finished
			markers = 0
		}
		if brackets > maxDepth || markers > maxDepth {
			return one
		}
	}
	return nil
}
