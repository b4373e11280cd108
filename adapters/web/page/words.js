// Every text of the page itself, in both languages. What the bot says comes
// from the server.

const zh = {
  title: "借呗开通助手",
  pickerTitle: "以谁的身份体验",
  pickerLead: "每位演示用户的情况不同，查询到的原因和建议也不同。选一位，问问看。",
  anonymousName: "未登录",
  anonymousSituation: "没有登录，只能得到一般性的说明。",
  close: "关闭",
  fresh: "新对话",
  freshLong: "开始新对话",
  otherLanguage: "EN",
  switchLanguage: "Switch to English",
  logLabel: "对话内容",
  newMessages: "有新消息 ↓",
  inputLabel: "输入你的问题",
  placeholder: "说说你遇到的情况…",
  send: "发送",
  fine: "演示环境，数据都是虚构的。请不要输入密码、验证码或证件号码。",
  suggestions: ["为什么我的借呗开通不了？", "怎么开通借呗？", "找不到借呗入口", "转人工"],
  connecting: "正在连接…",
  online: "在线",
  offline: "网络断开了，正在重新连接…",
  waiting: "网络断开了，稍后自动重连…",
  you: "你",
  bot: "助手",
  agent: "客服",
  system: "提示",
  sending: "发送中…",
  sent: "已送达",
  failed: "没有发出去",
  resend: "重新发送",
  typing: "正在输入…",
  checking: "正在查询…",
  checkDone: "查到了，正在整理…",
  checkUnavailable: "暂时查不到，先为你整理一般说明…",
  how: "怎么做",
  composed: "由 AI 生成",
  levels: { info: "说明", warning: "注意", care: "关心你" },
  handoff: {
    requested: "已请求人工服务", queued: "正在排队等待人工客服", active: "人工客服已接入",
    resolved: "人工服务已结束", cancelled: "已取消人工服务",
  },
  restart: "重新开始",
  historyLost: "没能读取之前的对话，请刷新页面再试。",
  noDemo: "暂时没能确认身份，请稍后再试。",
};

const en = {
  title: "Jiebei helper",
  pickerTitle: "Try it as",
  pickerLead: "Each demo user is in another situation, so the check finds other reasons and other next steps. Pick one and ask.",
  anonymousName: "Not signed in",
  anonymousSituation: "Nobody to check, so the answers stay general.",
  close: "Close",
  fresh: "New chat",
  freshLong: "Start a new chat",
  otherLanguage: "中文",
  switchLanguage: "切换到中文",
  logLabel: "Conversation",
  newMessages: "New messages ↓",
  inputLabel: "Your question",
  placeholder: "Tell us what happened…",
  send: "Send",
  fine: "This is a demo with made-up data. Please do not enter passwords, codes or ID numbers.",
  suggestions: ["Why can't I open Jiebei?", "How do I open Jiebei?", "I can't find the Jiebei entry", "Talk to a person"],
  connecting: "Connecting…",
  online: "Online",
  offline: "Connection lost. Reconnecting…",
  waiting: "Connection lost. Trying again shortly…",
  you: "You",
  bot: "Helper",
  agent: "Support",
  system: "Notice",
  sending: "Sending…",
  sent: "Delivered",
  failed: "Not sent",
  resend: "Send again",
  typing: "Typing…",
  checking: "Looking it up…",
  checkDone: "Found it, putting it together…",
  checkUnavailable: "The check is not available, preparing a general answer…",
  how: "How to",
  composed: "Written by AI",
  levels: { info: "Note", warning: "Careful", care: "We are here" },
  handoff: {
    requested: "A person has been asked for", queued: "Waiting in line for a person", active: "A person has joined",
    resolved: "The person has left the chat", cancelled: "The request for a person was withdrawn",
  },
  restart: "Start over",
  historyLost: "The earlier conversation could not be loaded. Please reload the page.",
  noDemo: "We could not confirm who you are. Please try again shortly.",
};

/** @param {string} locale zh-CN or en */
export function words(locale) {
  return locale === "en" ? en : zh;
}

/** What to use when nobody has chosen: the browser's language. */
export function preferredLocale() {
  return (navigator.language || "zh").toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}
