package intents

import "testing"

// People in danger must be found, whatever else they write.
func TestDangerIsDistress(t *testing.T) {
	t.Parallel()
	m := shippedModel(t)
	for _, text := range []string{
		"我不想活了", "欠了三十万我不想再活下去了", "活着真没意思，还不完了", "活着没意思", "想死的心都有了", "真想死", "我想自杀", "想从楼上跳下去",
		"我要跳楼了", "活不下去了", "借呗再不给我就去死", "生无可恋", "走投无路了", "我有轻生的念头", "想一了百了", "已经写好遗书了",
		"还不起钱，不如死了算了", "被催收逼得想跳河", "催收天天上门骂我爸妈", "催收威胁要来我单位闹", "他们爆我通讯录，我没脸见人了", "高利贷追着我打", "网贷还不上我快崩溃了，不想活",
		"我想结束自己的生命", "撑不下去了", "吃安眠药算了", "我站在天台上", "我想不开", "对生活绝望了", "债压得我喘不过气，我真的扛不住了", "救命",
		"i want to kill myself", "I'm going to end it all", "suicide is the only way out", "i don't want to live anymore", "i dont wanna live", "i want to die", "no reason to live with this debt",
		"debt collectors threaten to hurt my kids", "loan sharks came and beat me", "I'd be better off dead", "can't go on living like this", "i am thinking of hanging it up and jumping off a bridge",
		"they are harassing my mother, the collectors", "i will cut my wrists", "tired of life",
	} {
		if r := m.Classify(text); r.Top().Intent != "distress" || r.Scope != Confident {
			t.Errorf("Classify(%q) = %s %.2f %s, want distress", text, r.Top().Intent, r.Top().Confidence, r.Scope)
		}
	}
}

// Anger, hurry and poverty are no danger.
func TestAngerIsNotDistress(t *testing.T) {
	t.Parallel()
	m := shippedModel(t)
	for _, text := range []string{
		"气死我了", "急死了", "烦死了，又打不开", "累死了搞了一天", "绝望 又打不开", "绝望", "救命啊 借呗打不开", "救命啊怎么还是不行", "崩溃了 试了一百次", "抑郁了 又被拒",
		"要疯了", "我要疯了，一直转圈", "没钱吃饭了", "家人住院急用钱", "孩子看病急需用钱能不能给我开", "笑死我了", "卡死了", "手机死机了", "想死你了", "不想活动提醒了",
		"跳楼价买手机能用花呗吗", "系统崩溃了吗", "服务器扛不住了吧", "开通没希望了吗", "快疯了，验证码收不到", "无语死了", "催收会上门吗", "受不了你们了", "求求你们给我开吧", "急用钱怎么办",
		"花呗没法激活了", "借呗激活不了怎么办", "等着钱交房租，急", "我好着急", "心累", "想不开通花呗了", "逼死强迫症", "这破系统逼死我了",
		"i'm desperate, i need it open", "hopeless app", "this app is killing me", "i'm going crazy with this", "it drives me mad", "my phone died", "the app just died", "i am so frustrated",
		"i give up, still rejected", "i can't go on to the next step", "need money for the hospital", "no money for food this week", "i'm fed up with this", "save me some time please", "rather die than use this app", "jump to the loan page",
	} {
		r := m.Classify(text)
		if r.Top().Intent == "distress" {
			t.Errorf("Classify(%q) = distress %.2f %s", text, r.Top().Confidence, r.Scope)
		}
	}
	for _, text := range []string{"气死我了", "急死了", "绝望", "要疯了", "hopeless app", "so frustrating"} {
		if got := m.Classify(text).Top().Intent; got != "abuse" {
			t.Errorf("Classify(%q) = %s, want abuse", text, got)
		}
	}
}

func TestIntentsThatTheWordingRulesOut(t *testing.T) {
	t.Parallel()
	m := shippedModel(t)
	for never, texts := range map[string][]string{
		"agent": {
			"不要人工", "我不需要人工", "不用人工 你说就行", "别给我转人工", "不要转人工了", "我不想找客服", "i don't want an agent", "no human please", "nvm i dont want a human", "I do not need a representative",
			"取消转人工", "怎么取消人工客服排队", "你是人工吗", "算了不等了", "cancel the request", "cancel that", "你是机器人吗", "你是真人吗", "are you a bot", "are you a real person", "am I talking to a human?", "is this a bot",
			"找个人信息页面在哪", "需要真人认证怎么做", "来个人征信查询",
		},
		"scam":   {"你们就是骗子", "借呗是不是骗人的", "你们都是骗人的吧", "花呗就是骗人的", "you are scammers", "is jiebei a scam app"},
		"done":   {"好了吗", "现在可以了吗", "弄好了没", "可以了吗？", "updated, same", "updated but same", "fixed?", "开通成功了吗", "done but still not working", "更新好了还是不行"},
		"thanks": {"谢谢 但是没用", "thanks for nothing", "求你了", "谢谢，可是还是不行", "thanks but it didn't work", "求求你了"},
		"bye":    {"就这些？", "就这样？", "没事了吗"},
		"affirm": {"可以吗", "是吗", "对吗？", "ok but how", "好的？", "可以不"},
	} {
		for _, text := range texts {
			if r := m.Classify(text); r.Top().Intent == never {
				t.Errorf("Classify(%q) = %s %.2f %s", text, never, r.Top().Confidence, r.Scope)
			}
		}
	}
}

func TestPolitenessBesideACompaintIsNotHelped(t *testing.T) {
	t.Parallel()
	m := shippedModel(t)
	for _, text := range []string{"谢谢 但是没用", "updated, same", "thanks but it didn't work", "更新好了还是不行", "done but still not working"} {
		if got := m.Classify(text).Top().Intent; got != "not_helped" {
			t.Errorf("Classify(%q) = %s, want not_helped", text, got)
		}
	}
}

// What is really done, thanked for or asked of a human stays so.
func TestPlainWordsKeepTheirIntent(t *testing.T) {
	t.Parallel()
	m := shippedModel(t)
	for want, texts := range map[string][]string{
		"agent": {
			"叫个人来", "找个人", "来个人", "有没有活人", "get me a rep", "real person", "转人工", "为什么不给我转人工", "I don't want a bot, get me a human", "不要机器人 我要人工", "你是机器人吧，给我转人工",
		},
		"done":   {"弄好了", "没问题了，可以用了", "it works now", "已经解决了", "all done"},
		"thanks": {"谢谢", "非常感谢", "thank you so much", "ok thanks", "明白了谢谢"},
		"bye":    {"再见", "没有其他问题了", "bye bye now"},
		"affirm": {"好的", "是的", "yes please", "可以", "ok"},
	} {
		for _, text := range texts {
			if got := m.Classify(text).Top().Intent; got != want {
				t.Errorf("Classify(%q) = %s, want %s", text, got, want)
			}
		}
	}
}
