// What the server would say for the month of data.mjs.

import { came, CAUSES, chance, CLUSTERS, FIGURES, FIXES, FLOWS, INTENTS, KINDS, QUEUES, REASONS, REGIONS, VERSIONS, WAITS, ZONE } from "./data.mjs";

const DAY_MS = 86_400_000;
const MIN_CELL = 5;
const OUTCOMES = [["assumed", 0.4], ["confirmed", 0.29], ["handed_off", 0.14], ["abandoned", 0.1], ["unanswered", 0.05], ["open", 0.02]];
const FILTERS = ["product", "locale", "cause", "channel", "version"];

/** Answers one request, or null where there is no such thing. */
export function answer(method, url) {
  const q = url.searchParams;
  const path = url.pathname.replace("/v1/analytics/", "");
  const draft = /^unanswered\/([^/]+)\/draft$/.exec(path);
  if (method === "POST" && draft) return drafted(draft[1]);
  if (path === "definitions") return definitions();
  const month = monthOf(q);
  if (path === "overview") return overview(month);
  if (path === "keys") return keys(month, q.get("kind"));
  if (path === "contacts") return contacts(month, q);
  if (path === "unanswered") return unanswered(month);
  if (path === "alerts") return alerts(month);
  return null;
}

function monthOf(q) {
  const filters = FILTERS.map((name) => q.get(name)).filter(Boolean).join(" ");
  const days = daysOf(q.get("from"), q.get("to"));
  const shift = days.length * DAY_MS;
  const earlier = days.map((day) => new Date(Date.parse(day) - shift).toISOString().slice(0, 10));
  const sum = (list) => list.reduce((all, day) => all + came(day, filters), 0);
  return { q, days, earlier, filters, en: q.get("lang") === "en", n: sum(days), before: q.get("compare") ? sum(earlier) : 0, compare: !!q.get("compare") };
}

function daysOf(from, to) {
  const days = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY_MS) days.push(new Date(at).toISOString().slice(0, 10));
  return days.filter((day) => day >= "2026-08-20");
}

function definitions() {
  const figures = FIGURES.map(([id, unit, better, name, means, numerator, denominator]) => ({ id, unit, better, name, means, numerator, denominator, source: "docs/analytics.md" }));
  return { zone: ZONE, figures, kinds: KINDS.map(([kind, bits]) => ({ kind, bits, means: { "zh-CN": kind, en: kind } })), min_cell: MIN_CELL };
}

function valueOf([id, unit, , , , , , mean, part], day, n) {
  const random = chance(`${id} ${day}`);
  const den = Math.round(n * part);
  if (unit === "count") return { num: n, den: 0 };
  const drift = (Date.parse(day) - Date.parse("2026-11-01")) / DAY_MS / 900;
  const off = day === "2026-11-21" && ["answer_rate", "check_failure", "handoff_rate", "csat"].includes(id) ? (id === "answer_rate" || id === "csat" ? -0.12 : 0.1) : 0;
  const value = unit === "ms" ? mean * (0.8 + random() * 0.4 + off) : Math.min(0.99, Math.max(0.005, mean + drift + off + (random() - 0.5) * 0.05));
  return { num: Math.round(den * value), den };
}

function total(figure, days, filters) {
  const sum = { num: 0, den: 0 };
  for (const day of days) {
    const { num, den } = valueOf(figure, day, came(day, filters));
    sum.num += num;
    sum.den += den;
  }
  return { ...sum, value: figure[1] === "count" ? sum.num : sum.den ? sum.num / sum.den : null };
}

function overview({ days, earlier, filters, compare, en, q }) {
  const figures = FIGURES.map((figure) => {
    const now = total(figure, days, filters);
    const spread = figure[1] === "share" && now.den ? 1.96 * Math.sqrt((now.value * (1 - now.value)) / now.den) : null;
    return { id: figure[0], ...now, low: spread === null ? null : now.value - spread, high: spread === null ? null : now.value + spread, previous: compare && earlier.length ? total(figure, earlier, filters) : null };
  });
  const series = days.map((day) => ({ day, values: Object.fromEntries(FIGURES.map((figure) => [figure[0], figure[1] === "count" ? came(day, filters) : valueOf(figure, day, came(day, filters))])) }));
  const now = Date.now();
  return {
    query: Object.fromEntries(q), projected_at: new Date(now).toISOString(), provisional_from: new Date(now - DAY_MS).toISOString(), demo: true, figures, series,
    filters: { products: ["jiebei"], locales: ["zh-CN", "en"], channels: ["web", "terminal"], versions: VERSIONS, causes: CAUSES.map(([id, zh, name]) => ({ id, name: en ? name : zh })) },
  };
}

