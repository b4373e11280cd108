// Every text of the widget itself, in both languages. What the bot says, and
// what the page is about, comes from the server.

import type { HandoffData, Locale } from "./protocol.ts";

const zh = {
  title: "在线帮助",
  launcher: "在线帮助",
  open: "打开在线帮助",
  close: "关闭",
  unread: (n: number) => `${n} 条未读消息`,
  fresh: "新对话",
  otherLanguage: "EN",
  switchLanguage: "Switch to English",
  logLabel: "对话内容",
  newMessages: "有新消息",
  inputLabel: "输入你的问题",
  placeholder: "说说你遇到的情况…",
  send: "发送",
  fine: "请不要输入密码、验证码或证件号码。",
  human: "转人工",
  cancelHuman: "取消排队",
  connecting: "正在连接…",
  online: "在线",
  offline: "网络断开了，正在重新连接…",
  waiting: "网络断开了，连上后会自动发送",
  you: "你",
  user: "你",
  bot: "助手",
  agent: "客服",
  system: "提示",
  sending: "发送中…",
  postponed: "稍等片刻，会自动重新发送…",
  sent: "已送达",
  failed: "没有发出去",
  resend: "重新发送",
  typing: "正在输入…",
  checking: "正在查询…",
  checkDone: "查到了，正在整理…",
  checkUnavailable: "暂时查不到，先为你整理一般说明…",
  how: "怎么做",
  why: "为什么",
  steps: (n: number) => `${n} 步：`,
  stepOf: (at: number, of: number) => `第 ${at} 步，共 ${of} 步`,
  details: "更多说明",
  comma: "、",
  more: "更多",
  save: "保存",
  copy: "复制",
  copied: "已复制",
  planFile: "提升建议.txt",
  fileKind: (size: string) => `文本文件 · ${size}`,
  incident: "服务状态",
  voteLabel: "这条回答有帮助吗",
  votes: { up: "有帮助", down: "没帮助" },
  voteThanks: "谢谢，记下了。",
  voteWhy: "哪里不对？（可以不选）",
  voteReasons: { not_my_case: "不是我的情况", unclear: "看不懂", cannot_do: "做不了", incomplete: "没说全" },
  composed: "由 AI 生成",
  levels: { info: "说明", warning: "注意", care: "关心你" },
  handoffLine: (handoff: HandoffData) => handoffZH(handoff),
  final: "连接已结束。",
  restart: "重新开始",
  historyLost: "没能读取之前的对话，请刷新页面再试。",
  yesterday: "昨天",
};

export type Words = typeof zh;

const en: Words = {
  title: "Help",
  launcher: "Help",
  open: "Open help chat",
  close: "Close",
  unread: (n) => (n === 1 ? "1 unread message" : `${n} unread messages`),
  fresh: "New chat",
  otherLanguage: "中文",
  switchLanguage: "切换到中文",
  logLabel: "Conversation",
  newMessages: "New messages",
  inputLabel: "Your question",
  placeholder: "Tell us what happened…",
  send: "Send",
  fine: "Please do not enter passwords, codes or ID numbers.",
  human: "Talk to a person",
  cancelHuman: "Leave the line",
  connecting: "Connecting…",
  online: "Online",
  offline: "Connection lost. Reconnecting…",
  waiting: "Connection lost. Your messages will be sent once it is back",
  you: "You",
  user: "You",
  bot: "Helper",
  agent: "Support",
  system: "Notice",
  sending: "Sending…",
  postponed: "One moment, this will be sent again by itself…",
  sent: "Delivered",
  failed: "Not sent",
  resend: "Send again",
  typing: "Typing…",
  checking: "Looking it up…",
  checkDone: "Found it, putting it together…",
  checkUnavailable: "The check is not available, preparing a general answer…",
  how: "How to",
  why: "Why",
  steps: (n) => (n === 1 ? "1 step: " : `${n} steps: `),
  stepOf: (at, of) => `Step ${at} of ${of}`,
  details: "More details",
  comma: ", ",
  more: "More",
  save: "Save",
  copy: "Copy",
  copied: "Copied",
  planFile: "improvement-plan.txt",
  fileKind: (size) => `Text file · ${size}`,
  incident: "Service status",
  voteLabel: "Did this answer help?",
  votes: { up: "Helpful", down: "Not helpful" },
  voteThanks: "Thanks, noted.",
  voteWhy: "What was wrong? (optional)",
  voteReasons: { not_my_case: "Not my situation", unclear: "Hard to follow", cannot_do: "I can’t do that", incomplete: "Something is missing" },
  composed: "Written by AI",
  levels: { info: "Note", warning: "Careful", care: "We are here" },
  handoffLine: (handoff) => handoffEN(handoff),
  final: "The connection has ended.",
  restart: "Start over",
  historyLost: "The earlier conversation could not be loaded. Please reload the page.",
  yesterday: "Yesterday",
};

function handoffZH({ state, position, agent }: HandoffData): string {
  switch (state) {
    case "requested":
      return "已请求人工服务";
    case "queued":
      return position ? `正在排队等待人工客服，你排在第 ${position} 位` : "正在排队等待人工客服";
    case "active":
      return agent ? `人工客服 ${agent} 已接入` : "人工客服已接入";
    case "resolved":
      return "人工服务已结束";
    case "cancelled":
      return "已取消人工服务";
  }
  return "";
}

function handoffEN({ state, position, agent }: HandoffData): string {
  switch (state) {
    case "requested":
      return "A person has been asked for";
    case "queued":
      return position ? `Waiting for a person. You are number ${position} in line` : "Waiting in line for a person";
    case "active":
      return agent ? `${agent} has joined` : "A person has joined";
    case "resolved":
      return "The person has left the chat";
    case "cancelled":
      return "The request for a person was withdrawn";
  }
  return "";
}

export function words(locale: Locale): Words {
  return locale === "en" ? en : zh;
}

/** What to use when nobody has chosen: the browser's language. */
export function preferredLocale(): Locale {
  return (navigator.language || "zh").toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}
