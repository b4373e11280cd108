package desk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// hostileFigures answers as the server of figures would whose every name is the
// text: people, packs and clients choose them.
func hostileFigures(text string) map[string]any {
	value := map[string]any{"value": 0.5, "num": 5, "den": 10, "low": 0.2, "high": 0.8}
	named := map[string]string{"zh-CN": text, "en": text}
	counts := map[string]int{"told": 9, "solved": 4, "asked": 9, "shown": 9, "tried": 8, "helped": 5, "contacts": 9, "left": 3}
	rows := []map[string]any{{"key": text + "|" + text + "|" + text, "label": text, "counts": counts, "previous": counts}, {"key": text + "/" + text, "label": text, "counts": counts}}
	var kinds []map[string]any
	for kind, first := range map[string]string{"cause": "told", "path": "contacts", "hour": "contacts", "wait": "contacts", "step": "shown", "cause_region": "told", "cause_version": "told"} {
		kinds = append(kinds, map[string]any{"kind": kind, "bits": []string{first}, "means": named})
	}
	figure := map[string]any{
		"id": "answer_rate", "unit": "share", "better": "up", "name": named, "means": named, "numerator": text, "denominator": text, "source": text,
	}
	one := map[string]any{"id": "answer_rate", "value": 0.5, "num": 5, "den": 10, "low": 0.2, "high": 0.8, "previous": value}
	var days []map[string]any
	for day := 1; day < 9; day++ {
		days = append(days, map[string]any{"day": fmt.Sprintf("2026-11-%02d", day), "values": map[string]any{"answer_rate": value}})
	}
	return map[string]any{
		"definitions": map[string]any{"zone": "Asia/Shanghai", "figures": []any{figure}, "kinds": kinds, "min_cell": 5},
		"overview": map[string]any{
			"projected_at": "2026-11-08T00:00:00Z", "provisional_from": "2026-11-07T00:00:00Z", "demo": true, "figures": []any{one}, "series": days,
			"filters": map[string]any{"products": []string{text}, "causes": []any{map[string]string{"id": text, "name": text}}, "versions": nil},
		},
		"keys": map[string]any{"kind": text, "rows": rows, "suppressed": 2},
		"contacts": map[string]any{"contacts": []any{map[string]any{
			"conversation": "c1", "n": 1, "began": "2026-11-01T00:00:00Z", "channel": text, "version": text, "cause": text, "cause_name": text, "intent_name": text, "outcome": text,
		}}},
		"unanswered": map[string]any{"total": 2, "single": 1, "clusters": []any{map[string]any{
			"id": "q1", "name": text, "size": 2, "people": 2, "questions": []any{map[string]string{"text": text, "at": "2026-11-01T00:00:00Z", "conversation": text}},
			"trend": []any{map[string]any{"day": "2026-11-01", "n": 2}}, "nearest": map[string]any{"intent": text, "name": text, "score": 0.5},
		}}},
		"draft":  map[string]any{"files": []any{map[string]string{"path": text, "content": text}}, "evaluation": map[string]int{"questions": 4, "after": 3}},
		"alerts": map[string]any{"alerts": []any{map[string]any{"id": "a", "kind": "cause", "key": text, "name": text, "count": 9, "expected": 2.5, "incident": true}}},
	}
}

// withFigures puts the figures beside a desk.
func withFigures(t *testing.T, o *office, text string) string {
	t.Helper()
	figures, mux := hostileFigures(text), http.NewServeMux()
	mux.Handle("/", o.server.Handler())
	mux.HandleFunc("/v1/analytics/", func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(r.URL.Path, "/")
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(figures[parts[len(parts)-1]]); err != nil {
			t.Error(err)
		}
	})
	both := httptest.NewServer(mux)
	t.Cleanup(both.Close)
	return both.URL
}

// hover moves the mouse over every chart, so that it says what is there.
const hover = `(() => {
	for (const canvas of document.querySelectorAll(".chart canvas")) {
		const box = canvas.getBoundingClientRect();
		for (const [x, y] of [[0.02, 0.5], [0.5, 0.5], [0.6, 0.3], [0.3, 0.1]]) {
			const at = { bubbles: true, clientX: box.x + box.width * x, clientY: box.y + box.height * y };
			for (const kind of ["mouseover", "mousemove"]) canvas.dispatchEvent(new MouseEvent(kind, at));
		}
	}
	return document.querySelectorAll(".chart canvas").length > 0;
})()`

// The figures come under the same policy as the desk: charts, tooltips, drawers
// and drafts show names as the text they are, with nothing to complain of.
func TestTheFiguresInABrowser(t *testing.T) {
	t.Parallel()
	o := open(t, func(options *Options) { options.Demo = true })
	text := strings.Join(hostile(), " ")
	address := withFigures(t, o, text)
	b := openTab(t, address+"/analytics")
	b.clicks("陈岚")
	b.sees("演示数据")
	for _, view := range []string{"overview", "causes", "paths", "fixes", "unanswered", "handoffs"} {
		b.do(chromedp.Navigate(address + "/analytics?from=2026-11-01&to=2026-11-08&view=" + view))
		b.sees(hostile()[1])
		if view == "overview" || view == "paths" || view == "handoffs" {
			b.until(hover)
			b.until(hover)
		}
		b.until("document.querySelectorAll('iframe, img[src=x], svg[onload], script:not([src]), a[href^=\"javascript:\"]').length === 0")
	}
	b.do(chromedp.Navigate(address + "/analytics?figure=answer_rate"))
	b.until("document.querySelector('.ant-drawer')?.innerText.includes('<script>')")
	b.do(chromedp.Navigate(address + "/analytics?view=unanswered"))
	b.clicks("起草训练语料")
	b.until("document.querySelector('.ant-modal')?.innerText.includes('<script>')")
}

// Agents who come to the figures are told for whom they are.
func TestFiguresAreForLeads(t *testing.T) {
	t.Parallel()
	o := open(t, func(options *Options) { options.Demo = true })
	b := openTab(t, withFigures(t, o, "!")+"/analytics")
	b.clicks("林晓")
	b.sees("数据看板供组长和合规使用")
	b.until("document.querySelector('a[href=\"/desk\"]') !== null")
}
