import type { Words } from "../words.ts";

const outcomes: Record<string, string> = {
  confirmed: "Confirmed solved", assumed: "Assumed solved", handed_off: "Handed off", abandoned: "Left midway", unanswered: "Not answered", open: "Asked again", "": "Nothing asked",
};
const bits: Record<string, string> = {
  asked: "asked", answered: "answered", fell_back: "not understood", handed_off: "handed off", solved: "solved", told: "told", returned: "came back", check_confirmed: "confirmed by a check", unanswered: "not answered", described: "described", started: "started", exhausted: "did not help", withdrawn: "withdrawn", doubted: "asked again later", contacts: "conversations", check_failed: "check failed", shown: "shown", tried: "tried", failed: "did not help", helped: "helped",
  confirmed: "confirmed", done: "done", skipped: "skipped", left: "left", up: "helpful", down: "not helpful", human_answered: "answered by a person", cancelled: "cancelled", breached: "overdue",
};
const kinds: Record<string, string> = {
  intent: "Questions", cause: "Causes", fix: "Fixes", step: "Steps", entry: "Knowledge", handoff: "Hand-off reasons", queue: "Lines", check: "Checks", decision: "Decisions", hour: "Hours", region: "Regions",
  cause_region: "Cause × region", cause_version: "Cause × version", symptom: "Symptoms", flow: "Guides", incident: "Incidents", disposed: "Causes agents found", path: "Paths", wait: "Waits", right: "Rights requests", warning: "Warnings",
};

const n = (count: string, one: string, many: string): string => `${count} ${count === "1" ? one : many}`;

