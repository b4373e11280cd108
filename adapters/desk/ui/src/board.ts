// What the lists show, from entries alone: pure, so that every view agrees.

import type { Colleague, Entry, Me } from "./protocol.ts";

export interface Queue {
  id: string;
  name: Record<string, string>; // per locale; empty: only the id is known
}

export type Lists = { waiting: Entry[]; mine: Entry[]; all: Entry[] };
export type Urgency = "calm" | "soon" | "late";

/** How a line of waiting people stands. */
export interface Health {
  queue: string;
  waiting: number;
  active: number;
  longest: number; // ms
  breaches: number;
  online: number | null; // null: not known per queue
}

export const ownerOf = (entry: Pick<Entry, "agent">): string => entry.agent?.id || entry.agent?.user || "";
export const isWaiting = (entry: Entry): boolean => entry.state === "requested" || entry.state === "queued";
/** Nobody could be put in line for: outside hours, or no agent is there. */
export const isTicket = (entry: Entry): boolean => entry.state === "requested";
export const isActive = (entry: Pick<Entry, "state">): boolean => entry.state === "active";
export const isOpen = (entry: Entry): boolean => isWaiting(entry) || isActive(entry);
export const isMine = (entry: Entry, me: Me): boolean => isActive(entry) && ownerOf(entry) === me.user;
export const leads = (me: Me): boolean => me.role === "lead";
export const talks = (me: Me): boolean => me.role === "agent" || me.role === "lead";

const time = (stamp: string | undefined): number => (stamp && Date.parse(stamp)) || 0;
export const sinceOf = (entry: Entry): number => time(entry.since);

/** Whether somebody's lines include this one. No lines given: all of them. */
export function serves(me: Me, entry: Entry): boolean {
  return leads(me) || me.queues.length === 0 || !entry.queue || me.queues.includes(entry.queue);
}

/** Who is served next comes first: by priority, then by who waits longest. */
export function inLine(a: Entry, b: Entry): number {
  return (b.priority ?? 0) - (a.priority ?? 0) || sinceOf(a) - sinceOf(b) || a.conversation.localeCompare(b.conversation);
}

/** Who has no answer yet comes first, then who said something last. */
function byAnswer(a: Entry, b: Entry): number {
  const open = Number(b.unanswered ?? false) - Number(a.unanswered ?? false);
  if (open) return open;
  // Among the unanswered whoever waits longest, among the answered whoever was heard last.
  return a.unanswered ? time(a.last_at) - time(b.last_at) : time(b.last_at) - time(a.last_at);
}

export function listsOf(entries: Iterable<Entry>, me: Me): Lists {
  const open = [...entries].filter(isOpen);
  return {
    waiting: open.filter((entry) => isWaiting(entry) && serves(me, entry)).sort(inLine),
    mine: open.filter((entry) => isMine(entry, me)).sort(byAnswer),
    all: open.sort((a, b) => Number(isActive(a)) - Number(isActive(b)) || inLine(a, b)),
  };
}

/** Everybody's place in their line, 1 for who is next. */
export function positionsOf(entries: Iterable<Entry>): Map<string, number> {
  const lengths = new Map<string, number>();
  const positions = new Map<string, number>();
  for (const { conversation, queue = "" } of [...entries].filter(isWaiting).sort(inLine)) {
    const position = (lengths.get(queue) ?? 0) + 1;
    lengths.set(queue, position);
    positions.set(conversation, position);
  }
  return positions;
}

/** How close a promise is to being broken. */
export function urgencyOf(entry: Entry, now: number): Urgency {
  const due = time(entry.due);
  if (!isWaiting(entry)) return "calm";
  if (entry.late || (due && now >= due)) return "late"; // a promise made after one that was broken heals nothing
  if (!due) return "calm";
  const whole = due - sinceOf(entry);
  return due - now < Math.max(60_000, whole / 4) ? "soon" : "calm";
}

export const dueIn = (entry: Entry, now: number): number => time(entry.due) - now;

export function healthOf(entries: Iterable<Entry>, queues: Queue[], presence: Colleague[], now: number): Health[] {
  const rows = new Map<string, Health>(queues.map(({ id }) => [id, emptyHealth(id, presence)]));
  for (const entry of entries) {
    if (!isOpen(entry)) continue;
    const id = entry.queue || "";
    const row = rows.get(id) ?? emptyHealth(id, presence);
    rows.set(id, row);
    if (isActive(entry)) row.active++;
    else {
      row.waiting++;
      row.longest = Math.max(row.longest, now - sinceOf(entry));
      if (urgencyOf(entry, now) === "late") row.breaches++;
    }
  }
  return [...rows.values()];
}

/** Whether somebody could take a conversation now. */
export function canTalk(one: Colleague): boolean {
  return one.status === "online" && (!one.role || one.role === "agent" || one.role === "lead");
}

function emptyHealth(queue: string, presence: Colleague[]): Health {
  const known = presence.some((one) => one.queues);
  const online = presence.filter((one) => canTalk(one) && (!one.queues?.length || one.queues.includes(queue))).length;
  return { queue, waiting: 0, active: 0, longest: 0, breaches: 0, online: known ? online : null };
}

/** Lists come as ids, or as ids with names. */
export function queuesOf(data: unknown): Queue[] {
  if (!Array.isArray(data)) return [];
  return data.map((one: any) => {
    if (typeof one === "string") return { id: one, name: {} };
    const name = typeof one.name === "string" ? { "zh-CN": one.name, en: one.name } : (one.name ?? {});
    return { id: String(one.id ?? one.queue ?? ""), name };
  });
}

export function queueName(id: string, queues: Queue[], locale: string): string {
  const name = queues.find((queue) => queue.id === id)?.name;
  return name?.[locale] || name?.[locale.split("-")[0]!] || Object.values(name ?? {})[0] || id;
}
