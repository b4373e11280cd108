package cli

import (
	"fmt"
	"io"
	"strings"

	"kaitong/bot"
)

// style holds the escape sequences of a terminal, all empty where the output
// is not one.
type style struct{ bold, dim, accent, warn, reset string }

func terminalStyle(colour bool) style {
	if !colour {
		return style{}
	}
	return style{bold: "\x1b[1m", dim: "\x1b[2m", accent: "\x1b[36m", warn: "\x1b[33m", reset: "\x1b[0m"}
}

// renderBlocks writes an answer for reading in a terminal. Choices are
// numbered from 1 so that they can be picked by typing the number.
func renderBlocks(out io.Writer, blocks []bot.Block, s style) {
	for _, block := range blocks {
		switch block.Type {
		case bot.BlockNotice:
			fmt.Fprintf(out, "%s! %s%s\n", s.warn, printable(block.Text), s.reset)
		case bot.BlockSteps:
			renderSteps(out, block, s)
		case bot.BlockFacts:
			renderFacts(out, block, s)
		case bot.BlockChoices:
			renderChoices(out, block, s)
		case bot.BlockLink:
			fmt.Fprintf(out, "%s: %s\n", printable(block.Text), printable(block.URL))
		case bot.BlockForm: // asked in words beside it
		default:
			fmt.Fprintln(out, printable(block.Text))
		}
	}
}

func renderSteps(out io.Writer, block bot.Block, s style) {
	if block.At > 0 {
		renderStepOfFlow(out, block, s)
	} else {
		fmt.Fprintf(out, "\n%s%s%s\n", s.bold, printable(block.Title), s.reset)
		for i, item := range block.Items {
			fmt.Fprintf(out, "  %d. %s\n", i+1, printable(item.Text))
			renderHow(out, item, s)
		}
	}
	if block.Text != "" {
		fmt.Fprintf(out, "  %s%s%s\n", s.dim, printable(block.Text), s.reset)
	}
}

// renderStepOfFlow shows the one step that is to be done now.
func renderStepOfFlow(out io.Writer, block bot.Block, s style) {
	fmt.Fprintf(out, "\n%s%s%s  %s%s%s\n", s.dim, printable(block.Title), s.reset, s.accent, howFar(block.At, block.Of), s.reset)
	for _, item := range block.Items {
		fmt.Fprintf(out, "  %s%s%s\n", s.bold, printable(item.Text), s.reset)
		renderHow(out, item, s)
	}
}

func renderHow(out io.Writer, item bot.Item, s style) {
	for line := range strings.Lines(item.How) {
		fmt.Fprintf(out, "     %s%s%s\n", s.dim, printable(strings.TrimSpace(line)), s.reset)
	}
}

// longestBar is the longest flow that is drawn as dots; beyond it they say
// less than the numbers.
const longestBar = 12

// howFar says how far a flow has come, in every language.
func howFar(at, of int) string {
	of = max(at, of)
	numbers := fmt.Sprintf("%d / %d", at, of)
	if of > longestBar {
		return numbers
	}
	return strings.Repeat("●", at) + strings.Repeat("○", of-at) + "  " + numbers
}

func renderFacts(out io.Writer, block bot.Block, s style) {
	if block.Title != "" {
		fmt.Fprintf(out, "%s%s%s\n", s.bold, printable(block.Title), s.reset)
	}
	for _, item := range block.Items {
		fmt.Fprintf(out, "  %s%s%s  %s\n", s.accent, printable(item.Label), s.reset, printable(item.Text))
	}
}

func renderChoices(out io.Writer, block bot.Block, s style) {
	labels := make([]string, len(block.Choices))
	for i, choice := range block.Choices {
		labels[i] = fmt.Sprintf("%s[%d]%s %s", s.accent, i+1, s.reset, printable(choice.Label))
	}
	fmt.Fprintf(out, "\n%s\n", strings.Join(labels, "   "))
}

// printable keeps control characters out of the terminal, where they could
// move the cursor or hide text.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, text)
}
