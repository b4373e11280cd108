package web

import (
	"fmt"
	"strings"

	"kaitong/bot"
)

// fakeReply is one answer of the fake engine with what it rests on.
type fakeReply struct {
	blocks []bot.Block
	about  bot.About
}

// answer finds the reply to what was said: a step of a flow, a plan, an
// incident, and else whatever [fakeAnswer] says.
func (c *fakeConv) answer(say bot.Say) fakeReply {
	about := bot.About{Intent: "fail.unspecified", Confidence: 0.9, Composed: "authored"}
	switch choice := choiceOf(say); {
	case strings.HasPrefix(choice, "flow:"), strings.HasPrefix(choice, "step."):
		return c.walk(say, choice, about)
	case choice == "resolved" && c.step > 0:
		about.Flow = "flow.network"
		return fakeReply{fakeConfirm(say.Locale), about}
	case choice == "plan", strings.Contains(say.Text, "提升建议"), strings.Contains(say.Text, "improvement plan"):
		return fakeReply{fakePlan(say.Locale), about}
	case strings.Contains(say.Text, "系统繁忙"), strings.Contains(say.Text, "system busy"):
		about.Incident, about.Symptom = "inc-1", "page.busy"
		return fakeReply{fakeIncident(say.Locale), about}
	case strings.Contains(say.Text, "申诉"), strings.Contains(say.Text, "appeal"):
		about.Intent = "appeal"
		return fakeReply{fakeForm(say.Locale, c.proofs), about}
	case choice == "appeal.submit":
		about.Intent = "appeal"
		return fakeReply{[]bot.Block{{Type: bot.BlockText, Text: "提交好了。"}}, about}
	case strings.Contains(say.Text, "几个原因"):
		return fakeReply{fakeReasons(), about}
	case strings.Contains(say.Text, "难受"):
		return fakeReply{[]bot.Block{{Type: bot.BlockNotice, Level: "care", Text: "先别一个人扛着。"}}, about}
	}
	return fakeReply{fakeAnswer(say), about}
}

func choiceOf(say bot.Say) string {
	if say.Choice == nil {
		return ""
	}
	return say.Choice.Choice
}

// fakeSteps is how many steps the flow of the fake engine has.
const fakeSteps = 5

// walk goes one step on, unless the step is only to be explained.
func (c *fakeConv) walk(say bot.Say, choice string, about bot.About) fakeReply {
	p := func(zh, en string) string { return pick(say.Locale, zh, en) }
	about.Flow = "flow.network"
	if choice == "step.how" {
		about.Step = fmt.Sprint("network.switch/", c.step)
		return fakeReply{[]bot.Block{{Type: bot.BlockText, Text: p("具体这样做：下拉通知栏，长按 Wi-Fi 图标。", "Here is how: pull down the panel and hold the Wi-Fi icon.")}}, about}
	}
	if c.step++; c.step > fakeSteps {
		return fakeReply{[]bot.Block{{Type: bot.BlockText, Text: p("能试的都试过了，辛苦你了。", "You have been through everything there is to try.")}}, about}
	}
	about.Step = fmt.Sprint("network.switch/", c.step)
	return fakeReply{fakeStep(say.Locale, c.step), about}
}

func fakeStep(locale string, at int) []bot.Block {
	p := func(zh, en string) string { return pick(locale, zh, en) }
	what := []string{
		p("先关掉 VPN 或代理，再打开借呗页面。", "Switch off any VPN or proxy, then open the Jiebei page again."),
		p("换一个网络试试：从 Wi-Fi 换到手机流量，或者反过来。", "Try another network: from Wi-Fi to mobile data, or the other way round."),
		p("把支付宝更新到最新版本。", "Update Alipay to the latest version."),
		p("清理支付宝的缓存，再重新登录。", "Clear Alipay’s cache, then sign in again."),
		p("过一个小时再试一次。", "Wait an hour, then try once more."),
	}[at-1]
	return []bot.Block{
		{Type: bot.BlockText, Text: p("好，我们一步一步来，每次只做一件事。", "Good, one thing at a time.")},
		{
			Type: bot.BlockSteps, Title: p("排查网络问题", "Sort out the network"), At: at, Of: fakeSteps, Source: "flow:flow.network",
			Items: []bot.Item{{Text: what, How: p("打开手机「设置」→「VPN」，确认开关是关着的。\n关好之后，状态栏里不再有 VPN 图标。", "Open Settings, then VPN, and make sure the switch is off.\nThe VPN icon is then gone from the status bar."), Source: "fix:network.switch"}},
		},
		{Type: bot.BlockChoices, Choices: []bot.Choice{
			{ID: "step.tried", Label: p("试过了", "I’ve tried it")}, {ID: "step.failed", Label: p("还不行", "Still not working")},
			{ID: "step.how", Label: p("怎么做", "How do I do that?")}, {ID: "step.skip", Label: p("跳过", "Skip")},
			{ID: "resolved", Label: p("已解决", "Solved")}, {ID: "agent", Label: p("转人工", "Talk to a person")},
		}},
	}
}

