package intents

import "testing"

func TestNormalize(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text, want string }{
		{"simplified stays", "为什么我的借呗开通不了", "为什么我的借呗开通不了"},
		{"traditional", "為什麼我的螞蟻借唄開通不了", "为什么我的蚂蚁借呗开通不了"},
		{"帐 and 账 are one", "两个帐号 兩個帳號", "两个账号两个账号"},
		{"full width", "ＶＰＮ　１８岁？", "vpn 18岁"},
		{"spaces inside Chinese", "借 呗 开 不 了", "借呗开不了"},
		{"spaces between words stay", "Why   can't\tI open it?", "why can't i open it"},
		{"runs of marks", "借呗！！！！怎么，，，办？？？", "借呗,怎么,办"},
		{"quotes enclose nothing new", "提示“综合评估未通过”", "提示综合评估未通过"},
		{"zero width and byte order mark", "借\u200b呗\ufeff开不了", "借呗开不了"},
		{"emoji", "😭借呗没了❤️👨‍👩‍👧", "借呗没了"},
		{"dots in numbers only", "版本10.5.6.太旧.", "版本10.5.6,太旧"},
		{"long letters", "pleeeeease", "pleease"},
		{"masked digits", "芝麻分***分", "芝麻分***分"},
		{"bad bytes", "借\xff呗", "借呗"},
		{"nothing", " \u200b?!… ", ""},
		{"product by ear", "我的借吧怎么没了", "我的借呗怎么没了"},
		{"product by sound", "接呗和花贝都开不了", "借呗和花呗都开不了"},
		{"ant by sound", "马蚁借贝", "蚂蚁借呗"},
		{"product in pinyin", "why no Jie Bei button, huabei works", "why no借呗button,花呗works"},
		{"pinyin within a word stays", "jiebeier", "jiebeier"},
		{"ordinary 借吧", "你先借吧", "你先借吧"},
		{"ordinary 花吧", "有钱就花吧", "有钱就花吧"},
		{"ordinary 花被子", "花被子多少钱", "花被子多少钱"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := Normalize(test.text); got != test.want {
				t.Errorf("Normalize(%q) = %q, want %q", test.text, got, test.want)
			}
		})
	}
}

func FuzzNormalize(f *testing.F) {
	for _, text := range []string{"為什麼 借吧", "Why Jie  Bei?", "..1.2-3:", "a\xffb\u0301", "借，。呗 huabeihuabei hua bei", "ﬁ①㎏", ",-,a  b"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once := Normalize(text)
		if twice := Normalize(once); twice != once {
			t.Errorf("Normalize is not settled: %q -> %q -> %q", text, once, twice)
		}
	})
}
