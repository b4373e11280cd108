package intents

import (
	"slices"
	"testing"
)

// What used to be misread, each as somebody wrote it.
func TestMendedReadings(t *testing.T) {
	t.Parallel()
	m := shippedModel(t)
	for want, texts := range map[string][]string{
		"fail.risk": {
			"被盗号了", "有人盗我的号", "我号被盗了怎么办", "报警", "要不要报警", "账号被别人登录了", "我的支付宝被人盗了",
			"someone stole my account", "my account got hacked", "somebody logged into my alipay", "my account was taken over",
		},
		"fail.debt": {
			"没钱还", "欠了好多钱还不上", "还不上了怎么办", "没钱还款怎么办", "我还不起了", "失业了还不上", "欠太多还不起",
			"can't pay it back", "i have no money to pay back", "i owe a lot and can't repay",
		},
		"closed":        {"以前的借款还要还吗", "之前借的还要还吗", "还能再开吗"},
		"status.review": {"能催一下吗", "帮我催一下", "会通过吗"},
		"status.check":  {"修好了吗", "是不是好了", "is it fixed now"},
	} {
		for _, text := range texts {
			if r := m.Classify(text); r.Top().Intent != want || r.Scope == OutOfScope {
				t.Errorf("Classify(%q) = %s %.2f %s, want %s", text, r.Top().Intent, r.Top().Confidence, r.Scope, want)
			}
		}
	}
	for never, texts := range map[string][]string{
		"done": {
			"is it fixed now", "is it done now", "is it working again", "是不是好了", "修好了吗", "弄好了吗",
			"done, uploaded new id", "uploaded it", "i uploaded my new id", "我上传了新身份证", "done, paid it off", "身份证更新好了", "i updated the app",
			"试过了", "我试过了", "关掉了", "重启了", "done that", "did that", "I tried it", "I did it", "做完了", "照做了", "I've paid everything back", "ok i uploaded the new id card",
		},
		"distress":      {"我没有要自杀", "我不是想死", "没想死", "我没有不想活", "i am not suicidal", "i'm not going to kill myself", "没钱还", "欠了好多钱还不上"},
		"fail.identity": {"my id is not expired", "my id isn't expired", "my id has not expired", "my id is still valid", "is my id not expired"},
	} {
		for _, text := range texts {
			if r := m.Classify(text); r.Top().Intent == never {
				t.Errorf("Classify(%q) = %s %.2f %s", text, never, r.Top().Confidence, r.Scope)
			}
		}
	}
}

// To deny one thing must not hide another that is said.
func TestDangerBesideADenialIsStillFound(t *testing.T) {
	t.Parallel()
	m := shippedModel(t)
	for _, text := range []string{"我不是想死，我是活不下去了", "没想自杀，就是不想活了", "我不想死但是真的撑不下去了", "i'm not suicidal but i want to die", "不是想死就是想一了百了"} {
		if r := m.Classify(text); r.Top().Intent != "distress" || r.Scope != Confident {
			t.Errorf("Classify(%q) = %s %s, want distress", text, r.Top().Intent, r.Scope)
		}
	}
}

func TestMendedFollowUps(t *testing.T) {
	t.Parallel()
	e := shippedEntities(t)
	for want, texts := range map[string][]string{
		"recheck":        {"是不是好了", "修好了吗", "弄好了吗", "好了没有", "is it fixed now", "is it working again", "is it done now"},
		"cancel_handoff": {"never mind", "Nevermind", "forget it", "算了不用了", "不用了算了", "nvm"},
		"fixed":          {"done, uploaded new id", "uploaded it", "i uploaded my new id", "我上传了新身份证", "done, paid it off", "新身份证上传了"},
		"why":            {"到底为什么", "所以到底为什么呢"},
		"how_long":       {"能催一下吗", "帮我催一下", "so when can I apply", "when can i apply", "还能再开吗", "会通过吗", "能通过吗", "will it be approved"},
		"how":            {"怎么更新", "怎么改", "怎么办理", "how do I update it"},
	} {
		for _, text := range texts {
			if got := followUpsOf(e, text); !slices.Contains(got, want) {
				t.Errorf("follow-ups of %q are %q, want %q among them", Normalize(text), got, want)
			}
		}
	}
}

// That all is well is still taken so.
func TestSolvedIsStillDone(t *testing.T) {
	t.Parallel()
	m := shippedModel(t)
	for _, text := range []string{"好了", "搞定了", "解决了", "可以用了", "重启一下好了", "done", "fixed", "it works now", "problem solved", "all good now"} {
		if r := m.Classify(text); r.Top().Intent != "done" || r.Scope != Confident {
			t.Errorf("Classify(%q) = %s %.2f %s, want done", text, r.Top().Intent, r.Top().Confidence, r.Scope)
		}
	}
}

// One word that may mean two things gets choices, not an answer.
func TestVagueWordsAreUnsure(t *testing.T) {
	t.Parallel()
	m := shippedModel(t)
	for _, text := range []string{"取消", "取消吧", "Cancel", "我要取消"} {
		if r := m.Classify(text); r.Scope != Unsure {
			t.Errorf("Classify(%q) = %s %.2f %s, want unsure", text, r.Top().Intent, r.Top().Confidence, r.Scope)
		}
	}
	for _, text := range []string{"取消借呗", "怎么取消花呗", "cancel my jiebei"} {
		if r := m.Classify(text); r.Scope != Confident || r.Top().Intent != "cancel" {
			t.Errorf("Classify(%q) = %s %.2f %s, want cancel", text, r.Top().Intent, r.Top().Confidence, r.Scope)
		}
	}
}

func TestDeniedIdentity(t *testing.T) {
	t.Parallel()
	e := shippedEntities(t)
	for _, text := range []string{"my id is not expired", "My ID card isn't expired", "my id has not expired", "my id is still valid", "is my id not expired", "身份证没过期", "我的身份证没有过期啊"} {
		named := e.find([]rune(Normalize(text)), new(finder), nil)
		if !slices.Contains(named, Entity{EntityCause, "fail.identity", true}) {
			t.Errorf("%q names %v, want a denied fail.identity", text, named)
		}
	}
}
