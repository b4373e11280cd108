package web

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed page spec
var files embed.FS

// pagePolicy lets the page use its own files and nothing else; text reaches
// the document as text only, which Trusted Types makes the browser enforce.
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// file is one embedded file, ready to be sent.
type file struct {
	bytes  []byte
	kind   string
	etag   string
	policy string
}

// mountFiles serves the page at /, its assets below /assets/ and the protocol
// description below /v1/spec/. Browsers ask for /favicon.ico on their own.
func (s *Server) mountFiles(mux *http.ServeMux) error {
	logo, err := loadFile("page/logo.svg")
	if err != nil {
		return err
	}
	s.route(mux, "/favicon.ico", methods{http.MethodGet: logo.serve})
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		f, err := loadFile(name)
		if err != nil {
			return err
		}
		s.route(mux, address(name), methods{http.MethodGet: f.serve})
		return nil
	})
}

func address(name string) string {
	if name == "page/index.html" {
		return "/{$}"
	}
	if rest, ok := strings.CutPrefix(name, "page/"); ok {
		return "/assets/" + rest
	}
	return "/v1/" + name
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
	sum := sha256.Sum256(b)
	f := &file{bytes: b, kind: kind, etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
	if path.Ext(name) == ".html" {
		f.policy = pagePolicy
	}
	return f, nil
}

func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("ETag", f.etag)
	h.Set("Cache-Control", "no-cache") // ask, and mostly hear "not modified"
	if f.policy != "" {
		h.Set("Content-Security-Policy", f.policy)
	}
	if r.Header.Get("If-None-Match") == f.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(f.bytes) // the client has gone when this fails
}
