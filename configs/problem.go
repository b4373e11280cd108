package configs

import (
	"fmt"
	"strings"
)

// Problem is one thing wrong with the configuration.
type Problem struct {
	Source  string // kaitong.yaml:3:9, KAITONG_ADDR, --addr; empty when unknown
	Setting string // dotted path; empty when it is not about one
	Message string
	Excerpt string // the line of the file with a caret below, or empty
}

func (p Problem) Error() string {
	var text strings.Builder
	for _, part := range []string{p.Source, p.Setting} {
		if part != "" {
			fmt.Fprintf(&text, "%s: ", part)
		}
	}
	text.WriteString(p.Message)
	if p.Excerpt != "" {
		fmt.Fprintf(&text, "\n%s", p.Excerpt)
	}
	return text.String()
}

// Problems are all that was found, in the order of file, environment, rules.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// err is nil when there is nothing to complain about.
func (p Problems) err() error {
	if len(p) == 0 {
		return nil
	}
	return p
}
