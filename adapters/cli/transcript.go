package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"kaitong/bot"
)

// storedTurn is a turn as `conversations show --json` prints it.
type storedTurn struct {
	Version int64           `json:"version"`
	At      time.Time       `json:"at"`
	Events  json.RawMessage `json:"events"`
}

func printTurns(out io.Writer, turns []bot.Turn) error {
	stored := make([]storedTurn, len(turns))
	for i, turn := range turns {
		events, err := bot.MarshalEvents(turn.Events)
		if err != nil {
			return err
		}
		stored[i] = storedTurn{turn.Version, turn.At, events}
	}
	return printJSON(out, stored)
}

// renderTranscript shows what was said, and under each message how it was
// understood and what followed.
func renderTranscript(out io.Writer, turns []bot.Turn, s style) {
	for _, turn := range turns {
		fmt.Fprintf(out, "%s── %d · %s%s\n", s.dim, turn.Version, turn.At.Local().Format(time.DateTime), s.reset)
		for _, event := range turn.Events {
			if message, ok := event.(bot.Message); ok {
				renderMessage(out, message, s)
				continue
			}
			if note := eventNote(event); note != "" {
				fmt.Fprintf(out, "%s   %s%s\n", s.dim, printable(note), s.reset)
			}
		}
		fmt.Fprintln(out)
	}
}

func renderMessage(out io.Writer, m bot.Message, s style) {
	if m.Author == bot.AuthorUser {
		fmt.Fprintf(out, "%s> %s%s", s.bold, printable(blockWords(m.Blocks)), s.reset)
		if m.Choice != "" {
			fmt.Fprintf(out, "  %s[%s]%s", s.dim, printable(m.Choice), s.reset)
		}
		fmt.Fprintln(out)
		if len(m.Masked) > 0 {
			fmt.Fprintf(out, "%s   masked: %s%s\n", s.dim, strings.Join(m.Masked, ", "), s.reset)
		}
		return
	}
	if m.Author != bot.AuthorBot {
		fmt.Fprintf(out, "%s%s:%s ", s.bold, m.Author, s.reset)
	}
	renderBlocks(out, m.Blocks, s)
	if note := aboutNote(m.About); note != "" {
		fmt.Fprintf(out, "%s   %s%s\n", s.dim, note, s.reset)
	}
}

func blockWords(blocks []bot.Block) string {
	words := make([]string, len(blocks))
	for i, block := range blocks {
		words[i] = block.Text
	}
	return strings.Join(words, " ")
}

// aboutNote is what an answer rests on, in one line.
func aboutNote(about *bot.About) string {
	if about == nil {
		return ""
	}
	var parts []string
	for _, part := range []struct{ name, value string }{
		{"decision", string(about.Decision)}, {"cause", about.Cause}, {"reasons", strings.Join(about.Reasons, ", ")},
		{"symptom", about.Symptom}, {"fixes", strings.Join(about.Fixes, ", ")}, {"flow", about.Flow}, {"step", about.Step}, {"incident", about.Incident},
	} {
		if part.value != "" {
			parts = append(parts, part.name+": "+part.value)
		}
	}
	return strings.Join(parts, " · ")
}

// eventNote is what an event means to somebody who reads a transcript.
func eventNote(event bot.Event) string {
	switch e := event.(type) {
	case bot.Started:
		return fmt.Sprintf("began with pack %s, in %s%s", e.Pack, e.Locale, anonymousNote(e))
	case bot.Claimed:
		return "belongs to " + e.User + " from here on, who signed in"
	case bot.Understood:
		return understoodNote(e)
	case bot.Checked:
		return checkedNote(e)
	case bot.HandoffChanged:
		return strings.TrimSpace(fmt.Sprintf("hand-off %s %s", e.State, e.Ticket))
	case bot.RightInvoked:
		return "right used: " + e.Right
	case bot.Warned:
		return "warned of: " + e.Warning
	case bot.AgeKnown:
		return fmt.Sprintf("below the age rule: %t", e.Minor)
	case bot.FeedbackGiven:
		return strings.TrimSpace("vote: " + e.Vote + " " + e.Reason)
	case bot.Resolved:
		return fmt.Sprintf("called solved (confirmed: %t)", e.Confirmed)
	}
	return flowNote(event)
}

// flowNote is eventNote for what happens in a flow.
func flowNote(event bot.Event) string {
	switch e := event.(type) {
	case bot.FlowStarted:
		return fmt.Sprintf("flow %s begun, edition %s", e.Flow, e.Edition)
	case bot.StepTaken:
		return strings.TrimSpace(fmt.Sprintf("step %s: %s %s", e.Step, e.Outcome, e.Answer))
	case bot.FlowEnded:
		return fmt.Sprintf("flow %s ended: %s", e.Flow, e.Outcome)
	case bot.FixConfirmed:
		return fmt.Sprintf("confirmed: %s is gone (%s before, %s now) after %s", e.Cause, e.Before, e.After, strings.Join(e.Fixes, ", "))
	}
	return ""
}

func anonymousNote(s bot.Started) string {
	if s.Anonymous {
		return ", not signed in"
	}
	return ""
}

func understoodNote(u bot.Understood) string {
	parts := []string{fmt.Sprintf("%s: %s %.0f %%", u.Move, u.Intent, 100*u.Confidence)}
	for i, other := range u.Ranking {
		if i > 0 && other.Confidence >= 0.05 {
			parts = append(parts, fmt.Sprintf("%s %.0f %%", other.Intent, 100*other.Confidence))
		}
	}
	for _, entity := range u.Entities {
		parts = append(parts, fmt.Sprintf("%s %s%s", entity.Kind, entity.Value, deniedNote(entity)))
	}
	if u.OutOfScope {
		parts = append(parts, "out of scope")
	}
	return strings.Join(parts, " · ")
}

func deniedNote(entity bot.EntityRef) string {
	if entity.Negated {
		return " (denied)"
	}
	return ""
}

func checkedNote(c bot.Checked) string {
	if c.Verdict == nil {
		return "check: " + string(c.Outcome)
	}
	parts := []string{"check:", string(c.Verdict.Decision)}
	for _, reason := range c.Verdict.Reasons {
		parts = append(parts, reason.Code)
	}
	return strings.Join(parts, " ")
}
