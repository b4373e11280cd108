package intents

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func shippedEntities(t testing.TB) *entities {
	t.Helper()
	words, err := shippedLexica()
	if err != nil {
		t.Fatal(err)
	}
	return words.entities.in(testYear)
}

func TestEntities(t *testing.T) {
	t.Parallel()
	e := shippedEntities(t)
	named := func(kind EntityKind, values ...string) (out []Entity) {
		for _, v := range values {
			out = append(out, Entity{Kind: kind, Value: v})
		}
		return out
	}
	denied := func(value string) Entity { return Entity{EntityCause, value, true} }
	cause := func(value string) Entity { return Entity{EntityCause, value, false} }
	for _, test := range []struct {
		text string
		kind EntityKind
		want []Entity
	}{
		{"蚂蚁借贝和花吧怎么都没了", EntityProduct, named(EntityProduct, "jiebei", "huabei")},
		{"有了网商贷就没借呗", EntityProduct, named(EntityProduct, "wangshangdai", "jiebei")},
		{"my sesame score is fine but Jie Bei is gone", EntityProduct, named(EntityProduct, "zhima", "jiebei")},

		{"提示「综合评估未通过」", EntityQuote, named(EntityQuote, "综合评估未通过")},
		{"說申請人數太多", EntityQuote, named(EntityQuote, "申请人数过多")},
		{"当前操作存在风险怎么解除", EntityQuote, named(EntityQuote, "当前操作存在风险")},
		{"it said system busy", EntityQuote, named(EntityQuote, "系统繁忙")},

		{"支付宝版本10.3.20能开吗", EntityAppVersion, named(EntityAppVersion, "10.3.20")},
		{"my app is v9.1", EntityAppVersion, named(EntityAppVersion, "9.1")},
		{"利息0.05怎么算", EntityAppVersion, nil},

		{"我17", EntityAge, named(EntityAge, "17")},
		{"我17能开吗", EntityAge, named(EntityAge, "17")},
		{"十七岁可以开通吗", EntityAge, named(EntityAge, "17")},
		{"我今年二十一了", EntityAge, named(EntityAge, "21")},
		{"未满18能用吗", EntityAge, named(EntityAge, "18")},
		{"i am 17 y/o", EntityAge, named(EntityAge, "17")},
		{"17 years old and no button", EntityAge, named(EntityAge, "17")},
		{"i'm 16, can i open it", EntityAge, named(EntityAge, "16")},
		{"我17号还款", EntityAge, nil},
		{"我18个月没逾期", EntityAge, nil},
		{"我600多分", EntityAge, nil},

		{"借了5000元", EntityAmount, named(EntityAmount, "5000")},
		{"欠两万块", EntityAmount, named(EntityAmount, "20000")},
		{"额度1.5万", EntityAmount, named(EntityAmount, "15000")},
		{"消费3w", EntityAmount, named(EntityAmount, "30000")},
		{"i owe 300 yuan", EntityAmount, named(EntityAmount, "300")},
		{"600分够吗", EntityAmount, nil},

		{"11月5号关的", EntityDate, named(EntityDate, "11月5号")},
		{"2024年3月关闭的", EntityDate, named(EntityDate, "2024年3月")},
		{"closed on 2024-11-05", EntityDate, named(EntityDate, "2024-11-05")},
		{"昨天还有今天就没了", EntityDate, named(EntityDate, "昨天", "今天")},
		{"等了3个月", EntityDate, nil},

		{"第二个呢", EntityOrdinal, named(EntityOrdinal, "2")},
		{"说说第2个", EntityOrdinal, named(EntityOrdinal, "2")},
		{"第三条怎么办", EntityOrdinal, named(EntityOrdinal, "3")},
		{"what about the second one", EntityOrdinal, named(EntityOrdinal, "2")},
		{"the 3rd reason please", EntityOrdinal, named(EntityOrdinal, "3")},
		{"第二次申请", EntityOrdinal, nil},
		{"first of all thanks", EntityOrdinal, nil},

		{"那怎么办", EntityFollowUp, named(EntityFollowUp, "what_now")},
		{"然后呢？", EntityFollowUp, named(EntityFollowUp, "what_now")},
		{"为什么啊", EntityFollowUp, named(EntityFollowUp, "why")},
		{"还有吗", EntityFollowUp, named(EntityFollowUp, "more")},
		{"要多久", EntityFollowUp, named(EntityFollowUp, "how_long")},
		{"What now?", EntityFollowUp, named(EntityFollowUp, "what_now")},
		{"ok so what do i do now", EntityFollowUp, named(EntityFollowUp, "what_now")},
		{"why", EntityFollowUp, named(EntityFollowUp, "why")},
		{"how long does it take?", EntityFollowUp, named(EntityFollowUp, "how_long")},
		{"为什么我的借呗开通不了", EntityFollowUp, nil},
		{"身份证过期怎么办", EntityFollowUp, nil},
		{"why can't i open it", EntityFollowUp, nil},

		{"我没有逾期", EntityCause, []Entity{denied("fail.credit_bad")}},
		{"从来没有逾期过", EntityCause, []Entity{denied("fail.credit_bad")}},
		{"我都是按时还款的", EntityCause, []Entity{denied("fail.credit_bad")}},
		{"逾期过一次", EntityCause, []Entity{cause("fail.credit_bad")}},
		{"没按时还会怎样", EntityCause, []Entity{cause("fail.credit_bad")}},
		{"有没有逾期怎么看", EntityCause, []Entity{cause("fail.credit_bad")}},
		{"是不是逾期的原因", EntityCause, []Entity{cause("fail.credit_bad")}},
		{"都实名了还是不行", EntityCause, []Entity{denied("fail.identity")}},
		{"没有实名", EntityCause, []Entity{cause("fail.identity")}},
		{"还没实名认证", EntityCause, []Entity{cause("fail.identity")}},
		{"不是网络问题", EntityCause, []Entity{denied("fail.network")}},
		{"网络没问题啊", EntityCause, []Entity{denied("fail.network")}},
		{"已经是最新版本了", EntityCause, []Entity{denied("fail.version")}},
		{"我成年了", EntityCause, []Entity{denied("fail.underage")}},
		{"我还没成年", EntityCause, []Entity{cause("fail.underage")}},
		{"没有负债", EntityCause, []Entity{denied("fail.debt")}},
		{"I have no overdue", EntityCause, []Entity{denied("fail.credit_bad")}},
		{"i never paid late", EntityCause, []Entity{denied("fail.credit_bad")}},
		{"not a network problem", EntityCause, []Entity{denied("fail.network")}},
		{"I'm already verified", EntityCause, []Entity{denied("fail.identity")}},
		{"没有逾期但是身份证过期了", EntityCause, []Entity{denied("fail.credit_bad"), cause("fail.identity")}},
	} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			var got []Entity
			for _, x := range e.find([]rune(Normalize(test.text)), new(finder), nil) {
				if x.Kind == test.kind {
					got = append(got, x)
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("%q (-want +got):\n%s", Normalize(test.text), diff)
			}
		})
	}
}
