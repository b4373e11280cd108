const outcomes: Record<string, string> = {
  confirmed: "确认解决", assumed: "推定解决", handed_off: "转人工", abandoned: "中途离开", unanswered: "没答上", open: "又来问了", "": "没有问事",
};
const bits: Record<string, string> = {
  asked: "问过", answered: "答上", fell_back: "没听懂", handed_off: "转人工", solved: "解决", told: "告知", returned: "又来问", check_confirmed: "复查确认", unanswered: "没答好", described: "说过", started: "开始", exhausted: "走完没用", withdrawn: "取消", doubted: "后来又问", contacts: "对话", check_failed: "查询失败", shown: "看过", tried: "试过", failed: "没用", helped: "有用",
  confirmed: "复查确认", done: "完成", skipped: "跳过", left: "离开", up: "有帮助", down: "没帮助", human_answered: "人工答复", cancelled: "取消", breached: "超时",
};
const kinds: Record<string, string> = {
  intent: "问题", cause: "原因", fix: "办法", step: "步骤", entry: "知识", handoff: "转人工原因", queue: "队列", check: "查询结果", decision: "结论", hour: "时段", region: "地区",
  cause_region: "原因 × 地区", cause_version: "原因 × 版本", symptom: "现象", flow: "引导", incident: "公告", disposed: "坐席查明的原因", path: "路径", wait: "等待时长", right: "权利请求", warning: "提醒",
};

