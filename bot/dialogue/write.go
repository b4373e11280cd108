package dialogue

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"kaitong/knowledge"
)

// Encode writes a dialogue as a file of a pack. Everything but ids is quoted,
// so that no text is taken for syntax and nothing invisible gets into the file.
func Encode(d knowledge.Dialogue) []byte {
	w := &fileWriter{}
	w.line(0, "dialogue", d.ID)
	w.quoted(0, "about", d.About)
	w.line(0, "locale", string(d.Locale))
	w.flag(0, "anonymous", d.Anonymous)
	w.flag(0, "agents", d.Agents)
	w.client(d.Client)
	w.replies(0, "eligibility", d.Replies)
	w.list(0, "incidents", d.Incidents)
	w.texts(0, "never", d.Never)
	w.out.WriteString("turns:\n")
	for _, exchange := range d.Turns {
		w.exchange(exchange)
	}
	w.alike(d.Alike)
	return []byte(w.out.String())
}

type fileWriter struct{ out strings.Builder }

func (w *fileWriter) key(depth int, key string) {
	w.out.WriteString(strings.Repeat("  ", depth) + key + ":")
}

// line writes a key and its plain value, unless there is none.
func (w *fileWriter) line(depth int, key, value string) {
	if value == "" {
		return
	}
	w.key(depth, key)
	w.out.WriteString(" " + plain(value) + "\n")
}

func (w *fileWriter) quoted(depth int, key, value string) {
	if value == "" {
		return
	}
	w.key(depth, key)
	w.out.WriteString(" " + strconv.QuoteToGraphic(value) + "\n")
}

func (w *fileWriter) flag(depth int, key string, value bool) {
	if value {
		w.out.WriteString(strings.Repeat("  ", depth) + key + ": true\n")
	}
}

// list writes ids on one line.
func (w *fileWriter) list(depth int, key string, ids []string) {
	if ids == nil {
		return
	}
	w.key(depth, key)
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = plain(id)
	}
	w.out.WriteString(" [" + strings.Join(parts, ", ") + "]\n")
}

func (w *fileWriter) texts(depth int, key string, texts []string) {
	if len(texts) == 0 {
		return
	}
	w.key(depth, key)
	w.out.WriteString("\n")
	for _, text := range texts {
		w.out.WriteString(strings.Repeat("  ", depth+1) + "- " + strconv.QuoteToGraphic(text) + "\n")
	}
}

func (w *fileWriter) client(c knowledge.Client) {
	if c == (knowledge.Client{}) {
		return
	}
	w.out.WriteString("client:\n")
	w.quoted(1, "os", c.OS)
	w.quoted(1, "app_version", c.AppVersion)
	w.quoted(1, "network", c.Network)
	w.quoted(1, "region", c.Region)
}

func (w *fileWriter) replies(depth int, key string, replies []knowledge.Reply) {
	if len(replies) == 0 {
		return
	}
	w.key(depth, key)
	w.out.WriteString("\n")
	for _, reply := range replies {
		w.out.WriteString(strings.Repeat("  ", depth+1) + "- " + replyText(reply) + "\n")
	}
}

// replyText is a reply on one line.
func replyText(r knowledge.Reply) string {
	var parts []string
	if r.Fails != "" {
		parts = append(parts, "fails: "+plain(r.Fails))
	}
	if r.Decision != "" {
		parts = append(parts, "decision: "+plain(r.Decision))
	}
	if len(r.Reasons) > 0 {
		codes := make([]string, len(r.Reasons))
		for i, code := range r.Reasons {
			codes[i] = plain(code)
		}
		parts = append(parts, "reasons: ["+strings.Join(codes, ", ")+"]")
	}
	if r.Appealable {
		parts = append(parts, "appealable: true")
	}
	if !r.ReviewETA.IsZero() {
		parts = append(parts, "review_eta: "+r.ReviewETA.Format(time.DateOnly))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func (w *fileWriter) exchange(e knowledge.Exchange) {
	if e.Tap != "" {
		w.out.WriteString("  - tap: " + plain(e.Tap) + "\n")
	} else {
		w.out.WriteString("  - say: " + strconv.QuoteToGraphic(e.Say) + "\n")
	}
	expect := &fileWriter{}
	expect.expect(e.Expect)
	if expect.out.Len() > 0 {
		w.out.WriteString("    expect:\n" + expect.out.String())
	}
}

func (w *fileWriter) expect(e knowledge.Expect) {
	const depth = 3
	w.line(depth, "move", e.Move)
	w.line(depth, "intent", e.Intent)
	w.line(depth, "symptom", e.Symptom)
	w.line(depth, "decision", e.Decision)
	w.line(depth, "cause", e.Cause)
	w.list(depth, "reasons", e.Reasons)
	w.list(depth, "fixes", e.Fixes)
	w.list(depth, "not_fixes", e.NotFixes)
	w.list(depth, "choices", e.Choices)
	w.list(depth, "missing", e.Missing)
	w.list(depth, "sources", e.Sources)
	w.texts(depth, "said", e.Said)
	w.texts(depth, "not_said", e.NotSaid)
	w.line(depth, "flow", e.Flow)
	w.line(depth, "step", e.Step)
	w.line(depth, "handoff", e.Handoff)
	w.list(depth, "events", e.Events)
}

func (w *fileWriter) alike(sets [][]knowledge.Reply) {
	if len(sets) == 0 {
		return
	}
	w.out.WriteString("alike:\n")
	for _, replies := range sets {
		texts := make([]string, len(replies))
		for i, reply := range replies {
			texts[i] = replyText(reply)
		}
		fmt.Fprintf(&w.out, "  - [%s]\n", strings.Join(texts, ", "))
	}
}

// plain leaves ids as they are and quotes everything else.
func plain(value string) string {
	for i, r := range value {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789._-/", r)) {
			return strconv.QuoteToGraphic(value)
		}
	}
	if value == "" || slices.Contains([]string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}, strings.ToLower(value)) {
		return strconv.QuoteToGraphic(value)
	}
	return value
}
