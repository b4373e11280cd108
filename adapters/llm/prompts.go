package llm

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

//go:embed prompts/*.md
var promptFiles embed.FS

// promptVersion is the version of the prompt in use. Who changes one makes a new
// file, so that evaluations can be compared.
func promptVersion(use Use) string {
	switch use {
	case UsePhrase, UseSummarise:
		return "v2"
	}
	return "v1"
}

// PromptVersions names the prompts in use, for reports.
func PromptVersions() string {
	var names []string
	for _, use := range []Use{UseUnderstand, UsePhrase, UseSummarise, UseName} {
		names = append(names, string(use)+" "+promptVersion(use))
	}
	return strings.Join(names, ", ")
}

// newPrompt puts a question to a model together.
func newPrompt(use Use, whom account, data, schema any) (prompt, error) {
	system, err := promptFiles.ReadFile("prompts/" + string(use) + "." + promptVersion(use) + ".md")
	if err != nil {
		return prompt{}, fmt.Errorf("llm: %w", err)
	}
	body, err := json.Marshal(data)
	if err != nil {
		return prompt{}, fmt.Errorf("llm %s: %w", use, err)
	}
	shape, err := json.Marshal(schema)
	if err != nil {
		return prompt{}, fmt.Errorf("llm %s: %w", use, err)
	}
	return prompt{use: use, whom: whom, system: string(system), data: string(body), schema: shape}, nil
}

// errNoJSON says that an answer holds no object.
var errNoJSON = errors.New("it is no JSON object")

// decode reads the object in an answer. Models that were asked in words only put
// things around it.
func decode(text string, into any) error {
	from, to := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
	if from < 0 || to < from {
		return errNoJSON
	}
	decoder := json.NewDecoder(strings.NewReader(text[from : to+1]))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("it is not the JSON object asked for: %w", err)
	}
	if decoder.More() {
		return errNoJSON
	}
	return nil
}

// schema is a JSON Schema, of the few kinds that all providers take.
type schema map[string]any

// object takes pairs of a name and a schema; all are required.
func object(pairs ...any) schema {
	properties, names := schema{}, []string{}
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		names = append(names, name)
		properties[name] = pairs[i+1]
	}
	return schema{"type": "object", "properties": properties, "required": names, "additionalProperties": false}
}

func list(of schema) schema { return schema{"type": "array", "items": of} }

func text() schema { return schema{"type": "string"} }

func oneOf(words []string) schema { return schema{"type": "string", "enum": words} }
