// What this device remembers of a conversation, so that it goes on after a
// reload, in another tab, or when the app was closed. Each person has a room of
// their own; where the browser refuses to keep anything, the chat works without.

import type { Act } from "./act.ts";
import { uuid7 } from "./uuid.ts";

/** An act nobody could send for this long is not sent behind the person's back. */
const OLDEST_ACT_MS = 24 * 3600_000;
/** Nobody is taken to care for an act this old that has no conversation. */
const FORSAKEN_MS = 120_000;
const MOST_VOTES = 200;

interface Room {
  conv: string;
  epoch: string;
  anon: string;
  draft: string;
  votes: Record<string, string>;
  at: number; // last change, ms
}

const TAB = "kaitong:tab";
const EARLY = "kaitong:early";
const EARLY_MS = 600_000;
const EMPTY: Room = { conv: "", epoch: "", anon: "", draft: "", votes: {}, at: 0 };

export class Memory {
  readonly tab = nameOfTab();
  #prefix: string;
  #key = "";
  #room: Room = { ...EMPTY };

  constructor(base: string) {
    this.#prefix = `kaitong:${new URL(base).host}`;
  }

  /** Opens the room of a person; subject is any text that tells people apart. */
  enter(subject: string): void {
    this.#key = this.#name(subject);
    this.#room = this.of(subject);
  }

  /** The room of a person, as it is kept. */
  of(subject: string): Room {
    return { ...EMPTY, ...this.#kept(this.#name(subject)) };
  }

  #name(subject: string): string {
    return `${this.#prefix}:${digest(subject)}`;
  }

  get room(): Readonly<Room> {
    return this.#room;
  }

  update(change: Partial<Room>): void {
    if (!this.#key) return;
    // Another tab may have written meanwhile.
    this.#room = { ...this.#room, ...this.#kept(), ...change, at: Date.now() };
    this.#write(this.#key, this.#room);
    this.#write(`${this.#prefix}:last`, { at: this.#room.at });
  }

  // What is kept may be of another version, or damaged: a field of another kind counts as missing.
  #kept(key = this.#key): Partial<Room> {
    const kept = this.#read<Record<string, unknown>>(key) ?? {};
    return Object.fromEntries(Object.entries(EMPTY).flatMap(([name, empty]) => (kept[name] && typeof kept[name] === typeof empty ? [[name, kept[name]]] : [])));
  }

  vote(message: string, vote: string): void {
    const votes = { ...this.#room.votes, ...this.#kept().votes };
    if (vote) votes[message] = vote;
    else delete votes[message];
    const spare = Object.keys(votes).slice(0, -MOST_VOTES);
    for (const id of spare) delete votes[id];
    this.update({ votes });
  }

  /**
   * The acts that are left to this tab: its own, and those of this conversation,
   * which any tab may send. One from before there was a conversation is another
   * tab's business while that may be alive.
   */
  acts(): Act[] {
    const kept = Object.values(this.#acts());
    const good = kept.filter((act) => act?.data && Date.now() - act.at < OLDEST_ACT_MS);
    if (good.length < kept.length) this.#write(`${this.#key}:acts`, Object.fromEntries(good.map((act) => [act.id, act])));
    const mine = (act: Act) => act.tab === this.tab || (act.conv ? act.conv === this.#room.conv : Date.now() - act.at > FORSAKEN_MS);
    return good.filter(mine).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Several tabs write here: each touches only the act it means. */
  keep(act: Act): void {
    if (!this.#key) return;
    const kept = this.#acts();
    if (act.state === "sent") delete kept[act.id];
    else kept[act.id] = act;
    this.#write(`${this.#key}:acts`, kept);
  }

  #acts(): Record<string, Act> {
    return { ...this.#read<Record<string, Act>>(`${this.#key}:acts`) }; // {} whatever else is found
  }

  drop(id: string): void {
    this.keep({ id, state: "sent" } as Act);
  }

  /** Forgets everybody who talked here, whoever that was; the language stays. */
  clear(): void {
    this.#room = { ...EMPTY };
    this.early = [];
    attempt(() => {
      for (const key of Object.keys(localStorage)) if (key.startsWith(`${this.#prefix}:`) && !key.endsWith(":locale")) localStorage.removeItem(key);
    });
  }

  /** Calls back when another tab has changed this person's room. */
  watch(call: (room: Room) => void): () => void {
    const heard = (event: StorageEvent) => {
      if (event.key === this.#key && event.newValue) call({ ...EMPTY, ...this.#kept() });
    };
    addEventListener("storage", heard);
    return () => removeEventListener("storage", heard);
  }

  /** What was said in this tab before it was known by whom. It belongs to whoever is known next, soon. */
  get early(): Act[] {
    const kept = attempt(() => JSON.parse(sessionStorage.getItem(EARLY) ?? "[]") as Act[]) ?? [];
    return kept.filter((act) => Date.now() - act.at < EARLY_MS);
  }

  set early(acts: Act[]) {
    attempt(() => sessionStorage.setItem(EARLY, JSON.stringify(acts)));
  }

  /** When anybody last talked here, ms; 0 for never. */
  lastUsed(): number {
    return this.#read<{ at: number }>(`${this.#prefix}:last`)?.at ?? 0;
  }

  get locale(): string {
    return this.#read<string>(`${this.#prefix}:locale`) ?? "";
  }

  set locale(locale: string) {
    this.#write(`${this.#prefix}:locale`, locale);
  }

  #read<T>(key: string): T | null {
    return attempt(() => JSON.parse(localStorage.getItem(key) ?? "null") as T) ?? null;
  }

  #write(key: string, value: unknown): void {
    attempt(() => localStorage.setItem(key, JSON.stringify(value)));
  }
}

/** Private windows and full disks refuse to keep anything. */
function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}

/** The name of this tab, the same after a reload. */
function nameOfTab(): string {
  const name = attempt(() => sessionStorage.getItem(TAB)) || uuid7();
  attempt(() => sessionStorage.setItem(TAB, name));
  return name;
}

// FNV-1a: keeps names of people out of the names of keys.
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (const c of text) hash = Math.imul(hash ^ c.codePointAt(0)!, 0x01000193);
  return (hash >>> 0).toString(36);
}