function keys(month, kind) {
  const counted = (of) => rowsOf(kind, { ...month, n: of });
  const before = new Map(month.compare ? counted(month.before).map((row) => [row.key, row.counts]) : []);
  const rows = counted(month.n).map((row) => ({ ...row, previous: before.get(row.key) ?? null }));
  const first = KINDS.find(([one]) => one === kind)?.[1][0];
  const enough = rows.filter(({ counts }) => counts[first] >= MIN_CELL);
  return { kind, rows: enough, suppressed: rows.length - enough.length };
}

function counts(n, kind, seed, shares) {
  const random = chance(`${kind} ${seed} ${n}`);
  const [first, ...rest] = KINDS.find(([one]) => one === kind)[1];
  const all = Math.round(n * (0.96 + random() * 0.08));
  return Object.fromEntries([[first, all], ...rest.map((bit, at) => [bit, Math.round(all * (shares[at] ?? 0) * (0.9 + random() * 0.2))])]);
}

const ROWS = {
  intent: ({ n }) => INTENTS.map(([key, part]) => ({ key, label: "", counts: counts(n * part, "intent", key, [0.88, 0.08, 0.12, 0.6]) })),
  cause: ({ n, en }) => CAUSES.map(([key, zh, name, part], at) => ({ key, label: en ? name : zh, counts: counts(n * 0.6 * part, "cause", key, [0.7 - at * 0.05, 0.08 + at * 0.02, 0.06 + at * 0.015]) })),
  fix: ({ n, en }) => FIXES.map(([key, zh, name, part, tried, helped]) => ({ key, label: en ? name : zh, counts: counts(n * 0.5 * part, "fix", key, [tried, tried * (1 - helped), tried * helped, tried * helped * 0.62]) })),
  entry: ({ n, en }) => CAUSES.map(([key, zh, name, part], at) => ({ key, label: en ? name : zh, stale: at === 3, review_by: at === 3 ? "2026-11-15" : "2027-05-31", counts: counts(n * 0.7 * part, "entry", key, [0.17, 0.05 + at * 0.01]) })),
  handoff: ({ n }) => REASONS.map(([key, part]) => ({ key, label: "", counts: counts(n * 0.13 * part, "handoff", key, [0.86, 0.7, 0.08, 0.06]) })),
  queue: ({ n, en }) => QUEUES.map(([key, zh, name, part]) => ({ key, label: en ? name : zh, counts: counts(n * 0.13 * part, "queue", key, [0.88, 0.72, 0.07, 0.06]) })),
  wait: ({ n, en }) => WAITS.map(([key, zh, name, part]) => ({ key, label: en ? name : zh, counts: counts(n * 0.11 * part, "wait", key, []) })),
  region: ({ n }) => REGIONS.map((key, at) => ({ key, label: key, counts: counts((n * 0.5) / (at + 3), "region", key, []) })),
  hour: ({ n }) => Array.from({ length: 168 }, (_, at) => ({ key: String(at), label: "", counts: counts((n / 168) * [0.3, 0.15, 0.1, 0.08, 0.08, 0.15, 0.4, 0.8, 1.2, 1.7, 1.9, 1.6, 1.5, 1.3, 1.4, 1.6, 1.5, 1.3, 1.2, 1.5, 1.9, 2, 1.5, 0.7][at % 24] * (at < 120 ? 1.1 : 0.75), "hour", at, []) })),
  step: ({ n, en }) =>
    Object.entries(FLOWS).flatMap(([flow, [zh, name, steps]]) =>
      steps.map(([step, stepZh, stepEn, part, left]) => ({ key: `${flow}/${step}`, label: `${en ? name : zh} / ${en ? stepEn : stepZh}`, counts: counts(n * 0.12 * part, "step", `${flow}/${step}`, [0.92 - left, 0.06, 0.04, left]) })),
    ),
  cause_region: ({ n }) => CAUSES.flatMap(([cause, , , part]) => REGIONS.map((region, at) => ({ key: `${cause}|${region}`, label: "", counts: counts(((n * 0.5 * part) / (at + 3)) * (0.5 + chance(cause + region)()), "cause_region", cause + region, []) }))),
  cause_version: ({ n }) => CAUSES.flatMap(([cause, , , part], row) => VERSIONS.map((version, at) => ({ key: `${cause}|${version}`, label: "", counts: counts(n * 0.5 * part * (row === 0 ? [0.02, 0.05, 0.2, 0.3, 0.43] : [0.4, 0.28, 0.18, 0.1, 0.04])[at], "cause_version", cause + version, []) }))),
  path: ({ n }) =>
    INTENTS.flatMap(([intent, part]) => [...CAUSES.slice(0, 6), ["", "", "", 0.2]].flatMap(([cause, , , of]) =>
      OUTCOMES.map(([outcome, share]) => ({ key: `${intent}|${cause}|${outcome}`, label: "", counts: counts(n * part * of * share * (0.4 + 1.2 * chance(intent + cause + outcome)()), "path", intent + cause + outcome, []) })))),
};

