package analytics

// mark is the term that counts contacts with a mark.
func mark(mark Mark) Term { return Term{Mark: mark} }

// sum is the term that adds up a sum.
func sum(sum Sum) Term { return Term{Sum: sum, IsSum: true} }

func inBoth(zh, en string) map[string]string { return map[string]string{"zh-CN": zh, "en": en} }

// Figures are all figures, in the order they are shown. docs/analytics.md is
// made of them.
func Figures() []Figure {
	return []Figure{
		{
			ID: "contacts", Unit: UnitCount, Numerator: mark(Contacts), Better: Neither, Source: "Intercom: new conversations",
			Name:  inBoth("咨询数", "Contacts"),
			Means: inBoth("一段有事要问的对话；停顿一小时后再问算新的一次。", "Stretches of a conversation. A question after an hour in which nobody spoke begins a new one."),
		},
		{
			ID: "requests", Unit: UnitShare, Numerator: mark(Requests), Denominator: mark(Contacts), Better: Neither, Source: "Zendesk: meaningful requests",
			Name:  inBoth("有事而来", "Asked for something"),
			Means: inBoth("除寒暄外，确实要问或要办的咨询。", "Contacts that asked for something, more than small talk."),
		},
		{
			ID: "involvement", Unit: UnitShare, Numerator: mark(Involved), Denominator: mark(Contacts), Better: BetterUp, Source: "Intercom: involvement",
			Name:  inBoth("机器人参与率", "Involvement"),
			Means: inBoth("机器人尝试回答过的咨询；一来就要人工的不算。", "Contacts in which the bot tried to answer. Who only asked for a human is not among them."),
		},
		{
			ID: "answer_rate", Unit: UnitShare, Numerator: mark(Answered), Denominator: mark(Involved), Better: BetterUp, Source: "Intercom: answer rate",
			Name:  inBoth("回答率", "Answer rate"),
			Means: inBoth("至少得到一次真正回答；问候、没听懂、请选择都不算回答。", "Contacts with at least one real answer. A greeting, \"I did not understand\" and readings to choose from are none."),
		},
		{
			ID: "coverage", Unit: UnitShare, Numerator: mark(Covered), Denominator: mark(Involved), Better: BetterUp, Source: "IBM watsonx: coverage",
			Name:  inBoth("覆盖率", "Coverage"),
			Means: inBoth("每个问题都听懂了的咨询；其余是至少一次没听懂。", "Contacts without a single fallback. The rest are those with one."),
		},
		{
			ID: "fallback_rate", Unit: UnitShare, Numerator: sum(Fallbacks), Denominator: sum(Questions), Better: BetterDown, Source: "Dialogflow CX: no-match",
			Name:  inBoth("没听懂的问题", "Fallback rate"),
			Means: inBoth("键入的问题中没有听懂、或不归我们答的。", "Typed questions that were not understood, or are not our subject."),
		},
		{
			ID: "clarify_rate", Unit: UnitShare, Numerator: sum(Clarifies), Denominator: sum(Questions), Better: BetterDown, Source: "Kaitong",
			Name:  inBoth("反问率", "Clarify rate"),
			Means: inBoth("键入的问题中，需要请对方选择意思的。", "Typed questions answered by readings to choose from."),
		},
		{
			ID: "out_of_scope", Unit: UnitShare, Numerator: mark(OutOfScope), Denominator: mark(Involved), Better: Neither, Source: "Kaitong",
			Name:  inBoth("超出范围", "Out of scope"),
			Means: inBoth("问了不归我们答的事。", "Contacts that asked what is not our subject."),
		},
		{
			ID: "containment", Unit: UnitShare, Numerator: mark(Contained), Denominator: mark(Requests), Better: Neither, Source: "Zendesk: contained",
			Name:  inBoth("自助率", "Containment"),
			Means: inBoth("没有要求过人工；要求后又取消的也不算。单看它会奖励把人困住，请与回访率一起看。", "Requests in which no human was asked for; a wish withdrawn counts as a wish. Alone it rewards trapping people: read it beside the return rates."),
		},
		{
			ID: "confirmed", Unit: UnitShare, Numerator: mark(Confirmed), Denominator: mark(Involved), Better: BetterUp, Source: "Intercom: confirmed resolution",
			Name:  inBoth("确认解决率", "Confirmed resolution"),
			Means: inBoth("没有要人工，对方或复查说解决了，之后 24 小时内没有再问。", "No human asked for, the person or a check says it is solved, and nothing was asked within 24 hours after."),
		},
		{
			ID: "assumed", Unit: UnitShare, Numerator: mark(Assumed), Denominator: mark(Involved), Better: Neither, Source: "Intercom: assumed resolution",
			Name:  inBoth("推定解决率", "Assumed resolution"),
			Means: inBoth("没有要人工，最后得到了回答，之后离开，24 小时内没有再问。", "No human asked for, the last reply was an answer, and nothing was asked within 24 hours after."),
		},
		{
			ID: "automation", Unit: UnitShare, Numerator: mark(Solved), Denominator: mark(Contacts), Better: BetterUp, Source: "Fin: automation",
			Name:  inBoth("自动化率", "Automation"),
			Means: inBoth("确认解决与推定解决之和，占全部咨询。", "Confirmed and assumed resolutions among all contacts."),
		},
		{
			ID: "revoked", Unit: UnitShare, Numerator: mark(Revoked), Denominator: mark(Requests), Better: BetterDown, Source: "Intercom: resolution revoked",
			Name:  inBoth("解决后又问", "Revoked"),
			Means: inBoth("说过解决了，之后又来问。", "Was called solved, and then they asked again, in the same contact or within 24 hours."),
		},
		{
			ID: "abandonment", Unit: UnitShare, Numerator: mark(Abandoned), Denominator: mark(Contained), Better: BetterDown, Source: "Rasa: drop-off",
			Name:  inBoth("中途离开率", "Abandonment"),
			Means: inBoth("没有要人工，在步骤、表单或没帮上忙之后离开。", "No human asked for; left at a step or a form, or after a reply that did not help."),
		},
		{
			ID: "returned_24h", Unit: UnitShare, Numerator: mark(Returned24h), Denominator: mark(Requests), Better: BetterDown, Source: "Dialogflow CX: callback",
			Name:  inBoth("24 小时回访率", "Return within 24 h"),
			Means: inBoth("同一个人 24 小时内又问；未登录的人只有留着身份才认得出。", "The same person asked again within 24 hours. Somebody anonymous is known again only while they keep their identity."),
		},
		{
			ID: "returned_7d", Unit: UnitShare, Numerator: mark(Returned7d), Denominator: mark(Requests), Better: BetterDown, Source: "open.cx: recontact",
			Name:  inBoth("7 天回访率", "Return within 7 d"),
			Means: inBoth("同一个人七天内又问。", "The same person asked again within seven days."),
		},
		{
			ID: "handoff_rate", Unit: UnitShare, Numerator: mark(HandedOff), Denominator: mark(Requests), Better: Neither, Source: "Chatwoot: hand-off rate",
			Name:  inBoth("转人工率", "Hand-off rate"),
			Means: inBoth("要求过人工的咨询，不论后来如何。", "Requests in which a human was asked for, whatever came of it."),
		},
		{
			ID: "human_answer_rate", Unit: UnitShare, Numerator: mark(HumanAnswered), Denominator: mark(HandedOff), Better: BetterUp, Source: "Kaitong",
			Name:  inBoth("人工应答率", "Answered by a human"),
			Means: inBoth("要求人工后，真的有人写了话。", "Hand-offs in which a human wrote."),
		},
		{
			ID: "handoff_cancelled", Unit: UnitShare, Numerator: mark(HandoffCancelled), Denominator: mark(HandedOff), Better: BetterDown, Source: "Kaitong",
			Name:  inBoth("等待中取消", "Withdrawn"),
			Means: inBoth("在有人写话之前取消了。", "Hand-offs that were withdrawn before a human wrote."),
		},
		{
			ID: "first_human_response", Unit: UnitMS, Numerator: sum(HumanWaitMS), Denominator: sum(HumanWaits), Better: BetterDown, Source: "Chatwoot: first response",
			Name:  inBoth("首次人工响应", "First human response"),
			Means: inBoth("从要求（或再次要求）到人写的第一句话；内部备注和机器人的话都不算，没等到的也不算。", "From asking, or asking anew, to the first words of a human. Notes and words of the bot do not count, nor do waits that had no end."),
		},
		{
			ID: "handling_time", Unit: UnitMS, Numerator: sum(HumanTalkMS), Denominator: sum(HumanTalks), Better: Neither, Source: "Tiledesk: duration",
			Name:  inBoth("人工处理时长", "Handling time"),
			Means: inBoth("从接手到最后一个动作，机器人的时间不计。", "From taking a conversation to the last thing the agent did in it. No time of the bot is in it."),
		},
		{
			ID: "human_resolution", Unit: UnitShare, Numerator: mark(HumanSolved), Denominator: mark(HumanResolved), Better: BetterUp, Source: "Kaitong",
			Name:  inBoth("人工解决率", "Solved by a human"),
			Means: inBoth("坐席结束的咨询中，记为已解决的。", "Of those an agent closed, what was closed as solved."),
		},
		{
			ID: "breach_rate", Unit: UnitShare, Numerator: mark(Breached), Denominator: mark(HandedOff), Better: BetterDown, Source: "Kaitong",
			Name:  inBoth("超时率", "Promises broken"),
			Means: inBoth("等待超过了承诺的时间。", "Hand-offs in which somebody waited longer than was promised."),
		},
		{
			ID: "ticket_rate", Unit: UnitShare, Numerator: mark(Ticketed), Denominator: mark(HandedOff), Better: BetterDown, Source: "Kaitong",
			Name:  inBoth("无人在线", "Nobody there"),
			Means: inBoth("要求人工时没有人在，留了工单。", "Hand-offs that became a ticket since nobody was there."),
		},
		{
			ID: "csat", Unit: UnitShare, Numerator: sum(VotesUp), Denominator: sum(Votes), Better: BetterUp, Source: "Chatwoot: CSAT",
			Name:  inBoth("满意率", "Satisfaction"),
			Means: inBoth("每条消息最后一次投票中的赞。", "Thumbs up among the last votes on each message."),
		},
		{
			ID: "response_rate", Unit: UnitShare, Numerator: mark(Rated), Denominator: mark(Contacts), Better: BetterUp, Source: "Chatwoot: response rate",
			Name:  inBoth("评价率", "Response rate"),
			Means: inBoth("投过票的咨询。", "Contacts that voted at least once."),
		},
		{
			ID: "check_failure_rate", Unit: UnitShare, Numerator: sum(ChecksFailed), Denominator: sum(Checks), Better: BetterDown, Source: "Kaitong",
			Name:  inBoth("查询失败率", "Failed checks"),
			Means: inBoth("资格查询没有得到结果。", "Eligibility checks that could not be made."),
		},
		{
			ID: "eligible", Unit: UnitShare, Numerator: mark(Eligible), Denominator: mark(Checked), Better: Neither, Source: "Kaitong",
			Name:  inBoth("符合条件", "Eligible"),
			Means: inBoth("查询结果出现过符合条件。", "Contacts with a verdict that said eligible."),
		},
		{
			ID: "ineligible", Unit: UnitShare, Numerator: mark(Ineligible), Denominator: mark(Checked), Better: Neither, Source: "Kaitong",
			Name:  inBoth("不符合条件", "Ineligible"),
			Means: inBoth("查询结果出现过不符合条件。", "Contacts with a verdict that said ineligible."),
		},
		{
			ID: "in_review", Unit: UnitShare, Numerator: mark(InReview), Denominator: mark(Checked), Better: Neither, Source: "Kaitong",
			Name:  inBoth("评估中", "In review"),
			Means: inBoth("查询结果出现过评估中。", "Contacts with a verdict that said in review."),
		},
		{
			ID: "guided", Unit: UnitShare, Numerator: mark(Guided), Denominator: mark(Involved), Better: Neither, Source: "Kaitong",
			Name:  inBoth("分步引导", "Guided"),
			Means: inBoth("走过分步引导。", "Contacts that were led step by step."),
		},
		{
			ID: "flow_success", Unit: UnitShare, Numerator: mark(FlowSolved), Denominator: mark(Guided), Better: BetterUp, Source: "Kaitong",
			Name:  inBoth("引导成功率", "Flows that helped"),
			Means: inBoth("走过引导的咨询中，以解决结束。", "Of those led step by step, where a flow ended in success."),
		},
		{
			ID: "check_confirmed", Unit: UnitShare, Numerator: mark(CheckConfirmed), Denominator: mark(Checked), Better: BetterUp, Source: "Kaitong",
			Name:  inBoth("复查确认", "Confirmed by a check"),
			Means: inBoth("查询过的咨询中，说解决之后重新查询，原因已经消失。", "Of those checked, where a fresh check, made after they called it solved, no longer returns the cause."),
		},
		{
			ID: "right_explanation", Unit: UnitCount, Numerator: mark(RightExplanation), Better: Neither, Source: "Kaitong",
			Name:  inBoth("要求解释", "Explanations asked for"),
			Means: inBoth("行使了要求解释的权利。", "Contacts that used the right to an explanation."),
		},
		{
			ID: "right_review", Unit: UnitCount, Numerator: mark(RightReview), Better: Neither, Source: "Kaitong",
			Name:  inBoth("要求人工复核", "Reviews asked for"),
			Means: inBoth("行使了要求人工复核的权利。", "Contacts that used the right to a review by a human."),
		},
		{
			ID: "appeals", Unit: UnitCount, Numerator: mark(AppealSubmitted), Better: Neither, Source: "Kaitong",
			Name:  inBoth("提交的申诉", "Appeals sent"),
			Means: inBoth("提交了申诉。", "Contacts that sent an appeal off."),
		},
		{
			ID: "appeal_completion", Unit: UnitShare, Numerator: mark(AppealSubmitted), Denominator: mark(AppealStarted), Better: BetterUp, Source: "Kaitong",
			Name:  inBoth("申诉完成率", "Appeals finished"),
			Means: inBoth("填过申诉表的咨询中，提交了的。", "Of those at the form of an appeal, who sent it off."),
		},
		{
			ID: "appeals_refused", Unit: UnitCount, Numerator: mark(AppealRefused), Better: BetterDown, Source: "Kaitong",
			Name:  inBoth("申诉未被接收", "Appeals not taken"),
			Means: inBoth("受理方不收的申诉，记在消息到来时的那次咨询上。", "Contacts in which the institution said that it does not take an appeal."),
		},
		{
			ID: "scam_warnings", Unit: UnitCount, Numerator: mark(ScamWarned), Better: Neither, Source: "Kaitong",
			Name:  inBoth("防骗提醒", "Scam warnings"),
			Means: inBoth("看到了防骗提醒。", "Contacts that were shown the warning of scams."),
		},
		{
			ID: "distress", Unit: UnitCount, Numerator: mark(Distress), Better: Neither, Source: "Kaitong",
			Name:  inBoth("情绪危急", "In distress"),
			Means: inBoth("说了绝望的话：马上转给人，或已有人在接待。", "Contacts of people in distress: they get a human at once, or have one already."),
		},
		{
			ID: "unanswered", Unit: UnitShare, Numerator: mark(Unanswered), Denominator: mark(Requests), Better: BetterDown, Source: "Tiledesk: unanswered",
			Name:  inBoth("未答好", "Unanswered"),
			Means: inBoth("至少有一个问题没有答好：没听懂、没选、没帮上忙或不归我们答。", "Requests with at least one question that was not understood, not chosen, did not help, or is not our subject."),
		},
		{
			ID: "masked", Unit: UnitCount, Numerator: mark(Masked), Better: Neither, Source: "Kaitong",
			Name:  inBoth("含个人信息", "Personal data hidden"),
			Means: inBoth("写了个人信息，已隐去。", "Contacts in which personal data was written, and hidden."),
		},
	}
}
