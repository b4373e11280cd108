package intents

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
)

// shippedModel trains the shipped model once for all tests.
func shippedModel(t testing.TB) *Model {
	t.Helper()
	m, err := trainOnce()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var trainOnce = sync.OnceValues(TrainShipped)

func TestClassify(t *testing.T) {
	t.Parallel()
	m := shippedModel(t)
	for _, test := range []struct{ text, want string }{
		{"身份证过期了还能开借呗不", "fail.identity"},
		{"提示我综合评估没通过", "fail.review_rejected"},
		{"怎么把借呗关掉", "cancel"},
		{"开借呗要什么条件", "how.requirements"},
		{"我有两个支付宝，另一个开了花呗", "fail.other_account"},
		{"这个月账单分期利息多少", "other"},
		{"转人工", "agent"},
		{"你好", "greet"},
		{"谢谢", "thanks"},
	} {
		if got := m.Classify(test.text).Top().Intent; got != test.want {
			t.Errorf("Classify(%q) = %s, want %s", test.text, got, test.want)
		}
	}
}

// A cause the person says does not hold must not be answered as the cause.
func TestDeniedCauseDoesNotWin(t *testing.T) {
	t.Parallel()
	m := shippedModel(t)
	for _, test := range []struct{ text, not string }{
		{"我没有逾期，为什么借呗开不了", "fail.credit_bad"},
		{"从来没逾期过为啥花呗没有了", "fail.credit_bad"},
		{"都实名认证过了，身份证也没过期，还是开通不了", "fail.identity"},
		{"不是网络问题，就是开不了借呗", "fail.network"},
		{"已经是最新版本了还是没有借呗", "fail.version"},
		{"我早就成年了为什么开不了", "fail.underage"},
	} {
		if got := m.Classify(test.text).Top().Intent; got == test.not {
			t.Errorf("Classify(%q) = %s, which the text denies", test.text, got)
		}
	}
}

func TestClassifyNothing(t *testing.T) {
	t.Parallel()
	m := shippedModel(t)
	for _, text := range []string{"", "   ", "？？？", "😭😭", "\xff\xfe", strings.Repeat("\u200b", 5000)} {
		r := m.Classify(text)
		if r.Scope != OutOfScope || len(r.Ranking) == 0 {
			t.Errorf("Classify(%q) = %+v, want out of scope with a ranking", text, r)
		}
	}
}

func TestRankingIsOrderedAndSumsToAtMostOne(t *testing.T) {
	t.Parallel()
	r := shippedModel(t).Classify("借呗之前能用现在说我不符合条件")
	sum := 0.0
	for _, c := range r.Ranking {
		sum += c.Confidence
	}
	ordered := slices.IsSortedFunc(r.Ranking, func(a, b Candidate) int {
		if a.Confidence > b.Confidence {
			return -1
		}
		return 1
	})
	if len(r.Ranking) != maxRanking || !ordered || sum > 1.000001 {
		t.Errorf("ranking %+v", r.Ranking)
	}
}

// Texts of other spellings, sizes and scripts must not break or stall.
func TestClassifyPathologicalTexts(t *testing.T) {
	t.Parallel()
	m := shippedModel(t)
	for _, text := range []string{
		strings.Repeat("为什么借呗", 50_000),
		strings.Repeat("a", 1<<20),
		strings.Repeat("没有没有是不是逾期", 10_000),
		strings.Repeat("e\u0301\u0302", 100_000),
		strings.Repeat("9", 5000) + "岁",
		strings.Repeat("九十", 500) + "万元",
		"ﷺ" + strings.Repeat("ﷺ", 1000),
	} {
		if r := m.Classify(text); len(r.Ranking) == 0 {
			t.Errorf("no ranking for %d bytes", len(text))
		}
	}
}

func TestConcurrentUseGivesTheSameReading(t *testing.T) {
	t.Parallel()
	m := shippedModel(t)
	texts := []string{"借呗开不了", "I'm 17, can I open Jie Bei", "没有逾期为什么没额度", "第二个呢"}
	want := make([]string, len(texts))
	for i, text := range texts {
		want[i] = asJSON(t, m.Classify(text))
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for n := range 200 {
				i := n % len(texts)
				if got := m.Classify(texts[i]); asJSON(t, got) != want[i] {
					t.Errorf("Classify(%q) = %+v, want %s", texts[i], got, want[i])
				}
			}
		})
	}
	group.Wait()
}

