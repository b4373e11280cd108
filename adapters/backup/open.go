package backup

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Backup is one that can be read.
type Backup struct {
	Manifest

	path string
	one  bool // file
}

// Open reads the manifest of a backup. Errors wrap [ErrNone], [ErrNewer] or
// [ErrDamaged] where one applies.
func Open(path string) (*Backup, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%w at %s: %w", ErrNone, path, err)
	}
	if path, err = filepath.EvalSymlinks(path); err != nil { // the latest one is often a link
		return nil, fmt.Errorf("%w: %w", ErrNone, err)
	}
	return open(path, !info.IsDir())
}

func open(path string, one bool) (*Backup, error) {
	b := &Backup{path: path, one: one}
	found := false
	err := b.walk(func(name string, content io.Reader) (err error) {
		if name == manifestName {
			found = true
			if b.Manifest, err = readManifest(content); err == nil {
				err = errStop
			}
		}
		return err
	})
	switch {
	case err != nil && !errors.Is(err, errStop):
		return nil, fmt.Errorf("%s: %w", path, err)
	case !found:
		return nil, fmt.Errorf("%w at %s: there is no %s", ErrNone, path, manifestName)
	}
	return b, nil
}

var errStop = errors.New("found")

// Each reads every file of the manifest, and refuses what is missing, has
// another checksum, or is in no manifest. use may read as much as it likes; it
// must not trust what it has read before Each returns nil.
func (b *Backup) Each(ctx context.Context, use func(File, io.Reader) error) error {
	left := map[string]File{}
	for _, one := range b.Files {
		left[one.Path] = one
	}
	err := b.walk(func(name string, content io.Reader) error {
		if name == manifestName {
			return nil
		}
		want, known := left[name]
		if !known {
			return fmt.Errorf("%w: %s is in it and in no manifest, or twice", ErrDamaged, name)
		}
		delete(left, name)
		return want.read(ctx, content, use)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", b.path, err)
	}
	for name := range left {
		return fmt.Errorf("%s: %w: %s is missing", b.path, ErrDamaged, name)
	}
	return nil
}

// read lets somebody use a file and compares it with the manifest.
func (f File) read(ctx context.Context, content io.Reader, use func(File, io.Reader) error) error {
	through, into := io.Pipe()
	copied := make(chan File, 1)
	go func() {
		got, err := copyOf(ctx, into, io.LimitReader(content, f.Size+1)) // one too many is damage enough
		_ = into.CloseWithError(err)                                     // nil is the end
		copied <- got
	}()
	err := use(f, through)
	if err == nil {
		_, err = io.Copy(io.Discard, through)
	}
	_ = through.CloseWithError(errStop) // ends the copying, if it has not
	if got := <-copied; err == nil && (got.Size != f.Size || got.SHA256 != f.SHA256) {
		return fmt.Errorf("%w: %s is not what was written: not %d bytes, or others", ErrDamaged, f.Path, f.Size)
	}
	return err
}

func (b *Backup) walk(visit func(name string, content io.Reader) error) error {
	if b.one {
		return b.walkFile(visit)
	}
	if err := visitFile(filepath.Join(b.path, manifestName), manifestName, visit); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return filepath.WalkDir(b.path, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(b.path, path)
		if err != nil || name == manifestName {
			return err
		}
		if !entry.Type().IsRegular() {
			return fmt.Errorf("%w: %s is no file", ErrDamaged, name)
		}
		return visitFile(path, filepath.ToSlash(name), visit)
	})
}

func visitFile(path, name string, visit func(string, io.Reader) error) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read
	return visit(name, file)
}

func (b *Backup) walkFile(visit func(name string, content io.Reader) error) error {
	file, err := os.Open(b.path)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read
	content, err := unzipped(file)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	from := tar.NewReader(content)
	for {
		header, err := from.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		case header.Typeflag != tar.TypeReg:
			return fmt.Errorf("%w: %q is no file", ErrDamaged, header.Name)
		}
		if err := visit(header.Name, from); err != nil {
			return err
		}
	}
}

// unzipped looks at what a file is, not at what it is called.
func unzipped(file *os.File) (io.Reader, error) {
	var head [2]byte
	if _, err := file.ReadAt(head[:], 0); err != nil || head != [2]byte{0x1f, 0x8b} {
		return file, nil //nolint:nilerr // too short for gzip
	}
	return gzip.NewReader(file)
}

// Extract writes all files into a directory, and refuses what is damaged. name
// says under which name a file goes.
func (b *Backup) Extract(ctx context.Context, dir string, name func(path string) string, show func(done, total int64)) error {
	var done int64
	return b.Each(ctx, func(one File, content io.Reader) error {
		if _, err := writeFile(ctx, filepath.Join(dir, filepath.FromSlash(name(one.Path))), content); err != nil {
			return err
		}
		done += one.Size
		show(done, b.Bytes())
		return nil
	})
}
