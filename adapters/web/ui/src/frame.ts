// Iframe mode, both sides. The host page keeps the launcher; the chat is the
// page /chat of Kaitong inside a frame. They talk over a channel of their own,
// which the host hands to Kaitong's origin only, and the page takes from the
// window it is framed by only, once. Who may frame it at all is the server's
// policy (frame-ancestors).

import type { EventName, Events, KaitongAPI, TokenSource } from "./api.ts";
import type { Control } from "./control.ts";
import { tokenFrom } from "./person.ts";
import type { Locale } from "./protocol.ts";
import type { Settings, Theme } from "./settings.ts";
import { Surface } from "./surface.ts";
import { preferredLocale } from "./words.ts";

const GREETING = "kaitong.frame.v1";

/** From the host: call something of the API; `setToken` with a function only says that there is one to ask. */
interface ToFrame {
  call: "open" | "close" | "reset" | "setLocale" | "setTheme" | "setToken" | "answer";
  value?: unknown;
  ask?: number; // which ask this answers
}

/** From the frame: something happened, or a token is wanted. */
type ToHost = { event: EventName; detail: never } | { ask: number };

/** The host's side. */
export class FrameControl extends Surface implements KaitongAPI {
  wanted = false; // the frame is loaded with the first opening
  unread = 0;
  locale: Locale;
  #port: MessagePort | null = null;
  #waiting: ToFrame[] = [];
  #tokens: TokenSource;
  alive = false; // the page in the frame has answered
  round = 0; // counts attempts to load it
  #forget = false; // a frame that is loaded later forgets first

  constructor(settings: Settings) {
    super(settings);
    this.locale = settings.locale || preferredLocale();
    this.#tokens = settings.tokenURL ? tokenFrom(settings.tokenURL) : settings.token || null;
  }

  begin(): void {
    if (this.settings.open) this.open();
  }

  get address(): string {
    const { base, product } = this.settings;
    const query = new URLSearchParams({ frame: "1", locale: this.locale, theme: this.theme });
    if (product) query.set("product", product);
    return `${base}/chat?${query}`;
  }

  /** Called when the frame has loaded its page. */
  greet(frame: HTMLIFrameElement): void {
    const { port1, port2 } = new MessageChannel();
    this.#port?.close();
    this.#port = port1;
    port1.onmessage = (event) => this.#heard(event.data as ToHost);
    frame.contentWindow?.postMessage(GREETING, this.settings.base, [port2]);
    if (this.#forget) this.#tell("reset");
    this.#forget = false;
    this.setToken(this.#tokens);
    if (this.isOpen) this.#tell("open");
    this.#waiting.splice(0).forEach((message) => port1.postMessage(message));
  }

  open(question?: string): void {
    this.wanted = true;
    if (!this.alive && !this.isOpen) this.round++; // what did not load is loaded again
    if (question || this.#port) this.#tell("open", question);
    this.turn(true);
  }

  close(): void {
    this.#tell("close");
    this.turn(false);
  }

  setToken(token: TokenSource): void {
    this.#tokens = token;
    if (this.#port) this.#tell("setToken", typeof token === "function" || token);
  }

  reset(): void {
    this.#tokens = null;
    this.unread = 0;
    this.#forget = !this.#port;
    if (this.#port) this.#tell("reset");
    this.tell();
  }

  setLocale(locale: Locale): void {
    this.locale = locale;
    if (this.#port) this.#tell("setLocale", locale);
    this.tell();
  }

  setTheme(theme: Theme): void {
    super.setTheme(theme);
    if (this.#port) this.#tell("setTheme", theme);
  }

  #tell(call: ToFrame["call"], value?: unknown, ask?: number): void {
    const message: ToFrame = { call, value, ask };
    if (this.#port) this.#port.postMessage(message);
    else if (this.wanted) this.#waiting.push(message);
  }

  #heard(message: ToHost): void {
    if (!this.alive) {
      this.alive = true;
      this.tell();
    }
    if ("ask" in message) return void this.#answer(message.ask);
    if (message.event === "open") return; // told when it was asked for
    if (message.event === "close") return this.turn(false);
    if (message.event === "unread") {
      this.unread = (message.detail as Events["unread"]).count;
      this.tell();
    }
    this.events.emit(message.event, message.detail);
  }

  async #answer(ask: number): Promise<void> {
    let token: string | null | undefined; // undefined where none could be had
    try {
      token = typeof this.#tokens === "function" ? await this.#tokens() : this.#tokens;
    } catch {
      // The frame tries again.
    }
    this.#tell("answer", token, ask);
  }
}

/** The frame's side: waits for the host, then does what it says. */
export function serveHost(control: Control): void {
  const heard = (event: MessageEvent) => {
    const port = event.ports[0];
    if (event.source !== window.parent || event.data !== GREETING || !port) return;
    removeEventListener("message", heard);
    new HostLine(control, port);
  };
  addEventListener("message", heard);
}

class HostLine {
  #asks = new Map<number, { resolve(token: string | null): void; reject(error: Error): void }>();
  #asked = 0;

  constructor(
    private control: Control,
    private port: MessagePort,
  ) {
    port.onmessage = (event) => this.#do(event.data as ToFrame);
    port.postMessage({ event: "alive" });
    control.events.onAny((event, detail) => port.postMessage({ event, detail }));
  }

  #do({ call, value, ask }: ToFrame): void {
    if (call === "answer") return this.#answered(ask!, value as string | null | undefined);
    if (call === "setToken") return this.control.setToken(value === true ? () => this.#ask() : (value as string | null));
    this.control[call](value as never);
  }

  #ask(): Promise<string | null> {
    const ask = ++this.#asked;
    this.port.postMessage({ ask });
    return new Promise((resolve, reject) => this.#asks.set(ask, { resolve, reject }));
  }

  #answered(ask: number, token: string | null | undefined): void {
    const waiting = this.#asks.get(ask);
    this.#asks.delete(ask);
    if (token === undefined) waiting?.reject(new Error("the host has no token"));
    else waiting?.resolve(token);
  }
}
