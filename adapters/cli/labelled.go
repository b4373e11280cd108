package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"kaitong/intents"
)

// maxProblems is how many problems of data files are listed.
const maxProblems = 100

// problems gathers what is wrong with data files, so that one run shows all
// of it.
type problems struct {
	listed []string
	more   int
}

func (p *problems) add(err error) {
	if len(p.listed) == maxProblems {
		p.more++
		return
	}
	p.listed = append(p.listed, err.Error())
}

// report lists the problems; it returns errFailed if there are any.
func (p *problems) report(out io.Writer) error {
	if len(p.listed) == 0 {
		return nil
	}
	for _, problem := range p.listed {
		fmt.Fprintln(out, problem)
	}
	if p.more > 0 {
		fmt.Fprintf(out, "… and %d more.\n", p.more)
	}
	fmt.Fprintf(out, "\n%d problem(s); nothing else was done.\n", len(p.listed)+p.more)
	return errFailed
}

// lines yields the good lines of a labelled file and gathers the problems of
// the others. known, unless empty, is the set of labels allowed.
func (p *problems) lines(path string, known []string) iter.Seq[intents.Utterance] {
	return func(yield func(intents.Utterance) bool) {
		file, err := os.Open(path)
		if err != nil {
			p.add(err)
			return
		}
		defer func() { _ = file.Close() }() // nothing was written
		read, before := 0, len(p.listed)
		for u, err := range intents.ReadDataset(newUngrouped(file), path, known) {
			if err != nil {
				p.add(err)
				continue
			}
			if read++; !yield(u) {
				return
			}
		}
		if read == 0 && len(p.listed) == before {
			p.add(fmt.Errorf("%s: no lines", path))
		}
	}
}

// ungrouped reads a labelled file without the cluster and size that
// `intents suggest --json` adds to its lines, so that what it suggested can be
// edited and learned from as it is. All other lines pass unchanged.
type ungrouped struct {
	lines *bufio.Reader
	rest  []byte
	err   error
}

func newUngrouped(r io.Reader) *ungrouped {
	return &ungrouped{lines: bufio.NewReaderSize(r, 64<<10)}
}

// Read implements io.Reader.
func (u *ungrouped) Read(p []byte) (int, error) {
	if len(u.rest) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		// A longer line than the buffer comes in parts, which pass unchanged.
		u.rest, u.err = u.lines.ReadSlice('\n')
		if errors.Is(u.err, bufio.ErrBufferFull) {
			u.err = nil
		}
		u.rest = withoutGroup(u.rest)
	}
	n := copy(p, u.rest)
	u.rest = u.rest[n:]
	return n, nil
}

func withoutGroup(line []byte) []byte {
	if !bytes.Contains(line, []byte(`"cluster"`)) {
		return line
	}
	var suggested suggestedLine
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&suggested); err != nil || decoder.More() {
		return line
	}
	plain, err := json.Marshal(suggested.Utterance)
	if err != nil {
		return line
	}
	return append(plain, '\n')
}

// suggestedLine is a line of `intents suggest --json`.
type suggestedLine struct {
	intents.Utterance
	Cluster int `json:"cluster"` // from 1, the largest first
	Size    int `json:"size"`    // questions in the cluster, repeated ones counted
}