func asJSON(t *testing.T, r Result) string {
	raw, err := json.Marshal(r)
	if err != nil {
		t.Error(err)
	}
	return string(raw)
}

func TestTrainingIsDeterministic(t *testing.T) {
	t.Parallel()
	corpus := toyCorpus()
	for name, o := range map[string]Options{"default": DefaultOptions(), "thorough": ThoroughOptions()} {
		a, err := Train(corpus, o)
		if err != nil {
			t.Fatal(err)
		}
		b, err := Train(corpus, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, u := range corpus {
			if x, y := asJSON(t, a.Classify(u.Text+" 呢")), asJSON(t, b.Classify(u.Text+" 呢")); x != y {
				t.Errorf("%s: two trainings read %q differently: %s, %s", name, u.Text, x, y)
			}
		}
	}
}

func TestTrainNeedsTwoIntents(t *testing.T) {
	t.Parallel()
	if _, err := Train(toyCorpus()[:2], DefaultOptions()); err == nil {
		t.Error("training on one intent succeeded")
	}
}

func toyCorpus() Corpus {
	var corpus Corpus
	for intent, texts := range map[string][]string{
		"red":  {"红色的花", "红花", "红苹果", "一片红", "red rose"},
		"blue": {"蓝色的天", "蓝天", "蓝墨水", "一片蓝", "blue sky"},
		"any":  {"什么颜色都行", "颜色随便", "都可以", "whatever colour"},
	} {
		for _, text := range texts {
			corpus = append(corpus, Utterance{Text: text, Intent: intent})
		}
	}
	slices.SortFunc(corpus, func(a, b Utterance) int { return strings.Compare(b.Intent+b.Text, a.Intent+a.Text) })
	return corpus
}

func FuzzClassify(f *testing.F) {
	for _, text := range []string{"我17", "借呗 开不了", "why??", "第9999999999999999999个", "11月5号 1.2.3 3万", "没有不是没逾期", "两万两千两百两", "I am 17 y/o, v1.2"} {
		f.Add(text)
	}
	m := shippedModel(f)
	f.Fuzz(func(t *testing.T, text string) {
		r := m.Classify(text)
		if len(r.Ranking) == 0 || len(r.Ranking) > maxRanking {
			t.Fatalf("Classify(%q): %d candidates", text, len(r.Ranking))
		}
		for _, c := range r.Ranking {
			if !(c.Confidence >= 0 && c.Confidence <= 1) {
				t.Fatalf("Classify(%q): confidence %v", text, c.Confidence)
			}
		}
	})
}

func TestClassifyIntoDoesNotAllocate(t *testing.T) {
	m := shippedModel(t)
	var scratch Scratch
	var result Result
	texts := []string{"为什么我的蚂蚁借呗一直开通不了怎么办呀呢", "我沒有逾期，為什麼ＪＩＥＢＥＩ開不了？", "why can't i open jie bei", "好的知道了", "算了 不要人工了", "我上高一", "are you a bot?", "气死我了"}
	for _, text := range texts {
		m.ClassifyInto(text, &scratch, &result)
		if n := testing.AllocsPerRun(100, func() { m.ClassifyInto(text, &scratch, &result) }); n != 0 {
			t.Errorf("%q: %v allocations", text, n)
		}
	}
}

func BenchmarkClassify(b *testing.B) {
	m := shippedModel(b)
	var scratch Scratch
	var result Result
	for name, text := range map[string]string{
		"22runes":  "为什么我的蚂蚁借呗一直都开通不了该怎么办呢",
		"12runes":  "借呗怎么开通不了呀什么鬼",
		"english":  "why can't i activate ant jie bei on my phone",
		"110runes": strings.Repeat("为什么我的蚂蚁借呗一直都开通不了该怎么办呢", 5),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				m.ClassifyInto(text, &scratch, &result)
			}
		})
	}
}

func BenchmarkTrainShipped(b *testing.B) {
	for b.Loop() {
		m, err := TrainShipped()
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(m.ranker.linear.rows)*4)/(1<<20), "model-MB")
	}
}
