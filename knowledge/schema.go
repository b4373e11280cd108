package knowledge

import (
	"embed"
	"io/fs"
)

//go:embed schema/*.schema.json
var schemas embed.FS

// Schemas returns a JSON Schema for each kind of file in a pack, such as
// cause.schema.json, for editors that complete and check while one writes. Load
// knows more than they do.
func Schemas() fs.FS {
	files, err := fs.Sub(schemas, "schema")
	if err != nil {
		panic("knowledge: the schemas have no folder: " + err.Error()) // fixed at build time
	}
	return files
}
