package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"strings"
	"sync"
	"testing"

	"kaitong/bot"
)

// kept remembers what was uploaded.
type kept struct {
	mu   sync.Mutex
	all  []Upload
	may  error
	keep error
}

func (k *kept) uploads() *Uploads {
	return &Uploads{
		May: func(context.Context, bot.Identity, string) error { return k.may },
		Keep: func(_ context.Context, upload Upload) (bot.Proof, error) {
			k.mu.Lock()
			defer k.mu.Unlock()
			k.all = append(k.all, upload)
			return bot.Proof{ID: "p1", Name: upload.Name, Type: "application/pdf", Size: int64(len(upload.Content))}, k.keep
		},
	}
}

func newUploadWorld(t *testing.T) (*world, *kept) {
	t.Helper()
	k := &kept{}
	return newWorld(t, func(o *Options) { o.Uploads = k.uploads() }), k
}

// document is one part of a form.
type document struct{ field, name, content string }

func formOf(t *testing.T, files ...document) (body, kind string) {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, f := range files {
		part, err := form.CreateFormFile(f.field, f.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(f.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), form.FormDataContentType()
}

func (w *world) upload(user string, files ...document) answer {
	w.t.Helper()
	body, kind := formOf(w.t, files...)
	return w.request("POST", "/v1/conversations/c_1/proofs", body, "Content-Type", kind, "Authorization", "Bearer "+w.token(user))
}

func TestUpload(t *testing.T) {
	t.Parallel()
	w, k := newUploadWorld(t)
	a := w.upload("demo-a", document{"file", `C:\pictures\结清` + "\u202e" + `.pdf`, "%PDF-"})
	if a.StatusCode != 201 {
		t.Fatalf("%d %s", a.StatusCode, a.body)
	}
	mustFit(t, "http.json#/$defs/proof", a.body)
	got := k.all[0]
	if got.Name != "结清.pdf" || string(got.Content) != "%PDF-" || got.Who.User != "demo-a" || got.Conversation != "c_1" {
		t.Errorf("kept %+v", got)
	}
	long := w.upload("demo-a", document{"file", strings.Repeat("长", 3000), "x"})
	var body proofBody
	if err := json.Unmarshal(long.body, &body); err != nil || len([]rune(body.Name)) != maxProofName {
		t.Errorf("named %q, %v", body.Name, err)
	}
	mustFit(t, "http.json#/$defs/proof", w.upload("demo-a", document{"file", "..", "x"}).body)
}

func TestUploadRefused(t *testing.T) {
	t.Parallel()
	w, k := newUploadWorld(t)
	good := document{"file", "a.pdf", "%PDF-"}
	wantProblem(t, w.request("POST", "/v1/conversations/c_1/proofs", ""), codeUnauthorized)
	wantProblem(t, w.request("POST", "/v1/conversations/c_1/proofs", "{}", "Content-Type", "application/json", "Authorization", "Bearer "+w.token("demo-j")), codeBadMedia)
	wantProblem(t, w.request("GET", "/v1/conversations/c_1/proofs", ""), codeBadMethod)
	wantProblem(t, w.upload("demo-a"), codeBadField)
	wantProblem(t, w.upload("demo-b", document{"other", "a", "x"}), codeMissingField)
	wantProblem(t, w.upload("demo-c", good, good), codeBadField)
	wantProblem(t, w.upload("demo-d", document{"file", "a", strings.Repeat("x", maxProofBytes+1)}), codeFileTooLarge)
	wantProblem(t, w.upload("demo-e", document{"file", "a", strings.Repeat("x", 2*maxProofBytes)}), codeFileTooLarge)
	if len(k.all) != 0 {
		t.Fatalf("kept %d", len(k.all))
	}
	for i, row := range []struct {
		err  error
		code Code
	}{
		{bot.ErrProofSize, codeEmptyFile}, {bot.ErrProofKind, codeBadFile}, {bot.ErrProofUnsafe, codeUnsafeFile},
		{bot.ErrNoAppeal, codeNoAppeal}, {bot.ErrTooMany, codeTooManyFiles}, {bot.ErrNotFound, codeNotFound},
		{context.DeadlineExceeded, codeBusy}, {fmt.Errorf("disk on fire"), codeInternal},
	} {
		k.keep = fmt.Errorf("wrapped: %w", row.err)
		wantProblem(t, w.upload(fmt.Sprintf("demo-k%d", i), good), row.code)
	}
	// Whoever may not attach anything is refused before their file is read.
	k.may, k.all = bot.ErrNotFound, nil
	wantProblem(t, w.upload("demo-f", document{"file", "a", strings.Repeat("x", 2*maxProofBytes)}), codeNotFound)
	if len(k.all) != 0 {
		t.Errorf("kept %d", len(k.all))
	}
}

// The words of what went wrong inside reach nobody.
func TestUploadHidesErrors(t *testing.T) {
	t.Parallel()
	w, k := newUploadWorld(t)
	k.keep = fmt.Errorf("disk on fire at rack 7")
	a := w.upload("demo-a", document{"file", "a", "x"})
	wantProblem(t, a, codeInternal)
	if strings.Contains(string(a.body), "rack") || !strings.Contains(w.log.String(), "rack 7") {
		t.Errorf("told %s; logged %s", a.body, w.log.String())
	}
}

func TestUploadsAreLimited(t *testing.T) {
	t.Parallel()
	w, _ := newUploadWorld(t)
	for range proofsPerTime {
		if a := w.upload("demo-a", document{"file", "a", "x"}); a.StatusCode != 201 {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
	}
	limited := w.upload("demo-a", document{"file", "a", "x"})
	wantProblem(t, limited, codeRateLimited)
	if limited.Header.Get("Retry-After") == "" {
		t.Error("not told how long to wait")
	}
	if a := w.upload("demo-b", document{"file", "a", "x"}); a.StatusCode != 201 {
		t.Errorf("somebody else: %d", a.StatusCode)
	}
	for range proofsAtOnce {
		w.server.uploading <- struct{}{}
	}
	wantProblem(t, w.upload("demo-c", document{"file", "a", "x"}), codeBusy)
}

func TestUploadAcrossOrigins(t *testing.T) {
	t.Parallel()
	w, _ := newUploadWorld(t)
	const path = "/v1/conversations/c_1/proofs"
	a := w.request("OPTIONS", path, "", "Origin", "https://help.example.com", "Access-Control-Request-Method", "POST")
	if a.StatusCode != 204 || a.Header.Get("Access-Control-Allow-Methods") != "POST" {
		t.Errorf("%d %v", a.StatusCode, a.Header)
	}
	wantProblem(t, w.request("OPTIONS", path, "", "Origin", "https://evil.example", "Access-Control-Request-Method", "POST"), codeBadOrigin)
}

func TestNoUploads(t *testing.T) {
	t.Parallel()
	wantProblem(t, newWorld(t).upload("demo-a", document{"file", "a", "x"}), codeNotFound)
}