func fakeConfirm(locale string) []bot.Block {
	p := func(zh, en string) string { return pick(locale, zh, en) }
	return []bot.Block{
		{Type: bot.BlockText, Text: p("那就好！要不要我再查一次，确认一下？", "Great! Shall I check once more, just to be sure?")},
		{Type: bot.BlockChoices, Choices: []bot.Choice{
			{ID: "flow.check", Label: p("好，再查一次", "Yes, check again")}, {ID: "flow.no_check", Label: p("先不查", "Not now")},
		}},
	}
}

// fakePlan is an improvement plan with more quick replies than are shown at
// once.
func fakePlan(locale string) []bot.Block {
	p := func(zh, en string) string { return pick(locale, zh, en) }
	plan := bot.Block{
		Type: bot.BlockSteps, Title: p("信用提升建议", "What may help your credit"), Source: "phrase:plan.title",
		Text: p("这些做法可能有助于下一次评估，但不代表会开通。", "This may help the next assessment; it does not mean that it will be opened."),
		Items: []bot.Item{
			{Text: p("还清逾期并按时还款", "Repay what is overdue and pay on time"), How: p("为什么：还款记录是评估时常看的一项。\n多久可能看到变化：记录更新通常要一两个月。", "Why it matters: repayment is often looked at.\nHow long it may take to show: often a month or two.")},
			{Text: p("逐步减少未还借款", "Bring down what you owe"), How: p("为什么：同时要还的钱少一些，压力也小一些。", "Why it matters: less to repay at once is less of a strain.")},
			{Text: p("补全个人信息", "Complete your profile"), How: p("为什么：信息一致，核验更容易通过。", "Why it matters: details that agree are easier to verify.")},
		},
		Export: p("信用提升建议 · 借呗\n\n1. 还清逾期并按时还款\n   为什么：还款记录是评估时常看的一项。\n", "What may help your credit · Jiebei\n\n1. Repay what is overdue and pay on time\n"),
	}
	avoid := bot.Block{Type: bot.BlockFacts, Title: p("请留意", "Please note"), Items: []bot.Item{
		{Label: p("逾期记录", "Late payments"), Text: p("不要相信「征信修复」「铲单」，没有人能花钱删除真实的记录，先付费的都是骗局。遇到这种人，不要给验证码，也不要共享屏幕。", "Do not believe anybody who sells “credit repair”. Nobody can remove a true record for money, and whoever wants to be paid first is a fraud. Never share a code or your screen.")},
		{Label: p("多笔负债", "Several debts"), Text: p("不要用新的借款去还旧的借款，也不要短时间内到处申请。", "Do not take a new loan to repay an old one, and do not apply everywhere within a short time.")},
	}}
	return []bot.Block{
		{Type: bot.BlockText, Text: p("按这次查到的原因，整理了这几条建议，从最要紧的开始。", "These suggestions follow from what the check returned, most important first.")},
		plan, avoid,
		{Type: bot.BlockChoices, Choices: []bot.Choice{
			{ID: "flow:flow.network", Label: p("一步一步排查网络", "Sort out the network, step by step")},
			{ID: "cause:credit.bad_record", Label: p("逾期或不良信用记录", "Late payments on record")}, {ID: "cause:credit.multiple_debts", Label: p("同时有多笔负债", "Several debts at once")},
			{ID: "more", Label: p("还有什么办法", "What else can I do?")}, {ID: "recheck", Label: p("再查一次", "Check again")},
			{ID: "resolved", Label: p("已解决", "Solved")}, {ID: "not_resolved", Label: p("没解决", "Not solved")}, {ID: "agent", Label: p("转人工", "Talk to a person")},
		}},
	}
}

// fakeReasons is a verdict with two reasons and what helps against each.
func fakeReasons() []bot.Block {
	return []bot.Block{
		{Type: bot.BlockText, Text: "查到 2 个原因，下面分别说。", Source: "phrase:verdict.ineligible.many"},
		{Type: bot.BlockFacts, Title: "这次查到的原因", Items: []bot.Item{{Label: "原因 1", Text: "身份信息需要完善"}, {Label: "原因 2", Text: "逾期或不良信用记录"}}},
		{Type: bot.BlockText, Text: "证件过期会让开通停在这一步。", Source: "cause:compliance.identity_incomplete"},
		{Type: bot.BlockSteps, Title: "更新身份信息", Items: fakeItems(6)},
		{Type: bot.BlockText, Text: "有欠款逾期未还，可能影响开通。", Source: "cause:credit.bad_record"},
		{Type: bot.BlockSteps, Title: "还清逾期", Items: fakeItems(5)},
	}
}

func fakeItems(n int) []bot.Item {
	var items []bot.Item
	for i := range n {
		items = append(items, bot.Item{Text: fmt.Sprint("第 ", i+1, " 件事")})
	}
	return items
}

func fakeIncident(locale string) []bot.Block {
	p := func(zh, en string) string { return pick(locale, zh, en) }
	return []bot.Block{
		{Type: bot.BlockNotice, Level: "warning", Source: "incident:inc-1", Text: p(
			"系统通知（5 月 4 日 14:00 起）：华东地区部分用户打开借呗页面会提示系统繁忙，正在抢修。",
			"Service notice (since May 4, 14:00): some users in East China see “system busy” on the Jiebei page. It is being mended.")},
		{Type: bot.BlockText, Text: p("这次遇到的问题，可能只是它引起的，先不用为此改资料或重新申请。", "What you ran into may be due to this alone, so there is no need to change your details or apply again.")},
	}
}
