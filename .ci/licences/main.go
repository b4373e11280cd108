// Command licences lists whose work is in the program and in its pages, and
// under which licence, and refuses what the project cannot give on: anything
// copyleft beyond single files, and anything it does not know.
//
//	go run .ci/licences/main.go          # fails when docs/licences.csv is stale
//	go run .ci/licences/main.go -write
package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const list = "docs/licences.csv"

func main() {
	write := flag.Bool("write", false, "write "+list)
	flag.Parse()
	if err := run(*write); err != nil {
		fmt.Fprintln(os.Stderr, "licences:", err)
		os.Exit(1)
	}
}

// part is somebody's work.
type part struct{ kind, name, version, licence string }

func run(write bool) error {
	modules, err := goModules()
	if err != nil {
		return err
	}
	scripts, err := npmPackages("adapters/web/ui/package-lock.json", "adapters/desk/ui/package-lock.json")
	if err != nil {
		return err
	}
	parts := append(modules, scripts...)
	if err := refuse(parts); err != nil {
		return err
	}
	text := table(parts)
	if write {
		return os.WriteFile(list, text, 0o644)
	}
	if kept, err := os.ReadFile(list); err != nil || !bytes.Equal(kept, text) {
		return errors.New(list + " is not what the dependencies are; `make licences` writes it anew")
	}
	fmt.Printf("%d works, all under licences that may be given on\n", len(parts))
	return nil
}

func table(parts []part) []byte {
	slices.SortFunc(parts, func(a, b part) int { return strings.Compare(a.kind+a.name+a.version, b.kind+b.name+b.version) })
	var text bytes.Buffer
	out := csv.NewWriter(&text)
	_ = out.Write([]string{"from", "name", "version", "licence"}) // a buffer takes all
	for _, one := range slices.Compact(parts) {
		_ = out.Write([]string{one.kind, one.name, one.version, one.licence})
	}
	out.Flush()
	return text.Bytes()
}

// refuse names every work whose licence is not among those that ask for no more
// than their own text.
func refuse(parts []part) error {
	free := []string{"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "CC0-1.0", "ISC", "MIT", "MPL-2.0", "Public-Domain", "Unlicense", "Zlib"}
	var problems []error
	for _, one := range parts {
		for licence := range strings.SplitSeq(strings.Trim(one.licence, "()"), " AND ") {
			if !slices.Contains(free, licence) {
				problems = append(problems, fmt.Errorf("%s %s %s: %q is not allowed", one.kind, one.name, one.version, licence))
			}
		}
	}
	return errors.Join(problems...)
}

// goModules are those compiled into the program, on any system it is built for.
func goModules() ([]part, error) {
	dirs := map[string]string{} // "path version": where it lies
	for _, system := range []string{"linux", "darwin", "windows"} {
		command := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}{{end}}{{end}}", ".")
		command.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		command.Stderr = os.Stderr
		out, err := command.Output()
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(string(out)) {
			if name, dir, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
				dirs[name] = dir
			}
		}
	}
	var parts []part
	for _, name := range slices.Sorted(maps.Keys(dirs)) {
		path, version, _ := strings.Cut(name, " ")
		licence, err := licenceIn(dirs[name])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		parts = append(parts, part{"go", path, version, licence})
	}
	return parts, nil
}

func licenceIn(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var found []string
	for _, entry := range entries {
		name := strings.ToLower(entry.Name())
		if strings.HasSuffix(name, "-logo") || strings.Contains(name, "3rd-party") {
			continue // of a picture; what the other files say, again
		}
		if entry.IsDir() || !strings.HasPrefix(name, "licen") && !strings.HasPrefix(name, "copying") && !strings.HasPrefix(name, "unlicense") {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return "", err
		}
		if licence := recognise(string(text)); !slices.Contains(found, licence) {
			found = append(found, licence)
		}
	}
	if len(found) == 0 {
		return "none", nil
	}
	slices.Sort(found)
	return strings.Join(found, " AND "), nil
}

// recognise knows a licence by words that only it has. The GPL's are looked for
// first: they are the ones that must not be missed.
func recognise(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	for _, known := range [][2]string{
		{"GNU AFFERO GENERAL PUBLIC LICENSE Version 3", "AGPL-3.0"},
		{"GNU LESSER GENERAL PUBLIC LICENSE", "LGPL"},
		{"GNU GENERAL PUBLIC LICENSE Version", "GPL"},
		{"Apache License Version 2.0", "Apache-2.0"},
		{"Mozilla Public License Version 2.0", "MPL-2.0"},
		{"Mozilla Public License, version 2.0", "MPL-2.0"},
		{"SQLite Is Public Domain", "Public-Domain"},
		{"CC0 1.0 Universal", "CC0-1.0"},
		{"This is free and unencumbered software released into the public domain", "Unlicense"},
		{"Permission to use, copy, modify, and/or distribute this software", "ISC"},
		{"Permission to use, copy, modify, and distribute this software for any purpose with or without fee", "ISC"},
		{"Permission is hereby granted, free of charge, to any person obtaining a copy", "MIT"},
		{"Licensed under the Apache License, Version 2.0", "Apache-2.0"},
	} {
		if strings.Contains(text, known[0]) {
			return known[1]
		}
	}
	switch {
	case !strings.Contains(text, "Redistribution and use in source and binary forms"):
		return "unknown"
	case strings.Contains(text, "Neither the name"), strings.Contains(text, "names of its contributors may"), strings.Contains(text, "name of the author may not"):
		return "BSD-3-Clause"
	}
	return "BSD-2-Clause"
}

// npmPackages are those that may be in the scripts of the pages; tools of the
// build are not.
func npmPackages(locks ...string) ([]part, error) {
	var parts []part
	for _, lock := range locks {
		text, err := os.ReadFile(lock)
		if err != nil {
			return nil, err
		}
		var content struct {
			Packages map[string]struct {
				Version, License string
				Dev, Optional    bool
			}
		}
		if err := json.Unmarshal(text, &content); err != nil {
			return nil, fmt.Errorf("%s: %w", lock, err)
		}
		for path, one := range content.Packages {
			nested := strings.Split(path, "node_modules/") // the last one is its own name
			if len(nested) > 1 && !one.Dev && !one.Optional {
				parts = append(parts, part{"npm", nested[len(nested)-1], one.Version, one.License})
			}
		}
	}
	return parts, nil
}
