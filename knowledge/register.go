package knowledge

import (
	"fmt"
	"strings"
)

// register knows the ids of one kind of thing, and where each was given.
type register struct {
	kind   string            // as a person says it: cause, fix, code
	folder string            // where one is added; empty for ids inside a file
	ids    map[string]string // id -> file and line
	files  map[string]bool   // ids the file names stand for
	folded map[string]string // in small letters -> as written
	broken map[string]bool   // files that exist but cannot be read
}

func newRegister(kind, folder string, broken map[string]bool) register {
	return register{kind: kind, folder: folder, ids: map[string]string{}, files: map[string]bool{}, folded: map[string]string{}, broken: broken}
}

// add makes an id known and reports one that is taken, or that only differs
// in capitals from one that is.
func (r *register) add(s *source, path, id string) {
	if r.folder != "" {
		r.files[nameOf(s.name)] = true // a wrong id in the file is one problem, not one per reference
	}
	if id == "" {
		return
	}
	at := fmt.Sprintf("%s:%d", s.name, s.at(path).line)
	folded := strings.ToLower(id)
	other, taken := r.folded[folded]
	switch {
	case taken && other == id:
		s.report(path, fmt.Sprintf("the %s %q is already in %s", r.kind, shorten(id), r.ids[id]), "keep one of the two")
		return
	case taken:
		s.report(path, fmt.Sprintf("the %s %q differs from %q in %s only in capitals", r.kind, shorten(id), shorten(other), r.ids[other]), "give it another id")
	}
	r.folded[folded] = id
	r.ids[id] = at
}

// refer reports a reference to an id that does not exist, and says whether it
// does. No reference at all is fine here.
func (r *register) refer(s *source, path, id string) bool {
	if id == "" {
		return false
	}
	if _, known := r.ids[id]; known || r.files[id] {
		return true
	}
	if r.broken[r.folder+"/"+id+extension] {
		return false
	}
	mend := ""
	if len(r.ids) <= maxSuggestions {
		mend = suggest(id, keys(r.ids))
	}
	if !strings.HasPrefix(mend, "did you mean") && r.folder != "" {
		mend = fmt.Sprintf("correct it, or add %s/%s%s", r.folder, shorten(id), extension)
	}
	s.report(path, fmt.Sprintf("there is no %s %q", r.kind, shorten(id)), mend)
	return false
}
