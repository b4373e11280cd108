package knowledge

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// nothing says in an expectation that there must be none.
const nothing = "none"

// LoadDialogues reads the test conversations of a pack, dialogues/*.yaml, in
// the order of their names. When anything is wrong the error is a *Problems
// that lists every problem of every file with its position. A pack without
// dialogues has none.
func LoadDialogues(fsys fs.FS, base *Base) ([]Dialogue, error) {
	d := newDraft()
	c := newDialogueChecker(base)
	var dialogues []Dialogue
	for _, name := range d.dialogueFiles(fsys) {
		file := decodeFile[Dialogue](d, fsys, name, nil)
		if d.broken[name] {
			continue
		}
		c.check(file)
		dialogues = append(dialogues, placed(file))
	}
	d.problems.sort()
	if err := d.problems.err(); err != nil {
		return nil, err
	}
	return dialogues, nil
}

// dialogueFiles lists the files of the folder, and reports those that nobody
// would ever run.
func (d *draft) dialogueFiles(fsys fs.FS) []string {
	var names []string
	err := fs.WalkDir(fsys, dialoguesFolder, func(name string, item fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(item.Name(), "."):
			return skipHidden(item)
		case item.IsDir() || !isYAML(name):
		case path.Dir(name) == dialoguesFolder && path.Ext(name) == extension:
			names = append(names, name)
		default:
			absent(name, d.problems).report("", "the file is not read", "dialogues are dialogues/ID.yaml")
		}
		if len(names) > maxFiles {
			return fmt.Errorf("more than %d files", maxFiles)
		}
		return nil
	})
	if err != nil && exists(fsys, dialoguesFolder) {
		absent(dialoguesFolder, d.problems).report("", fmt.Sprintf("the dialogues cannot be listed: %v", err), "")
	}
	slices.Sort(names)
	return names
}

func exists(fsys fs.FS, name string) bool {
	_, err := fs.Stat(fsys, name)
	return err == nil
}

