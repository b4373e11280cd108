// What a host page can say to the widget, and hear of it: `window.Kaitong`.

import type { About, Author } from "./protocol.ts";

/** A token, or a way to get a fresh one; null is nobody in particular. */
export type TokenSource = string | null | (() => Promise<string | null> | string | null);

/** What happens, by name, with what is told about it. */
export interface Events {
  /** The conversation is connected. `conversation` names it in the log. */
  ready: { conversation: string; recovered: boolean };
  open: Record<string, never>;
  close: Record<string, never>;
  /** A message was shown that was not there before. */
  message: { id: string; author: Author; text: string; about: About | null };
  /** How many messages wait unread behind the closed panel. */
  unread: { count: number };
  handoff: { state: string; position: number | null; agent: string | null };
  vote: { message: string; vote: "up" | "down"; reason: string | null };
  /** A token is needed: none was set, or the last one has expired or was refused. Answer with setToken. */
  token: { reason: "missing" | "expired" | "refused" };
  /** Will not connect again by itself. `code` is one of the error codes of the protocol, or no_token when the host's token could not be had. */
  error: { code: string; message: string };
}

export type EventName = keyof Events;

export interface KaitongAPI {
  /** Opens the panel; with a question, asks it. */
  open(question?: string): void;
  close(): void;
  /** Says who is there. Another person gets a conversation of their own. */
  setToken(token: TokenSource): void;
  /** Forgets the person on this device: conversation, draft, token. For signing out. */
  reset(): void;
  setLocale(locale: "zh-CN" | "en"): void;
  setTheme(theme: "auto" | "light" | "dark"): void;
  /** Calls back at every event of a name; returns how to stop that. */
  on<Name extends EventName>(name: Name, call: (detail: Events[Name]) => void): () => void;
}

declare global {
  interface Window {
    Kaitong?: KaitongAPI;
  }
}
