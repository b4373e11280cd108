package web

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed page spec
var files embed.FS

// embedded are the files of the program, by name, made ready once.
var embedded = sync.OnceValues(loadFiles)

func loadFiles() (map[string]*file, error) {
	all := map[string]*file{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		all[name], err = loadFile(name)
		return err
	})
	return all, err
}

func loadFile(name string) (*file, error) {
	kind := map[string]string{
		".html": "text/html; charset=utf-8",
		".css":  "text/css; charset=utf-8",
		".js":   "text/javascript; charset=utf-8",
		".svg":  "image/svg+xml",
		".json": "application/schema+json",
		".yaml": "application/yaml",
		".md":   "text/markdown; charset=utf-8",
	}[path.Ext(name)]
	if kind == "" {
		return nil, fmt.Errorf("embedded file %s has an unknown kind", name)
	}
	b, err := files.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("embedded file: %w", err)
	}
	return newFile(kind, b)
}

// The files that are not simply served below /assets/ or /v1/.
const (
	fileDemo   = "page/index.html"
	fileChat   = "page/chat.html"
	fileWidget = "page/widget.js"
	fileStyles = "page/widget.css" // for browsers that cannot make a stylesheet of a text
	fileLogo   = "page/logo.svg"
)

// mountFiles serves the widget, the pages, their assets below /assets/ and the
// protocol description below /v1/spec/. Browsers ask for /favicon.ico on their
// own.
func (s *Server) mountFiles(mux *http.ServeMux) error {
	all, err := embedded()
	if err != nil {
		return err
	}
	demo, chat, widget, styles, logo := all[fileDemo], all[fileChat], all[fileWidget], all[fileStyles], all[fileLogo]
	if demo == nil || chat == nil || widget == nil || styles == nil || logo == nil {
		return errors.New("embedded files: a page, the widget or the logo is missing")
	}
	home := chat
	if s.options.Demo {
		home = demo
	}
	s.route(mux, "/{$}", methods{http.MethodGet: page{home, func() string { return "'none'" }}.serve})
	s.route(mux, "/chat", methods{http.MethodGet: framed(page{chat, s.mayFrame}.serve)})
	s.route(mux, "/widget.js", methods{http.MethodGet: forEverybody(widget.serve)})
	s.route(mux, "/widget.css", methods{http.MethodGet: forEverybody(styles.serve)})
	s.route(mux, "/favicon.ico", methods{http.MethodGet: logo.serve})
	for name, f := range all {
		if name != fileDemo && name != fileChat && name != fileWidget && name != fileStyles {
			s.route(mux, address(name), methods{http.MethodGet: f.serve})
		}
	}
	return nil
}

func address(name string) string {
	if rest, ok := strings.CutPrefix(name, "page/"); ok {
		return "/assets/" + rest
	}
	return "/v1/" + name
}

// forEverybody is what pages of other hosts load. They get a new one some minutes late, and ask less often for it.
func forEverybody(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		w.Header().Set("Cache-Control", "public, max-age=300")
		next(w, r)
	}
}
