package dashboard

import (
	"context"
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"

	"kaitong/bot/analytics"
)

// mostExported bounds the contacts of one export.
const mostExported = 500_000

// rowsAtOnce is how many rows of a file are in memory.
const rowsAtOnce = 20_000

// row is one line of a table to take away.
type row interface {
	columns() []string
	fields() []string
}

// figureRow is a figure of a day.
type figureRow struct {
	Day         string   `parquet:"day"`
	Figure      string   `parquet:"figure"`
	Numerator   int64    `parquet:"numerator"`
	Denominator int64    `parquet:"denominator"`
	Value       *float64 `parquet:"value,optional"`
}

func (figureRow) columns() []string {
	return []string{"day", "figure", "numerator", "denominator", "value"}
}
func (r figureRow) fields() []string {
	value := ""
	if r.Value != nil {
		value = strconv.FormatFloat(*r.Value, 'g', -1, 64)
	}
	return []string{r.Day, r.Figure, strconv.FormatInt(r.Numerator, 10), strconv.FormatInt(r.Denominator, 10), value}
}

// keyRow is in how many contacts something happened about a key.
type keyRow struct {
	Kind     string `parquet:"kind"`
	Key      string `parquet:"key"`
	Label    string `parquet:"label"`
	Happened string `parquet:"happened"`
	Contacts int64  `parquet:"contacts"`
}

func (keyRow) columns() []string { return []string{"kind", "key", "label", "happened", "contacts"} }
func (r keyRow) fields() []string {
	return []string{r.Kind, r.Key, r.Label, r.Happened, strconv.FormatInt(r.Contacts, 10)}
}

// contactRow is one contact, without a word of what was said.
type contactRow struct {
	Conversation string    `parquet:"conversation"`
	N            int64     `parquet:"n"`
	Began        time.Time `parquet:"began,timestamp(millisecond)"`
	Last         time.Time `parquet:"last,timestamp(millisecond)"`
	Product      string    `parquet:"product"`
	Locale       string    `parquet:"locale"`
	Channel      string    `parquet:"channel"`
	Version      string    `parquet:"version"`
	Cause        string    `parquet:"cause"`
	Intent       string    `parquet:"intent"`
	Outcome      string    `parquet:"outcome"`
	Marks        string    `parquet:"marks"` // separated by blanks
}

func (contactRow) columns() []string {
	return []string{"conversation", "n", "began", "last", "product", "locale", "channel", "version", "cause", "intent", "outcome", "marks"}
}
func (r contactRow) fields() []string {
	return []string{
		r.Conversation, strconv.FormatInt(r.N, 10), r.Began.Format(time.RFC3339), r.Last.Format(time.RFC3339), r.Product, r.Locale,
		r.Channel, r.Version, r.Cause, r.Intent, r.Outcome, r.Marks,
	}
}

// export sends a table as a file.
func (s *Server) export(w http.ResponseWriter, r *http.Request) {
	q, err := s.query(r, "what", "format", "figure", "part", "kind", "key", "bit")
	format := r.URL.Query().Get("format")
	if err == nil && format != "csv" && format != "parquet" {
		err = badField{"format"}
	}
	if err == nil {
		switch r.URL.Query().Get("what") {
		case "figures":
			err = send(w, format, "figures", q, s.figureRows(r.Context(), q))
		case "keys":
			err = s.sendKeys(w, r, format, q)
		case "contacts":
			err = s.sendContacts(w, r, format, q)
		default:
			err = badField{"what"}
		}
	}
	if err != nil {
		s.refuse(w, r, err)
	}
}

// Takes says what a request takes away as a file, "" for nothing: for an audit,
// so that it is short, and in the words of the address.
func Takes(r *http.Request) string {
	if r.URL.Path != exportPath {
		return ""
	}
	taken := strings.ToValidUTF8(r.URL.Query().Encode(), "\uFFFD")
	return taken[:min(len(taken), mostTaken)]
}

const (
	exportPath = "/v1/analytics/export"
	mostTaken  = 300
)

// lines hands rows over until one of them is an error.
type lines[R row] func(yield func(R) error) error

