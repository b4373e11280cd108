package intents

import "testing"

func shippedCues(t *testing.T) *cues {
	t.Helper()
	words, err := shippedLexica()
	if err != nil {
		t.Fatal(err)
	}
	return words.cues
}

func TestCues(t *testing.T) {
	t.Parallel()
	c := shippedCues(t)
	for _, test := range []struct{ text, want string }{
		{"我真的不想活了", "distress"},
		{"被逼債，活不下去了", "distress"},
		{"催收天天上门威胁我", "distress"},
		{"还不上钱想一了百了", "distress"},
		{"I want to kill myself over this debt", "distress"},
		{"debt collectors threaten my family every day", "distress"},
		{"collectors call me all day i cant take it anymore theres no way out", "distress"},
		{"手机卡死了", ""},
		{"花呗双十一活动在哪", ""},
		{"页面卡得我气死了", ""},

		{"能强开借呗吗", "scam"},
		{"有人说交钱就能帮我开借呗", "scam"},
		{"网上代开花呗的靠谱吗", "scam"},
		{"他说有内部渠道", "scam"},
		{"提额收费是真的吗 收费提额", "scam"},
		{"打电话让我注销校园贷", "scam"},
		{"someone offers to open it for me for a fee", "scam"},
		{"is this a scam", "scam"},
		{"caller told me to cancel my student loan account", "scam"},
		{"网上有洗征信的 800块搞定 可以弄吗", "scam"},
		{"交500保证金可以帮我提额借呗 真的假的", "scam"},
		{"逾期后征信怎么修复", ""},
		{"免押金额度是多少", ""},
		{"开通花呗要收费吗", ""},
		{"花呗怎么交押金", ""},
		{"怎么注销蚂蚁借呗", ""},
		{"找人代付花呗", ""},
		{"一群骗子垃圾平台", ""},
		{"不用花钱能不能申请开花呗", ""},

		{"人工", "agent"},
		{"转人工！！", "agent"},
		{"請幫我轉人工", "agent"},
		{"我要找客服", "agent"},
		{"客服呢？", "agent"},
		{"客服", "agent"},
		{"can i talk to a real person", "agent"},
		{"Agent", "agent"},
		{"connect me with a human please", "agent"},
		{"借呗可以人工审核吗", ""},
		{"申请人工复核", ""},
		{"我要人工审核", ""},
		{"淘宝店客服说开通了花呗", ""},
		{"你们客服说把花呗关了就可以开通", ""},
		{"I want a human to review my case, manual review please", ""},
		{"agentic loans", ""},

		{"不想活了，转人工", "distress"},
		{"", ""},
	} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			got, _ := c.find([]rune(Normalize(test.text)), new(finder))
			if got != test.want {
				t.Errorf("cue of %q = %q, want %q", Normalize(test.text), got, test.want)
			}
		})
	}
}

// What a person in need writes must decide alone, whatever surrounds it.
func TestCuesOverrideTheClassifier(t *testing.T) {
	t.Parallel()
	m := shippedModel(t)
	for _, text := range []string{"为什么我的借呗开通不了，我不想活了", "借呗额度没有了怎么办 转人工"} {
		r := m.Classify(text)
		if r.Top().Confidence != 1 || r.Scope != Confident {
			t.Errorf("Classify(%q) = %+v, want a certain cue", text, r)
		}
	}
}
