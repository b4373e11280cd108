package status

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func start() time.Time { return time.Date(2026, 6, 10, 14, 5, 0, 0, time.UTC) }

// testRules know two languages and a few areas.
func testRules() Rules {
	return Rules{
		Area: func(area string) error {
			if !slices.Contains([]string{"all", "technical", "technical.network", "technical.system_fault", "policy"}, area) {
				return fmt.Errorf("there is no %q", area)
			}
			return nil
		},
		Locales: func() []string { return []string{"zh-CN", "en"} },
		Words: func(text, _ string) error {
			if strings.Contains(text, "保证") {
				return errors.New("promises an outcome")
			}
			return nil
		},
	}
}

func incident(id, area string) Incident {
	return Incident{ID: id, Area: area, Text: map[string]string{"zh-CN": "部分用户暂时无法打开页面", "en": "Some people cannot open the page"}}
}

func with(id string, change func(*Incident)) Incident {
	i := incident(id, "technical")
	change(&i)
	return i
}

func set(i Incident) Request { return Request{Op: OpSet, Incident: &i} }

func clearing(id string) Request { return Request{Op: OpClear, Incident: &Incident{ID: id}} }

func idsOf(s State) []string {
	var ids []string
	for _, one := range s.Incidents {
		ids = append(ids, one.ID)
	}
	return ids
}

