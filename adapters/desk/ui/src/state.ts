// Everything the desk knows, and the pure steps from one state to the next.

import { isMine, isOpen, isWaiting, queuesOf, serves, type Queue } from "./board.ts";
import type { LineState } from "./line.ts";
import type { Prefs } from "./prefs.ts";
import type { ActData, CaseData, Colleague, DemoAgent, Entry, Hello, Me, Named, Status, Turn, WaysIn } from "./protocol.ts";
import { merge } from "./transcript.ts";

export type Dialog = "" | "help" | "transfer" | "resolve" | "reveal" | "password";
export type Pane = "lists" | "thread" | "context";
export type Tab = "waiting" | "mine" | "all";

export interface Case {
  turns: Turn[];
  summary: string[];
  causes: Named[]; // what the check or the person named
  state: "loading" | "ready" | "failed" | "stale"; // stale: turns are missing, to be loaded again
}

/** Something done here that the log does not show yet, or that failed. */
export interface Act {
  id: string;
  data: ActData;
  at: string;
  state: "sending" | "sent" | "failed";
  why: string; // code of the refusal, "" where none came
}

/** Said once to the agent; view makes words of it. */
export interface Notice {
  n: number;
  kind: "info" | "error" | "done";
  what: string;
  name?: string;
}

export interface State {
  stage: "starting" | "signedOut" | "in";
  expired: boolean; // signed out by the server, not by hand
  ways: WaysIn | null; // null: not asked yet
  demo: DemoAgent[];
  turnedAway: string; // why the company's account was not taken, as a code
  me: Me | null;
  line: LineState;
  entries: ReadonlyMap<string, Entry>;
  queues: Queue[];
  products: Record<string, string>; // what they are called
  presence: Colleague[];
  status: Status;
  selected: string;
  tab: Tab;
  pane: Pane; // on narrow screens
  dialog: Dialog;
  mode: "reply" | "note";
  cases: ReadonlyMap<string, Case>;
  acts: ReadonlyMap<string, Act>;
  drafts: ReadonlyMap<string, string>; // by draftKey
  unread: ReadonlyMap<string, number>;
  typing: ReadonlyMap<string, number>; // until when
  revealed: { conversation: string; user: string } | null;
  notice: Notice | null;
  prefs: Prefs;
}

export function initialState(prefs: Prefs): State {
  return {
    stage: "starting", expired: false, ways: null, demo: [], turnedAway: "", me: null, line: "connecting", entries: new Map(), queues: [], products: {}, presence: [],
    status: "online", selected: "", tab: "waiting", pane: "lists", dialog: "", mode: "reply", cases: new Map(), acts: new Map(),
    drafts: new Map(), unread: new Map(), typing: new Map(), revealed: null, notice: null, prefs,
  };
}

/** A note never turns into a reply, so that each has a draft of its own. */
export const draftKey = (conversation: string, mode: State["mode"]): string => `${mode} ${conversation}`;

/** What was written and is not in the log: drafts, and what was on its way. */
export function unsent(s: State): State["drafts"] {
  let drafts = s.drafts;
  for (const act of s.acts.values()) {
    if (!isWords(act) || act.state === "sent") continue;
    const key = draftKey(act.data.conversation, act.data.kind === "note" ? "note" : "reply");
    drafts = withKey(drafts, key, [act.data.text, drafts.get(key)].filter(Boolean).join("\n"));
  }
  return drafts;
}

export function withKey<K, V>(map: ReadonlyMap<K, V>, key: K, value: V | undefined): ReadonlyMap<K, V> {
  const next = new Map(map);
  if (value === undefined) next.delete(key);
  else next.set(key, value);
  return next;
}

/** Hello replaces everything that came over the line. */
export function greeted(s: State, hello: Hello): State {
  const entries = new Map((hello.board ?? []).map((entry) => [entry.conversation, entry]));
  const kept = s.selected && !entries.has(s.selected) ? s.entries.get(s.selected) : undefined;
  if (kept) entries.set(s.selected, { ...kept, state: isOpen(kept) ? "resolved" : kept.state });
  return {
    ...s,
    me: hello.me ? { ...hello.me, csrf: hello.me.csrf || s.me?.csrf || "" } : s.me,
    queues: s.queues.length ? s.queues : queuesOf(hello.queues), // with names and all of them, once asked for
    presence: hello.presence ?? [],
    entries,
    typing: new Map(),
    unread: new Map([...s.unread].filter(([id]) => entries.has(id))),
  };
}

export function entryCame(s: State, entry: Entry): State {
  const known = s.entries.get(entry.conversation);
  if (known && known.version > entry.version) return s;
  if (!isOpen(entry) && entry.conversation !== s.selected) return entryGone(s, entry.conversation);
  return { ...s, entries: withKey(s.entries, entry.conversation, entry), unread: countUnread(s, known, entry) };
}

