package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"
	"testing"

	"kaitong/adapters/edge"
)

// unzip returns what a zipped answer holds.
func unzip(t *testing.T, b []byte) []byte {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// zippable is a file that gets smaller by zipping.
const zippable = "/v1/spec/schemas/server.json"

// The transport of these tests asks for gzip by itself unless a header says
// otherwise, so each names its encoding.
func TestFilesAreZipped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain := w.request("GET", zippable, "", "Accept-Encoding", "identity")
	for accept, zipped := range map[string]bool{
		"gzip": true, "GZIP": true, "x-gzip": true, "br, gzip;q=0.5": true, "gzip ; q = 1.0": true, "*": true, "gzip, *;q=0": true, "deflate, *;q=0.1": true,
		"identity": false, "br": false, "gzip;q=0": false, "gzip;q=0.000": false, "*;q=0": false, "gzip;q=0, *": false, "gzip;q=x": false, "gzip;q=2": false, "gzip;v=1": false,
	} {
		a := w.request("GET", zippable, "", "Accept-Encoding", accept)
		body := a.body
		if got := a.Header.Get("Content-Encoding") == "gzip"; got != zipped {
			t.Errorf("%q: zipped is %v", accept, got)
			continue
		}
		if zipped {
			body = unzip(t, body)
		}
		if !bytes.Equal(body, plain.body) || a.ContentLength != int64(len(a.body)) || a.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: %d bytes, %v", accept, len(body), a.Header)
		}
		if same := a.Header.Get("ETag") == plain.Header.Get("ETag"); same == zipped {
			t.Errorf("%q: zipped is %v, same tag is %v", accept, zipped, same)
		}
	}
}

func TestEveryFileIsSmallerZippedOrSentAsItIs(t *testing.T) {
	t.Parallel()
	all, err := embedded()
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range all {
		switch n := len(f.zipped.bytes); {
		case n >= len(f.plain.bytes) && n > 0:
			t.Errorf("%s: %d bytes zipped, %d plain", name, n, len(f.plain.bytes))
		case n > 0 && !bytes.Equal(unzip(t, f.zipped.bytes), f.plain.bytes):
			t.Errorf("%s is another file when unzipped", name)
		}
	}
}

// Everybody who opens a page with the widget waits for it: it has a budget, as
// sent.
func TestWeightOfTheWidget(t *testing.T) {
	t.Parallel()
	a := newWorld(t).request("GET", "/widget.js", "", "Accept-Encoding", "gzip")
	if len(a.body) == 0 || len(a.body) > 25_600 || a.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("%d bytes %v", len(a.body), a.Header)
	}
	t.Logf("%d bytes, gzipped", len(a.body))
}

func TestFilesAreNotSentTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{zippable, "/", "/chat", "/widget.js", "/assets/logo.svg"} {
		for _, encoding := range []string{"gzip", "identity"} {
			first := w.request("GET", path, "", "Accept-Encoding", encoding)
			tag := first.Header.Get("ETag")
			for _, known := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
				a := w.request("GET", path, "", "Accept-Encoding", encoding, "If-None-Match", known)
				if a.StatusCode != http.StatusNotModified || len(a.body) != 0 || a.Header.Get("ETag") != tag ||
					a.Header.Get("Cache-Control") != first.Header.Get("Cache-Control") || a.Header.Get("Vary") != first.Header.Get("Vary") {
					t.Errorf("%s, %s, %s: %d with %d bytes, %v", path, encoding, known, a.StatusCode, len(a.body), a.Header)
				}
			}
			a := w.request("GET", path, "", "Accept-Encoding", encoding, "If-None-Match", strings.Replace(tag, `"`, `"x`, 1))
			if a.StatusCode != http.StatusOK || !bytes.Equal(a.body, first.body) {
				t.Errorf("%s, %s: %d with %d bytes for another tag", path, encoding, a.StatusCode, len(a.body))
			}
		}
	}
}

func TestHeadOfFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, path := range []string{zippable, "/", "/chat", "/widget.js", "/assets/logo.svg"} {
		for _, encoding := range []string{"gzip", "identity"} {
			get := w.request("GET", path, "", "Accept-Encoding", encoding)
			head := w.request("HEAD", path, "", "Accept-Encoding", encoding)
			if head.StatusCode != http.StatusOK || len(head.body) != 0 || head.ContentLength != int64(len(get.body)) {
				t.Errorf("%s, %s: %d with %d bytes, %d announced", path, encoding, head.StatusCode, len(head.body), head.ContentLength)
			}
			for _, name := range []string{"Content-Type", "Content-Encoding", "ETag", "Vary", "Cache-Control", "Content-Security-Policy"} {
				if head.Header.Get(name) != get.Header.Get(name) {
					t.Errorf("%s, %s: %s is %q for HEAD and %q for GET", path, encoding, name, head.Header.Get(name), get.Header.Get(name))
				}
			}
		}
	}
}

// Pages of other hosts load the widget; nothing else is theirs to load.
func TestWidgetIsForOtherPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.get("/widget.js")
	if a.StatusCode != 200 || a.Header.Get("Content-Type") != "text/javascript; charset=utf-8" || a.Header.Get("ETag") == "" ||
		a.Header.Get("Cache-Control") != "public, max-age=300" || a.Header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
	for _, path := range []string{"/", "/assets/logo.svg", "/assets/demo.js", "/v1/spec/asyncapi.yaml"} {
		a := w.get(path)
		if a.StatusCode != 200 || a.Header.Get("Cross-Origin-Resource-Policy") != "same-origin" || a.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %d %v", path, a.StatusCode, a.Header)
		}
	}
}

// In demo mode the demo is at the root; elsewhere the chat is.
func TestPages(t *testing.T) {
	t.Parallel()
	demo, real := newWorld(t), newWorld(t, func(o *Options) { o.Demo = false })
	chat := demo.get("/chat")
	if chat.StatusCode != 200 || !strings.Contains(string(chat.body), `src="/widget.js" data-mode="page"`) {
		t.Errorf("%d %s", chat.StatusCode, chat.body)
	}
	if a := demo.get("/"); bytes.Equal(a.body, chat.body) || a.StatusCode != 200 {
		t.Errorf("no demo page: %d %s", a.StatusCode, a.body)
	}
	if a := real.get("/"); !bytes.Equal(a.body, chat.body) || a.StatusCode != 200 {
		t.Errorf("no chat at the root: %d %s", a.StatusCode, a.body)
	}
	for _, path := range []string{"/chat/", "/chat.html", "/assets/chat.html", "/assets/index.html", "/index.html"} {
		wantProblem(t, demo.get(path), codeNotFound)
	}
}

func FuzzAcceptsGzip(f *testing.F) {
	for _, field := range []string{"gzip", "gzip;q=0", "*;q=0.5,gzip;q=0", ";;q==,", "gzip;q=NaN", "gzip;q=+Inf"} {
		f.Add(field)
	}
	f.Fuzz(func(t *testing.T, field string) {
		if edge.AcceptsGzip([]string{field}) && !strings.Contains(strings.ToLower(field), "gzip") && !strings.Contains(field, "*") {
			t.Errorf("%q asks for no gzip", field)
		}
		if edge.AcceptsGzip([]string{"gzip;q=0", field}) {
			t.Errorf("gzip is refused before %q", field)
		}
		if !edge.AcceptsGzip([]string{"gzip", field}) {
			t.Errorf("gzip is asked for before %q", field)
		}
	})
}
