package knowledge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	goparser "go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// schemaKinds are the kinds of files, and the type each one is decoded into.
func schemaKinds() map[string]reflect.Type {
	return map[string]reflect.Type{
		"pack":     reflect.TypeFor[Pack](),
		"reasons":  reflect.TypeFor[draft]().Field(fieldAt[draft]("reasons")).Type.Field(0).Type,
		"phrases":  reflect.TypeFor[draft]().Field(fieldAt[draft]("phrases")).Type.Field(0).Type,
		"cause":    reflect.TypeFor[Cause](),
		"fix":      reflect.TypeFor[Fix](),
		"answer":   reflect.TypeFor[Answer](),
		"symptom":  reflect.TypeFor[Symptom](),
		"flow":     reflect.TypeFor[Flow](),
		"dialogue": reflect.TypeFor[Dialogue](),
	}
}

func fieldAt[T any](name string) int {
	field, _ := reflect.TypeFor[T]().FieldByName(name)
	return field.Index[0]
}

// schemaMaker writes schemas from the types of the decoder, so that the two
// cannot drift apart. Descriptions are the comments of the fields, or the table
// in schema_words_test.go.
type schemaMaker struct {
	comments map[string]string // Cause.title -> its comment
	defs     map[string]any
	missing  []string // fields nobody described
}

type object = map[string]any

// makeSchema is the schema of one kind of file.
func makeSchema(t *testing.T, kind string, root reflect.Type) []byte {
	t.Helper()
	m := &schemaMaker{comments: fieldComments(t), defs: object{}}
	schema := m.record(root, kind)
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["title"] = kind
	schema["description"] = schemaWords()[kind]
	if len(m.defs) > 0 {
		schema["$defs"] = m.defs
	}
	if len(m.missing) > 0 {
		t.Errorf("%s: no description of %s", kind, strings.Join(m.missing, ", "))
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(schema); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// record is the schema of a struct.
func (m *schemaMaker) record(t reflect.Type, name string) object {
	properties := object{}
	for _, field := range reflect.VisibleFields(t) {
		key, option, _ := strings.Cut(field.Tag.Get("yaml"), ",")
		if option == "inline" || key == "" || key == "-" {
			continue
		}
		properties[key] = m.property(t, name, field, key)
	}
	schema := object{"type": "object", "additionalProperties": false, "properties": properties}
	maps.Copy(schema, schemaRules()[name])
	return schema
}

// property is the schema of one key of a struct.
func (m *schemaMaker) property(t reflect.Type, name string, field reflect.StructField, key string) object {
	declared := t.Name()
	if len(field.Index) > 1 { // of an embedded struct
		declared = t.Field(field.Index[0]).Type.Name()
	}
	schema := m.value(field.Type)
	if rule, ok := schemaRules()[declared+"."+key]; ok {
		into := schema
		if items, list := schema["items"].(object); list {
			into = items
		}
		maps.Copy(into, rule)
	}
	schema["description"] = m.describe(name, declared, key)
	return schema
}

func (m *schemaMaker) describe(kind, declared, key string) string {
	for _, name := range []string{kind + "." + key, declared + "." + key} {
		if words := schemaWords()[name]; words != "" {
			return words
		}
	}
	words := m.comments[declared+"."+key]
	if words == "" {
		m.missing = append(m.missing, declared+"."+key)
	}
	return sentence(words)
}

// sentence writes a comment like a sentence, as an editor shows it.
func sentence(words string) string {
	first, size := utf8.DecodeRuneInString(words)
	words = string(unicode.ToUpper(first)) + words[size:]
	if strings.HasSuffix(words, ".") {
		return words
	}
	return words + "."
}

// value is the schema of a type.
func (m *schemaMaker) value(t reflect.Type) object {
	switch t {
	case reflect.TypeFor[Text]():
		return m.ref("text", func() object { return schemaRules()["text"] })
	case reflect.TypeFor[Date]():
		return object{"type": "string", "format": "date", "pattern": `^\d{4}-\d{2}-\d{2}$`}
	case reflect.TypeFor[map[string]Text]():
		return m.phrases()
	}
	switch t.Kind() {
	case reflect.Struct:
		return m.ref(strings.ToLower(t.Name()), func() object { return m.record(t, t.Name()) })
	case reflect.Slice:
		return object{"type": "array", "items": m.value(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "minProperties": 1, "additionalProperties": m.value(t.Elem())}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int:
		return object{"type": "integer"}
	}
	return object{"type": "string", "minLength": 1, "maxLength": maxTextRunes}
}

// ref puts a schema that is used in several places among the definitions.
func (m *schemaMaker) ref(name string, make func() object) object {
	if _, made := m.defs[name]; !made {
		m.defs[name] = object{}
		m.defs[name] = make()
	}
	return object{"$ref": "#/$defs/" + name}
}

// phrases lists the fixed wordings of the program by name.
func (m *schemaMaker) phrases() object {
	properties, required := object{}, keys(phraseKeys())
	for key, names := range phraseKeys() {
		phrase := m.value(reflect.TypeFor[Text]())
		phrase["description"] = "no placeholders"
		if len(names) > 0 {
			phrase["description"] = "placeholders: {" + strings.Join(names, "}, {") + "}"
		}
		properties[key] = phrase
	}
	return object{"type": "object", "additionalProperties": false, "properties": properties, "required": required}
}

// fieldComments reads what the source says about each field.
func fieldComments(t *testing.T) map[string]string {
	t.Helper()
	comments := map[string]string{}
	sources, err := fs.Glob(os.DirFS("."), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range sources {
		file, err := goparser.ParseFile(token.NewFileSet(), name, nil, goparser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if declared, ok := n.(*ast.TypeSpec); ok {
				noteFields(declared, comments)
			}
			return true
		})
	}
	return comments
}

func noteFields(declared *ast.TypeSpec, comments map[string]string) {
	record, ok := declared.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, field := range record.Fields.List {
		if field.Tag == nil {
			continue
		}
		key, _, _ := strings.Cut(reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get("yaml"), ",")
		words := field.Comment.Text()
		if words == "" {
			words = field.Doc.Text()
		}
		comments[declared.Name.Name+"."+key] = strings.Join(strings.Fields(words), " ")
	}
}

// schemaFile is where the schema of a kind is kept.
func schemaFile(kind string) string { return fmt.Sprintf("schema/%s.schema.json", kind) }

// kindOf says which kind of file a name in a pack stands for, "" for none.
func kindOf(name string) string {
	folders := map[string]string{causesFolder: "cause", fixesFolder: "fix", answersFolder: "answer", symptomFolder: "symptom", flowsFolder: "flow", dialoguesFolder: "dialogue"}
	folder, _, nested := strings.Cut(name, "/")
	if nested {
		return folders[folder]
	}
	if slices.Contains([]string{packFile, reasonsFile, phrasesFile}, name) {
		return nameOf(name)
	}
	return ""
}
