package web

import (
	"strings"

	"kaitong/bot"
)

// fakeAnswer shows every kind of block when it is asked why, and repeats what
// was said otherwise.
func fakeAnswer(say bot.Say) []bot.Block {
	p := func(zh, en string) string { return pick(say.Locale, zh, en) }
	if say.Choice != nil && say.Choice.Choice == "solved" {
		return []bot.Block{{Type: bot.BlockText, Text: p("太好了，很高兴能帮到你。以后有问题随时来问。", "Great, glad that helped. Come back any time.")}}
	}
	if !strings.Contains(say.Text, "开通不了") && !strings.Contains(say.Text, "Jiebei") {
		return []bot.Block{{Type: bot.BlockText, Text: p("收到：", "You said: ") + say.Text}}
	}
	return []bot.Block{
		{Type: bot.BlockText, Text: p(
			"帮你查过了：这次没有开通，主要和两件事有关。先说清楚原因，再看可以做什么。",
			"I checked: it was not opened this time, mainly for two reasons. First what they are, then what you can do.")},
		{Type: bot.BlockFacts, Title: p("查询结果", "What the check found"), Items: []bot.Item{
			{Label: p("结果", "Result"), Text: p("暂未开通", "Not open yet")},
			{Label: p("原因一", "First reason"), Text: p("有一笔还款已逾期", "One repayment is overdue"), Source: "cause:credit.bad_record"},
			{Label: p("原因二", "Second reason"), Text: p("信用记录还比较少", "The credit history is still short"), Source: "cause:credit.thin_history"},
		}},
		{Type: bot.BlockSteps, Title: p("你可以这样做", "What you can do"), Text: p("做完之后，过几天再看看。", "When that is done, look again in a few days."), Items: []bot.Item{
			{Text: p("先把逾期的那一笔还清", "Repay the overdue amount first"), How: p("打开「支付宝」→「我的」→「账单」，找到标着「已逾期」的一笔，点「立即还款」。", "Open Alipay, then Me, then Bills. Find the entry marked overdue and tap Repay now.")},
			{Text: p("补充个人信息", "Complete your profile"), How: p("「我的」→「设置」→「账号与安全」→「身份信息」，把缺少的内容补上。", "Me, Settings, Account and security, Identity: fill in what is missing.")},
			{Text: p("平时按时还款，保持一段时间", "Keep paying on time for a while")},
		}},
		{Type: bot.BlockNotice, Level: "info", Text: p("按时还款可能有助于下一次评估，但不能保证结果和时间。", "Paying on time may help the next assessment. Result and time cannot be promised.")},
		{Type: bot.BlockNotice, Level: "warning", Text: p("凡是说能「强开」「代开」并收费的都是骗局，请不要转账，也不要给出验证码。", "Anybody who offers to open it for a fee is a fraud. Do not pay and never share a code.")},
		{Type: bot.BlockLink, Text: p("查看逾期对信用的影响", "How late payments affect credit"), URL: "https://help.example.com/overdue"},
		{Type: bot.BlockChoices, Choices: []bot.Choice{
			{ID: "solved", Label: p("已解决", "Solved")}, {ID: "not_solved", Label: p("没解决", "Not solved")}, {ID: "agent", Label: p("转人工", "Talk to a person")},
		}},
	}
}

func fakeHandoffBlocks(locale string) []bot.Block {
	return []bot.Block{{Type: bot.BlockNotice, Level: "info", Text: pick(locale,
		"已经为你登记人工服务。客服不在线时会留下工单，上班后按顺序处理。",
		"A person has been asked to take over. When nobody is online a ticket is kept and handled in order.")}}
}
