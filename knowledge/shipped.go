package knowledge

import (
	"embed"
	"io/fs"
)

//go:embed data/jiebei
var shipped embed.FS

// Shipped returns the pack that comes with the program: 借呗 (Jiebei).
func Shipped() fs.FS {
	pack, err := fs.Sub(shipped, "data/jiebei")
	if err != nil {
		panic("knowledge: the shipped pack has no folder: " + err.Error()) // fixed at build time
	}
	return pack
}
