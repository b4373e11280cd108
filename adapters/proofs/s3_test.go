package proofs_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"kaitong/adapters/proofs"
)

// bucket is as much of an S3 server as a store of documents needs.
type bucket struct {
	mu      sync.Mutex
	objects map[string][]byte
}

func (b *bucket) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := strings.TrimPrefix(r.URL.Path, "/papers/")
	switch {
	case r.URL.Query().Get("list-type") == "2":
		b.list(w, r.URL.Query().Get("prefix"))
	case r.Method == http.MethodPut:
		body, err := payload(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		b.objects[key] = body
	case r.Method == http.MethodDelete:
		delete(b.objects, key)
		w.WriteHeader(http.StatusNoContent)
	case b.objects[key] == nil && strings.Contains(r.URL.Path, "/proofs/"):
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `<Error><Code>NoSuchKey</Code></Error>`)
	default:
		w.Header().Set("Last-Modified", "Fri, 27 Nov 2026 12:00:00 GMT")
		_, _ = w.Write(b.objects[key])
	}
}

func (b *bucket) list(w io.Writer, prefix string) {
	fmt.Fprint(w, `<ListBucketResult><IsTruncated>false</IsTruncated>`)
	for key, body := range b.objects {
		if strings.HasPrefix(key, prefix) {
			fmt.Fprintf(w, `<Contents><Key>%s</Key><Size>%d</Size><LastModified>2026-11-27T12:00:00Z</LastModified></Contents>`, key, len(body))
		}
	}
	fmt.Fprint(w, `</ListBucketResult>`)
}

// payload reads a body that may come in signed chunks.
func payload(r *http.Request) ([]byte, error) {
	if !strings.Contains(r.Header.Get("Content-Encoding"), "aws-chunked") {
		return io.ReadAll(r.Body)
	}
	var whole []byte
	lines := bufio.NewReader(r.Body)
	for {
		head, err := lines.ReadString('\n')
		if err != nil {
			return nil, err
		}
		var size int
		if _, err := fmt.Sscanf(head, "%x", &size); err != nil || size == 0 {
			return whole, err
		}
		chunk := make([]byte, size+2)
		if _, err := io.ReadFull(lines, chunk); err != nil {
			return nil, err
		}
		whole = append(whole, chunk[:size]...)
	}
}

// The same in a store that speaks S3: this one is a stand-in.
func TestKeepInS3(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "id")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	b := &bucket{objects: map[string][]byte{}}
	server := httptest.NewServer(b)
	defer server.Close()
	defer http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	store, err := proofs.Open(t.Context(), proofs.Options{
		URL:    "s3://papers?region=eu-central-1&use_path_style=true&endpoint=" + server.URL,
		Secret: secret("k"), NewID: func() string { return "p1" },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	paper := pdfOf("a settled debt")
	kept, err := store.Keep(t.Context(), "c_1", "a.pdf", paper)
	if err != nil {
		t.Fatal(err)
	}
	if raw := b.objects[proofs.Object("c_1", kept.ID)]; len(raw) == 0 || bytes.Contains(raw, []byte("settled")) {
		t.Errorf("kept as %q", raw)
	}
	if again, err := store.Read(t.Context(), "c_1", kept.ID); err != nil || !bytes.Equal(again, paper) {
		t.Errorf("read %q, %v", again, err)
	}
	if err := store.Erase(t.Context(), "c_1"); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Read(t.Context(), "c_1", kept.ID); !errors.Is(err, proofs.ErrNotFound) {
		t.Errorf("after it was erased: %v", err)
	}
}
