package backup

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Maker makes a backup: beside the place where it will be, until it is whole.
type Maker struct {
	to    string
	stage string
	files []File
}

// NewMaker begins a backup at a path where nothing is yet.
func NewMaker(to string) (*Maker, error) {
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(fmt.Errorf("%s is there already; name another place", to), err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return nil, err
	}
	stage, err := os.MkdirTemp(filepath.Dir(to), filepath.Base(to)+".unfinished-*")
	return &Maker{to: to, stage: stage}, err
}

// Path is where a file of the backup is made.
func (m *Maker) Path(name string) string { return filepath.Join(m.stage, filepath.FromSlash(name)) }

// Add copies a file, as it is at the moment.
func (m *Maker) Add(ctx context.Context, name, from string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = source.Close() }() // only read
	file, err := writeFile(ctx, m.Path(name), source)
	file.Path = name
	if err == nil {
		m.files = append(m.files, file)
	}
	return err
}

// Note takes in a file that was made at [Maker.Path].
func (m *Maker) Note(ctx context.Context, name string) error {
	made, err := os.OpenFile(m.Path(name), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	file, err := copyOf(ctx, io.Discard, made)
	file.Path = name
	if err = errors.Join(err, made.Sync(), made.Close()); err == nil {
		m.files = append(m.files, file)
	}
	return err
}

// Finish writes the manifest, reads everything back, and puts the backup in its
// place.
func (m *Maker) Finish(ctx context.Context, manifest Manifest) (Manifest, error) {
	manifest.Format, manifest.Files = Format, m.files
	text, err := json.MarshalIndent(manifest, "", "  ")
	if err != nil {
		return manifest, err
	}
	if _, err := writeFile(ctx, m.Path(manifestName), strings.NewReader(string(text)+"\n")); err != nil {
		return manifest, err
	}
	made := m.stage
	if archive(m.to) {
		if made, err = m.pack(ctx); err != nil {
			return manifest, err
		}
	}
	if err := checkAll(ctx, made); err != nil {
		return manifest, errors.Join(err, removeOther(made, m.stage))
	}
	if err := os.Rename(made, m.to); err != nil {
		return manifest, err
	}
	return manifest, syncDir(filepath.Dir(m.to))
}

func removeOther(made, stage string) error {
	if made == stage {
		return nil
	}
	return os.Remove(made)
}

// Close removes what is left of a backup that was not finished, or of its
// making.
func (m *Maker) Close() error { return os.RemoveAll(m.stage) }

// checkAll reads a backup as a restore does.
func checkAll(ctx context.Context, path string) error {
	made, err := open(path, archive(path))
	if err != nil {
		return err
	}
	return made.Each(ctx, func(_ File, content io.Reader) error {
		_, err := io.Copy(io.Discard, content)
		return err
	})
}

// archive says whether a backup at a path is one file.
func archive(path string) bool {
	return strings.HasSuffix(path, ".tar") || zipped(path)
}

func zipped(path string) bool {
	return strings.HasSuffix(path, ".tar.gz") || strings.HasSuffix(path, ".tgz")
}

// pack makes one file of the stage, the manifest first.
func (m *Maker) pack(ctx context.Context) (path string, err error) {
	path = filepath.Join(filepath.Dir(m.to), ".unfinished-"+filepath.Base(m.stage)+filepath.Base(m.to))
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", err
	}
	defer func() {
		if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
			_ = os.Remove(path) // it is of no use, and err says why
		}
	}()
	var out io.WriteCloser = file
	if zipped(path) {
		out = gzip.NewWriter(file)
		defer func() { err = errors.Join(err, out.Close()) }()
	}
	into := tar.NewWriter(out)
	for _, one := range append([]File{{Path: manifestName}}, m.files...) {
		if err := m.packOne(ctx, into, one.Path); err != nil {
			return path, err
		}
	}
	return path, into.Close()
}

func (m *Maker) packOne(ctx context.Context, into *tar.Writer, name string) error {
	file, err := os.Open(m.Path(name))
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if err := into.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime(), Format: tar.FormatPAX}); err != nil {
		return err
	}
	_, err = copyOf(ctx, into, file)
	return err
}

// writeFile makes a file that only its owner reads, on the disk when it returns.
func writeFile(ctx context.Context, path string, content io.Reader) (File, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return File{}, err
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return File{}, err
	}
	copied, err := copyOf(ctx, file, content)
	return copied, errors.Join(err, file.Sync(), file.Close())
}

// copyOf copies and counts until the context ends.
func copyOf(ctx context.Context, to io.Writer, from io.Reader) (File, error) {
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(to, sum), until{ctx, from})
	return File{Size: size, SHA256: hex.EncodeToString(sum.Sum(nil))}, err
}

// until is a reader that ends with a context.
type until struct {
	ctx  context.Context //nolint:containedctx // it is the reader's whole purpose
	from io.Reader
}

// Read implements [io.Reader].
func (u until) Read(into []byte) (int, error) {
	if err := u.ctx.Err(); err != nil {
		return 0, err
	}
	return u.from.Read(into)
}

func syncDir(dir string) error {
	opened, err := os.Open(dir)
	if err != nil {
		return err
	}
	_ = opened.Sync() // some systems know no such thing for directories
	return opened.Close()
}
