package conform

import (
	"fmt"
	"io/fs"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Compile compiles the schemas of a contract. Each is asked for by its name: a
// JSON file among files, or a part of one such as reply.json#/$defs/state. One
// may refer to another.
func Compile(files fs.FS, into map[string]**jsonschema.Schema) error {
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := addSchema(compiler, files, name); err != nil {
			return fmt.Errorf("schema %s: %w", name, err)
		}
	}
	for name, schema := range into {
		if *schema, err = compiler.Compile(name); err != nil {
			return fmt.Errorf("schema %s: %w", name, err)
		}
	}
	return nil
}

func addSchema(compiler *jsonschema.Compiler, files fs.FS, name string) error {
	file, err := files.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	document, err := jsonschema.UnmarshalJSON(file)
	if err != nil {
		return err
	}
	return compiler.AddResource(name, document)
}
