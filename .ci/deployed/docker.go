package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// dockerfile returns what BuildKit does not understand, or warns of.
func dockerfile(_ context.Context, path string) []error {
	text, err := os.ReadFile(path)
	if err != nil {
		return []error{err}
	}
	parsed, err := parser.Parse(bytes.NewReader(text))
	if err != nil {
		return []error{err}
	}
	var problems []error
	for _, warning := range parsed.Warnings {
		problems = append(problems, fmt.Errorf("%s", warning.Short))
	}
	lint := linter.New(&linter.Config{Warn: func(rule, _, _, message string, where []parser.Range) {
		line := 0
		if len(where) > 0 {
			line = where[0].Start.Line
		}
		problems = append(problems, fmt.Errorf("line %d: %s: %s", line, rule, message))
	}})
	stages, _, err := instructions.Parse(parsed.AST, lint)
	if err != nil {
		return append(problems, err)
	}
	return append(problems, harmless(stages)...)
}

// harmless says what the image must be like: nothing in it but the program, and
// nobody who may do much.
func harmless(stages []instructions.Stage) []error {
	last := stages[len(stages)-1]
	found := map[string]bool{}
	for _, command := range last.Commands {
		found[command.Name()] = true
	}
	var problems []error
	if last.BaseName != "scratch" {
		problems = append(problems, errors.New("the image begins with another one"))
	}
	for _, needed := range []string{"USER", "HEALTHCHECK", "ENTRYPOINT", "LABEL"} {
		if !found[needed] && !found[lower(needed)] {
			problems = append(problems, errors.New("the image has no "+needed))
		}
	}
	return problems
}

func lower(name string) string { return string(bytes.ToLower([]byte(name))) }

// compose returns what Compose does not understand, and which of our own
// services may do more than they need.
func compose(ctx context.Context, path string) []error {
	options, err := cli.NewProjectOptions([]string{path}, cli.WithWorkingDirectory(filepath.Dir(path)),
		cli.WithEnv([]string{"KAITONG_SQL_PASSWORD=x"}), cli.WithResolvedPaths(true))
	if err != nil {
		return []error{err}
	}
	project, err := options.LoadProject(ctx)
	if err != nil {
		return []error{err}
	}
	var problems []error
	for _, service := range project.Services {
		problems = append(problems, confined(service)...)
	}
	return problems
}

func confined(service types.ServiceConfig) []error {
	var problems []error
	if service.Privileged {
		problems = append(problems, fmt.Errorf("%s is privileged", service.Name))
	}
	if service.Build == nil {
		return problems // somebody else's image
	}
	if !service.ReadOnly || len(service.CapDrop) == 0 || len(service.SecurityOpt) == 0 {
		problems = append(problems, fmt.Errorf("%s: want read_only, cap_drop and no-new-privileges", service.Name))
	}
	if len(service.Ports) > 0 {
		problems = append(problems, fmt.Errorf("%s publishes a port beside the proxy", service.Name))
	}
	return problems
}
