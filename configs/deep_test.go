package configs

import (
	"strings"
	"testing"
)

// Without a limit these take minutes and all memory.
func TestAbsurdFilesAreRefused(t *testing.T) {
	t.Parallel()
	var stairs strings.Builder
	for i := range 600 {
		stairs.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	const size = maxFile
	for name, text := range map[string]string{
		"brackets":           strings.Repeat("[", size),
		"braces":             strings.Repeat("{", size),
		"brackets, lines":    strings.Repeat("[\n", size/2),
		"pairs":              strings.Repeat("{a: [", size/5),
		"dashes":             strings.Repeat("- ", size/2),
		"keys":               strings.Repeat("a: ", size/3),
		"complex keys":       strings.Repeat("? ", size/2),
		"anchors":            strings.Repeat("&a ", size/3),
		"tags":               strings.Repeat("!a ", size/3),
		"stairs":             stairs.String(),
		"one setting, often": strings.Repeat("x: 1\n", size/5),
		"open quote":         strings.Repeat("\"a\n", size/3),
	} {
		config := Default()
		problems := config.readYAML("f.yaml", []byte(text))
		if len(problems) == 0 || len(problems) > maxProblems {
			t.Errorf("%s: %d problems", name, len(problems))
		}
	}
}

func TestOrdinaryDepthIsFine(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"web: {allowed_origins: [" + strings.Repeat("\"https://a.example\", ", 300) + "\"https://b.example\"]}",
		"web:\n  allowed_origins: [\n" + strings.Repeat("    https://a.example,\n", 300) + "    https://b.example]",
		"web: {frame_bytes: 2048, hello_timeout: 1s, ping_interval: 1s, window: 1s, drain_timeout: 1s}",
	} {
		config := Default()
		if problems := config.readYAML("f.yaml", []byte(text)); len(problems) > 0 {
			t.Error(problems)
		}
	}
}
