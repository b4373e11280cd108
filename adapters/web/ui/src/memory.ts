// What this device remembers of a conversation, so that it goes on after a
// reload, in another tab, or when the app was closed. Each person has a room of
// their own; where the browser refuses to keep anything, the chat works without.

import type { Act } from "./act.ts";

/** An act nobody could send for this long is not sent behind the person's back. */
const OLDEST_ACT_MS = 24 * 3600_000;
const MOST_VOTES = 200;

interface Room {
  conv: string;
  epoch: string;
  anon: string;
  draft: string;
  votes: Record<string, string>;
  at: number; // last change, ms
}

const EMPTY: Room = { conv: "", epoch: "", anon: "", draft: "", votes: {}, at: 0 };

export class Memory {
  #prefix: string;
  #key = "";
  #room: Room = { ...EMPTY };

  constructor(base: string) {
    this.#prefix = `kaitong:${new URL(base).host}`;
  }

  /** Opens the room of a person; subject is any text that tells people apart. */
  enter(subject: string): void {
    this.#key = `${this.#prefix}:${digest(subject)}`;
    this.#room = { ...EMPTY, votes: {}, ...this.#read<Partial<Room>>(this.#key) };
  }

  get room(): Readonly<Room> {
    return this.#room;
  }

  update(change: Partial<Room>): void {
    if (!this.#key) return;
    // Another tab may have written meanwhile.
    this.#room = { ...this.#room, ...this.#read<Partial<Room>>(this.#key), ...change, at: Date.now() };
    this.#write(this.#key, this.#room);
    this.#write(`${this.#prefix}:last`, { at: this.#room.at });
  }

  vote(message: string, vote: string): void {
    const votes = { ...this.#room.votes };
    if (vote) votes[message] = vote;
    else delete votes[message];
    const spare = Object.keys(votes).slice(0, -MOST_VOTES);
    for (const id of spare) delete votes[id];
    this.update({ votes });
  }

  /** The acts no tab has got through yet. */
  acts(): Act[] {
    const kept = this.#read<Record<string, Act>>(`${this.#key}:acts`) ?? {};
    const now = Date.now();
    const good = Object.values(kept).filter((act) => act?.data && now - act.at < OLDEST_ACT_MS);
    if (good.length < Object.keys(kept).length) this.#write(`${this.#key}:acts`, Object.fromEntries(good.map((act) => [act.id, act])));
    return good.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Several tabs write here: each touches only the act it means. */
  keep(act: Act): void {
    if (!this.#key) return;
    const kept = this.#read<Record<string, Act>>(`${this.#key}:acts`) ?? {};
    if (act.state === "sent") delete kept[act.id];
    else kept[act.id] = act;
    this.#write(`${this.#key}:acts`, kept);
  }

  drop(id: string): void {
    this.keep({ id, state: "sent" } as Act);
  }

  /** Forgets this person. */
  clear(): void {
    this.#room = { ...EMPTY, votes: {} };
    this.#remove(this.#key);
    this.#remove(`${this.#key}:acts`);
    this.#remove(`${this.#prefix}:last`);
  }

  /** Calls back when another tab has changed this person's room. */
  watch(call: (room: Room) => void): () => void {
    const heard = (event: StorageEvent) => {
      const other = event.key === this.#key && event.newValue ? this.#read<Room>(this.#key) : null;
      if (other) call({ ...EMPTY, ...other });
    };
    addEventListener("storage", heard);
    return () => removeEventListener("storage", heard);
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
    try {
      return JSON.parse(localStorage.getItem(key) ?? "null") as T | null;
    } catch {
      return null;
    }
  }

  #write(key: string, value: unknown): void {
    try {
      localStorage.setItem(key, JSON.stringify(value));
    } catch {
      // Private windows and full disks refuse.
    }
  }

  #remove(key: string): void {
    try {
      localStorage.removeItem(key);
    } catch {
      // As above.
    }
  }
}

// FNV-1a: keeps names of people out of the names of keys.
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (const c of text) hash = Math.imul(hash ^ c.codePointAt(0)!, 0x01000193);
  return (hash >>> 0).toString(36);
}
