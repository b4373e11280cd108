package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"kaitong/knowledge"
)

type schemaCommand struct {
	Dir string `arg:"" optional:"" help:"Folder to write to, made when missing." type:"path" default:"schema"`
}

// Help is shown by --help.
func (schemaCommand) Help() string {
	return `Name the schema in the first line of a file, and editors complete and check it:
  # yaml-language-server: $schema=../schema/cause.schema.json

Examples:
  kaitong knowledge schema
  kaitong knowledge schema ./my-pack/schema`
}

// Run writes the schemas.
func (c schemaCommand) Run(s streams) error {
	names, err := fs.Glob(knowledge.Schemas(), "*.json")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(c.Dir, 0o750); err != nil {
		return err
	}
	var problems []error
	for _, name := range names {
		problems = append(problems, copyOut(knowledge.Schemas(), name, c.Dir))
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	fmt.Fprintf(s.out, "%d schemas written to %s.\n", len(names), c.Dir)
	return nil
}

func copyOut(files fs.FS, name, dir string) error {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, name), data, 0o600)
}