const rowsOf = (kind, month) => ROWS[kind]?.(month) ?? [];

function contacts({ days, en }, q) {
  const page = Number(q.get("page") || 0);
  const random = chance(`${q.get("figure")}${q.get("kind")}${q.get("key")}${q.get("bit")}${page}`);
  const of = (list) => list[Math.floor(random() * list.length)];
  const list = Array.from({ length: days.length ? 20 : 0 }, (_, at) => {
    const began = Date.parse(of(days)) + random() * DAY_MS;
    return {
      conversation: `c${page * 20 + at}-${Math.floor(random() * 1e6)}`, n: random() > 0.8 ? 2 : 1, began: new Date(began).toISOString(), last: new Date(began + 3e5).toISOString(), locale: of(["zh-CN", "zh-CN", "en"]), channel: "web", version: of(VERSIONS),
      cause: of(CAUSES)[0], intents: [of(INTENTS)[0]].filter(Boolean), outcome: of(OUTCOMES)[0], user: `u***${Math.floor(random() * 90 + 10)}`,
    };
  });
  return { contacts: list, next: page < 2 && list.length ? String(page + 1) : "", lang: en ? "en" : "zh-CN" };
}

function unanswered({ days, en }) {
  if (!days.length) return { clusters: [] };
  const at = (n) => new Date(Date.parse(days.at(-1)) - n * 7e6).toISOString();
  return {
    clusters: CLUSTERS.map(([zh, name, size, intent, score, questions], i) => ({
      id: `q${i}`, name: en ? name : zh, size, nearest: intent ? { intent, score } : null, questions: questions.map((text, n) => ({ text, at: at(n + i), conversation: `c${i}${n}` })),
      trend: days.map((day, n) => ({ day, n: Math.round((size / days.length) * (0.4 + chance(zh + day)() * 1.2) * (i === 0 ? 0.4 + (n / days.length) * 1.6 : 1)) })),
    })),
  };
}

function drafted(id) {
  const [zh, , , , , questions] = CLUSTERS[Number(id.slice(1))] ?? CLUSTERS[0];
  const content = `# Draft: please review.\nid: draft.${id}\ntitle:\n  zh-CN: ${zh}\nutterances:\n${questions.map((one) => `  - ${one}`).join("\n")}\n`;
  return { files: [{ path: `knowledge/data/jiebei/answers/draft.${id}.yaml`, content }], evaluation: { before: { questions: questions.length, answered: 0, accuracy: 0.912 }, after: { questions: questions.length, answered: questions.length, accuracy: 0.914 } } };
}

const alerts = ({ en }) => ({
  alerts: [{ id: "a1", kind: "cause", key: "technical.system_fault", label: en ? "A system fault" : "系统故障", since: new Date(Date.now() - 3 * 3600e3).toISOString(), value: 38, expected: 6, incident: true }],
});
