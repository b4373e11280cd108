// A believable month for the page of figures, made up and always the same, so
// that the page can be worked on without a server that counts. Not shipped.

export const ZONE = "Asia/Shanghai";
const DAY_MS = 86_400_000;

/** Numbers that look like chance and are the same every time. */
export function chance(seed) {
  let state = 2166136261;
  for (const letter of String(seed)) state = Math.imul(state ^ letter.charCodeAt(0), 16777619);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const both = (zh, en) => ({ "zh-CN": zh, en });

// id, unit, better, name, means, numerator, denominator, share or mean, parts of contacts in the denominator
export const FIGURES = [
  ["contacts", "count", "neither", both("对话", "Conversations"), both("一段连续的来访；停一小时再说话算新的一段。", "One visit without a pause of an hour or more."), both("对话数", "Conversations"), null, 1, 1],
  ["involvement", "share", "up", both("机器人参与率", "Involvement"), both("机器人尝试作答的对话所占的比例。", "Conversations in which the bot tried to answer."), both("机器人尝试作答的对话", "Conversations with an attempt"), both("全部对话", "All conversations"), 0.96, 1],
  ["answer_rate", "share", "up", both("答上率", "Answer rate"), both("至少给出一个真正答案；问候不算。", "At least one real answer; a greeting is none."), both("答上的对话", "Conversations answered"), both("机器人参与的对话", "Conversations the bot was involved in"), 0.87, 0.96],
  ["fallback_rate", "share", "down", both("没听懂率", "Fallback rate"), both("机器人至少有一次没听懂。", "The bot did not understand at least once."), both("没听懂的对话", "Conversations with a fallback"), both("机器人参与的对话", "Conversations the bot was involved in"), 0.11, 0.96],
  ["clarify_rate", "share", "down", both("追问率", "Clarify rate"), both("机器人需要反问才能确定问题。", "The bot had to ask back."), both("有追问的对话", "Conversations with a clarification"), both("机器人参与的对话", "Conversations the bot was involved in"), 0.14, 0.96],
  ["containment", "share", "up", both("自助完成率", "Containment"), both("有实际问题、且没有转人工的对话。它本身不说明用户满意，请和「再来问」一起看。", "Real requests handled without a person. Read it beside “came back”."), both("没有转人工的对话", "Conversations without a hand-off"), both("有实际问题的对话", "Conversations with a real request"), 0.78, 0.93],
  ["resolution_confirmed", "share", "up", both("确认解决率", "Confirmed resolution"), both("用户亲口说解决了，或复查通过。", "The person said so, or a new check passed."), both("确认解决的对话", "Confirmed conversations"), both("机器人参与的对话", "Conversations the bot was involved in"), 0.31, 0.96],
  ["resolution_assumed", "share", "up", both("应已解决率", "Assumed resolution"), both("得到答案后离开，24 小时内没有再来；再来就撤销。", "Left after an answer and did not return within 24 h; revoked by a return."), both("应已解决的对话", "Assumed conversations"), both("机器人参与的对话", "Conversations the bot was involved in"), 0.38, 0.96],
  ["handoff_rate", "share", "neither", both("转人工率", "Hand-off rate"), both("进入人工排队的对话。", "Conversations that were put in line for a person."), both("转人工的对话", "Conversations handed off"), both("机器人参与的对话", "Conversations the bot was involved in"), 0.13, 0.96],
  ["recontact_24h", "share", "down", both("24 小时内再来问", "Back within 24 h"), both("同一个人 24 小时内又来问。", "The same person asks again within 24 h."), both("再来的对话", "Conversations that follow another"), both("全部对话", "All conversations"), 0.08, 1],
  ["recontact_7d", "share", "down", both("7 天内再来问", "Back within 7 days"), both("同一个人 7 天内又来问。", "The same person asks again within 7 days."), both("再来的对话", "Conversations that follow another"), both("全部对话", "All conversations"), 0.15, 1],
  ["csat", "share", "up", both("好评率", "Satisfaction"), both("评价里「有帮助」的比例。", "Votes that say helpful."), both("有帮助的评价", "Helpful votes"), both("全部评价", "All votes"), 0.81, 0.18],
  ["response_rate", "share", "up", both("评价率", "Response rate"), both("给过评价的对话。", "Conversations that were rated."), both("有评价的对话", "Rated conversations"), both("答上的对话", "Conversations answered"), 0.2, 0.85],
  ["abandonment", "share", "down", both("中途离开率", "Abandonment"), both("流程没走完就离开。", "Left before a guide was over."), both("中途离开的对话", "Conversations left midway"), both("有流程的对话", "Conversations with a guide"), 0.17, 0.4],
  ["check_failure", "share", "down", both("查询失败率", "Failed checks"), both("资格查询没有得到结果。", "Eligibility checks without a result."), both("失败的查询", "Failed checks"), both("全部查询", "All checks"), 0.02, 0.7],
  ["first_human_response", "ms", "down", both("人工首次响应", "First human response"), both("从要求人工到第一句人工回复；机器人的话不算。", "From the request to a person’s first words; the bot’s do not count."), both("等待时长之和", "Sum of waits"), both("有人工答复的等待", "Waits that were answered"), 96_000, 0.11],
  ["human_handling", "ms", "down", both("人工处理时长", "Handling time"), both("从接入到完成。", "From claim to close."), both("处理时长之和", "Sum of handling times"), both("人工接待次数", "Times a person talked"), 412_000, 0.11],
  ["sla_breach_rate", "share", "down", both("超时率", "Overdue"), both("等待超过承诺时间的转人工。", "Hand-offs that waited longer than promised."), both("超时的转人工", "Overdue hand-offs"), both("转人工的对话", "Conversations handed off"), 0.06, 0.13],
  ["human_resolution", "share", "up", both("人工解决率", "Solved by a person"), both("坐席记录为解决的。", "Recorded as solved by the agent."), both("解决的", "Solved"), both("人工完成的", "Closed by a person"), 0.84, 0.1],
];

export const KINDS = [
  ["intent", ["asked", "answered", "fell_back", "handed_off", "solved"]], ["cause", ["told", "solved", "handed_off", "recontact"]], ["fix", ["shown", "tried", "failed", "helped", "confirmed"]],
  ["step", ["shown", "done", "failed", "skipped", "left"]], ["entry", ["shown", "up", "down"]], ["handoff", ["asked", "human_answered", "solved", "cancelled", "breached"]],
  ["queue", ["asked", "human_answered", "solved", "cancelled", "breached"]], ["hour", ["contacts"]], ["region", ["contacts"]], ["cause_region", ["told"]], ["cause_version", ["told"]], ["path", ["contacts"]], ["wait", ["contacts"]],
];

export const CAUSES = [
  ["technical.client_version", "支付宝版本太旧", "An outdated Alipay version", 0.21], ["compliance.identity_incomplete", "身份信息不完整或已过期", "Identity details incomplete or expired", 0.18], ["credit.thin_history", "信用记录少", "A short credit history", 0.14],
  ["credit.multiple_debts", "未还借款较多", "Several open loans", 0.11], ["technical.network", "网络问题", "A network problem", 0.09], ["technical.system_fault", "系统故障", "A system fault", 0.07], ["account.other_account", "已在另一个账号开通", "Already open on another account", 0.06],
  ["policy.regional", "所在地区暂未开放", "Not offered in this region yet", 0.05], ["credit.review_not_passed", "综合评估未通过", "The overall review was not passed", 0.05], ["technical.entry_missing", "找不到入口", "The entry is missing", 0.04],
];

export const INTENTS = [["fail.unspecified", 0.34], ["fail.version", 0.13], ["fail.identity", 0.12], ["how.activate", 0.1], ["status.check", 0.09], ["how.improve", 0.08], ["fail.network", 0.06], ["status.review", 0.05], ["", 0.03]];

export const FIXES = [
  ["client.update", "更新支付宝", "Update Alipay", 0.24, 0.71, 0.83], ["identity.verify", "更新并核验身份信息", "Update and verify your identity", 0.2, 0.58, 0.74], ["network.check", "检查并更换网络", "Check and change the network", 0.13, 0.66, 0.61],
  ["face.retry", "重新刷脸核验", "Try the face check again", 0.09, 0.6, 0.52], ["retry.later", "稍后再试一次", "Try again later", 0.11, 0.4, 0.33], ["repay.on_time", "还清逾期并按时还款", "Repay what is overdue, and on time", 0.08, 0.22, 0.41],
  ["debt.reduce", "逐步减少未还借款", "Reduce open loans", 0.08, 0.18, 0.38], ["phone.change", "更换绑定的手机号", "Change the phone number", 0.03, 0.5, 0.69], ["account.consolidate", "理清名下的账号", "Sort out your accounts", 0.04, 0.01, 0.5],
];

export const FLOWS = {
  client: ["一步步更新支付宝", "Update Alipay step by step", [["latest", "你的支付宝是最新版吗？", "Is your Alipay the latest version?", 1, 0.06], ["update", "更新支付宝", "Update Alipay", 0.86, 0.11], ["restart", "重启手机，再打开支付宝", "Restart the phone, then open Alipay", 0.68, 0.09], ["other_phone", "换一部自己的手机登录", "Log in on another phone of your own", 0.24, 0.31], ["check", "再查一次", "Check again", 0.17, 0.05]]],
  identity: ["一步步更新身份信息", "Update your identity step by step", [["card", "身份证在有效期内吗？", "Is your ID card valid?", 0.8, 0.08], ["upload", "重新上传身份证照片", "Upload the photos of your ID again", 0.64, 0.24], ["face", "刷脸核验", "Pass the face check", 0.44, 0.14], ["wait", "等待审核", "Wait for the review", 0.36, 0.04]]],
  network: ["一步步检查网络", "Check the network step by step", [["wifi", "换成移动网络", "Switch to mobile data", 0.5, 0.1], ["vpn", "关掉 VPN", "Turn off the VPN", 0.31, 0.12], ["again", "再打开一次", "Open it again", 0.26, 0.03]]],
};

export const CLUSTERS = [
  ["提前还款有没有手续费", "Is there a fee for repaying early", 64, "how.requirements", 0.34, ["提前还款要手续费吗", "借呗提前还清收不收钱", "我想提前结清有违约金没", "early repay fee?"]],
  ["换手机号后收不到验证码", "No code after changing the number", 41, "fail.identity", 0.52, ["手机号换了验证码发到旧号", "验证码一直收不到咋办", "换号以后刷脸也过不去"]],
  ["额度为什么变少了", "Why did my limit shrink", 33, "fail.capacity", 0.48, ["额度怎么从两万变成三千", "降额了怎么回事", "为啥额度突然没了"]],
  ["可以帮家人开通吗", "Opening it for a relative", 18, null, 0, ["能用我妈的身份证开吗", "替老公开通可以不", "can I apply for my wife"]],
  ["学生能不能用", "Can students use it", 12, "how.requirements", 0.55, ["大学生可以开通借呗吗", "在校学生能借吗"]],
];

export const REASONS = [["requested", 0.42], ["failed_turns", 0.24], ["appeal", 0.12], ["complaint", 0.09], ["distress", 0.05], ["human_review", 0.05], ["scam", 0.03]];
export const QUEUES = [["general", "普通", "General", 0.62], ["appeal", "申诉", "Appeals", 0.2], ["complaint", "投诉", "Complaints", 0.12], ["care", "关怀", "Care", 0.06]];
export const REGIONS = ["广东", "江苏", "浙江", "四川", "河南", "山东", "湖北", "北京"];
export const VERSIONS = ["10.7", "10.6", "10.5", "10.3", "9.8"];
export const WAITS = [["0", "15 秒内", "within 15 s", 0.22], ["1", "15–60 秒", "15–60 s", 0.31], ["2", "1–3 分", "1–3 min", 0.24], ["3", "3–10 分", "3–10 min", 0.14], ["4", "10–30 分", "10–30 min", 0.06], ["5", "更久", "longer", 0.03]];

/** How many came on a day. */
export function came(day, filters) {
  const random = chance(`${day} ${filters}`);
  const at = new Date(`${day}T00:00Z`);
  const week = [0.72, 1.12, 1.08, 1.04, 1, 0.98, 0.78][at.getUTCDay()];
  const growth = 1 + (at.getTime() - Date.parse("2026-10-01")) / DAY_MS / 240;
  const spike = day === "2026-11-21" ? 1.55 : day === "2026-11-22" ? 1.25 : 1;
  return Math.round(420 * week * growth * spike * (0.94 + random() * 0.12) * (filters ? 0.22 : 1));
}
