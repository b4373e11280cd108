package gaps_test

import (
	"fmt"
	"io/fs"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"kaitong/bot/gaps"
	"kaitong/intents"
)

// language is what the shipped pack speaks; training it takes a while.
type language struct {
	source *intents.Source
	model  *intents.Model
}

func TestGaps(t *testing.T) {
	t.Parallel()
	source, err := intents.Load(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	model, err := source.Train(source.Options())
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]func(*testing.T, language){
		"ClustersTellTopicsApart":             testClustersTellTopicsApart,
		"ClustersDoNotDependOnTheOrder":       testClustersDoNotDependOnTheOrder,
		"MeaningsJoinWhatIsSaidInOtherWords":  testMeaningsJoinWhatIsSaidInOtherWords,
		"MeaningsThatSayNothingChangeNothing": testMeaningsThatSayNothingChangeNothing,
		"DraftsAreReadByAPack":                testDraftsAreReadByAPack,
		"EvaluateTriesWhatWasNotLearned":      testEvaluateTriesWhatWasNotLearned,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, language{source, model})
		})
	}
}

func topics() map[string][]string {
	return map[string][]string{
		"coupon": {"免息券怎么领", "借呗免息券在哪里看", "有没有七天免息券", "免息券领了用不了", "哪里可以领免息券", "免息券过期了怎么办",
			"我的免息券去哪了", "怎么领取借呗免息券", "免息券怎么用", "免息券在哪儿", "还有免息券吗", "借呗有免息券吗"},
		"invoice": {"借呗利息能开发票吗", "怎么开利息发票", "利息发票去哪里开", "可以给我开一张发票吗"},
		"rename":  {"借呗升级成信用贷之后额度去哪了", "借呗怎么变成信用贷了", "信用贷和借呗有什么区别", "借呗改名信用贷了吗"},
	}
}

func asked() []gaps.Asked {
	var list []gaps.Asked
	at := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	for _, topic := range []string{"coupon", "invoice", "rename"} {
		for i, text := range topics()[topic] {
			list = append(list, gaps.Asked{
				Conversation: fmt.Sprintf("c_%s_%d", topic, i), Version: 1, At: at.Add(time.Duration(len(list)) * time.Hour), Locale: "zh-CN", Text: text,
			})
		}
	}
	again := list[0]
	again.Conversation, again.At = "c_again", again.At.Add(90*time.Hour)
	return append(list, again)
}

func testClustersTellTopicsApart(t *testing.T, l language) {
	clusters := gaps.Clusters(l.model, l.source.Corpus(), asked(), nil)
	for topic, texts := range topics() {
		most := 0
		for _, c := range clusters {
			shared := 0
			for _, text := range c.Texts {
				if slices.Contains(texts, text) {
					shared++
				}
			}
			if shared > 0 && shared < len(c.Texts) {
				t.Errorf("%q are one cluster, and not all are about %s", c.Texts, topic)
			}
			most = max(most, shared)
		}
		if 3*most < 2*len(texts) {
			t.Errorf("%s: at most %d of %d questions are together", topic, most, len(texts))
		}
	}
	first := clusters[0]
	if first.Texts[0] == "" || !strings.Contains(first.Texts[0], "免息券") || !first.Foreign {
		t.Errorf("the largest cluster is %q, foreign %v", first.Texts, first.Foreign)
	}
	if first.People != len(first.Asked) || first.Asked[0].Conversation != "c_again" {
		t.Errorf("%d people asked %d times, the latest is %q", first.People, len(first.Asked), first.Asked[0].Conversation)
	}
}

func testClustersDoNotDependOnTheOrder(t *testing.T, l language) {
	model, list := l.model, asked()
	want := gaps.Clusters(model, l.source.Corpus(), list, nil)
	shuffled := slices.Clone(list)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	if got := gaps.Clusters(model, l.source.Corpus(), shuffled, nil); !reflect.DeepEqual(got, want) {
		t.Errorf("in another order:\n%+v\nwant\n%+v", got, want)
	}
	if got := gaps.Clusters(model, l.source.Corpus(), nil, nil); len(got) != 0 {
		t.Errorf("of nothing came %v", got)
	}
}

