// Command deployed reads what is deployed with the code that will read it in
// earnest: Dockerfiles with BuildKit's parser and lint rules, compose files with
// Compose's loader, Kubernetes manifests with the API's own types and the
// "restricted" pod security standard. Usage: deployed FOLDER (configs/deploy).
//
// It is a module of its own, so that none of these libraries becomes one of the
// program.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: deployed FOLDER")
		os.Exit(2)
	}
	folder, failed := os.Args[1], false
	for _, one := range []struct {
		name, path string
		check      func(context.Context, string) []error
	}{
		{"Dockerfile (BuildKit)", "docker/Dockerfile", dockerfile},
		{"compose (Compose)", "docker/compose.yaml", compose},
		{"Kubernetes (API types, restricted)", "kubernetes", manifests},
	} {
		problems := one.check(context.Background(), filepath.Join(folder, one.path))
		for _, problem := range problems {
			fmt.Fprintf(os.Stderr, "%s: %v\n", one.path, problem)
		}
		if failed = failed || len(problems) > 0; len(problems) == 0 {
			fmt.Printf("ok  %s\n", one.name)
		}
	}
	if failed {
		os.Exit(1)
	}
}