func (s *Server) figureRows(ctx context.Context, q analytics.Query) lines[figureRow] {
	return func(yield func(figureRow) error) error {
		days, err := s.Store.Totals(ctx, q, analytics.GroupDay)
		if err != nil {
			return err
		}
		for _, day := range days {
			for _, figure := range analytics.Figures() {
				value := valueOf(figure.Of(&day.Totals))
				if err := yield(figureRow{day.Value, figure.ID, value.Num, value.Den, value.Value}); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

func (s *Server) sendKeys(w http.ResponseWriter, r *http.Request, format string, q analytics.Query) error {
	kind, err := kindOf(r)
	if err != nil {
		return err
	}
	return send(w, format, "keys-"+string(kind.Kind), q, func(yield func(keyRow) error) error {
		body, err := s.breakdown(r.Context(), q, kind, mostExported, locale(r))
		if err != nil {
			return err
		}
		for _, one := range body.Rows {
			for _, bit := range kind.Bits {
				if err := yield(keyRow{string(kind.Kind), one.Key, one.Label, bit, one.Counts[bit]}); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func (s *Server) sendContacts(w http.ResponseWriter, r *http.Request, format string, q analytics.Query) error {
	which, err := whichOf(r)
	if err != nil {
		return err
	}
	return send(w, format, "contacts", q, func(yield func(contactRow) error) error {
		page, sent := analytics.Page{Limit: mostRows}, 0
		for sent < mostExported {
			found, err := s.listed(r.Context(), q, which, page)
			if err != nil {
				return err
			}
			for i := range found {
				if err := yield(contactRowOf(&found[i])); err != nil {
					return err
				}
			}
			if sent += len(found); len(found) < page.Limit {
				break
			}
			page.Before = found[len(found)-1].Opened
		}
		return nil
	})
}

func contactRowOf(c *analytics.Contact) contactRow {
	var marks []string
	for mark := range analytics.Mark(analytics.MarkCount) {
		if c.Marks.Has(mark) {
			marks = append(marks, mark.String())
		}
	}
	return contactRow{
		Conversation: c.Conversation, N: int64(c.N), Began: c.Began.UTC(), Last: c.Last.UTC(), Product: c.Place.Product, Locale: c.Place.Locale,
		Channel: c.Place.Channel, Version: c.Place.Version, Cause: c.Place.Cause, Intent: c.Intent, Outcome: string(c.Outcome),
		Marks: strings.Join(marks, " "),
	}
}

// send writes rows as a file of one of the two formats. Once something is sent
// an error can only cut the file off, which readers of both notice.
func send[R row](w http.ResponseWriter, format, name string, q analytics.Query, rows lines[R]) error {
	kind := "text/csv; charset=utf-8"
	if format == "parquet" {
		kind = "application/vnd.apache.parquet"
	}
	out := &attachment{w: w, kind: kind, name: fmt.Sprintf("kaitong-%s-%s-%s.%s", name, q.From, q.To, format)}
	err := write(out, format, rows)
	if err != nil && out.begun {
		panic(http.ErrAbortHandler)
	}
	return err
}

func write[R row](out io.Writer, format string, rows lines[R]) error {
	if format == "parquet" {
		table := parquet.NewGenericWriter[R](out, parquet.Compression(&parquet.Snappy), parquet.MaxRowsPerRowGroup(rowsAtOnce))
		if err := rows(func(one R) error { _, err := table.Write([]R{one}); return err }); err != nil {
			return err
		}
		return table.Close()
	}
	if _, err := io.WriteString(out, utf8Mark); err != nil {
		return err
	}
	var none R
	table := csv.NewWriter(out)
	if err := table.Write(none.columns()); err != nil {
		return err
	}
	if err := rows(func(one R) error { return table.Write(harmless(one.fields())) }); err != nil {
		return err
	}
	table.Flush()
	return table.Error()
}

// utf8Mark says in which signs a CSV file is written: without it, spreadsheets in
// Chinese take it for another.
const utf8Mark = "\uFEFF"

// harmless keeps spreadsheets from taking a field for a formula.
func harmless(fields []string) []string {
	for i, field := range fields {
		if _, err := strconv.ParseFloat(field, 64); err != nil && field != "" && strings.ContainsRune("=+-@\t\r\n|%＝＋－＠", []rune(field)[0]) {
			fields[i] = "'" + field
		}
	}
	return fields
}

// attachment says what it is with its first byte, so that until then an error
// can still be answered.
type attachment struct {
	w          http.ResponseWriter
	kind, name string
	begun      bool
}

// Write implements [io.Writer].
func (a *attachment) Write(b []byte) (int, error) {
	if !a.begun {
		a.begun = true
		a.w.Header().Set("Content-Type", a.kind)
		a.w.Header().Set("Content-Disposition", `attachment; filename="`+a.name+`"`)
	}
	return a.w.Write(b)
}

//go:embed openapi.yaml
var openAPI []byte

// specification is the description of this API.
func (s *Server) specification(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/yaml; charset=utf-8")
	_, _ = w.Write(openAPI) // the client has gone when this fails
}
