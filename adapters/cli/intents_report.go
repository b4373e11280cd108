package cli

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"

	"kaitong/intents"
)

//go:embed intents_report.html
var reportTemplate string

// reportSource names the files an evaluation was made with; Train and Tune
// may be empty.
type reportSource struct{ Data, Train, Tune string }

// words is one text in both languages of the report.
type words struct{ ZH, EN string }

// writeHTMLReport draws an evaluation as one page that needs no network and
// no script: both languages are in it, and style sheets show one.
func writeHTMLReport(out io.Writer, e intents.Evaluation, source reportSource) error {
	page, err := template.New("report").Funcs(template.FuncMap{
		"words":   func(zh, en string) words { return words{zh, en} },
		"pct":     func(share float64) string { return fmt.Sprintf("%.1f\u00a0%%", 100*share) },
		"num":     func(format string, value float64) string { return fmt.Sprintf(format, value) },
		"bar":     func(share float64) string { return fmt.Sprintf("%.1f", 100*share) },
		"parts":   nameParts,
		"add":     func(a, b int) int { return a + b },
		"micro":   func(nanoseconds float64) float64 { return nanoseconds / 1000 },
		"seconds": func(milliseconds float64) string { return fmt.Sprintf("%.1f", milliseconds/1000) },
		"figure":  func(name words, value string, why words) reportFigure { return reportFigure{name, value, why} },
	}).Parse(reportTemplate)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	if err := page.Execute(out, newReportPage(e, source)); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	return nil
}

// reportFigure is one headline number with what it means.
type reportFigure struct {
	Name  words
	Value string
	Why   words
}

// reportPage is what the template shows.
type reportPage struct {
	intents.Evaluation
	Source  reportSource
	Right   int // lines
	Kinds   int // intents with lines
	Intents []reportIntent
	Heat    *heatMap
	Charts  []chart
}

func newReportPage(e intents.Evaluation, source reportSource) reportPage {
	page := reportPage{Evaluation: e, Source: source, Right: int(e.Accuracy*float64(e.N) + 0.5), Intents: weakestFirst(e.PerIntent), Heat: newHeatMap(e.Matrix)}
	for _, intent := range page.Intents {
		if intent.Support > 0 {
			page.Kinds++
		}
	}
	page.Charts = append(page.Charts, reliabilityChart(e), coverageChart(e))
	if len(e.ScopeCurve) > 0 {
		page.Charts = append(page.Charts, scopeChart(e))
	}
	return page
}

// reportIntent is a row of the table of intents.
type reportIntent struct {
	Name string
	intents.IntentReport
}

func weakestFirst(reports map[string]intents.IntentReport) []reportIntent {
	var rows []reportIntent
	for _, name := range slices.Sorted(maps.Keys(reports)) {
		rows = append(rows, reportIntent{name, reports[name]})
	}
	slices.SortStableFunc(rows, func(a, b reportIntent) int { return cmp.Compare(a.F1, b.F1) })
	return rows
}

// heatMap is a confusion matrix with a depth of colour per cell.
type heatMap struct {
	Intents []string
	Rows    []heatRow
}

type heatRow struct {
	Intent string
	Cells  []heatCell
}

type heatCell struct {
	Want, Got string // Got is empty for everything else
	N         int
	Right     bool
	Depth     string // 0..1, the share of the row
}

func newHeatMap(x *intents.ConfusionMatrix) *heatMap {
	if x == nil {
		return nil
	}
	m := &heatMap{Intents: x.Intents}
	for i, counts := range x.Lines {
		total := 0
		for _, n := range counts {
			total += n
		}
		row := heatRow{Intent: x.Intents[i]}
		for j, n := range counts {
			cell := heatCell{Want: row.Intent, N: n, Right: i == j, Depth: depth(n, total)}
			if j < len(x.Intents) {
				cell.Got = x.Intents[j]
			}
			row.Cells = append(row.Cells, cell)
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// depth lets even a single mistake be seen.
func depth(n, total int) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("%.2f", 0.12+0.88*float64(n)/float64(total))
}

// nameParts cuts the name of an intent where a narrow column may break it.
func nameParts(name string) []string {
	var parts []string
	for {
		at := strings.IndexAny(name, "._- ")
		if at < 0 {
			return append(parts, name)
		}
		parts, name = append(parts, name[:at+1]), name[at+1:]
	}
}
