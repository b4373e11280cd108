package desk

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"

	"kaitong/adapters/edge"
)

//go:embed page
var pages embed.FS

// noncePlace is where the built page wants the nonce of the response: on what it
// loads itself, and where its scripts find it for the styles they write.
const noncePlace = "__CSP_NONCE__"

// files is the built page.
type files struct {
	index  []byte
	assets map[string]asset // by their path below /desk/
}

// asset never changes: its name has a hash in it.
type asset struct {
	kind          string
	plain, zipped []byte // zipped is nil where that makes it no smaller
	etag          string
}

func loadFiles() (*files, error) {
	loaded := &files{assets: map[string]asset{}}
	err := fs.WalkDir(pages, "page", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := pages.ReadFile(name)
		if err != nil {
			return err
		}
		if name == "page/index.html" {
			loaded.index = content
			return nil
		}
		loaded.assets[strings.TrimPrefix(name, "page/")], err = newAsset(name, content)
		return err
	})
	if err == nil && loaded.index == nil {
		err = errors.New("the page is missing")
	}
	return loaded, err
}

func newAsset(name string, content []byte) (asset, error) {
	kind := map[string]string{
		".css":   "text/css; charset=utf-8",
		".js":    "text/javascript; charset=utf-8",
		".svg":   "image/svg+xml",
		".png":   "image/png",
		".woff2": "font/woff2",
		".txt":   "text/plain; charset=utf-8",
	}[path.Ext(name)]
	if kind == "" {
		return asset{}, fmt.Errorf("file %s of the page has an unknown kind", name)
	}
	var zipped bytes.Buffer
	z, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(content)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return asset{}, fmt.Errorf("zip %s: %w", name, err)
	}
	sum := sha256.Sum256(content)
	a := asset{kind: kind, plain: content, etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
	if zipped.Len() < len(content) {
		a.zipped = zipped.Bytes()
	}
	return a, nil
}

// page is GET /desk and what is below it, and GET /analytics: a file of the
// build, or the page itself, which knows by its address what to show.
func (s *Server) page(w http.ResponseWriter, r *http.Request, _ visitor) {
	name := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/desk"), "/")
	if found, ok := s.files.assets[name]; ok {
		found.serve(w, r)
		return
	}
	if path.Ext(name) != "" && name != "index.html" {
		s.problem(w, r, &fault{code: codeNotFound})
		return
	}
	nonce := rand.Text()
	h := w.Header()
	h.Set("Content-Security-Policy", pagePolicy(nonce, s.proxies.Host(r)))
	h.Set("Cache-Control", "no-cache, no-store") // the nonce is of this response
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(bytes.ReplaceAll(s.files.index, []byte(noncePlace), []byte(nonce))) // the client has gone when this fails
}

// pagePolicy lets the page use the files of its own server and styles that it
// vouches for, and nothing else; text reaches the document as text only, which
// Trusted Types makes the browser enforce.
func pagePolicy(nonce, host string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-" + nonce + "'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'" +
		edge.Sockets(host) + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
}

func (a asset) serve(w http.ResponseWriter, r *http.Request) {
	h, send := w.Header(), a.plain
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("ETag", a.etag)
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("If-None-Match"), a.etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	if a.zipped != nil && edge.AcceptsGzip(r.Header.Values("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		send = a.zipped
	}
	h.Set("Content-Type", a.kind)
	h.Set("Content-Length", strconv.Itoa(len(send)))
	_, _ = w.Write(send) // the client has gone when this fails
}
