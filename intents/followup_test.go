package intents

import "testing"

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
		"cancel_handoff": {"取消转人工", "算了不等了", "cancel the request", "cancel that", "不等了 取消吧", "算了 不要人工了", "nvm i dont want a human", "取消人工请求"},
		"": {
			"为什么我的借呗开通不了", "身份证过期怎么办", "why can't i open it", "我更新好了还是没有借呗入口怎么办", "不可能每个人都能开通吧", "已经还清了为什么还是开不了",
			"how long does a review take for jiebei", "取消借呗", "cancel my jiebei", "我的钱还清了多久能恢复", "不要人工", "我转了一笔钱给朋友", "i want to try another account", "ok why is jiebei closed", "已经还清了吗", "is this real", "好的谢谢",
		},
	} {
		for _, text := range texts {
			t.Run(text, func(t *testing.T) {
				t.Parallel()
				got := ""
				for _, x := range e.find([]rune(Normalize(text)), new(finder), nil) {
					if x.Kind == EntityFollowUp {
						got += x.Value
					}
				}
				if got != want {
					t.Errorf("follow-up of %q is %q, want %q", Normalize(text), got, want)
				}
			})
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
	for _, value := range []string{
		FollowUpWhatNow, FollowUpWhy, FollowUpMore, FollowUpHowLong, FollowUpDispute, FollowUpFixed,
		FollowUpRecheck, FollowUpWaiting, FollowUpAck, FollowUpPaid, FollowUpAboutBot, FollowUpCancelHandoff,
	} {
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
