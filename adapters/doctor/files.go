package doctor

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// DataDir looks at the directory that everything is stored in. It writes a
// probe and removes it.
func DataDir(dir string) []Finding {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return []Finding{missing(dir)}
	case err != nil:
		return []Finding{Bad("data.unreadable", cause(err), Args{"dir": dir})}
	case !info.IsDir():
		return []Finding{Bad("data.no-directory", nil, Args{"dir": dir})}
	}
	found := []Finding{writable(dir)}
	if loose := info.Mode().Perm() & 0o007; loose != 0 {
		found = append(found, Doubt("data.world-readable", nil, Args{"dir": dir, "mode": fmt.Sprintf("%04o", info.Mode().Perm())}))
	}
	return append(append(found, owned(dir, info)...), fileSystem(dir)...)
}

// missing is fine where the server can make the directory.
func missing(dir string) Finding {
	parent := filepath.Dir(filepath.Clean(dir))
	info, err := os.Stat(parent)
	if err != nil || !info.IsDir() {
		return Bad("data.no-parent", nil, Args{"dir": dir, "parent": parent})
	}
	if probed := writable(parent); probed.State != Fine {
		return Bad("data.not-made", nil, Args{"dir": dir, "parent": parent})
	}
	return fine("data", "%s is made at the first start", dir)
}

// writable leaves nothing behind.
func writable(dir string) Finding {
	file, err := os.CreateTemp(dir, ".kaitong-doctor-*")
	if err == nil {
		_, err = file.Write(bytes.Repeat([]byte("x"), 4096))
		err = errors.Join(err, file.Sync(), file.Close(), os.Remove(file.Name()))
	}
	switch {
	case err == nil:
		return fine("data", "%s", dir)
	case diskFull(err):
		return Bad("disk.full", cause(err), Args{"dir": dir})
	}
	return Bad("data.not-writable", cause(err), Args{"dir": dir})
}

// KeyFile is a file with a secret.
type KeyFile struct {
	Setting string
	Path    string
	Least   int    // bytes
	Make    string // how one is made; "": by openssl
}

// minVaried is how many different bytes a secret has that somebody rolled dice
// for: the shortest one, in hexadecimal, misses it once in a million years.
const minVaried = 8

// Look says what is wrong with a file with a secret, nothing of its content.
func (k KeyFile) Look() Finding {
	args := Args{"setting": k.Setting, "path": k.Path, "least": fmt.Sprint(k.Least)}
	args["make"] = cmp.Or(k.Make, fmt.Sprintf("openssl rand -hex 32 > %s; chmod 600 %[1]s", k.Path))
	info, err := os.Stat(k.Path)
	if err != nil {
		return Bad("keys.unreadable", cause(err), args)
	}
	key, err := os.ReadFile(k.Path)
	if err != nil {
		return Bad("keys.unreadable", cause(err), args)
	}
	key = bytes.TrimSpace(key)
	args["bytes"] = fmt.Sprint(len(key))
	switch {
	case len(key) < k.Least:
		return Bad("keys.short", nil, args)
	case Guessable(key):
		return Bad("keys.guessable", nil, args)
	case permissionsMatter() && info.Mode().Perm()&0o077 != 0:
		args["mode"] = fmt.Sprintf("%04o", info.Mode().Perm())
		return Bad("keys.open", nil, args)
	}
	return fine("keys", "%s: %s", k.Setting, k.Path)
}

// Guessable says whether a secret is one that somebody typed instead of making:
// what it holds beside well-known words hardly varies.
func Guessable(key []byte) bool {
	rest := strings.ToLower(string(key))
	for _, word := range []string{"changeme", "change-me", "change_me", "secret", "password", "example", "kaitong", "0123456789", "123456789", "abcdefgh"} {
		rest = strings.ReplaceAll(rest, word, "")
	}
	seen := map[rune]bool{}
	for _, one := range rest {
		seen[one] = true
	}
	return len(seen) < minVaried
}
