package gaps_test

import (
	"fmt"
	"hash/fnv"
	"strings"
	"testing"
	"time"

	"kaitong/bot/gaps"
)

// labelled are questions by what they ask, in words that have little in common.
func labelled() map[string][]string {
	return map[string][]string{
		"coupon":  {"免息券怎么领", "有没有不收利息的优惠", "利息减免的活动在哪", "哪里可以薅羊毛少付点息", "新人福利能抵利息吗", "折扣券从哪儿拿"},
		"invoice": {"利息能开发票吗", "想报销，要个票据", "可以给我开收据吗", "公司财务要凭证", "电子发票发到哪个邮箱"},
		"card":    {"换了银行卡怎么改绑", "扣款账户想换成工行的", "绑的卡注销了怎么办", "新办的储蓄卡能加进去吗", "自动扣钱的卡不想用这张了"},
		"early":   {"能提前还清吗", "一次结掉要违约金吗", "早点还完会不会省钱", "剩下的几期我想一起付", "提前结清怎么操作"},
		"death":   {"父亲去世了他的账怎么处理", "家里老人走了欠款谁还", "用户过世后要办什么手续", "亲人不在了，借的钱怎么办"},
		"tax":     {"借的钱要交税吗", "这笔收入需要申报个税吗", "个人所得税怎么算这个"},
	}
}

func labelledAsked() (list []gaps.Asked, topic map[string]string) {
	topic = map[string]string{}
	at := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	for _, name := range []string{"coupon", "invoice", "card", "early", "death", "tax"} {
		for i, text := range labelled()[name] {
			topic[text] = name
			list = append(list, gaps.Asked{Conversation: fmt.Sprint(name, i), Version: 1, At: at.Add(time.Duration(len(list)) * time.Hour), Locale: "zh-CN", Text: text})
		}
	}
	return list, topic
}

// words that a made-up embedding takes for one thing. It was made for these questions,
// so it says what vectors are worth that know what texts mean, and nothing about
// those of any model.
func concepts() [][]string {
	return [][]string{
		{"免息", "不收利息", "减免", "薅羊毛", "福利", "折扣", "优惠"}, {"发票", "票据", "收据", "凭证", "报销"}, {"绑", "储蓄卡", "扣款账户", "自动扣钱"},
		{"提前", "结掉", "早点还", "一起付"}, {"去世", "走了", "过世", "不在了"}, {"税"},
	}
}

// embedded is a made-up embedding: something all have in common, what a text is about,
// and some noise that is the same each time.
func embedded(text string, knows bool) []float32 {
	v := make([]float32, 264)
	v[0] = 2
	for i, words := range concepts() {
		for _, word := range words {
			if knows && strings.Contains(text, word) {
				v[1+i] = 1
			}
		}
	}
	for i := range 256 {
		sum := fnv.New32a()
		fmt.Fprint(sum, text, i)
		v[8+i] += float32(sum.Sum32()%1000)/8000 - 0.0625
	}
	return v
}

func meanings(list []gaps.Asked, knows bool) gaps.Meanings {
	m := gaps.Meanings{}
	for _, text := range gaps.Texts(list) {
		m[text] = embedded(text, knows)
	}
	return m
}

// agreement is how many pairs of one topic are together, of all there are, and how
// many that are together are of one topic.
func agreement(clusters []gaps.Cluster, topic map[string]string) (recall, precision float64) {
	at := map[string]int{}
	for i, c := range clusters {
		for _, text := range c.Texts {
			at[text] = i
		}
	}
	same, together, both := 0.0, 0.0, 0.0
	for a := range topic {
		for b := range topic {
			if a >= b {
				continue
			}
			if topic[a] == topic[b] {
				same++
			}
			if at[a] == at[b] {
				together++
				if topic[a] == topic[b] {
					both++
				}
			}
		}
	}
	return both / same, both / max(together, 1)
}

func testMeaningsJoinWhatIsSaidInOtherWords(t *testing.T, l language) {
	list, topic := labelledAsked()
	words := gaps.Clusters(l.model, l.source.Corpus(), list, nil)
	meant := gaps.Clusters(l.model, l.source.Corpus(), list, meanings(list, true))
	recall, precision := agreement(words, topic)
	after, pure := agreement(meant, topic)
	t.Logf("by words: %d groups, recall %.2f, precision %.2f; with a made-up embedding: %d groups, recall %.2f, precision %.2f",
		len(words), recall, precision, len(meant), after, pure)
	if after < 2*recall || after < 0.7 || pure < 0.9 {
		t.Errorf("recall %.2f to %.2f, precision %.2f to %.2f", recall, after, precision, pure)
	}
	asked := 0
	for _, c := range meant {
		asked += len(c.Asked)
	}
	if asked != len(list) {
		t.Errorf("%d of %d questions are in groups", asked, len(list))
	}
}

// Vectors that say nothing, are missing, or do not fit leave groups as they are.
func testMeaningsThatSayNothingChangeNothing(t *testing.T, l language) {
	list, _ := labelledAsked()
	want := len(gaps.Clusters(l.model, l.source.Corpus(), list, nil))
	few, uneven, same := meanings(list[:5], true), meanings(list, true), gaps.Meanings{}
	for i, text := range gaps.Texts(list) {
		uneven[text] = uneven[text][:len(uneven[text])-i]
		same[text] = []float32{1, 2, 3}
	}
	for name, m := range map[string]gaps.Meanings{"noise": meanings(list, false), "few": few, "of uneven length": uneven, "all the same": same, "none": {}} {
		if got := len(gaps.Clusters(l.model, l.source.Corpus(), list, m)); got != want {
			t.Errorf("%s: %d groups, want %d", name, got, want)
		}
	}
}
