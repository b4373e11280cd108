// The widget as a whole: whether it is open, how it looks, and what the host
// page may say to it.

import type { KaitongAPI, TokenSource } from "./api.ts";
import { Chat } from "./chat.ts";
import { tokenFrom } from "./person.ts";
import type { Locale } from "./protocol.ts";
import type { Settings } from "./settings.ts";
import { Surface } from "./surface.ts";

/** Who talked here this recently is connected without opening anything, to hear the answer of a human. */
const RECENT_MS = 30 * 60_000;

export class Control extends Surface implements KaitongAPI {
  readonly chat: Chat;

  constructor(settings: Settings) {
    super(settings);
    const { base, locale, product, token, tokenURL } = settings;
    const tokens: TokenSource = tokenURL ? tokenFrom(tokenURL) : token || null;
    this.chat = new Chat({ base, locale, product, tokens, events: this.events });
    document.addEventListener("visibilitychange", this.#seen);
  }

  /** Begins: at once on a page of its own, on a host page when it is opened. */
  begin(): void {
    if (this.settings.framed) return; // the host says when
    if (this.settings.mode === "page" || this.settings.open) this.open();
    else if (Date.now() - this.chat.memory.lastUsed() < RECENT_MS) this.chat.start();
  }

  open(question?: string): void {
    this.chat.start();
    if (question) this.chat.say(question);
    this.turn(true);
    this.#seen();
  }

  close(): void {
    this.turn(false);
    this.#seen();
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

  #seen = (): void => {
    this.chat.visible = this.isOpen && !document.hidden;
  };
}
