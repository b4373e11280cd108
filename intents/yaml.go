package intents

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
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
