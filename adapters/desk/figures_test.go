package desk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kaitong/adapters/web/browsertest"
	"kaitong/bot/staff"
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
	for (const canvas of $$(".chart canvas")) {
		const box = canvas.getBoundingClientRect();
		for (const [x, y] of [[0.02, 0.5], [0.5, 0.5], [0.6, 0.3], [0.3, 0.1]]) {
			const at = { bubbles: true, clientX: box.x + box.width * x, clientY: box.y + box.height * y };
			for (const kind of ["mouseover", "mousemove"]) canvas.dispatchEvent(new MouseEvent(kind, at));
		}
	}
	return $$(".chart canvas").length > 0;
})()`

// figuresAs opens the page of figures as somebody in a role.
func figuresAs(t *testing.T, chromium *browsertest.Browser, role staff.Role, text string, like look) (*sight, string) {
	t.Helper()
	o := open(t, nil)
	o.hire("lin", role)
	address := withFigures(t, o, text)
	s := o.sight(chromium, address, like)
	s.enter("lin", password)
	s.in()
	s.tab.Visit(address + "/analytics")
	return s, address + "/analytics?from=2026-11-01&to=2026-11-08&view="
}

// The figures come under the same policy as the desk: charts, tooltips, drawers
// and drafts show names as the text they are, and the tab has nothing to complain
// of.
func TestTheFigures(t *testing.T) {
	t.Parallel()
	cases := []pageCase{
		{"show words as words", hostileNumbers},
		{"are for leads", func(t *testing.T, chromium *browsertest.Browser) {
			s, _ := figuresAs(t, chromium, staff.Agent, "!", look{})
			s.Until(`document.body.innerText.includes("数据看板供组长和合规使用") && $("a[href='/desk']")`)
		}},
	}
	for _, like := range []look{{"zh-CN", "light", 0}, {"en", "dark", 0}, {"zh-CN", "dark", 390}, {"en", "light", 320}} {
		cases = append(cases, pageCase{"are for everybody, " + like.String(), func(t *testing.T, chromium *browsertest.Browser) {
			s, address := figuresAs(t, chromium, staff.Lead, "借呗", like)
			for _, view := range figureViews() {
				s.tab.Visit(address + view)
				s.Until(`$(".figures") && $$(".ant-skeleton").length === 0 && $$("[aria-busy=true]").length === 0`)
				s.fine(like, "figures-"+view)
			}
		}})
	}
	tryPage(t, cases)
}

func figureViews() []string {
	return []string{"overview", "causes", "paths", "fixes", "unanswered", "handoffs"}
}

func hostileNumbers(t *testing.T, chromium *browsertest.Browser) {
	text := strings.Join(hostile(t), " ")
	s, address := figuresAs(t, chromium, staff.Lead, text, look{})
	for _, view := range figureViews() {
		s.tab.Visit(address + view)
		s.Until(`document.body.innerText.includes("<script>")`)
		if view == "overview" || view == "paths" || view == "handoffs" {
			s.Until(hover)
			s.Until(hover)
		}
	}
	s.tab.Visit(address + "overview&figure=answer_rate")
	s.Until(`$(".ant-drawer")?.innerText.includes("<script>")`)
	s.tab.Visit(address + "unanswered")
	s.ClickOn("button", "起草训练语料")
	s.Until(`$(".ant-modal")?.innerText.includes("<script>")`)
	s.Until(`$$("iframe, img, .figures svg[onload], script:not([src]), a[href^='javascript:']").length === 0`)
}
