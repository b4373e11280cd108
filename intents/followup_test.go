package intents

import (
	"slices"
	"testing"
)

func TestFollowUps(t *testing.T) {
	t.Parallel()
	e := shippedEntities(t)
	for want, texts := range map[string][]string{
		"why":            {"到底什么原因", "凭什么不告诉我", "你说清楚点", "我有权知道", "具体是什么", "为什么不支持", "为什么偏偏是我", "就想知道原因", "that's not an explanation", "i have a right to know", "so why", "所以到底为什么"},
		"what_now":       {"那咋整", "那怎么办呢", "然后呢", "怎么弄", "ok and then", "so what do i do now", "what should i do", "知道了 那怎么办"},
		"how_long":       {"什么时候能开", "多久解除", "啥时候修好", "什么时候好", "when can i try again", "how long will it take", "还要多久"},
		"more":           {"还有别的原因吗", "还有什么办法", "anything else", "就这些吗"},
		"dispute":        {"搞错了吧", "你们查错了", "查错了怎么办", "不可能", "不对吧", "that's wrong", "check your data", "there must be a mistake", "你们是不是搞错了"},
		"fixed":          {"已经还清了", "我更新好了", "已更新", "关掉VPN了", "重新上传了", "i updated it", "i paid it off", "vpn is off now", "VPN已经关了"},
		"recheck":        {"再查一次", "再查查", "重新查", "check again", "try again", "帮我再查一下", "好了吗？"},
		"waiting":        {"怎么还没人来", "还要等多久人工", "人工呢", "is anyone coming", "still waiting", "我还在等"},
		"ack":            {"ok", "嗯", "知道了", "好的知道了", "got it", "嗯嗯", "Okay, got it"},
		"paid":           {"我已经转了", "钱已经转过去了", "把验证码告诉他了", "付了300给他", "i already paid him", "sent the money", "我已经付了300块给对方了", "i paid 300 to him already", "我付了500块押金给中介了"},
		"about_bot":      {"你是机器人吗", "are you a bot", "are you a real person", "你是真人吗", "你是不是机器人", "am i talking to a human?", "你是ai吗"},
		"submit":         {"提交", "同意并提交", "submit it", "确认提交"},
		"leave":          {"算了", "不申诉了", "先放一放吧", "not now", "以后再说"},
		"cancel_handoff": {"取消转人工", "算了不等了", "cancel the request", "cancel that", "不等了 取消吧", "算了 不要人工了", "nvm i dont want a human", "取消人工请求"},
		"": {
			"为什么我的借呗开通不了", "身份证过期怎么办", "why can't i open it", "我更新好了还是没有借呗入口怎么办", "不可能每个人都能开通吧", "已经还清了为什么还是开不了",
			"how long does a review take for jiebei", "取消借呗", "cancel my jiebei", "我的钱还清了多久能恢复", "不要人工", "我转了一笔钱给朋友", "i want to try another account", "ok why is jiebei closed", "已经还清了吗", "is this real", "好的谢谢",
		},
	} {
		for _, text := range texts {
			t.Run(text, func(t *testing.T) {
				t.Parallel()
				got := append(followUpsOf(e, text), "") // "" for none
				if got[0] != want {
					t.Errorf("follow-ups of %q are %q, want %q first", Normalize(text), got, want)
				}
			})
		}
	}
}

// followUpsOf returns the follow-ups of a text in the order of their report.
func followUpsOf(e *entities, text string) (values []string) {
	for _, x := range e.find([]rune(Normalize(text)), new(finder), nil) {
		if x.Kind == EntityFollowUp {
			values = append(values, x.Value)
		}
	}
	return values
}

