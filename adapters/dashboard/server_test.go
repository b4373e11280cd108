package dashboard_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/parquet-go/parquet-go"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"kaitong/adapters/dashboard"
	"kaitong/adapters/demo"
	"kaitong/bot"
	"kaitong/bot/analytics"
	"kaitong/bot/gaps"
	"kaitong/intents"
	"kaitong/knowledge"
)

func zone() *time.Location { return time.FixedZone("test", 8*3600) }
func end() time.Time       { return time.Date(2026, 11, 27, 15, 30, 0, 0, time.UTC) }

const period = "from=2026-11-01&to=2026-11-28"

// world is a made-up month, and the language it was spoken in.
type world struct {
	source *intents.Source
	model  *intents.Model
	turns  []bot.Turn
	oracle *analytics.Oracle
}

func TestDashboard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, test := range map[string]func(*testing.T, world){
		"EveryAnswerIsAsDescribed":      testEveryAnswerIsAsDescribed,
		"WhatIsNotUnderstoodIsRefused":  testWhatIsNotUnderstoodIsRefused,
		"FiguresOpenTheirConversations": testFiguresOpenTheirConversations,
		"CSVByHand":                     testCSVByHand,
		"ParquetSaysTheSame":            testParquetSaysTheSame,
		"CSVIsNoFormula":                testCSVIsNoFormula,
		"SmallCellsAreKeptBack":         testSmallCellsAreKeptBack,
		"FewOfThePeriodBefore":          testFewOfThePeriodBefore,
		"MadeUpAmongOthers":             testMadeUpAmongOthers,
		"FewBehindARow":                 testFewBehindARow,
		"FewOfACauseByVersion":          testFewOfACauseByVersion,
		"GroupsAreMadeNowAndThen":       testGroupsAreMadeNowAndThen,
		"QuestionsWithoutEnd":           testQuestionsWithoutEnd,
		"DatabaseThatSaysNothing":       testDatabaseThatSaysNothing,
		"FiguresOfAnotherVersion":       testFiguresOfAnotherVersion,
		"FilesLeaveAsTheyAreMade":       testFilesLeaveAsTheyAreMade,
		"Unanswered":                    testUnanswered,
		"ProposedNames":                 testProposedNames,
		"GroupsByMeaning":               testGroupsByMeaning,
		"OutageIsFound":                 testOutageIsFound,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, w)
		})
	}
}

