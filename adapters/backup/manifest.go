package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"regexp"
	"time"
)

// Format is that of manifests: what this program writes, and the newest that it
// reads.
const Format = 1

// manifestName is the file that says what is in a backup.
const manifestName = "manifest.json"

// maxManifest bounds it, in bytes: some hundred thousand documents.
const maxManifest = 64 << 20

// Errors of reading a backup.
var (
	// ErrNone: this is no backup, or one that was never finished.
	ErrNone = errors.New("no backup")
	// ErrNewer: a newer program made it. Use that one.
	ErrNewer = errors.New("backup was made by a newer version of this program")
	// ErrDamaged: it is not what was written.
	ErrDamaged = errors.New("backup is damaged")
)

// Manifest says what is in a backup.
type Manifest struct {
	Format    int       `json:"format"`
	Program   string    `json:"program"`
	Made      time.Time `json:"made"`
	Database  string    `json:"database"` // sqlite, or postgresql, which is not in it
	Schema    int64     `json:"schema,omitempty"`
	LogFormat int64     `json:"log_format,omitempty"`
	Turns     int64     `json:"turns,omitempty"` // positions given out
	Without   []string  `json:"without"`         // what one might look for and is not in it
	Files     []File    `json:"files"`
}

// File is one file of a backup.
type File struct {
	Path   string `json:"path"` // with slashes, from the root of the backup
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Bytes is the size of all files.
func (m Manifest) Bytes() int64 {
	var all int64
	for _, one := range m.Files {
		all += one.Size
	}
	return all
}

// readManifest takes nothing on trust: a backup may come from anywhere.
func readManifest(from io.Reader) (Manifest, error) {
	data, err := io.ReadAll(io.LimitReader(from, maxManifest))
	if err != nil {
		return Manifest{}, err
	}
	var m Manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return Manifest{}, fmt.Errorf("%w: %s: %w", ErrDamaged, manifestName, err)
	}
	if m.Format > Format {
		return Manifest{}, fmt.Errorf("%w: version %s wrote format %d, this program reads up to %d; restore it with that version", ErrNewer, m.Program, m.Format, Format)
	}
	return m, m.check()
}

func (m Manifest) check() error {
	if m.Format < 1 {
		return fmt.Errorf("%w: %s names no format", ErrDamaged, manifestName)
	}
	sum := regexp.MustCompile(`^[0-9a-f]{64}$`)
	seen := map[string]bool{}
	for _, one := range m.Files {
		local := filepath.IsLocal(filepath.FromSlash(one.Path)) && path.Clean(one.Path) == one.Path && one.Path != "." && one.Path != manifestName
		if !local || one.Size < 0 || !sum.MatchString(one.SHA256) || seen[one.Path] {
			return fmt.Errorf("%w: %s: the entry %q makes no sense", ErrDamaged, manifestName, one.Path)
		}
		seen[one.Path] = true
	}
	return nil
}