func TestRules(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		incident Incident
		want     string // part of the message; empty: accepted
	}{
		{"plain", incident("a", "technical"), ""},
		{"everything", with("a-1.b_c", func(i *Incident) { i.Regions, i.Since = []string{"浙江", "上海"}, start() }), ""},
		{"as long as may be", with("a", func(i *Incident) { i.Text["zh-CN"] = strings.Repeat("字", 500) }), ""},
		{"no id", incident("", "technical"), "id \"\": want"},
		{"id with spaces", incident("a b", "technical"), "such as network-0610"},
		{"long id", incident(strings.Repeat("a", 65), "technical"), "…"},
		{"no such area", incident("a", "weather"), `area: there is no "weather"`},
		{"announced", with("a", func(i *Incident) { i.Since = start().Add(2 * time.Minute) }), "lies ahead"},
		{"a clock somewhat ahead", with("a", func(i *Incident) { i.Since = start().Add(30 * time.Second) }), ""},
		{"one language", with("a", func(i *Incident) { delete(i.Text, "en") }), "words in en are missing"},
		{"blank words", with("a", func(i *Incident) { i.Text["en"] = " " }), "words in en are missing"},
		{"a language too many", with("a", func(i *Incident) { i.Text["fr"] = "panne" }), `zh-CN and en, not in "fr"`},
		{"too long", with("a", func(i *Incident) { i.Text["zh-CN"] = strings.Repeat("字", 501) }), "at most 500 characters, got 501"},
		{"two lines", with("a", func(i *Incident) { i.Text["en"] = "a\nb" }), "one line of plain characters"},
		{"escape sequence", with("a", func(i *Incident) { i.Text["en"] = "a\x1b[31m" }), "one line of plain characters"},
		{"turned around", with("a", func(i *Incident) { i.Text["en"] = "a\u202eb" }), "one line of plain characters"},
		{"not UTF-8", with("a", func(i *Incident) { i.Text["en"] = "a\xff" }), "one line of plain characters"},
		{"a promise", with("a", func(i *Incident) { i.Text["zh-CN"] = "保证今天恢复" }), "text in zh-CN: promises"},
		{"region twice", with("a", func(i *Incident) { i.Regions = []string{"浙江", "浙江"} }), "is there twice"},
		{"empty region", with("a", func(i *Incident) { i.Regions = []string{""} }), "region"},
		{"long region", with("a", func(i *Incident) { i.Regions = []string{strings.Repeat("x", 65)} }), "1 to 64 plain characters"},
		{"regions without end", with("a", func(i *Incident) { i.Regions = strings.Split(strings.Repeat("x,", 41), ",") }), "at most 40"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := testRules().check(test.incident, start())
			var fault *Fault
			switch {
			case test.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case test.want != "" && (!errors.As(err, &fault) || fault.Code != codeInvalid || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestSetAndClear(t *testing.T) {
	t.Parallel()
	var s State
	now := start()
	do := func(request Request) error {
		now = now.Add(time.Minute)
		return s.apply(request, testRules(), now)
	}
	must := func(request Request) {
		t.Helper()
		if err := do(request); err != nil {
			t.Fatal(err)
		}
	}
	must(set(incident("b", "technical")))
	must(set(with("a", func(i *Incident) { i.Since = start() })))
	if got := idsOf(s); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("order %v, want the oldest first", got)
	}
	since := s.Incidents[1].Since
	must(set(incident("b", "policy")))
	if b, _ := s.incident("b"); b.Area != "policy" || !b.Since.Equal(since) || !b.Changed.Equal(now) {
		t.Errorf("changed to %+v", b)
	}
	if err := do(clearing("c")); err == nil || !strings.Contains(err.Error(), `no incident "c"; live: a, b`) {
		t.Errorf("clear of nothing: %v", err)
	}
	must(clearing("a"))
	must(Request{Op: OpClear, All: true})
	if err := do(clearing("a")); err == nil || !strings.Contains(err.Error(), "none is live") || len(s.Cleared) != 2 {
		t.Errorf("%v %+v", err, s.Cleared)
	}
	for i := range maxIncidents {
		must(set(incident(fmt.Sprintf("n%d", i), "all")))
	}
	var fault *Fault
	if err := do(set(incident("one-more", "all"))); !errors.As(err, &fault) || fault.Code != codeFull {
		t.Errorf("one too many: %v", err)
	}
	must(set(incident("n3", "policy"))) // no further one
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	network := Suggestion{ID: "spike-technical.network", Area: "technical.network", Category: "technical", Since: start(), Conversations: 9, Minutes: 10}
	for _, test := range []struct {
		name string
		do   func(*State) error
		left int
	}{
		{"nothing happens", func(*State) error { return nil }, 1},
		{"again", func(s *State) error { s.suggest(network); return nil }, 1},
		{"published", func(s *State) error { return s.set(incident("a", "technical.network"), start()) }, 0},
		{"published for the category", func(s *State) error { return s.set(incident("a", "technical"), start()) }, 0},
		{"published for everything", func(s *State) error { return s.set(incident("a", "all"), start()) }, 0},
		{"something else published", func(s *State) error { return s.set(incident("a", "policy"), start()) }, 1},
		{"dismissed", func(s *State) error { return s.apply(clearing(network.ID), testRules(), start()) }, 0},
		{"all cleared", func(s *State) error { return s.apply(Request{Op: OpClear, All: true}, testRules(), start()) }, 0},
		{"two hours later", func(s *State) error { s.prune(start().Add(suggestedFor + time.Second)); return nil }, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var s State
			s.suggest(network)
			if err := test.do(&s); err != nil || len(s.Suggested) != test.left {
				t.Errorf("%v: %+v", err, s.Suggested)
			}
		})
	}
	s := State{Incidents: []Incident{incident("a", "technical")}}
	if s.suggest(network); len(s.Suggested) != 0 {
		t.Error("suggested what is published")
	}
}

// However requests and lists reach the nodes, once all have heard of all they
// agree.
func TestNodesAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		nodes := make([]State, 3)
		now := start()
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(1, 3).Draw(t, "later")) * time.Second)
			node := &nodes[rapid.IntRange(0, 2).Draw(t, "node")]
			id := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "id")
			switch rapid.SampledFrom([]string{"set", "clear", "hear"}).Draw(t, "does") {
			case "set":
				area := rapid.SampledFrom([]string{"all", "technical", "policy"}).Draw(t, "area")
				if err := node.apply(set(incident(id, area)), testRules(), now); err != nil {
					t.Fatal(err)
				}
			case "clear":
				_ = node.apply(clearing(id), testRules(), now) // there may be none
			case "hear":
				other := nodes[rapid.IntRange(0, 2).Draw(t, "other")]
				if refused := node.merge(other, func(one Incident) error { return testRules().check(one, now) }); refused != nil {
					t.Fatal(refused)
				}
			}
		}
		for range 2 {
			for i := range nodes {
				for j := range nodes {
					nodes[i].merge(nodes[j], func(Incident) error { return nil })
				}
			}
		}
		for _, node := range nodes[1:] {
			if diff := cmp.Diff(listed(nodes[0].Incidents), listed(node.Incidents)); diff != "" {
				t.Fatalf("two nodes differ: %s", diff)
			}
		}
	})
}

