// The widget as a whole: whether it is open, how it looks, and what the host
// page may say to it.

import type { EventName, Events, KaitongAPI, TokenSource } from "./api.ts";
import { Chat } from "./chat.ts";
import { Emitter } from "./events.ts";
import { tokenFrom } from "./person.ts";
import type { Locale } from "./protocol.ts";
import type { Settings, Theme } from "./settings.ts";

/** Who talked here this recently is connected without opening anything, to hear the answer of a human. */
const RECENT_MS = 30 * 60_000;

export class Control implements KaitongAPI {
  readonly chat: Chat;
  readonly events = new Emitter();
  isOpen = false;
  theme: Theme;
  #watchers = new Set<() => void>();

  constructor(readonly settings: Settings) {
    const { base, locale, product, token, tokenURL } = settings;
    const tokens: TokenSource = tokenURL ? tokenFrom(tokenURL) : token || null;
    this.chat = new Chat({ base, locale, product, tokens, events: this.events });
    this.theme = settings.theme;
    document.addEventListener("visibilitychange", this.#seen);
  }

  /** Begins: at once on a page of its own, on a host page when it is opened. */
  begin(): void {
    if (this.settings.framed) return; // the host says when
    if (this.settings.mode === "page" || this.settings.open) this.open();
    else if (Date.now() - this.chat.memory.lastUsed() < RECENT_MS) this.chat.start();
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.#seen);
    this.chat.stop();
  }

  open(question?: string): void {
    this.chat.start();
    if (question) this.chat.say(question);
    if (this.isOpen) return;
    this.isOpen = true;
    this.#seen();
    this.events.emit("open", {});
    this.#changed();
  }

  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#seen();
    this.events.emit("close", {});
    this.#changed();
  }

  setToken(token: TokenSource): void {
    this.chat.setToken(token);
  }

  reset(): void {
    this.chat.reset();
  }

  setLocale(locale: Locale): void {
    this.chat.setLocale(locale, false);
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.#changed();
  }

  on<Name extends EventName>(name: Name, call: (detail: Events[Name]) => void): () => void {
    return this.events.on(name, call);
  }

  watch(call: () => void): () => void {
    this.#watchers.add(call);
    return () => this.#watchers.delete(call);
  }

  #seen = (): void => {
    this.chat.visible = this.isOpen && !document.hidden;
  };

  #changed(): void {
    for (const call of this.#watchers) call();
  }
}
