package logging

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// The formats of lines.
const (
	JSON = "json"
	Text = "text"
)

// Options say what is logged and how. Mask is required.
type Options struct {
	Format string // JSON; anything else is text
	Level  slog.Leveler
	Mask   func(string) string              // hides what points to a person
	Trace  func(ctx context.Context) string // id of the trace under way, "" for none; nil: there are none
}

// New returns a logger.
func New(out io.Writer, o Options) *slog.Logger {
	under := &slog.HandlerOptions{Level: o.Level}
	h := &handler{options: o, salt: []byte(rand.Text()), id: regexp.MustCompile(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`)}
	if o.Format == JSON {
		h.to = slog.NewJSONHandler(out, under)
	} else {
		h.to = slog.NewTextHandler(out, under)
	}
	return slog.New(h)
}

// handler cleans what goes to another one.
type handler struct {
	to      slog.Handler
	options Options
	salt    []byte
	id      *regexp.Regexp // of conversations and messages: they point to nobody
}

// Enabled implements [slog.Handler]. What is not logged costs nothing more.
func (h *handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.to.Enabled(ctx, level)
}

// Handle implements [slog.Handler].
func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	cleaned := slog.NewRecord(r.Time, r.Level, h.clean(r.Message), r.PC)
	r.Attrs(func(a slog.Attr) bool {
		cleaned.AddAttrs(h.attr(a))
		return true
	})
	if h.options.Trace != nil {
		if id := h.options.Trace(ctx); id != "" {
			cleaned.AddAttrs(slog.String("trace_id", id))
		}
	}
	return h.to.Handle(ctx, cleaned)
}

// WithAttrs implements [slog.Handler].
func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	cleaned := make([]slog.Attr, len(attrs))
	for i, a := range attrs {
		cleaned[i] = h.attr(a)
	}
	return h.over(h.to.WithAttrs(cleaned))
}

// WithGroup implements [slog.Handler].
func (h *handler) WithGroup(name string) slog.Handler { return h.over(h.to.WithGroup(name)) }

func (h *handler) over(to slog.Handler) slog.Handler {
	other := *h
	other.to = to
	return &other
}

func (h *handler) attr(a slog.Attr) slog.Attr {
	value := a.Value.Resolve()
	switch value.Kind() {
	case slog.KindString:
		return slog.String(a.Key, h.text(a.Key, value.String()))
	case slog.KindGroup:
		var within []any
		for _, one := range value.Group() {
			within = append(within, h.attr(one))
		}
		return slog.Group(a.Key, within...)
	case slog.KindAny:
		return slog.String(a.Key, h.text(a.Key, plain(value.Any())))
	}
	return slog.Attr{Key: a.Key, Value: value} // numbers, times and the like
}

// plain is a value as text: errors say more than their fields.
func plain(value any) string {
	if err, ok := value.(error); ok && err != nil {
		return err.Error()
	}
	return fmt.Sprint(value)
}

// text cleans one value. Who it is becomes a pseudonym that holds for this
// process: lines of one person can be told to belong together, and no more.
func (h *handler) text(key, text string) string {
	if slices.Contains([]string{"user", "owner", "person", "sub"}, key) && text != "" {
		sum := hmac.New(sha256.New, h.salt)
		sum.Write([]byte(text))
		return "u_" + hex.EncodeToString(sum.Sum(nil)[:6])
	}
	return h.clean(text)
}

// clean masks a text but for the ids in it, and takes from it what a terminal
// obeys.
func (h *handler) clean(text string) string {
	var cleaned strings.Builder
	for at := 0; ; {
		found := h.id.FindStringIndex(text[at:])
		if found == nil {
			cleaned.WriteString(h.options.Mask(text[at:]))
			return visible(cleaned.String())
		}
		cleaned.WriteString(h.options.Mask(text[at : at+found[0]]))
		cleaned.WriteString(text[at+found[0] : at+found[1]])
		at += found[1]
	}
}

// visible writes characters that nobody sees, or that end or turn around a line,
// as numbers. Ends of lines stay what the format makes of them: escaped.
func visible(text string) string {
	hidden := func(r rune) bool { return r != '\n' && r != '\t' && !unicode.IsPrint(r) }
	if strings.IndexFunc(text, hidden) < 0 {
		return text
	}
	var seen strings.Builder
	for _, r := range text {
		if hidden(r) {
			fmt.Fprintf(&seen, `<U+%04X>`, r)
			continue
		}
		seen.WriteRune(r)
	}
	return seen.String()
}
