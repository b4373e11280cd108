package metrics_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

const (
	rulesFile     = "../../configs/deploy/prometheus/kaitong.rules.yaml"
	dashboardFile = "../../configs/deploy/grafana/kaitong.json"
	docs          = "../../docs/"
)

// rule is what one alert of Prometheus says.
type rule struct {
	Alert       string
	Expr        string
	Annotations map[string]string
}

func rules(t *testing.T) []rule {
	t.Helper()
	var file struct {
		Groups []struct{ Rules []rule }
	}
	if err := yaml.Unmarshal(read(t, rulesFile), &file); err != nil {
		t.Fatal(err)
	}
	return file.Groups[0].Rules
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// expressions are everything that is asked of Prometheus.
func expressions(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, one := range rules(t) {
		all[one.Alert] = one.Expr
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(read(t, dashboardFile), &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			all[panel.Title+": "+target.Expr] = target.Expr
		}
	}
	return all
}

// What the dashboard and the rules ask for is really served, with the labels
// they ask for.
func TestDeployedNamesExist(t *testing.T) {
	t.Parallel()
	families := scrape(t, newMetrics(func(string) bool { return true }).Handler())
	labels := map[string]bool{"job": true, "instance": true, "le": true}
	for _, family := range families {
		for _, one := range family.GetMetric() {
			for _, label := range one.GetLabel() {
				labels[label.GetName()] = true
			}
		}
	}
	labels["intent"] = true
	asked := expressions(t)
	if len(asked) < 25 {
		t.Errorf("only %d expressions were found", len(asked))
	}
	for where, expression := range asked {
		for _, name := range regexp.MustCompile(`\b(?:kaitong|go|process)_[a-z0-9_]+`).FindAllString(expression, -1) {
			base := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(name, "")
			if families[name] == nil && (families[base] == nil || families[base].GetMetric()[0].GetHistogram() == nil) {
				t.Errorf("%s: there is no %s", where, name)
			}
		}
		for _, found := range regexp.MustCompile(`(\w+)\s*(?:!=|=~|=)\s*"|by \(([^)]*)\)|on \(([^)]*)\)`).FindAllStringSubmatch(expression, -1) {
			for label := range strings.SplitSeq(found[1]+found[2]+found[3], ",") {
				if label = strings.TrimSpace(label); !labels[label] {
					t.Errorf("%s: no metric has the label %q", where, label)
				}
			}
		}
	}
}

// Every rule says what to do, in a section that is there.
func TestRunbooksExist(t *testing.T) {
	t.Parallel()
	for _, one := range rules(t) {
		name, anchor, found := strings.Cut(strings.TrimPrefix(one.Annotations["runbook_url"], "docs/"), "#")
		if !found {
			t.Errorf("%s has no runbook", one.Alert)
			continue
		}
		headings := regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(string(read(t, docs+name)), -1)
		if !slices.ContainsFunc(headings, func(h []string) bool {
			return strings.ReplaceAll(strings.ToLower(h[1]), " ", "-") == anchor
		}) {
			t.Errorf("%s: %s has no section %s", one.Alert, name, anchor)
		}
	}
}

// docs/metrics.md names all metrics, and none besides.
func TestEveryMetricIsDocumented(t *testing.T) {
	t.Parallel()
	var served []string
	for name := range maps.Keys(scrape(t, newMetrics(func(string) bool { return true }).Handler())) {
		if strings.HasPrefix(name, "kaitong_") {
			served = append(served, name)
		}
	}
	var documented []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(kaitong_[a-z_]+)`").FindAllStringSubmatch(string(read(t, docs+"metrics.md")), -1) {
		documented = append(documented, row[1])
	}
	slices.Sort(served)
	slices.Sort(documented)
	if !slices.Equal(served, documented) {
		t.Errorf("served\n%v\ndocumented\n%v", served, documented)
	}
}