func testDraftsAreReadByAPack(t *testing.T, l language) {
	hostile := []string{`"]}: - {x: 1}`, "=cmd|' /C calc'!A0", "two\nlines: yes", "免息券 # 怎么领", `back\slash "quotes"`, "<script>alert(1)</script>", "'single", "- a", "null", "怎么领\u2028券"}
	var list []gaps.Asked
	for i, text := range hostile {
		list = append(list, gaps.Asked{Conversation: fmt.Sprint(i), Text: text})
	}
	for _, c := range append(gaps.Clusters(l.model, l.source.Corpus(), list, nil), gaps.Clusters(l.model, l.source.Corpus(), asked(), nil)...) {
		for _, kind := range []gaps.Kind{gaps.Entry, gaps.Utterances} {
			draft, err := c.Draft(kind, []string{"zh-CN", "en"}, time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC))
			if err != nil {
				t.Fatal(err)
			}
			loadDraft(t, c, draft)
		}
		for _, word := range []string{"coupon", "../../evil", "a: b", "A"} {
			c.Name = gaps.Name{Word: word, Label: map[string]string{"zh-CN": hostile[0], "en": "How do I get a coupon?"}}
			draft, err := c.Draft(gaps.Entry, []string{"zh-CN", "en"}, time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC))
			if err != nil {
				t.Fatal(err)
			}
			if (draft.Intent == "ask.coupon") != (word == "coupon") {
				t.Errorf("%q: the intent %q", word, draft.Intent)
			}
			loadDraft(t, c, draft)
		}
	}
}

// loadDraft reads a draft as the language of a pack.
func loadDraft(t *testing.T, c gaps.Cluster, draft gaps.Draft) {
	t.Helper()
	pack := fstest.MapFS{}
	answers := 0
	for _, file := range draft.Files {
		if name, ok := strings.CutPrefix(file.Path, "intents/"); ok {
			pack[name] = &fstest.MapFile{Data: []byte(file.Content)}
			continue
		}
		answers++
		if file.Path != "answers/"+draft.Intent+".yaml" || !fs.ValidPath(file.Path) {
			t.Errorf("path %q", file.Path)
		}
	}
	if draft.Kind == gaps.Entry && answers != 1 {
		t.Errorf("an entry with %d answers", answers)
	}
	if len(pack) == 0 {
		t.Fatalf("no wordings for %q", c.Texts)
	}
	source, err := intents.Load(pack, nil)
	if err != nil {
		t.Fatalf("%v\nof %q", err, c.Texts)
	}
	if !slices.Contains(source.Labels(), draft.Intent) {
		t.Errorf("%s was not learned", draft.Intent)
	}
}

func testEvaluateTriesWhatWasNotLearned(t *testing.T, l language) {
	cluster := gaps.Clusters(l.model, l.source.Corpus(), asked(), nil)[0]
	draft, err := cluster.Draft(gaps.Entry, []string{"zh-CN", "en"}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	got, err := gaps.Evaluate(l.source, l.model, cluster, draft)
	if err != nil {
		t.Fatal(err)
	}
	if got.Questions != len(cluster.Texts) || got.Before != 0 || got.After == 0 || 2*(got.After+got.Offered) < got.Questions {
		t.Errorf("%+v, want at least half of the questions read rightly", got)
	}
	if got.Elsewhere < 1000 || 50*got.Lost > got.Elsewhere {
		t.Errorf("of %d utterances read rightly before, %d no longer are", got.Elsewhere, got.Lost)
	}
	few := cluster
	few.Texts = few.Texts[:3]
	if got, err := gaps.Evaluate(l.source, l.model, few, draft); err != nil || got != (gaps.Evaluation{}) {
		t.Errorf("too few: %+v, %v", got, err)
	}
}
