package bot_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	"kaitong/bot"
)

// weighty are words that change what a sentence says, wherever they stand.
func weighty() []string {
	return strings.Fields("额度 利息 收费 逾期 贷款 批准 拒绝 立即 永久 全部 部分 免费 失败 增加 减少 删除 关闭 打开 还款 借款 账单 账号 密码 征信 记录 评估 申请 恢复 提交 更新 " +
		"网络 手机 身份证 银行卡 公积金 客服 机构 分数 消费 证件 协议 入口 版本 订单 押金 黑户 高薪 熟人 优先 自动 强制 停止 转移 注销 欠款 罚息 起诉 催收 中介 刷单 提额 秒批 冻结 名额 邀请 升级 降级 年龄 学生 地区 公司 工资 房产 孩子 结婚 朋友 家人")
}

// mutations change a text in one place, as a model might that was talked into it.
// They return "" where there is no such place.
func mutations() map[string]func(r *rand.Rand, text string) string {
	word := func(r *rand.Rand, of []string) string {
		if len(of) == 0 {
			return ""
		}
		return of[r.IntN(len(of))]
	}
	held := func(text string) []string {
		return slices.DeleteFunc(weighty(), func(w string) bool { return !strings.Contains(text, w) })
	}
	return map[string]func(*rand.Rand, string) string{
		"a word put in": func(r *rand.Rand, text string) string {
			runes := []rune(text)
			at := r.IntN(len(runes))
			if !unicode.Is(unicode.Han, runes[at]) {
				return ""
			}
			return string(runes[:at]) + word(r, weighty()) + string(runes[at:])
		},
		"a word in the place of another": func(r *rand.Rand, text string) string {
			return strings.Replace(text, word(r, held(text)), word(r, weighty()), 1)
		},
		"two words changed": func(r *rand.Rand, text string) string {
			a, b := word(r, held(text)), word(r, held(text))
			if a == b {
				return ""
			}
			return strings.NewReplacer(a, b, b, a).Replace(text)
		},
		"a clause left out": func(r *rand.Rand, text string) string {
			clauses := strings.SplitAfter(text, "，")
			if len(clauses) < 3 {
				return ""
			}
			at := 1 + r.IntN(len(clauses)-2)
			return strings.Join(append(append([]string(nil), clauses[:at]...), clauses[at+1:]...), "")
		},
	}
}

// A text with a place changed at random is not taken for the text.
func TestTextsChangedAtRandomAreRefused(t *testing.T) {
	t.Parallel()
	base, err := shippedBase()
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, answer := range base.Answers() {
		for _, paragraph := range answer.Text {
			all = append(all, paragraph.In("zh-CN"))
		}
	}
	hold, r := faith(t, "zh-CN"), rand.New(rand.NewPCG(1, 2))
	for name, mutate := range mutations() {
		tried, let := 0, 0
		for range 2000 {
			text := all[r.IntN(len(all))]
			said := mutate(r, text)
			if said == "" || said == text {
				continue
			}
			tried++
			rewording := bot.Rewording{Locale: "zh-CN", Paragraphs: []bot.Paragraph{{ID: "p1", Text: text}}}
			if bot.Faithful(rewording, []bot.Sentence{{Text: said, Cites: []string{"p1"}}}, hold) == nil {
				if let++; let <= 5 {
					t.Logf("%s:\n%s\n%s", name, text, said)
				}
			}
		}
		t.Logf("%s: %d of %d let through", name, let, tried)
		if tried < 300 || let > 0 {
			t.Errorf("%s: %d of %d let through", name, let, tried)
		}
	}
}
