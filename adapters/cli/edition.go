package cli

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"

	"kaitong/bot"
	"kaitong/intents"
	"kaitong/knowledge"
)

// maxHashed bounds what is read of one file: a larger one is no part of a pack.
const maxHashed = 32 << 20

// shippedEdition is the pack in the program. It cannot change and nobody
// changes what is made of it, so that a process reads it and trains for it once.
var shippedEdition = sync.OnceValues(func() (bot.Edition, error) { return readEdition(knowledge.Shipped()) })

// loadEdition reads the pack in a folder, or the one in the program, and
// trains the classifier for it: whole, or not at all.
func loadEdition(dir string) (bot.Edition, error) {
	if dir == "" {
		return shippedEdition()
	}
	files, err := packFiles(dir)
	if err != nil {
		return bot.Edition{}, err
	}
	return readEdition(files)
}

func readEdition(files fs.FS) (bot.Edition, error) {
	base, err := knowledge.Load(files)
	if err != nil {
		return bot.Edition{}, err
	}
	model, err := trainFor(files, base)
	if err != nil {
		return bot.Edition{}, fmt.Errorf("train the classifier: %w", err)
	}
	id, err := contentID(files)
	if err != nil {
		return bot.Edition{}, fmt.Errorf("pack %s: %w", base.Pack().ID, err)
	}
	return bot.Edition{ID: id, Base: base, Model: model}, nil
}

// trainFor makes the classifier that reads questions for a pack: with the
// utterances and words of the pack's own intents folder, where it has one.
func trainFor(files fs.FS, base *knowledge.Base) (*intents.Model, error) {
	source, err := sourceFor(files, base)
	if err != nil {
		return nil, err
	}
	return source.Train(source.Options())
}

// sourceFor is what that classifier is trained from.
func sourceFor(files fs.FS, base *knowledge.Base) (*intents.Source, error) {
	own, err := fs.Sub(files, "intents")
	if err != nil {
		return nil, err
	}
	return intents.Load(own, base.Wordings())
}

// contentID names what the files of a pack say: equal packs have equal ids,
// wherever they lie.
func contentID(files fs.FS) (string, error) {
	sum := sha256.New()
	err := eachPackFile(files, func(name string) error { return addFile(sum, files, name) })
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(sum.Sum(nil)[:6]), nil
}

// addFile adds one file. Its length comes first, so that no text can pass for
// the border between two files.
func addFile(sum hash.Hash, files fs.FS, name string) error {
	file, err := files.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxHashed))
	if err != nil {
		return err
	}
	fmt.Fprintf(sum, "%q %d\n", name, len(data))
	_, err = sum.Write(data)
	return err
}

// eachPackFile visits the files that make a difference to what the bot says:
// YAML, outside hidden folders, and no test conversations.
func eachPackFile(files fs.FS, visit func(name string) error) error {
	return fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		hidden := strings.HasPrefix(entry.Name(), ".") && name != "."
		switch {
		case entry.IsDir() && (hidden || name == "dialogues"):
			return fs.SkipDir
		case entry.IsDir() || hidden || !isYAML(name):
			return nil
		}
		return visit(name)
	})
}

func isYAML(name string) bool {
	extension := strings.ToLower(path.Ext(name))
	return extension == ".yaml" || extension == ".yml"
}

// loadBase reads the pack in a folder, or the one in the program.
func loadBase(dir string) (*knowledge.Base, error) {
	files, err := packFiles(dir)
	if err != nil {
		return nil, err
	}
	return knowledge.Load(files)
}

// packFiles is the folder of a pack, or the one in the program. A folder that
// is no pack at all is said in one line, before everything it lacks is listed.
func packFiles(dir string) (fs.FS, error) {
	if dir == "" {
		return knowledge.Shipped(), nil
	}
	files := os.DirFS(dir)
	if _, err := fs.Stat(files, "pack.yaml"); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no pack in %s: there is no pack.yaml", dir)
	}
	return files, nil
}
