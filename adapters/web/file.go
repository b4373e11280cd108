package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/klauspost/compress/gzip"

	"kaitong/adapters/edge"
)

// file is one embedded file, ready to be sent.
type file struct {
	kind   string
	plain  variant
	zipped variant // no bytes where zipping makes it no smaller
}

// variant is one way to send a file. Each has a tag of its own, as their bytes
// differ.
type variant struct {
	bytes []byte
	etag  string
}

func newFile(kind string, b []byte) (*file, error) {
	var zipped bytes.Buffer
	z, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("zip: %w", err)
	}
	if _, err := z.Write(b); err != nil {
		return nil, fmt.Errorf("zip: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("zip: %w", err)
	}
	f := &file{kind: kind, plain: newVariant(b)}
	if zipped.Len() < len(b) {
		f.zipped = newVariant(zipped.Bytes())
	}
	return f, nil
}

func newVariant(b []byte) variant {
	sum := sha256.Sum256(b)
	return variant{bytes: b, etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
}

// serve sends the file, zipped to those who take that, and says "not modified"
// to those who have it. Unless a caching rule is set already, a client asks
// each time, and mostly hears just that.
func (f *file) serve(w http.ResponseWriter, r *http.Request) {
	h, send := w.Header(), f.plain
	if len(f.zipped.bytes) > 0 {
		h.Add("Vary", "Accept-Encoding")
		if edge.AcceptsGzip(r.Header.Values("Accept-Encoding")) {
			send = f.zipped
			h.Set("Content-Encoding", "gzip")
		}
	}
	h.Set("ETag", send.etag)
	if h.Get("Cache-Control") == edge.NoStore {
		h.Set("Cache-Control", "no-cache")
	}
	if has(r.Header.Values("If-None-Match"), send.etag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Type", f.kind)
	h.Set("Content-Length", strconv.Itoa(len(send.bytes)))
	_, _ = w.Write(send.bytes) // the client has gone when this fails
}

// has says whether a client names the tag, which a proxy may have made a weak
// one when it zipped the file itself.
func has(fields []string, etag string) bool {
	for part := range strings.SplitSeq(strings.Join(fields, ","), ",") {
		part = strings.TrimSpace(part)
		if part == "*" || strings.TrimPrefix(part, "W/") == etag {
			return true
		}
	}
	return false
}
