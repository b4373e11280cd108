// What the conversation looks like so far: stored entries in their order, and
// below them what is still on its way. Entries are never changed, only
// replaced, so that what draws them can tell at a glance what is new.

import { isSaid, type Act, type ActState } from "./act.ts";
import type { About, Author, Block, Frame, HandoffData } from "./protocol.ts";

export interface MessageEntry {
  kind: "message";
  key: string; // the message id
  seq: number; // 0 until stored
  at: number; // ms, 0 when unknown
  author: Author;
  blocks: Block[];
  about: About | null;
  re: string; // the act it answers
  state: ActState | ""; // of the person's own messages
  why: string;
  replayed: boolean; // it was there before this page
  own: boolean; // written here, in this tab
  masked: boolean; // something in it was hidden before it was stored
}

export interface LineEntry {
  kind: "line";
  key: string;
  seq: number;
  at: number;
  handoff: HandoffData;
}

export type Entry = MessageEntry | LineEntry;

export class Thread {
  #stored: Entry[] = [];
  #waiting: MessageEntry[] = [];
  #known = new Set<string>();
  #all: readonly Entry[] = [];

  /** Everything, in order. The same array until something changes. */
  get entries(): readonly Entry[] {
    return this.#all;
  }

  get begun(): boolean {
    return this.#all.length > 0;
  }

  /** The last message that is not the person's: only its quick replies can be tapped. */
  get lastAnswer(): MessageEntry | null {
    for (let i = this.#stored.length - 1; i >= 0; i--) {
      const entry = this.#stored[i]!;
      if (entry.kind === "message" && entry.author !== "user") return entry;
    }
    return null;
  }

  clear(): void {
    this.#stored = [];
    this.#waiting = [];
    this.#known.clear();
    this.#join();
  }

  /** Takes a stored event; null when it was there already or is not shown. */
  add(frame: Frame, replayed: boolean): Entry | null {
    const entry = entryOf(frame, replayed);
    if (!entry) return null;
    if (this.#known.has(entry.key)) {
      this.#refresh(entry);
      return null;
    }
    this.#waiting = this.#waiting.filter((waiting) => waiting.key !== entry.key);
    this.#insert(entry);
    return entry;
  }

  /** Shows how far an act of the person has got. */
  progress(act: Act): void {
    if (!isSaid(act) || this.#known.has(act.id)) return;
    const entry = ownMessage(act);
    if (act.state === "sent") {
      this.#waiting = this.#waiting.filter((waiting) => waiting.key !== act.id);
      return this.#insert(entry);
    }
    const at = this.#waiting.findIndex((waiting) => waiting.key === act.id);
    if (at < 0) this.#waiting.push(entry);
    else this.#waiting[at] = entry;
    this.#join();
  }

  /** Takes an unsent message away. */
  drop(id: string): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting.key !== id);
    this.#join();
  }

  /** Where an answer shows what it answers, the server's words replace ours. */
  #refresh(entry: Entry): void {
    const at = this.#stored.findIndex((stored) => stored.key === entry.key);
    const old = this.#stored[at];
    if (entry.kind !== "message" || old?.kind !== "message" || old.author !== "user") return;
    this.#stored[at] = { ...entry, at: old.at || entry.at, state: old.state, own: old.own };
    this.#join();
  }

  #insert(entry: Entry): void {
    this.#known.add(entry.key);
    let at = this.#stored.length;
    while (at > 0 && this.#stored[at - 1]!.seq > entry.seq) at--;
    this.#stored.splice(at, 0, entry);
    this.#join();
  }

  #join(): void {
    this.#all = [...this.#stored, ...this.#waiting];
  }
}

function entryOf(frame: Frame, replayed: boolean): Entry | null {
  const seq = frame.seq ?? 0;
  const at = frame.ts ? Date.parse(frame.ts) || 0 : 0;
  if (frame.type === "handoff.state") return { kind: "line", key: `s${seq}`, seq, at, handoff: frame.data };
  if (frame.type !== "message") return null;
  const known: Author[] = ["bot", "agent", "user", "system"];
  const author = known.includes(frame.data.author) ? (frame.data.author as Author) : "system";
  return {
    kind: "message", key: frame.id ?? `s${seq}`, seq, at, author, blocks: frame.data.blocks ?? [], about: frame.data.about ?? null,
    re: frame.re ?? "", state: author === "user" ? "sent" : "", why: "", replayed, own: false, masked: !!frame.data.masked,
  };
}

function ownMessage(act: Act): MessageEntry {
  return {
    kind: "message", key: act.id, seq: act.seq ?? 0, at: act.at, author: "user", blocks: [{ type: "text", text: act.shown }], about: null,
    re: "", state: act.state, why: act.why, replayed: false, own: true, masked: !!act.masked,
  };
}