function countUnread(s: State, known: Entry | undefined, entry: Entry): State["unread"] {
  const spoke = entry.last_author === "user" && !!known && entry.last_at !== known.last_at;
  const looking = s.selected === entry.conversation && document.visibilityState === "visible";
  if (!spoke || looking || !s.me || !isMine(entry, s.me)) return s.unread;
  return withKey(s.unread, entry.conversation, (s.unread.get(entry.conversation) ?? 0) + 1);
}

/** Whether a conversation was given to me or taken from me; what is done here is no news. */
export function changeOfHands(s: State, conversation: string, owner: string): "given" | "lost" | "" {
  const known = s.entries.get(conversation);
  const had = !!known && !!s.me && isMine(known, s.me);
  const has = owner === s.me?.user;
  const doing = [...s.acts.values()].some((act) => act.data.conversation === conversation && !isWords(act));
  if (!s.me || doing || had === has) return "";
  if (has) return known && isWaiting(known) ? "" : "given"; // who waited was claimed at another desk of mine
  return owner ? "lost" : "";
}

/** What is looked at stays until one looks elsewhere; agent: who has it now, if anybody. */
export function entryGone(s: State, conversation: string, agent?: Entry["agent"]): State {
  const known = s.entries.get(conversation);
  const unread = withKey(s.unread, conversation, undefined);
  if (!known) return { ...s, unread };
  const now = agent ? { state: "active", agent } : { state: isOpen(known) ? "resolved" : known.state };
  const kept = s.selected === conversation ? { ...known, ...now } : undefined;
  return { ...s, unread, entries: withKey(s.entries, conversation, kept) };
}

export function turnCame(s: State, conversation: string, turn: Turn): State {
  const known = s.cases.get(conversation);
  if (!known) return s;
  const turns = merge(known.turns, [turn]);
  if (!turns && known.state === "loading") return s; // what comes has it, or it is sent again after
  if (!turns) return { ...s, cases: withKey(s.cases, conversation, { ...known, state: "stale" as const }) };
  const typing = turn.events.some((event) => event.kind === "message" && event.data.author === "user") ? withKey(s.typing, conversation, undefined) : s.typing;
  return shown({ ...s, typing, cases: withKey(s.cases, conversation, { ...known, turns }) }, [turn]);
}

export function caseLoaded(s: State, conversation: string, data: CaseData): State {
  const known = s.cases.get(conversation);
  const turns = merge(data.turns ?? [], known?.turns ?? []) ?? data.turns ?? [];
  const next = { ...s, cases: withKey(s.cases, conversation, { turns, summary: data.summary ?? [], causes: data.brief?.causes ?? [], state: "ready" as const }) };
  return shown(data.entry ? entryCame(next, data.entry) : next, turns);
}

/** An act that the log shows is no longer shown for itself. */
function shown(s: State, turns: Turn[]): State {
  if (s.acts.size === 0) return s;
  const ids = new Set(turns.flatMap((turn) => turn.events.map((event) => event.data?.id as string | undefined)));
  const acts = new Map([...s.acts].filter(([id, act]) => act.state !== "sent" || !ids.has(id)));
  return acts.size === s.acts.size ? s : { ...s, acts };
}

export function actChanged(s: State, id: string, change: Partial<Act>): State {
  const act = s.acts.get(id);
  if (!act) return s;
  return { ...s, acts: withKey(s.acts, id, { ...act, ...change }) };
}

/** Acknowledged words stay until the log shows them, the rest has done its work. */
export function actAcked(s: State, id: string): State {
  const act = s.acts.get(id);
  if (!act) return s;
  const known = s.cases.get(act.data.conversation)?.turns ?? [];
  const logged = known.some((turn) => turn.events.some((event) => event.data?.id === id));
  if (logged || !isWords(act)) return { ...s, acts: withKey(s.acts, id, undefined) };
  return actChanged(s, id, { state: "sent", why: "" });
}

export const isWords = (act: Act): boolean => act.data.kind === "reply" || act.data.kind === "note";

export function presenceCame(s: State, data: any): State {
  if (Array.isArray(data?.presence)) return { ...s, presence: data.presence };
  if (!data?.user) return s;
  const others = s.presence.filter((one) => one.user !== data.user);
  return { ...s, presence: data.status === "offline" ? others : [...others, data as Colleague] };
}

/** Whether an entry is news to somebody whose lines these are. */
export function newlyWaiting(s: State, entry: Entry): boolean {
  const known = s.entries.get(entry.conversation);
  return !!s.me && isWaiting(entry) && serves(s.me, entry) && (!known || !isWaiting(known));
}

export function newlySaid(s: State, entry: Entry): boolean {
  const known = s.entries.get(entry.conversation);
  return !!s.me && isMine(entry, s.me) && entry.last_author === "user" && !!known && entry.last_at !== known.last_at;
}
