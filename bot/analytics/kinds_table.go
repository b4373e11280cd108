package analytics

// Kinds describes all kinds of keys, in the order they are shown.
func Kinds() []KindInfo {
	return []KindInfo{
		{KindIntent, []string{"asked", "answered", "fell_back", "handed_off", "solved", "unanswered"}, inBoth("对方问的事，以及这次咨询的结果。", "What was asked, and how the contacts ended that asked it.")},
		{KindSymptom, []string{"described", "solved", "handed_off"}, inBoth("对方描述的现象。", "What people say they see.")},
		{KindCause, []string{"told", "solved", "handed_off", "returned", "check_confirmed"}, inBoth("告诉对方的原因，以及这次咨询的结果。", "Causes that were told, and how the contacts ended that heard them.")},
		{KindFix, []string{"shown", "tried", "failed", "helped", "confirmed", "doubted"}, inBoth("办法：看到、试过、没用、说有用、复查确认、说有用后又来问。", "Fixes: shown, tried, last said not to help, called helpful, confirmed by a check, called helpful and then asked again.")},
		{KindFlow, []string{"started", "solved", "exhausted", "left"}, inBoth("分步引导如何结束。", "How guided flows ended.")},
		{KindStep, []string{"shown", "done", "failed", "skipped", "left"}, inBoth("引导的每一步：看到、做了、没用、跳过、停在这里。", "Each step of a flow: shown, done, did not help, skipped, left there.")},
		{KindEntry, []string{"shown", "up", "down"}, inBoth("知识条目：引用和每条消息最后的投票。", "Entries of the knowledge: quoted, and the last votes on the messages that did.")},
		{KindHandoff, []string{"asked", "human_answered", "solved", "withdrawn", "breached"}, inBoth("转人工的原因。", "Why a human was asked for.")},
		{KindQueue, []string{"asked", "human_answered", "solved", "withdrawn", "breached"}, inBoth("等待的队列。", "Where people waited.")},
		{KindCheck, []string{"contacts"}, inBoth("资格查询的结果状态。", "How eligibility checks ended.")},
		{KindDecision, []string{"contacts"}, inBoth("资格查询的结论。", "What eligibility checks said.")},
		{KindRight, []string{"contacts"}, inBoth("行使的权利。", "Rights that were used.")},
		{KindWarning, []string{"contacts"}, inBoth("给出的提醒。", "Warnings that were shown.")},
		{KindIncident, []string{"contacts"}, inBoth("告知的故障。", "Incidents that were told of.")},
		{KindWait, []string{"contacts"}, inBoth("等到人工第一句话的时间。", "How long people waited for the first words of a human.")},
		{KindDisposed, []string{"contacts"}, inBoth("坐席查明的原因。", "The cause an agent found.")},
		{KindHour, []string{"contacts", "handed_off", "solved", "unanswered", "check_failed"}, inBoth("一周中的小时，周一零点为 0。", "The hour of the week, 0 is Monday at midnight.")},
		{KindRegion, []string{"contacts", "handed_off", "solved", "unanswered", "check_failed"}, inBoth("所在地区。", "Where people are.")},
		{KindCauseRegion, []string{"told", "solved", "handed_off", "returned", "check_confirmed"}, inBoth("原因|地区。", "Cause|region.")},
		{KindCauseVersion, []string{"told", "solved", "handed_off", "returned", "check_confirmed"}, inBoth("原因|应用版本。", "Cause|version of the app.")},
		{KindPath, []string{"contacts", "handed_off", "solved", "unanswered", "check_failed"}, inBoth("首个问题|首个原因|结果。", "First question|first cause|outcome.")},
	}
}