export const en: Words = {
  title: "Analytics",
  views: { overview: "Overview", causes: "Causes", paths: "Paths", fixes: "Fixes & knowledge", unanswered: "Unanswered", handoffs: "Human help" },
  viewsLabel: "Views",
  loading: "Reading the figures…",
  demo: "Demo data",
  rebuilding: "Being counted anew, figures are incomplete",
  demoHint: "These conversations were generated, to show what the page looks like.",
  provisional: (time) => `Figures after ${time} may still change`,
  provisionalHint: "Conversations of the last 24 hours may not be over: people come back, and assumed resolutions and returns are corrected then.",
  projected: (time, behind) => (behind ? `Counted up to ${time}, ${behind} to go` : `Up to date, last heard at ${time}`),
  failed: { title: "The figures could not be read", text: "The service did not answer. Conversations go on and nothing is lost.", offline: "The server cannot be reached. Please check the network.", missing: "This server does not offer analytics yet.", invalid: "The server does not know what was asked for. Try another period or clear the filters." },
  retry: "Try again",
  forbidden: { title: "Analytics is for team leads and compliance", text: "If you need figures, ask your lead to share them, or an admin to change your role." },
  close: "Close",
  more: "Show more",
  share: "Copy link",
  shared: "Link copied: it opens the same period and filters",
  shareFailed: "Could not copy. Please copy the address of the page.",

  period: {
    label: "Period", days: (days) => `${days} days`, custom: "Custom", from: "From", to: "To", compare: "Compare", compareHint: (from, to) => `Compared with ${from} to ${to}`,
    shown: (from, to, zone) => `${from} to ${to} (${zone})`,
  },
  filters: {
    label: "Filters", all: "All", clear: "Clear filters", product: "Product", locale: "Language", cause: "Cause", channel: "Channel", version: "Version",
    languages: { "zh-CN": "Chinese", en: "English" },
    channels: { web: "Web", terminal: "Terminal", app: "App", ios: "iOS", android: "Android", harmony: "HarmonyOS", mini_program: "Mini program", wechat: "WeChat", alipay: "Alipay", email: "Email", phone: "Phone", other: "Other" },
    unknown: "Unknown",
  },
  exports: {
    label: "Export", what: { figures: "Figures", contacts: "Conversations", keys: "Details" }, csv: "CSV", parquet: "Parquet", hint: "Exports the period and filters of this page.",
  },

  figure: {
    explain: (name) => `How “${name}” is counted`, numerator: "Counted", denominator: "Out of", source: "Definition after", interval: "95% interval", previous: "Period before", open: "See these conversations",
    of: (num, den) => `${num} of ${den}`, none: "Nothing to count in this period", spark: (name) => `${name} by day`, better: "better", worse: "worse", all: "More figures", allHint: "Click a number to see the conversations behind it",
    average: (den) => `average of ${den}`, noCompare: "nothing to compare with",
  },
  empty: {
    title: "No conversations in this period yet", text: "They appear here seconds after somebody begins one. Try a longer period, or clear the filters.",
    few: "Not enough data yet",
    causes: "Once people are checked or name a cause, the most frequent ones are listed here, with what came of them.",
    matrix: "Once clients report a region or version and a cause is known, this shows which cause is frequent where.",
    flows: "Once people follow a guide, this shows how many went on at each step and where they left.",
    hours: "Once there are conversations, this shows the busiest hours of the week.",
    sankey: "Once conversations are over, this shows how questions, causes and outcomes go together.",
    fixes: "Once the bot suggests fixes, this shows how many people tried them and how many say they helped.",
    entries: "Entries of the knowledge base are listed once they are used or rated.",
    unanswered: { title: "No unanswered questions", text: "Questions the bot did not understand, or that people say it did not help with, are grouped here by meaning." },
    handoffs: "Once people ask for a person, this shows why, how long they waited and whether that was too long.",
    contacts: "No such conversation in this period",
  },
  suppressed: (count, min) => `${count} more with fewer than ${min} conversations ${count === 1 ? "is" : "are"} not listed, to protect privacy.`,
  chart: { asTable: "Table", asChart: "Chart", region: (name) => `${name}, scrolls sideways` },

  alerts: {
    label: "Alerts", cause: (name) => `Sudden rise of “${name}”`, unanswered: "Sudden rise of unanswered questions", other: (name) => `“${name}” is unlike usual`,
    numbers: (value, expected) => `${value} now, usually about ${expected}`, since: (time) => `since ${time}`, incident: "If something is down, consider announcing an incident, so that the bot tells people first.", look: "See these conversations",
  },

  overview: { headline: "Main figures", groups: { questions: "Questions and answers", outcomes: "Outcomes", checks: "Eligibility checks", care: "Rights and care", others: "More figures" }, trend: "Trend", lines: "Figures to show (at most 3)", previous: "before", day: "Day", provisional: "may change" },
  causes: {
    title: "What keeps people from activating", hint: "The causes people were told, and what came of it. Click a number to see the conversations.", cause: "Cause", told: "Told", solved: "Solved", handed: "Handed off", returned: "Came back", change: "Change",
    none: "No cause", matrix: { region: "Cause × region", version: "Cause × client version" }, region: "Region", version: "Version", few: (min) => `fewer than ${min}`,
    matrixHint: "The stronger the colour, the more conversations. Empty: none, or too few to be told apart.",
  },
  paths: {
    sankey: "Question → cause → outcome", sankeyHint: "The wider, the more conversations went this way.", question: "Question", cause: "Cause", outcome: "Outcome", contacts: "Conversations", noIntent: "Not understood", noCause: "No cause found",
    funnel: "Guides step by step", flow: "Guide", step: "Step", shown: "Shown", done: "Done", failed: "Failed", skipped: "Skipped", left: "Left", drop: (share) => `${share} left here`,
    hours: "Busy hours", hoursHint: "When conversations begin", hour: "h", weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
    hourCell: (day, hour, count) => `${day} ${hour}:00–${hour + 1}:00, ${n(count, "conversation", "conversations")}`, other: "Other",
  },
  fixes: {
    title: "Which fixes really work", hint: "“Helped” is what people say after trying; “confirmed” means that a new check no longer found the problem; “asked again” that it was called solved before. The line is the 95% interval: the shorter, the surer.", fix: "Fix", shown: "Shown", tried: "Tried", failed: "Did not help", helped: "Helped", confirmed: "Confirmed", doubted: "Asked again",
    share: "Helped / tried", few: "too few tried", entries: "Knowledge entries", entriesHint: "“To review”: the date of its review has passed.", entry: "Entry", hits: "Used", up: "Helpful", down: "Not helpful", helpful: "Share helpful", stale: "To review", fresh: "Valid", review: "Review by", noVotes: "no votes yet",
    intervalText: (share, low, high) => `${share}, between ${low} and ${high}`,
  },
  unanswered: {
    proposed: "named by AI, please check", title: "Unanswered questions", understanding: "Not understood", help: "Answered, did not help", lead: "Grouped by meaning, the largest first. Draft with one click; review before it goes into the knowledge base or the training data.", size: (count, people) => `${n(count, "question", "questions")}, ${n(people, "person", "people")}`, single: (count) => `${n(count, "question", "questions")} that only one person asked ${count === "1" ? "is" : "are"} not listed.`, nearest: (name, score) => `nearest: “${name}” (${score})`, noNearest: "unlike anything known",
    trend: "By day", entry: "Draft an entry", utterances: "Draft training utterances", drafting: "Drafting…", draftBusy: "Another draft is being tried. Please try again in a few seconds.", open: "conversation", examples: "Representative questions",
    review: "This is a draft: review it and put it into the project yourself. Nothing changes by itself.", copy: "Copy", copied: "Copied", download: "Download", before: "Before", after: "After", evaluation: "What it changes", evaluationHint: "Every question is read by a model that has not learned it.", tooFew: "Too few different questions to try it.", files: "Files",
    read: (of) => `Read rightly (of ${of} questions)`, offered: "Unsure, but offered first", kept: (of) => `Known questions still read rightly (of ${of})`,
  },
  handoffs: {
    wait: (seconds) => (seconds === null ? "longer" : seconds < 60 ? `within ${seconds} s` : `within ${Math.round(seconds / 60)} min`),
    title: "Human help", byReason: "By reason", byQueue: "By line", waits: "How long people waited", reason: "Reason", queue: "Line", asked: "Asked", answered: "Answered", solved: "Solved", withdrawn: "Withdrawn", breached: "Overdue", waited: "Wait", contacts: "Conversations",
    noQueue: "No line",
  },
  contacts: {
    title: (name) => `Conversations behind “${name}”`, began: "Began", outcome: "Outcome", asked: "Asked about", cause: "Cause", user: "Person", from: "From", open: "Open", nth: (at) => `no. ${at}`,
    audited: "Opening a conversation is put on record.",
  },
  outcome: (id) => outcomes[id] ?? id,
  bit: (id) => bits[id] ?? id,
  kind: (id) => kinds[id] ?? id,
};
