package configs

import (
	"fmt"
	"regexp"
	"strings"
)

// excerpt shows a line with a caret below the column; both count from one, the
// column in letters. Secrets are not shown: errors end up in logs and tickets.
func excerpt(text string, line, column int) string {
	if text == "" {
		return ""
	}
	shown := hideSecrets(text)
	number := fmt.Sprintf("%5d | ", line)
	margin := strings.Repeat(" ", len(number)-2) + "| "
	return number + shown + "\n" + margin + indent(shown, column-1) + "^"
}

// indent is as wide as the first letters of text: tabs stay tabs, Chinese
// letters take two places.
func indent(text string, letters int) string {
	var space strings.Builder
	for _, letter := range text {
		if letters--; letters < 0 {
			break
		}
		switch {
		case letter == '\t':
			space.WriteByte('\t')
		case letter >= 0x1100:
			space.WriteString("  ")
		default:
			space.WriteByte(' ')
		}
	}
	return space.String()
}

// cutAfter keeps the first letters of text and shows that there was more.
func cutAfter(text string, letters int) string {
	all := []rune(text)
	if letters >= len(all) {
		return text
	}
	return string(all[:max(letters, 0)]) + " …"
}

func hideSecrets(line string) string {
	named := regexp.MustCompile(`(?i)((?:key|secret|password|token)["']?\s*:\s*).*`)
	inURL := regexp.MustCompile(`(://)[^@\s"']*@`)
	return inURL.ReplaceAllString(named.ReplaceAllString(line, "$1***"), "$1***@")
}
