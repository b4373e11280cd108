package knowledge

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// The files of a pack. Entries live in folders, one a file, named by their id.
const (
	packFile      = "pack.yaml"
	reasonsFile   = "reasons.yaml"
	phrasesFile   = "phrases.yaml"
	causesFolder  = "causes"
	fixesFolder   = "fixes"
	answersFolder = "answers"
	symptomFolder = "symptoms"
	flowsFolder   = "flows"

	dialoguesFolder = "dialogues"
	intentsFolder   = "intents"

	extension = ".yaml"
)

// Load reads a pack whole or not at all. When anything is wrong the error is a
// *Problems that lists every problem of every file with its position.
func Load(fsys fs.FS) (*Base, error) {
	d := read(fsys)
	d.check()
	d.problems.sort()
	if err := d.problems.err(); err != nil {
		return nil, err
	}
	return newBase(d), nil
}

// loaded is one entry and the file it came from.
type loaded[T any] struct {
	value T
	*source
}

// draft is a pack as its files say, before anybody checked that they agree.
type draft struct {
	problems *Problems
	pack     loaded[Pack]
	reasons  loaded[struct {
		Reasons []Reason `yaml:"reasons"`
	}]
	phrases loaded[struct {
		Phrases map[string]Text `yaml:"phrases"`
	}]
	causes   []loaded[Cause]
	fixes    []loaded[Fix]
	answers  []loaded[Answer]
	symptoms []loaded[Symptom]
	flows    []loaded[Flow]
	contents map[string][]string // file -> its lines
	// broken names the entries whose file exists but cannot be read: a
	// reference to one is not reported on top.
	broken map[string]bool
}

func newDraft() *draft {
	return &draft{problems: &Problems{}, contents: map[string][]string{}, broken: map[string]bool{}}
}

// revision is a hash over every file that was read. Line ends and a byte order
// mark make no difference.
func (d *draft) revision() string {
	sum := sha256.New()
	for _, name := range keys(d.contents) {
		fmt.Fprintf(sum, "%q %d\n%s\n", name, len(d.contents[name]), strings.Join(d.contents[name], "\n"))
	}
	return hex.EncodeToString(sum.Sum(nil)[:6])
}

// read decodes every file of a pack.
func read(fsys fs.FS) *draft {
	d := newDraft()
	d.pack.source = d.peekLocales(fsys)
	locales := d.pack.value.Locales
	if len(locales) == 0 {
		locales = nil // its own problem; not one per text
	}
	d.pack = decodeFile[Pack](d, fsys, packFile, locales)
	d.reasons = decodeFile[struct {
		Reasons []Reason `yaml:"reasons"`
	}](d, fsys, reasonsFile, nil)
	d.phrases = decodeFile[struct {
		Phrases map[string]Text `yaml:"phrases"`
	}](d, fsys, phrasesFile, locales)
	for _, name := range d.list(fsys) {
		switch path.Dir(name) {
		case causesFolder:
			d.causes = append(d.causes, decodeFile[Cause](d, fsys, name, locales))
		case fixesFolder:
			d.fixes = append(d.fixes, decodeFile[Fix](d, fsys, name, locales))
		case answersFolder:
			d.answers = append(d.answers, decodeFile[Answer](d, fsys, name, locales))
		case symptomFolder:
			d.symptoms = append(d.symptoms, decodeFile[Symptom](d, fsys, name, locales))
		case flowsFolder:
			d.flows = append(d.flows, decodeFile[Flow](d, fsys, name, locales))
		}
	}
	return d
}

// peekLocales reads pack.yaml a first time, only for the locales every other
// text is checked against.
func (d *draft) peekLocales(fsys fs.FS) *source {
	aside := newDraft()
	d.pack = decodeFile[Pack](aside, fsys, packFile, nil)
	return d.pack.source
}

// decodeFile reads one file into a T; what is wrong goes to the problems.
func decodeFile[T any](d *draft, fsys fs.FS, name string, locales []Locale) loaded[T] {
	entry := loaded[T]{}
	var ok bool
	entry.source, ok = readSource(fsys, name, d.problems)
	if !ok {
		d.broken[name] = true
		return entry
	}
	d.contents[name] = entry.lines
	root := entry.parse(strings.Join(entry.lines, "\n"))
	if root == nil {
		d.broken[name] = true
		return entry
	}
	newDecoder(entry.source, locales).decode(root, &entry.value)
	return entry
}

// list returns the entry files of a pack in the order of their names, and
// reports files that nothing would ever read.
func (d *draft) list(fsys fs.FS) []string {
	var names []string
	err := fs.WalkDir(fsys, ".", func(name string, item fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch {
		case strings.HasPrefix(item.Name(), ".") && name != ".":
			return skipHidden(item)
		case item.IsDir() && slices.Contains([]string{dialoguesFolder, intentsFolder}, name):
			return fs.SkipDir // read by others
		case item.IsDir():
		case isEntry(name):
			names = append(names, name)
		case isYAML(name) && !slices.Contains([]string{packFile, reasonsFile, phrasesFile}, name):
			absent(name, d.problems).report("", "the file is not part of a pack",
				"entries are causes/ID.yaml, fixes/ID.yaml, answers/INTENT.yaml, symptoms/ID.yaml and flows/ID.yaml")
		}
		if len(names) > maxFiles {
			return fmt.Errorf("more than %d files", maxFiles)
		}
		return nil
	})
	if err != nil {
		absent(packFile, d.problems).report("", fmt.Sprintf("the pack cannot be listed: %v", err), "")
	}
	slices.Sort(names)
	return names
}

// isEntry says whether a file holds one entry of the pack.
func isEntry(name string) bool {
	folder := path.Dir(name)
	return path.Ext(name) == extension &&
		slices.Contains([]string{causesFolder, fixesFolder, answersFolder, symptomFolder, flowsFolder}, folder)
}

func isYAML(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return ext == ".yaml" || ext == ".yml"
}

// nameOf is the id a file name stands for.
func nameOf(file string) string { return strings.TrimSuffix(path.Base(file), extension) }
