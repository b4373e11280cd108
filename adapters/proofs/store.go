package proofs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/s3blob" // s3://…
	"gocloud.dev/gcerrors"

	"kaitong/bot"
)

// Errors of reading a document.
var (
	// ErrNotFound: no such document.
	ErrNotFound = errors.New("no such document")
	// ErrDamaged: an object is not what was stored under its name with this key.
	ErrDamaged = errors.New("document damaged, or sealed with another key")
)

// Options say where documents are kept. Secret and one of Dir and URL are
// required.
type Options struct {
	Dir    string   // a directory
	URL    string   // instead: s3://bucket?region=…&endpoint=…
	Secret []byte   // at least [MinSecret] bytes
	Scan   []string // a command that reads a document; none: nothing is scanned
	NewID  func() string
}

// Store keeps documents. It is safe for concurrent use.
type Store struct {
	bucket *blob.Bucket
	sealer sealer
	scan   []string
	newID  func() string
	dir    string // "" where it is no directory of ours
}

// Open opens the store and makes its directory.
func Open(ctx context.Context, o Options) (*Store, error) {
	sealer, err := newSealer(o.Secret)
	if err != nil {
		return nil, fmt.Errorf("documents: %w", err)
	}
	s := &Store{sealer: sealer, scan: o.Scan, newID: o.NewID}
	if o.URL != "" {
		s.bucket, err = blob.OpenBucket(ctx, o.URL)
	} else {
		s.dir = filepath.Clean(o.Dir)
		s.bucket, err = fileblob.OpenBucket(o.Dir, &fileblob.Options{
			CreateDir: true, DirFileMode: 0o700, NoTempDir: true, Metadata: fileblob.MetadataDontWrite,
		})
	}
	if err != nil {
		return nil, fmt.Errorf("documents: %w", err)
	}
	return s, nil
}

// Close ends the connection to the store.
func (s *Store) Close() error { return s.bucket.Close() }

// Keep stores a document of a conversation and returns what the log may know of
// it. Errors wrap [bot.ErrProofSize], [bot.ErrProofKind], [bot.ErrProofUnsafe],
// or come from the scanner or the store.
func (s *Store) Keep(ctx context.Context, conversation, name string, document []byte) (bot.Proof, error) {
	kind, kept, err := Inspect(document)
	if err != nil {
		return bot.Proof{}, err
	}
	if err := scan(ctx, s.scan, document); err != nil {
		return bot.Proof{}, err
	}
	sum := sha256.Sum256(kept)
	proof := bot.Proof{ID: s.newID(), Name: name, Type: kind, Size: int64(len(kept)), SHA256: hex.EncodeToString(sum[:])}
	object := Object(conversation, proof.ID)
	options := &blob.WriterOptions{ContentType: "application/octet-stream", IfNotExist: true}
	if err := s.bucket.WriteAll(ctx, object, s.sealer.seal(object, kept), options); err != nil {
		return bot.Proof{}, fmt.Errorf("keep document: %w", err)
	}
	return proof, s.flush(object)
}

// Probe writes an object, reads it and deletes it, to find out whether documents
// can be kept. It is never taken for one.
func (s *Store) Probe(ctx context.Context) error {
	object := "probes/" + s.newID()
	if err := s.bucket.WriteAll(ctx, object, []byte(object), nil); err != nil {
		return fmt.Errorf("write a probe: %w", err)
	}
	_, err := s.bucket.ReadAll(ctx, object)
	if err = errors.Join(err, s.bucket.Delete(context.WithoutCancel(ctx), object)); err != nil {
		return fmt.Errorf("read and delete a probe: %w", err)
	}
	if s.dir != "" {
		_ = os.Remove(filepath.Join(s.dir, "probes")) // stays where another probe is in it
	}
	return nil
}

// Object is the name a document is kept under. It tells nothing about whose it
// is, and all those of a conversation begin alike.
func Object(conversation, id string) string { return prefixOf(conversation) + id }

func prefixOf(conversation string) string {
	sum := sha256.Sum256([]byte(conversation))
	return "proofs/" + hex.EncodeToString(sum[:16]) + "/"
}

// flush puts a document on the disk before anybody is told that it is kept.
func (s *Store) flush(object string) error {
	if s.dir == "" {
		return nil
	}
	path := filepath.Join(s.dir, filepath.FromSlash(object))
	err := syncPath(path, os.O_RDWR)
	for path != s.dir && runtime.GOOS != "windows" { // which knows no such thing for directories
		path = filepath.Dir(path)
		err = errors.Join(err, syncPath(path, os.O_RDONLY))
	}
	if err != nil {
		return fmt.Errorf("flush document: %w", err)
	}
	return nil
}

func syncPath(path string, how int) error {
	file, err := os.OpenFile(path, how, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Sync(), file.Close())
}

// Read returns a document, or [ErrNotFound], or [ErrDamaged].
func (s *Store) Read(ctx context.Context, conversation, id string) ([]byte, error) {
	object := Object(conversation, id)
	sealed, err := s.bucket.ReadAll(ctx, object)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read document: %w", err)
	}
	return s.sealer.open(object, sealed)
}

// Discard removes a document. One that is gone already is no error.
func (s *Store) Discard(ctx context.Context, conversation, id string) error {
	return s.remove(ctx, Object(conversation, id))
}

// Erase removes every document of a conversation.
func (s *Store) Erase(ctx context.Context, conversation string) error {
	objects := s.bucket.List(&blob.ListOptions{Prefix: prefixOf(conversation)})
	for {
		object, err := objects.Next(ctx)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("list documents: %w", err)
		}
		if err := s.remove(ctx, object.Key); err != nil {
			return err
		}
	}
}

func (s *Store) remove(ctx context.Context, object string) error {
	err := s.bucket.Delete(ctx, object)
	if err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("remove document: %w", err)
	}
	return nil
}

// Check says whether the store can be reached.
func (s *Store) Check(ctx context.Context) error {
	ready, err := s.bucket.IsAccessible(ctx)
	if err != nil {
		return fmt.Errorf("documents: %w", err)
	}
	if !ready {
		return errors.New("documents: the store cannot be reached")
	}
	return nil
}
