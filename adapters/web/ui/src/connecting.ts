// What a connection needs to know, and whom it tells.

import type { Act } from "./act.ts";
import type { ErrorData, Frame, Locale, Welcome } from "./protocol.ts";

export type Status = "connecting" | "online" | "offline";

/** Who is talking, and where they left off. */
export interface Place {
  token: string | null;
  anon: string;
  conv: string;
  epoch: string;
  acts: Act[];
}

export interface Listener {
  status(status: Status): void;
  welcome(data: Welcome): void;
  /** What was shown is to be forgotten: the conversation comes anew. */
  clear(): void;
  /** Each stored event once and in order; what is of the moment (typing, check.state, a place in line) besides. */
  frame(frame: Frame): void;
  act(act: Act): void;
  /** An act that means nothing any more. */
  dropped(id: string): void;
  /** An error that answers no act, or one of our own (historyLost). */
  trouble(data: ErrorData): void;
  /** Will not reconnect by itself. */
  final(data: ErrorData | null): void;
}

export interface Options {
  base: string; // https://host of the server
  locale: Locale;
  product: string;
  tab: string; // tells tabs apart
  early: Act[]; // done before it was known who is there, before a reload
  /** Asked before each attempt: the token of who is there, null for nobody, undefined for "not now". */
  token: () => Promise<string | null | undefined>;
  /** Told only of the token that counts, in the end; same: still the person from before. */
  enter: (token: string | null) => { place: Place; same: boolean };
  listener: Listener;
}
