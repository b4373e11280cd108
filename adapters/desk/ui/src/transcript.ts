// What was said and done in a conversation, and what it tells an agent: pure
// folds over the turns of the log.

import type { About, Author, Block, Disposition, LogEvent, Turn } from "./protocol.ts";

export type Line =
  | { key: string; at: string; type: "message"; author: Author; by: string; name: string; id: string; blocks: Block[]; about?: About; choice?: string }
  | { key: string; at: string; type: "note"; name: string; text: string }
  | { key: string; at: string; type: "handoff"; state: string; reason: string; agent: string; queue: string; ticket: string }
  | { key: string; at: string; type: "disposed"; name: string; found: Disposition }
  | { key: string; at: string; type: "breached" }
  | { key: string; at: string; type: "alarmed" }
  | { key: string; at: string; type: "document"; name: string }
  | { key: string; at: string; type: "vote"; vote: string };

/** What the bot made of it, and what came of that. */
export interface Insight {
  intent: string;
  confidence: number;
  outOfScope: boolean;
  decision: string; // of the latest check, "" for none
  checkFailed: boolean;
  reasons: string[];
  cause: string;
  tried: { id: string; outcome: string }[];
  causes: string[]; // everything that was spoken of, latest first
}

export function linesOf(turns: Turn[]): Line[] {
  return turns.flatMap((turn) => turn.events.map((event, i) => lineOf(event, turn.at, `${turn.version}.${i}`)).filter((line) => line !== null));
}

function lineOf({ kind, data }: LogEvent, at: string, key: string): Line | null {
  switch (kind) {
    case "message":
      return {
        key, at, type: "message", author: data.author, by: data.by?.id ?? "", name: data.by?.name ?? "", id: data.id ?? "",
        blocks: data.blocks ?? [], about: data.about, choice: data.choice,
      };
    case "noted":
    case "note":
      return { key, at, type: "note", name: data.agent?.name ?? "", text: data.text ?? "" };
    case "handoff":
      return {
        key, at, type: "handoff", state: data.state, reason: data.reason ?? "", agent: data.agent?.name ?? "", queue: data.queue ?? "", ticket: data.ticket ?? "",
      };
    case "disposed":
      return {
        key, at, type: "disposed", name: data.agent?.name ?? "",
        found: { cause: data.cause ?? "", solved: data.solved ?? "unknown", note: data.note ?? "" },
      };
    case "breached":
      return { key, at, type: "breached" };
    case "alarmed":
      return { key, at, type: "alarmed" };
    case "proof_attached":
      return { key, at, type: "document", name: data.name ?? "" };
    case "feedback":
      return { key, at, type: "vote", vote: data.vote };
    default:
      return null;
  }
}

/** The choice that was tapped after a message, if any. */
export function chosenAfter(lines: Line[], index: number): string {
  for (const line of lines.slice(index + 1)) {
    if (line.type !== "message" || line.author === "agent") continue;
    return line.author === "user" ? (line.choice ?? "") : "";
  }
  return "";
}

export function insightOf(turns: Turn[]): Insight {
  const insight: Insight = {
    intent: "", confidence: 0, outOfScope: false, decision: "", checkFailed: false, reasons: [], cause: "", tried: [], causes: [],
  };
  for (const turn of turns) for (const event of turn.events) learn(insight, event);
  insight.causes = [...new Set([insight.cause, ...insight.reasons, ...insight.causes.reverse()])].filter(Boolean);
  return insight;
}

function learn(insight: Insight, { kind, data }: LogEvent): void {
  if (kind === "understood" && data.intent) {
    insight.intent = data.intent;
    insight.confidence = data.confidence ?? 0;
    insight.outOfScope = data.out_of_scope === true;
  }
  if (kind === "checked") {
    insight.checkFailed = data.outcome !== "ok";
    insight.decision = data.verdict?.decision ?? insight.decision;
  }
  // What the check said is taken from what the bot could say of it: that keeps
  // to the disclosure classes, the bare verdict does not.
  if (kind === "message" && data.author === "bot" && data.about) learnFrom(insight, data.about);
  if (kind === "step_taken") tried(insight, data.fix || data.step, data.outcome);
}

function learnFrom(insight: Insight, about: About): void {
  if (about.decision) {
    insight.decision = about.decision;
    insight.reasons = about.reasons ?? [];
  }
  if (about.cause) {
    insight.cause = about.cause;
    insight.causes.push(about.cause);
  }
  insight.causes.push(...(about.reasons ?? []));
  for (const fix of about.fixes ?? []) if (!insight.tried.some((one) => one.id === fix)) insight.tried.push({ id: fix, outcome: "offered" });
}

function tried(insight: Insight, id: string, outcome: string): void {
  if (!id || outcome === "answered") return;
  const known = insight.tried.find((one) => one.id === id);
  if (known) known.outcome = outcome;
  else insight.tried.push({ id, outcome });
}

/** What entries of the pack are called, as far as the transcript tells: the server may know better. */
export function titlesOf(turns: Turn[]): Map<string, string> {
  const titles = new Map<string, string>();
  for (const { kind, data } of turns.flatMap((turn) => turn.events)) {
    if (kind !== "message") continue;
    for (const { source, title } of (data.blocks ?? []) as Block[]) {
      if (source && title) titles.set(source.slice(source.indexOf(":") + 1), title);
    }
  }
  return titles;
}

/** Adds turns to those known, each once and in order. Null: some are missing in between. */
export function merge(known: Turn[], more: Turn[]): Turn[] | null {
  const turns = [...known];
  for (const turn of more.toSorted((a, b) => a.version - b.version)) {
    const last = turns.at(-1)?.version ?? 0;
    if (turn.version <= last) continue;
    if (turn.version !== last + 1) return null;
    turns.push(turn);
  }
  return turns;
}