// What people say while they are guided. A text may say more than one thing.
func TestFollowUpsOfFlows(t *testing.T) {
	t.Parallel()
	e := shippedEntities(t)
	for want, texts := range map[string][]string{
		"tried": {
			"试过了", "我试过了", "已经试了", "都试过了", "这个试过了", "做好了", "弄完了", "关掉了", "关了", "换了", "重启了", "我重启了手机", "VPN关掉了", "把wifi关了", "换成流量了", "切换到4G了", "照做了", "清了缓存",
			"done that", "Done.", "i did", "I did that", "tried it", "did that", "ok done", "already tried that", "I restarted my phone", "turned it off", "i've done it already", "switched to mobile data", "done, uploaded new id", "uploaded it", "身份证上传好了",
		},
		"failed": {
			"还不行", "还是不行", "没用", "不管用", "一样", "没反应", "还是一样啊", "试过了还是不行", "重启了，没用", "还是不行呢", "都不行", "没变化",
			"still no", "didn't work", "no luck", "same", "Same thing", "still not working", "it didn't help", "nope still no", "tried it, same", "did that, still nothing", "nothing happened",
		},
		"how": {
			"怎么做", "怎么弄", "在哪", "在哪里", "在哪里呢", "找不到这个", "具体怎么操作", "怎么更新", "怎么改", "怎么办理", "那怎么改", "这个怎么弄", "请问在哪改", "我不会弄", "点哪里啊",
			"how", "how?", "how do i do that", "where is it", "where", "Where exactly?", "how do I update it", "ok how do i do that", "i can't find it", "so where is it",
		},
		"skip": {
			"跳过", "跳过吧", "下一步", "下一个", "这步不用", "不想做这个", "换一个", "我想换个办法", "这个做不了",
			"skip", "next", "next step", "another one", "skip this step please", "Next please", "ok next", "i can't do that",
		},
		"resume": {
			"继续", "接着来", "回到刚才", "刚才那个", "接着刚才的", "继续刚才的吧", "回到借呗", "说到哪了", "我们刚才做到哪了",
			"continue", "go on", "back to the steps", "where were we", "ok let's continue", "please go on", "back to jiebei",
		},
		"steps": {
			"一步步教我", "带我做", "教我弄", "一步一步来", "你教我吧", "能不能一步步教我", "可以带我做吗", "请一步步教我",
			"guide me", "step by step", "walk me through", "Can you walk me through it?", "please guide me", "guide me through it please",
		},
		"plan": {
			"提升建议", "怎么提升", "给个计划", "给个建议", "信用提升建议", "我要信用提升建议", "给我一份提升计划", "有没有提升建议",
			"improvement plan", "how do i improve", "give me an improvement plan", "the improvement plan please", "any tips?",
		},
		"save": {
			"发我文字版", "保存", "导出", "保存一下", "可以导出吗", "发给我一份", "我想保存下来",
			"export it", "as text", "save it", "can I save this?", "send me a copy please", "ok save it",
		},
	} {
		for _, text := range texts {
			t.Run(text, func(t *testing.T) {
				t.Parallel()
				if got := followUpsOf(e, text); !slices.Contains(got, want) {
					t.Errorf("follow-ups of %q are %q, want %q among them", Normalize(text), got, want)
				}
			})
		}
	}
}

// Whole questions lean on nothing, whatever words they have in common with a step.
func TestQuestionsAreNoStepTalk(t *testing.T) {
	t.Parallel()
	e := shippedEntities(t)
	for _, text := range []string{
		"借呗怎么关", "怎么更新支付宝版本", "借呗入口在哪里", "试过很多次开通不了借呗", "怎么提升花呗额度", "下一步审核要多久", "我关了花呗还能开借呗吗", "换了手机号开不了", "继续用花呗会怎样", "没用过花呗能开吗",
		"how do i open jiebei", "where is the jiebei button", "how can i improve my sesame score", "next month can i apply again", "试过了吗", "关了没", "save money with jiebei", "same person two accounts",
		"一样的条件为什么他能开", "还是不能开通花呗", "怎么改绑定的手机号",
	} {
		if got := followUpsOf(e, text); len(got) > 0 {
			t.Errorf("follow-ups of %q are %q, want none", Normalize(text), got)
		}
	}
}

// The names in the code and in the entity file are one list.
func TestFollowUpNames(t *testing.T) {
	t.Parallel()
	named := map[string]bool{}
	for _, s := range shippedEntities(t).senses {
		if s.kind == EntityFollowUp {
			named[s.value] = true
		}
	}
	for _, value := range followUps() {
		if !named[value] {
			t.Errorf("%s has no wording", value)
		}
		delete(named, value)
	}
	if len(named) > 0 {
		t.Errorf("no constants for %v", named)
	}
}

func TestBareOrdinals(t *testing.T) {
	t.Parallel()
	e := shippedEntities(t)
	for text, want := range map[string]string{
		"2呢": "2", "第2个": "2", "第三个问题": "3", "the second question": "2", "number 2": "2", "那3呢": "3", "what about number 3?": "3", "2": "2", "3号呢": "3",
		"the third": "3", "and the first?": "1", "third one": "3", "the second?": "2", "the 2nd": "2", "what about the fourth": "4", "先做哪个": "1", "which one first": "1", "从哪个开始": "1",
		"最后一个呢": "last", "最后一个": "last", "最后那个呢": "last", "the last one": "last", "and the last?": "last", "最后一个月还款": "", "my last one was rejected and the first too": "",
		"18": "", "2天": "", "我有2个账号": "", "my phone number 2 changed": "", "20呢": "",
	} {
		got := ""
		for _, x := range e.find([]rune(Normalize(text)), new(finder), nil) {
			if x.Kind == EntityOrdinal {
				got += x.Value
			}
		}
		if got != want {
			t.Errorf("ordinal of %q is %q, want %q", Normalize(text), got, want)
		}
	}
}
