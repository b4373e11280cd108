package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"kaitong/bot"
)

// Uploads take documents for an appeal.
type Uploads struct {
	// May says whether a person may attach a document now, before any of it is
	// read: nil, or what [bot.Engine.MayAttach] returns.
	May func(ctx context.Context, who bot.Identity, conversation string) error
	// Keep keeps a document and records it. Besides the errors of May it returns
	// those of the document: [bot.ErrProofSize], [bot.ErrProofKind],
	// [bot.ErrProofUnsafe].
	Keep func(ctx context.Context, upload Upload) (bot.Proof, error)
}

// Upload is one document on its way.
type Upload struct {
	Who          bot.Identity
	Conversation string
	Name         string // as the person's device calls it, in one short line
	Content      []byte
}

const (
	maxProofBytes  = 10 << 20
	maxProofForm   = maxProofBytes + 16<<10 // with what a form adds
	maxProofName   = 1000                   // characters, which are shortened once they are masked
	proofTimeout   = 2 * time.Minute        // to arrive, to be scanned and kept
	proofsPerTime  = 10                     // of one person, in proofsTime
	proofsTime     = time.Minute
	proofsAtOnce   = 4 // of all: each one is held in memory
	proofFormField = "file"
	refusalBytes   = 3 * maxProofBytes // of a refused upload that are listened to,
	refusalTime    = 10 * time.Second  // for so long
)

// proofBody is what a person is told of their document.
type proofBody struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
	Size int64  `json:"size"`
}

// proofs is POST /v1/conversations/{id}/proofs, a form with one file.
func (s *Server) proofs(w http.ResponseWriter, r *http.Request) {
	body := r.Body // reading a form bounds it
	proof, bad := s.takeProof(w, r)
	if bad != nil {
		if bad.code != codeUnauthorized {
			listenOn(w, body)
		}
		if bad.code == codeInternal {
			s.log.Error("document not kept", "conversation", r.PathValue("id"), "error", bad.cause)
		}
		w.Header().Set("Connection", "close") // what comes even later is not waited for
		s.problem(w, r, bad)
		return
	}
	s.json(w, "application/json", http.StatusCreated, proofBody{proof.ID, proof.Name, proof.Type, proof.Size})
}

// listenOn reads on and keeps nothing: a connection that is closed in the
// middle of an upload is cut, and the one who uploads never reads why they were
// refused. Strangers are not listened to, and nobody for long.
func listenOn(w http.ResponseWriter, body io.Reader) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(refusalTime))
	_, _ = io.CopyN(io.Discard, body, refusalBytes)
}

// takeProof asks who it is and whether a document is welcome before it reads
// any of it.
func (s *Server) takeProof(w http.ResponseWriter, r *http.Request) (bot.Proof, *fault) {
	pass, bad := s.authorised(r)
	if bad != nil {
		return bot.Proof{}, bad
	}
	conv := r.PathValue("id")
	if !validID(conv) {
		return bot.Proof{}, &fault{code: codeBadField, field: "id"}
	}
	if wait, ok := s.uploads.take(pass.who, s.elapsed()); !ok {
		return bot.Proof{}, &fault{code: codeRateLimited, wait: wait}
	}
	ctx, cancel := context.WithTimeout(r.Context(), proofTimeout)
	defer cancel()
	if err := s.options.Uploads.May(ctx, pass.who, conv); err != nil {
		return bot.Proof{}, faultOfProof(err)
	}
	select {
	case s.uploading <- struct{}{}:
		defer func() { <-s.uploading }()
	default:
		return bot.Proof{}, &fault{code: codeBusy}
	}
	name, content, bad := readProof(w, r)
	if bad != nil {
		return bot.Proof{}, bad
	}
	proof, err := s.options.Uploads.Keep(ctx, Upload{Who: pass.who, Conversation: conv, Name: name, Content: content})
	if err != nil {
		return bot.Proof{}, faultOfProof(err)
	}
	return proof, nil
}

// readProof reads a form that holds one file and nothing else.
func readProof(w http.ResponseWriter, r *http.Request) (name string, content []byte, bad *fault) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(proofTimeout)) // not every server can
	r.Body = http.MaxBytesReader(w, r.Body, maxProofForm)
	form, err := r.MultipartReader()
	if err != nil {
		return "", nil, &fault{code: codeBadMedia, cause: err}
	}
	part, err := form.NextPart()
	if err != nil {
		return "", nil, formFault(err)
	}
	if part.FormName() != proofFormField {
		return "", nil, &fault{code: codeMissingField, field: proofFormField}
	}
	if content, err = io.ReadAll(io.LimitReader(part, maxProofBytes+1)); err != nil {
		return "", nil, formFault(err)
	}
	if len(content) > maxProofBytes {
		return "", nil, &fault{code: codeFileTooLarge}
	}
	return proofName(part), content, nothingElse(form)
}

func nothingElse(form *multipart.Reader) *fault {
	_, err := form.NextPart()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		err = errors.New("more than one part")
	}
	return formFault(err)
}

func formFault(err error) *fault {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return &fault{code: codeFileTooLarge, cause: err}
	}
	return &fault{code: codeBadField, field: proofFormField, cause: err}
}

// proofName is the name of a file in one short line, without anything that
// would be drawn as something else.
func proofName(part *multipart.Part) string {
	name := part.FileName()
	name = strings.ToValidUTF8(name[strings.LastIndexAny(name, `/\`)+1:], "")
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, name))
	if utf8.RuneCountInString(name) > maxProofName {
		name = string([]rune(name)[:maxProofName])
	}
	if name == "" {
		return proofFormField
	}
	return name
}

func faultOfProof(err error) *fault {
	for _, row := range []struct {
		err  error
		code Code
	}{
		{bot.ErrNoAppeal, codeNoAppeal}, {bot.ErrTooMany, codeTooManyFiles}, {bot.ErrProofSize, codeEmptyFile},
		{bot.ErrProofKind, codeBadFile}, {bot.ErrProofUnsafe, codeUnsafeFile},
	} {
		if errors.Is(err, row.err) {
			return &fault{code: row.code, cause: fmt.Errorf("proof: %w", err)}
		}
	}
	if bad := faultOf(err); bad.code != codeErased {
		return bad
	}
	return &fault{code: codeNotFound, cause: err} // only whose it was may know that there was one
}