func TestMergeRefuses(t *testing.T) {
	t.Parallel()
	now := start()
	theirs := State{
		Incidents: []Incident{
			with("fine", func(i *Incident) { i.Since, i.Changed = now, now }),
			with("other-pack", func(i *Incident) { i.Area, i.Changed = "weather", now }),
			with("clock-ahead", func(i *Incident) { i.Changed = now.Add(time.Hour) }),
			with("no-stamp", func(*Incident) {}),
		},
		Cleared: []Cleared{{ID: "mine", Changed: now.Add(time.Hour)}},
	}
	mine := State{Incidents: []Incident{with("mine", func(i *Incident) { i.Changed = now })}}
	refused := mine.merge(theirs.timely(now), func(one Incident) error { return testRules().check(one, now) })
	if got := idsOf(mine); !slices.Contains(got, "fine") || !slices.Contains(got, "mine") || len(got) != 2 {
		t.Errorf("live: %v", got)
	}
	if len(refused) != 1 || !strings.Contains(refused[0].Error(), "other-pack") {
		t.Errorf("refused: %v", refused)
	}
}

// A person may do to the file what they like; what they changed is what holds.
func TestAdoptFile(t *testing.T) {
	t.Parallel()
	now := start()
	at := func(id string, minutes int) Incident {
		return with(id, func(i *Incident) { i.Since, i.Changed = now, now.Add(time.Duration(minutes)*time.Minute) })
	}
	worded := func(i Incident, words string) Incident {
		i.Text = map[string]string{"zh-CN": words, "en": words}
		return i
	}
	later := now.Add(10 * time.Minute)
	for _, test := range []struct {
		name             string
		mine, seen, file State
		want             []Incident // with the words and stamps they must have
	}{
		{"first look", State{}, State{}, State{Incidents: []Incident{at("a", 1)}}, []Incident{at("a", 1)}},
		{"written by hand, without stamps", State{}, State{}, State{Incidents: []Incident{incident("a", "technical")}},
			[]Incident{with("a", func(i *Incident) { i.Since, i.Changed = later, later })}},
		{"nothing changed", State{Incidents: []Incident{at("a", 1)}}, State{Incidents: []Incident{at("a", 1)}}, State{Incidents: []Incident{at("a", 1)}}, []Incident{at("a", 1)}},
		{"added", State{Incidents: []Incident{at("a", 1)}}, State{Incidents: []Incident{at("a", 1)}}, State{Incidents: []Incident{at("a", 1), at("b", 2)}}, []Incident{at("a", 1), at("b", 2)}},
		{"taken out", State{Incidents: []Incident{at("a", 1), at("b", 1)}}, State{Incidents: []Incident{at("a", 1), at("b", 1)}}, State{Incidents: []Incident{at("b", 1)}}, []Incident{at("b", 1)}},
		{"file removed", State{Incidents: []Incident{at("a", 1)}}, State{Incidents: []Incident{at("a", 1)}}, State{}, nil},
		{"cleared by the command", State{Incidents: []Incident{at("a", 1)}}, State{Incidents: []Incident{at("a", 1)}}, State{Cleared: []Cleared{{"a", now.Add(2 * time.Minute)}}}, nil},
		{"reworded under the old stamp", State{Incidents: []Incident{at("a", 1)}}, State{Incidents: []Incident{at("a", 1)}}, State{Incidents: []Incident{worded(at("a", 1), "new")}},
			[]Incident{worded(at("a", 10), "new")}},
		{"mine could not be written yet", State{Incidents: []Incident{at("a", 1), at("b", 3)}}, State{Incidents: []Incident{at("a", 1)}}, State{Incidents: []Incident{at("a", 1), at("c", 2)}},
			[]Incident{at("a", 1), at("b", 3), at("c", 2)}},
		{"my change could not be written yet", State{Incidents: []Incident{worded(at("a", 3), "mine")}}, State{Incidents: []Incident{at("a", 1)}}, State{Incidents: []Incident{at("a", 1), at("b", 2)}},
			[]Incident{worded(at("a", 3), "mine"), at("b", 2)}},
		{"brought back from a copy", State{Cleared: []Cleared{{"a", now.Add(5 * time.Minute)}}}, State{Cleared: []Cleared{{"a", now.Add(5 * time.Minute)}}}, State{Incidents: []Incident{at("a", 1)}},
			[]Incident{at("a", 10)}},
		{"a stamp far ahead", State{}, State{}, State{Incidents: []Incident{at("a", 999)}}, []Incident{at("a", 10)}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := test.mine.clone()
			got.adopt(test.file, test.seen, later)
			if diff := cmp.Diff(listed(test.want), listed(got.Incidents)); diff != "" {
				t.Errorf("(-want +got) %s", diff)
			}
		})
	}
}
