package doctor

import (
	"fmt"
	"io"
	"strings"
)

// Render writes findings for people to read, in the order they were made.
func Render(out io.Writer, findings []Finding, language Language) {
	labels := map[string]words{
		"means": {"影响", "means"}, "mend": {"处理", "mend"},
	}
	for _, one := range findings {
		told := one.Tell(language)
		fmt.Fprintf(out, "%s %s%s\n", mark(one.State), told.Name, after(told))
		if told.Problem == "" {
			continue
		}
		fmt.Fprintf(out, "    %s: %s\n", labels["means"].in(language), told.Means)
		fmt.Fprintf(out, "    %s: %s\n", labels["mend"].in(language), told.Mend)
	}
	fmt.Fprintln(out, summary(findings, language))
}

func mark(state State) string {
	switch state {
	case Fine:
		return "✓"
	case Warning:
		return "!"
	case Skipped:
		return "-"
	}
	return "✗"
}

// after is what follows the name of a check, in one line.
func after(told Told) string {
	var parts []string
	for _, part := range []string{told.Wrong, told.Detail} {
		if part != "" {
			parts = append(parts, strings.ReplaceAll(part, "\n", " "))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, " — ")
}

func summary(findings []Finding, language Language) string {
	count := map[State]int{}
	for _, one := range findings {
		count[one.State]++
	}
	if Sound(findings) {
		return words{"\n一切正常。", "\nEverything is fine."}.in(language)
	}
	format := words{"\n%d 处故障，%d 处需要留意。", "\n%d fault(s), %d warning(s)."}.in(language)
	return fmt.Sprintf(format, count[Fault], count[Warning])
}