export const zh = {
  title: "数据看板",
  views: { overview: "概览", causes: "原因", paths: "路径", fixes: "办法与知识", unanswered: "没答上的", handoffs: "人工服务" },
  viewsLabel: "看什么",
  loading: "正在读取数据…",
  demo: "演示数据",
  rebuilding: "正在重新统计，数字还不完整",
  demoHint: "这些对话是生成的，用来看看看板的样子。",
  provisional: (time: string) => `${time} 之后的数据还会变动`,
  provisionalHint: "最近 24 小时的对话可能还没结束：有人会回来接着问，「推定解决」「回访」会随之更正。",
  projected: (time: string, behind: number) => (behind ? `统计到 ${time}，还差 ${behind} 条` : `已是最新，最后一条 ${time}`),
  failed: { title: "没能读到数据", text: "服务暂时没有答复。对话不受影响，数据也不会丢。", offline: "连不上服务器，请检查网络。", missing: "这台服务器还没有提供数据看板。", invalid: "这个条件服务器不认识，换一个时间段或清除筛选试试。" },
  retry: "重试",
  forbidden: { title: "数据看板供组长和合规使用", text: "需要看数据的话，请组长分享，或请管理员调整你的角色。" },
  close: "关闭",
  more: "再看一些",
  share: "复制链接",
  shared: "链接已复制：打开的人会看到同样的时间段和筛选",
  shareFailed: "没能复制，请直接复制地址栏",

  period: {
    label: "时间段", days: (n: number) => `${n} 天`, custom: "自选", from: "从", to: "到", compare: "对比上一段", compareHint: (from: string, to: string) => `对比 ${from} 至 ${to}`,
    shown: (from: string, to: string, zone: string) => `${from} 至 ${to}（${zone}）`,
  },
  filters: {
    label: "筛选", all: "全部", clear: "清除筛选", product: "产品", locale: "语言", cause: "原因", channel: "渠道", version: "版本",
    languages: { "zh-CN": "中文", en: "英文" } as Record<string, string>,
    channels: { web: "网页", terminal: "终端", app: "应用内", ios: "iOS", android: "安卓", harmony: "鸿蒙", mini_program: "小程序", wechat: "微信", alipay: "支付宝", email: "邮件", phone: "电话", other: "其他" } as Record<string, string>,
    unknown: "未知",
  },
  exports: {
    label: "导出", what: { figures: "指标", contacts: "对话清单", keys: "明细" }, csv: "CSV", parquet: "Parquet", hint: "按当前时间段和筛选导出。",
  },

  figure: {
    explain: (name: string) => `「${name}」怎么算`, numerator: "分子", denominator: "分母", source: "依据", interval: "95% 区间", previous: "上一段", open: "看这些对话",
    of: (num: string, den: string) => `${num} / ${den}`, none: "这段时间没有可算的对话", spark: (name: string) => `${name}每天的变化`, better: "变好", worse: "变差", all: "其他指标", allHint: "点数字看背后的对话",
    average: (den: string) => `${den} 次的平均`, noCompare: "上一段没有数据",
  },
  empty: {
    title: "这段时间还没有对话", text: "有人开始对话后，几秒内就会出现在这里。也可以换长一点的时间段，或清除筛选。",
    few: "数据还不够",
    causes: "有人查询资格或说出原因后，这里会列出最常见的原因和后来怎么样了。",
    matrix: "有客户端上报地区或版本、且原因已知时，这里会显示哪里的哪种原因最多。",
    flows: "有人跟着机器人一步步操作后，这里会显示每一步有多少人继续、在哪一步离开。",
    hours: "有对话后，这里会显示一周里哪些时段最忙。",
    sankey: "有对话结束后，这里会显示问题、原因、结果之间的流向。",
    fixes: "机器人给出办法后，这里会显示多少人试了、多少人说有用。",
    entries: "知识条目被用到或被评价后会列在这里。",
    unanswered: { title: "没有答不上来的问题", text: "机器人没听懂、或用户说没帮上忙的问题，会按意思分组列在这里。" },
    handoffs: "有人要求人工服务后，这里会显示原因、等待时长和有没有超时。",
    contacts: "这段时间没有这样的对话",
  },
  suppressed: (n: number, min: number) => `另有 ${n} 项不足 ${min} 次对话，为保护隐私没有列出。`,
  chart: { asTable: "看表格", asChart: "看图", region: (name: string) => `${name}，可左右滚动` },

  alerts: {
    label: "异常提醒", cause: (name: string) => `「${name}」突然变多`, unanswered: "没答上的问题突然变多", other: (name: string) => `「${name}」和平时不一样`,
    numbers: (value: string, expected: string) => `现在 ${value}，平时约 ${expected}`, since: (time: string) => `${time} 起`, incident: "如果是故障，建议发布一条公告，让机器人先告诉大家。", look: "看这些对话",
  },

  overview: { headline: "主要指标", groups: { questions: "问题与回答", outcomes: "结果", checks: "资格查询", care: "权利与关怀", others: "其他指标" }, trend: "趋势", lines: "看哪些指标（最多 3 个）", previous: "上一段", day: "日期", provisional: "还会变动" },
  causes: {
    title: "用户遇到的原因", hint: "机器人告诉用户的原因，和后来怎么样了。点数字看背后的对话。", cause: "原因", told: "告知", solved: "解决", handed: "转人工", returned: "又来问", change: "变化",
    none: "没有原因", matrix: { region: "原因 × 地区", version: "原因 × 客户端版本" }, region: "地区", version: "版本", few: (n: string) => `少于 ${n}`,
    matrixHint: "颜色越浓，对话越多。空格表示没有，或少到不单独列出。",
  },
  paths: {
    sankey: "问题 → 原因 → 结果", sankeyHint: "线越宽，这样走的对话越多。", question: "问题", cause: "原因", outcome: "结果", contacts: "对话", noIntent: "没听懂", noCause: "没有查到原因",
    funnel: "一步步的流程", flow: "选择流程", step: "步骤", shown: "看到", done: "完成", failed: "没成", skipped: "跳过", left: "离开", drop: (share: string) => `${share} 在这里离开`,
    hours: "一周里的忙时", hoursHint: "对话开始的时间", hour: "时", weekdays: ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
    hourCell: (day: string, hour: number, n: string) => `${day} ${hour}:00–${hour + 1}:00，${n} 次对话`, other: "其他",
  },
  fixes: {
    title: "哪个办法真的有用", hint: "「有用」是试过之后用户自己说的；「复查确认」是再查一次资格时问题已经不在；「后来又问」是说了有用之后又来问。横线是 95% 区间：越短越可信。", fix: "办法", shown: "看过", tried: "试过", failed: "没用", helped: "有用", confirmed: "复查确认", doubted: "后来又问",
    share: "有用 / 试过", few: "试的人太少", entries: "知识条目", entriesHint: "「待复核」表示已过复核日期。", entry: "条目", hits: "用到", up: "有帮助", down: "没帮助", helpful: "有帮助的比例", stale: "待复核", fresh: "有效", review: "复核日期", noVotes: "还没有评价",
    intervalText: (share: string, low: string, high: string) => `${share}，区间 ${low} 到 ${high}`,
  },
  unanswered: {
    proposed: "AI 起的名，请核对", title: "没答上的问题", understanding: "没听懂", help: "答了没帮上", lead: "按意思分组，最多的在前。一键起草，检查后放进知识库或训练语料。", size: (n: string, people: string) => `${n} 次，${people} 人`, single: (n: string) => `另有 ${n} 个问题各只有一个人问过，没有列出。`, nearest: (name: string, score: string) => `最接近「${name}」（${score}）`, noNearest: "和已有的问题都不像",
    trend: "每天的数量", entry: "起草知识条目", utterances: "起草训练语料", drafting: "正在起草…", draftBusy: "正在为别人试算，请过几秒再试。", open: "看对话", examples: "代表性的问题",
    review: "这是草稿：请检查后再放进项目，不会自动生效。", copy: "复制", copied: "已复制", download: "下载", before: "加入前", after: "加入后", evaluation: "试一试的结果", evaluationHint: "每个问题都由没学过它的模型来读。", tooFew: "不同的问法太少，没法试出效果。", files: "文件",
    read: (of: string) => `读对（共 ${of} 个问法）`, offered: "拿不准，但列为首选", kept: (of: string) => `原有问法仍读对（共 ${of} 个）`,
  },
  handoffs: {
    wait: (seconds: number | null): string => (seconds === null ? "更久" : seconds < 60 ? `${seconds} 秒内` : `${Math.round(seconds / 60)} 分钟内`),
    title: "人工服务", byReason: "按原因", byQueue: "按队列", waits: "等了多久", reason: "原因", queue: "队列", asked: "要求", answered: "有人答复", solved: "解决", withdrawn: "用户取消", breached: "超时", waited: "等待时长", contacts: "次数",
    noQueue: "未分队列",
  },
  contacts: {
    title: (name: string) => `${name}：背后的对话`, began: "开始", outcome: "结果", asked: "问了什么", cause: "原因", user: "用户", from: "来自", open: "打开对话", nth: (n: number) => `第 ${n} 次`,
    audited: "打开对话会记入审计。",
  },
  outcome: (id: string): string => outcomes[id] ?? id,
  bit: (id: string): string => bits[id] ?? id,
  kind: (id: string): string => kinds[id] ?? id,
};