func skipHidden(item fs.DirEntry) error {
	if item.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// placed is the dialogue of a file that knows where it stands.
func placed(file loaded[Dialogue]) Dialogue {
	dialogue := file.value
	dialogue.File = file.name
	for i := range dialogue.Turns {
		dialogue.Turns[i].Line = file.at(fmt.Sprintf("turns[%d]", i)).line
	}
	return dialogue
}

// dialogueChecker knows what an expectation may name.
type dialogueChecker struct {
	locales                               []string
	causes, fixes, symptoms, flows, steps register
	areas                                 []string // of incidents
}

func newDialogueChecker(base *Base) *dialogueChecker {
	c := &dialogueChecker{
		locales: written(base.pack.Locales),
		causes:  known("cause", causesFolder, base.cause), fixes: known("fix", fixesFolder, base.fix),
		symptoms: known("symptom", symptomFolder, base.symptom), flows: known("flow", flowsFolder, base.flow),
		steps: newRegister("step", "", nil),
		areas: []string{"all"},
	}
	for _, flow := range base.flows {
		for _, stop := range base.walks[flow.ID] {
			c.steps.ids[stop.Key] = flow.ID
		}
	}
	for _, cause := range base.causes {
		c.areas = append(c.areas, cause.Category, cause.ID)
	}
	slices.Sort(c.areas)
	c.areas = slices.Compact(c.areas)
	return c
}

// known is a register of ids that are known to be fine.
func known(kind, folder string, ids map[string]int) register {
	r := newRegister(kind, folder, nil)
	for id := range ids {
		r.ids[id] = folder
	}
	return r
}

func (c *dialogueChecker) check(file loaded[Dialogue]) {
	s, dialogue := file.source, file.value
	s.need("", "dialogue", "about", "turns")
	if dialogue.ID != "" && dialogue.ID != nameOf(s.name) {
		s.report("dialogue", fmt.Sprintf("dialogue is %q but the file is named %q", shorten(dialogue.ID), path.Base(s.name)),
			"rename the one or the other")
	}
	s.one("locale", string(dialogue.Locale), c.locales...)
	c.checkReplies(s, "eligibility", dialogue.Replies)
	s.nonempty("alike", len(dialogue.Alike))
	for i, replies := range dialogue.Alike {
		at := fmt.Sprintf("alike[%d]", i)
		s.nonempty(at, len(replies))
		c.checkReplies(s, at, replies)
	}
	for i, area := range dialogue.Incidents {
		c.checkArea(s, fmt.Sprintf("incidents[%d]", i), area)
	}
	s.nonempty("turns", len(dialogue.Turns))
	for i, turn := range dialogue.Turns {
		c.checkTurn(s, fmt.Sprintf("turns[%d]", i), turn)
	}
	s.checkHolds(dialogue)
}

// checkHolds reports a dialogue that no answer could fail.
func (s *source) checkHolds(dialogue Dialogue) {
	for i := range dialogue.Turns {
		if s.has(fmt.Sprintf("turns[%d].expect", i)) {
			return
		}
	}
	if len(dialogue.Turns) > 0 && len(dialogue.Never)+len(dialogue.Alike) == 0 {
		s.report("turns", "nothing is expected of any answer", "add expect: to a turn, or never: to the dialogue")
	}
}

func (c *dialogueChecker) checkArea(s *source, at, area string) {
	if area != "" && !slices.Contains(c.areas, area) {
		s.report(at, fmt.Sprintf("there is no area %q", shorten(area)), "write all, the category of a cause, or the id of a cause")
	}
}

// checkReplies looks at what the eligibility service answers. Codes are not
// looked at: a code that the pack does not know may be the point of the test.
func (c *dialogueChecker) checkReplies(s *source, at string, replies []Reply) {
	for i, reply := range replies {
		one := fmt.Sprintf("%s[%d]", at, i)
		if s.bad[one] {
			continue
		}
		s.one(one+".fails", reply.Fails, "timeout", "unavailable", "invalid")
		s.one(one+".decision", reply.Decision, "eligible", "ineligible", "review", "unknown")
		if !s.has(one + ".fails") {
			s.need(one, "decision")
			continue
		}
		s.beside(one, "a reply that fails has", "keep fails alone", "decision", "reasons", "appealable", "review_eta")
	}
}

func (c *dialogueChecker) checkTurn(s *source, at string, turn Exchange) {
	if s.bad[at] {
		return
	}
	switch says, taps := s.has(at+".say"), s.has(at+".tap"); {
	case says && taps:
		s.report(at+".tap", "a turn is either said or tapped", "make it two turns")
	case !says && !taps:
		s.report(at, "the turn has neither say nor tap", "write what the person types, or the id of the choice they tap")
	}
	c.checkExpect(s, at+".expect", turn.Expect)
}

// checkExpect reports ids the pack does not have, and wishes that no answer
// can meet.
func (c *dialogueChecker) checkExpect(s *source, at string, expect Expect) {
	c.refer(s, at+".cause", expect.Cause, &c.causes)
	c.refer(s, at+".symptom", expect.Symptom, &c.symptoms)
	c.refer(s, at+".flow", expect.Flow, &c.flows)
	c.refer(s, at+".step", expect.Step, &c.steps)
	for i, id := range expect.Reasons {
		c.causes.refer(s, fmt.Sprintf("%s.reasons[%d]", at, i), id)
	}
	for i, id := range expect.Fixes {
		c.refer(s, fmt.Sprintf("%s.fixes[%d]", at, i), id, &c.fixes)
	}
	for i, id := range expect.NotFixes {
		c.refer(s, fmt.Sprintf("%s.not_fixes[%d]", at, i), id, &c.fixes)
	}
	c.checkChoices(s, at+".choices", expect.Choices)
	c.checkChoices(s, at+".missing", expect.Missing)
	s.one(at+".decision", expect.Decision, decisions()...)
	s.one(at+".handoff", expect.Handoff, nothing, "requested", "queued", "active", "resolved", "cancelled")
	s.apart(at+".choices", expect.Choices, expect.Missing)
	s.apart(at+".fixes", expect.Fixes, expect.NotFixes)
	s.apart(at+".said", expect.Said, expect.NotSaid)
}

// refer checks an id that may also be none.
func (c *dialogueChecker) refer(s *source, at, id string, to *register) {
	if id != nothing {
		to.refer(s, at, id)
	}
}

// checkChoices looks at the choices that lead to a flow; the others are the
// program's own.
func (c *dialogueChecker) checkChoices(s *source, at string, choices []string) {
	for i, choice := range choices {
		id, leads := strings.CutPrefix(choice, "flow:")
		if leads {
			c.flows.refer(s, fmt.Sprintf("%s[%d]", at, i), id)
		}
	}
}

// apart reports what is both wanted and not wanted.
func (s *source) apart(at string, wanted, unwanted []string) {
	for i, value := range wanted {
		if value != "" && slices.Contains(unwanted, value) {
			s.report(fmt.Sprintf("%s[%d]", at, i), fmt.Sprintf("%q must be there and must not", shorten(value)), "delete one of the two")
		}
	}
}
