package intents

import (
	"strconv"
	"testing"
)

// The year the tests take as the current one.
const testYear = 2026

func TestAges(t *testing.T) {
	t.Parallel()
	e := shippedEntities(t)
	for text, want := range map[string]int{
		"我上初二了": 14, "初一": 13, "初三学生能开吗": 15, "我是初中生": 15, "我是高中生可以开通花呗吗": 16, "小学生": 11,
		"我上高一": 15, "高三": 17, "我高二了": 16, "我在读高三": 17, "还在上高中": 16, "今年读初三": 15,
		"才17": 17, "刚满16": 16, "我十六": 16, "我十七呢": 17, "17岁10个月": 17, "还有两个月满18": 17, "下个月就满18了": 17, "我还没满18": 17,
		"我2010年出生": 16, "10年出生的": 16, "我是2010年生的": 16, "一二年出生的可以吗": 14, "出生于2011年": 15, "2009年3月出生": 17, "95年出生的": 31, "我1988年生": 38,
		"我满18了": 18, "我已经成年了": 18, "已经满十八了": 18, "i am 18 now": 18, "I'm an adult": 18, "我20岁了": 20,
		"seventeen": 17, "i am seventeen": 17, "i'm 16": 16, "im 15": 15, "15 y/o": 15, "9th grade": 14, "I'm in 10th grade": 15,
		"i go to middle school": 13, "i'm in high school": 16, "i am a high school student": 16, "elementary school student": 10,
		"i turn 18 next month": 17, "turning 18 soon": 17, "17 and 10 months": 17, "i'm 17 and 10 months": 17, "I was born in 2010": 16, "born in 1990": 36,
		"i will be 18 in december": 17, "im still in school": 16,

		"我17 想开借呗": 17, "今年17了 能开不": 17, "我17怎么开不了": 17, "我17号还款": 0, "我今年17号申请的": 0, "今年10月还款": 0,

		// somebody else's
		"我孩子17岁": 0, "儿子今年16": 0, "我儿子今年16岁": 0, "我女儿15岁能开吗": 0, "我弟弟17": 0, "我女儿想开，17岁能开吗": 0, "我儿子上高二": 0, "我女儿2010年出生": 0, "他才17": 0,
		"my son is 16 years old": 0, "my daughter is 17 years old": 0, "my kid is in high school": 0, "my kid turns 18 next month": 0, "he is 17 years old": 0, "my brother was born in 2010": 0,
		"my younger brother is 15 years old": 0, "I have a 16 year old son": 0, "我有个17岁的儿子": 0, "给16岁的孩子开": 0, "my 15-year-old daughter wants it": 0,
		// the speaker's, for all the others around
		"我妈说我17岁": 17, "我妈不让我开，17岁能开吗": 17, "我还是个孩子，才17": 17, "我是小孩17岁": 17, "我是17岁的孩子": 17, "i'm a 16 year old boy": 16, "i'm just a kid, i'm 15": 15, "我儿子说我才17岁": 17, "my mom says i am 17": 17, "i am 17 and my brother is 20 years old": 17, "用我爸的号开，我16岁": 16,
		"大一": 0, "我是大学生": 0, "大三学生": 0, "18": 0, "工作3年": 0, "用了15天": 0, "5年": 0, "借了15000": 0, "10年的老用户": 0, "用了10年了": 0,
		"提高一下额度": 0, "额度高一点": 0, "大年初一还款": 0, "高中毕业": 0, "我高中毕业了": 0, "高中学历可以开吗": 0, "我上高中的时候开的": 0, "小学老师": 0,
		"不是高中生了": 0, "我没成年": 0, "还没成年": 0, "finished high school": 0, "high school teacher": 0, "i was in high school then": 0, "2010年开的支付宝": 0,
		"满100减10": 0, "it took 15 days": 0, "im 2 months late": 0, "我初一还款": 0, "my limit is seventeen thousand": 0,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			got := ""
			for _, x := range e.find([]rune(Normalize(text)), new(finder), nil) {
				if x.Kind == EntityAge {
					got += x.Value
				}
			}
			if expected := strconv.Itoa(want); got != expected && (want != 0 || got != "") {
				t.Errorf("ages of %q are %q, want %d", Normalize(text), got, want)
			}
		})
	}
}

func FuzzAges(f *testing.F) {
	for _, text := range []string{"2010年出生", "一零年生的", "00年出生", "我上高三", "born in 20109", "i turn 18 next month"} {
		f.Add(text)
	}
	e := shippedEntities(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, x := range e.find([]rune(Normalize(text)), new(finder), nil) {
			if x.Kind != EntityAge {
				continue
			}
			if years, err := strconv.Atoi(x.Value); err != nil || years < 0 || years > maxAge {
				t.Fatalf("%q: age %q", text, x.Value)
			}
		}
	})
}