func newWorld(t *testing.T) world {
	t.Helper()
	source, err := intents.Load(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	w := world{source: source, oracle: analytics.NewOracle(zone())}
	if w.model, err = source.Train(source.Options()); err != nil {
		t.Fatal(err)
	}
	base, err := knowledge.Load(knowledge.Shipped())
	if err != nil {
		t.Fatal(err)
	}
	w.turns, err = demo.Month(t.Context(), demo.Options{
		Library: bot.NewLibrary(bot.Edition{ID: "demo", Base: base, Model: w.model}), Tenant: "t", End: end(), Days: 20, Daily: 30, Seed: 1, Zone: zone(),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, turn := range w.turns {
		if err := w.oracle.Apply(turn); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// place is a server over the month.
type place struct {
	t      *testing.T
	url    string
	schema func(name string) *jsonschema.Schema
}

func (w world) open(t *testing.T, change func(*dashboard.Options)) *place {
	t.Helper()
	listener := httptest.NewServer(w.server(t, change).Handler())
	t.Cleanup(listener.Close)
	return &place{t: t, url: listener.URL, schema: schemas(t)}
}

func (w world) server(t *testing.T, change func(*dashboard.Options)) *dashboard.Server {
	t.Helper()
	options := dashboard.Options{
		Store: w.oracle, Tenant: "t", Zone: zone(), MinCell: 3, Log: slog.New(slog.DiscardHandler), Now: end,
		Language: func() dashboard.Language {
			return dashboard.Language{Edition: "demo", Source: w.source, Model: w.model, Locales: []string{"zh-CN", "en"}}
		},
		Name: func(analytics.Kind, string, string) string { return "" },
		Alerts: func() []dashboard.Alert {
			return []dashboard.Alert{{ID: "a", Kind: "unanswered", Since: end(), Count: 9, Expected: 2}}
		},
	}
	if change != nil {
		change(&options)
	}
	server, err := dashboard.New(options)
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// schemas compiles the schemas of the API's own description.
func schemas(t *testing.T) func(string) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile("openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text, err = yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("openapi.json", document); err != nil {
		t.Fatal(err)
	}
	return func(name string) *jsonschema.Schema {
		schema, err := compiler.Compile("openapi.json#/components/schemas/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return schema
	}
}

func (p *place) get(path string) (*http.Response, []byte) {
	p.t.Helper()
	response, err := http.Get(p.url + "/v1/analytics/" + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return response, body
}

// valid asks, holds the answer against its schema and reads it.
func (p *place) valid(path, schema string, status int, into any) {
	p.t.Helper()
	response, body := p.get(path)
	p.check(path, schema, status, response, body, into)
}

func (p *place) check(path, schema string, status int, response *http.Response, body []byte, into any) {
	p.t.Helper()
	if response.StatusCode != status {
		p.t.Fatalf("%s: %d %s", path, response.StatusCode, body)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err == nil {
		err = p.schema(schema).Validate(value)
	}
	if err == nil && into != nil {
		err = json.Unmarshal(body, into)
	}
	if err != nil {
		p.t.Fatalf("%s: %v\n%.2000s", path, err, body)
	}
}

type value struct {
	ID    string   `json:"id"`
	Value *float64 `json:"value"`
	Num   int64    `json:"num"`
	Den   int64    `json:"den"`
}

func testEveryAnswerIsAsDescribed(t *testing.T, w world) {
	p := w.open(t, nil)
	var defined struct {
		Kinds []struct {
			Kind string   `json:"kind"`
			Bits []string `json:"bits"`
		} `json:"kinds"`
	}
	p.valid("definitions", "Definitions", 200, &defined)
	for _, kind := range defined.Kinds {
		p.valid("keys?compare=true&kind="+kind.Kind+"&"+period, "Keys", 200, nil)
		p.valid("contacts?kind="+kind.Kind+"&key=x&bit="+kind.Bits[0]+"&"+period, "Contacts", 200, nil)
	}
	p.valid("overview?compare=true&"+period, "Overview", 200, nil)
	p.valid("overview", "Overview", 200, nil)
	p.valid("overview?from=2020-01-01&to=2020-01-31", "Overview", 200, nil) // nothing happened
	for _, by := range []string{"day", "product", "locale", "channel", "version", "cause"} {
		p.valid("groups?by="+by+"&"+period, "Groups", 200, nil)
	}
	p.valid("contacts?"+period, "Contacts", 200, nil)
	p.valid("alerts", "Alerts", 200, nil)
	if response, body := p.get("openapi.yaml"); response.StatusCode != 200 || !bytes.HasPrefix(body, []byte("openapi: 3.1.0")) {
		t.Errorf("the description: %d %.60s", response.StatusCode, body)
	}
}

func testWhatIsNotUnderstoodIsRefused(t *testing.T, w world) {
	p := w.open(t, nil)
	for path, field := range map[string]string{
		"overview?from=yesterday":                    "from",
		"overview?from=2026-11-30&to=2026-11-01":     "from",
		"overview?from=2020-01-01&to=2026-11-01":     "from",
		"overview?to=2026-02-30":                     "to",
		"overview?couse=credit.bad_record":           "couse",
		"overview?cause=a&cause=b":                   "cause",
		"overview?cause=" + strings.Repeat("x", 300): "cause",
		"keys":                             "kind",
		"keys?kind=people":                 "kind",
		"keys?kind=fix&limit=0":            "limit",
		"keys?kind=fix&limit=many":         "limit",
		"groups?by=user":                   "by",
		"contacts?figure=luck":             "figure",
		"contacts?figure=csat&part=middle": "part",
		"contacts?kind=fix&bit=eaten":      "bit",
		"unanswered?miss=everything":       "miss",
		"contacts?page=-1":                 "page",
		"export?what=figures&format=xls":   "format",
		"export?what=people&format=csv":    "what",
	} {
		var problem struct {
			Code, Field, Title string
		}
		p.valid(path, "Problem", 400, &problem)
		if problem.Code != "bad_field" || problem.Field != field {
			t.Errorf("%s: %+v, want the field %s", path, problem, field)
		}
	}
	p.valid("nothing", "Problem", 404, nil)
}

// TestFiguresOpenTheirConversations counts the conversations behind each figure.
func testFiguresOpenTheirConversations(t *testing.T, w world) {
	p := w.open(t, nil)
	var overview struct{ Figures []value }
	p.valid("overview?"+period, "Overview", 200, &overview)
	opened := 0
	for _, figure := range overview.Figures {
		definition, _ := analytics.FindFigure(figure.ID)
		if definition.Numerator.IsSum {
			continue
		}
		count := p.count("contacts?figure=" + figure.ID + "&" + period)
		if count != figure.Num {
			t.Errorf("%s says %d, and opens %d contacts", figure.ID, figure.Num, count)
		}
		if count > 0 {
			opened++
		}
	}
	if opened < 15 {
		t.Errorf("only %d figures had anything behind them", opened)
	}
}

// count follows the pages of a list.
func (p *place) count(path string) int64 {
	p.t.Helper()
	seen, next := map[string]bool{}, ""
	for {
		var page struct {
			Contacts []struct {
				Conversation string
				N            int
			}
			Next string
		}
		p.valid(path+"&limit=37"+next, "Contacts", 200, &page)
		for _, one := range page.Contacts {
			seen[fmt.Sprint(one.Conversation, one.N)] = true
		}
		if page.Next == "" {
			return int64(len(seen))
		}
		next = "&page=" + page.Next
	}
}

// TestCSVByHand recomputes figures from the log itself, without the fold.
// sheet reads a CSV file as a spreadsheet does.
func sheet(file []byte) ([][]string, error) {
	text, marked := bytes.CutPrefix(file, []byte("\uFEFF"))
	if !marked {
		return nil, errors.New("a spreadsheet would not know that this is UTF-8")
	}
	return csv.NewReader(bytes.NewReader(text)).ReadAll()
}

func testCSVByHand(t *testing.T, w world) {
	p := w.open(t, nil)
	response, body := p.get("export?what=figures&format=csv&" + period)
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/csv; charset=utf-8" ||
		!strings.Contains(response.Header.Get("Content-Disposition"), "kaitong-figures-2026-11-01-2026-11-28.csv") {
		t.Fatalf("%d %v", response.StatusCode, response.Header)
	}
	table, err := sheet(body)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(table[0], []string{"day", "figure", "numerator", "denominator", "value"}) {
		t.Fatalf("columns %v", table[0])
	}
	num, den := map[string]int64{}, map[string]int64{}
	for _, line := range table[1:] {
		n, _ := strconv.ParseInt(line[2], 10, 64)
		d, _ := strconv.ParseInt(line[3], 10, 64)
		num[line[1]], den[line[1]] = num[line[1]]+n, den[line[1]]+d
	}
	hand := byHand(w.turns)
	for figure, want := range map[string][2]int64{
		"check_failure_rate": {hand.failed, hand.checks},
		"csat":               {hand.up, hand.votes},
		"scam_warnings":      {hand.warned, 0},
		"contacts":           {hand.contacts, 0},
	} {
		if got := [2]int64{num[figure], den[figure]}; got != want || want[0] == 0 {
			t.Errorf("%s: the file says %v, by hand it is %v", figure, got, want)
		}
	}
}

type counted struct{ checks, failed, votes, up, warned, contacts int64 }

func byHand(turns []bot.Turn) counted {
	var c counted
	warned, latest, open, n := map[string]bool{}, map[string]time.Time{}, map[string]bool{}, map[string]int{}
	votes := map[string]string{}
	for _, turn := range turns {
		id := turn.Conversation
		goesOn := slices.ContainsFunc(turn.Events, func(e bot.Event) bool { // with a step, whenever that is
			understood, ok := e.(bot.Understood)
			return ok && understood.Move == bot.MoveStep
		})
		for _, event := range turn.Events {
			m, ok := event.(bot.Message)
			if ok && m.Author == bot.AuthorUser && (n[id] == 0 || turn.At.Sub(latest[id]) > time.Hour && !open[id] && !goesOn) {
				n[id]++
				c.contacts++
			}
			if ok {
				latest[id] = turn.At
			}
		}
		for _, event := range turn.Events {
			switch e := event.(type) {
			case bot.Checked:
				c.checks++
				if e.Outcome != bot.CheckOK {
					c.failed++
				}
			case bot.FeedbackGiven:
				votes[id+e.Message] = e.Vote
			case bot.Warned:
				warned[fmt.Sprint(id, n[id])] = true
			case bot.HandoffChanged:
				open[id] = e.State != bot.HandoffResolved && e.State != bot.HandoffCancelled
			}
		}
	}
	for _, vote := range votes {
		c.votes++
		if vote == "up" {
			c.up++
		}
	}
	c.warned = int64(len(warned))
	return c
}

func testParquetSaysTheSame(t *testing.T, w world) {
	p := w.open(t, nil)
	for _, what := range []string{"figures", "keys&kind=cause", "contacts"} {
		_, text := p.get("export?format=csv&what=" + what + "&" + period)
		table, err := sheet(text)
		if err != nil {
			t.Fatal(err)
		}
		_, body := p.get("export?format=parquet&what=" + what + "&" + period)
		file, err := parquet.OpenFile(bytes.NewReader(body), int64(len(body)))
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if int(file.NumRows()) != len(table)-1 || len(table) < 10 {
			t.Errorf("%s: %d rows in one, %d in the other", what, file.NumRows(), len(table)-1)
		}
		if fields := file.Schema().Fields(); len(fields) != len(table[0]) {
			t.Errorf("%s: columns %v", what, file.Schema())
		}
	}
}

// hostile is a store with contacts that want to be formulas.
type hostile struct {
	analytics.Store
	values []string
}

func (h hostile) Contacts(_ context.Context, q analytics.Query, which analytics.Which, page analytics.Page) ([]analytics.Contact, error) {
	var list []analytics.Contact
	for _, value := range h.values {
		list = append(list, analytics.Contact{Conversation: value, N: 1, Place: analytics.Place{Version: value, Channel: value}})
	}
	return list, nil
}

func testCSVIsNoFormula(t *testing.T, w world) {
	values := []string{"=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", "|calc", "%0A", "plain", "10.5", `"quoted", and more`}
	p := w.open(t, func(o *dashboard.Options) { o.Store = hostile{o.Store, values} })
	_, text := p.get("export?format=csv&what=contacts&" + period)
	table, err := sheet(text)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range table[1:] {
		for _, field := range line {
			if _, err := strconv.ParseFloat(field, 64); err != nil && field != "" && strings.ContainsRune("=+-@\t\r|%＝", []rune(field)[0]) {
				t.Errorf("%q is a formula in a spreadsheet", field)
			}
		}
		if got := strings.TrimPrefix(line[0], "'"); strings.TrimSpace(got) != strings.TrimSpace(values[i]) {
			t.Errorf("%q became %q", values[i], line[0])
		}
	}
}

func testUnanswered(t *testing.T, w world) {
	p := w.open(t, nil)
	var found struct {
		Clusters []struct {
			ID, Name  string
			Size      int
			Questions []struct{ Text string }
			Trend     []struct{ N int }
		}
		Total int
	}
	p.valid("unanswered?"+period, "Unanswered", 200, &found)
	i := slices.IndexFunc(found.Clusters, func(c struct {
		ID, Name  string
		Size      int
		Questions []struct{ Text string }
		Trend     []struct{ N int }
	}) bool {
		return strings.Contains(c.Name, "免息券")
	})
	if i < 0 {
		t.Fatalf("nobody asks for coupons: %+v", found)
	}
	p.valid("unanswered?miss=help&"+period, "Unanswered", 200, nil)
	sum := 0
	for _, day := range found.Clusters[i].Trend {
		sum += day.N
	}
	if sum != found.Clusters[i].Size || len(found.Clusters[i].Trend) != 28 {
		t.Errorf("%d of %d questions are in the trend of %d days", sum, found.Clusters[i].Size, len(found.Clusters[i].Trend))
	}
	for _, as := range []string{"entry", "utterances"} {
		var draft struct {
			Files []struct{ Path, Content string }
		}
		p.post("unanswered/"+found.Clusters[i].ID+"/draft?"+period, `{"as":"`+as+`"}`, "Draft", 200, &draft)
		if !strings.Contains(draft.Files[0].Content, "免息券") {
			t.Errorf("%s: %+v", as, draft)
		}
	}
	p.post("unanswered/0000/draft?"+period, `{"as":"entry"}`, "Problem", 404, nil)
	p.post("unanswered/"+found.Clusters[i].ID+"/draft?"+period, `{"as":"poem"}`, "Problem", 400, nil)
	p.post("unanswered/"+found.Clusters[i].ID+"/draft?"+period, `nothing`, "Problem", 400, nil)
}

// A proposed name is shown as one, and goes into drafts; without it all is as it
// was.
func testProposedNames(t *testing.T, w world) {
	p := w.open(t, func(o *dashboard.Options) {
		o.Propose = func(_ context.Context, questions []string) (gaps.Name, error) {
			if strings.Contains(questions[0], "免息券") {
				return gaps.Name{Word: "coupon", Label: map[string]string{"zh-CN": "免息券怎么领取"}}, nil
			}
			return gaps.Name{}, errors.New("no idea")
		}
	})
	var found struct {
		Clusters []struct{ ID, Name, Proposed string }
	}
	p.valid("unanswered?locale=zh-CN&"+period, "Unanswered", 200, &found)
	for _, c := range found.Clusters {
		if coupons := strings.Contains(c.Name, "免息券"); coupons != (c.Proposed == "免息券怎么领取") {
			t.Errorf("%q is proposed for %q", c.Proposed, c.Name)
		}
	}
	i := slices.IndexFunc(found.Clusters, func(c struct{ ID, Name, Proposed string }) bool { return c.Proposed != "" })
	if i < 0 {
		t.Fatal("no name is proposed")
	}
	var draft struct {
		Intent string
		Files  []struct{ Path, Content string }
	}
	p.post("unanswered/"+found.Clusters[i].ID+"/draft?locale=zh-CN&"+period, `{"as":"entry"}`, "Draft", 200, &draft)
	answer := draft.Files[len(draft.Files)-1]
	if draft.Intent != "ask.coupon" || answer.Path != "answers/ask.coupon.yaml" || !strings.Contains(answer.Content, "proposed by a language model") {
		t.Errorf("%s: %+v", draft.Intent, answer)
	}
}

func (p *place) post(path, body, schema string, status int, into any) {
	p.t.Helper()
	response, err := http.Post(p.url+"/v1/analytics/"+path, "application/json", strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	p.check(path, schema, status, response, answer, into)
}
