// The WebSocket: comes back by itself with jitter, and keeps every act until it
// is acknowledged or refused, sending it again under the same id. It knows
// nothing of what is shown.

import type { ActData, ErrorData, Frame, Hello, Status } from "./protocol.ts";
import { uuid7 } from "./uuid.ts";

const PROTOCOL = "kaitong.desk.v1";
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const HELLO_PATIENCE_MS = 10_000;
const SILENCE_MS = 75_000; // the server pings well within
const ACK_PATIENCE_MS = 12_000; // then it counts as failed and may be tried again
const MOST_RESENDS = 4; // after "busy" and the like; then the agent decides

export type LineState = "connecting" | "online" | "offline";

export interface Listener {
  state(state: LineState): void;
  hello(data: Hello): void;
  frame(frame: Frame): void;
  acked(id: string, duplicate: boolean): void;
  /** Refused for good, or, with an empty code, not answered in time. */
  refused(id: string, error: ErrorData): void;
}

interface Waiting {
  data: ActData;
  resends: number;
  timer: number;
}

export class Line {
  #listener: Listener;
  #allowed: () => Promise<boolean>; // asks whether the session lasts
  #socket: WebSocket | null = null;
  #state: LineState = "connecting";
  #attempt = 0;
  #timer = 0;
  #watchdog = 0;
  #closed = true;
  #opening = 0;
  #acts = new Map<string, Waiting>();
  #status: Status = "online";

  constructor(listener: Listener, allowed: () => Promise<boolean>) {
    this.#listener = listener;
    this.#allowed = allowed;
  }

  open(): void {
    if (!this.#closed) return;
    this.#closed = false;
    this.#attempt = 0;
    addEventListener("online", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
    void this.#connect();
  }

  /** Ends for good; what waits is forgotten. */
  close(): void {
    this.#closed = true;
    this.#state = "connecting"; // as whoever opens it again begins
    this.#opening++;
    removeEventListener("online", this.#wake);
    document.removeEventListener("visibilitychange", this.#wake);
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    this.#acts.forEach((act) => clearTimeout(act.timer));
    this.#acts.clear();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  act(id: string, data: ActData): void {
    clearTimeout(this.#acts.get(id)?.timer);
    const act: Waiting = { data, resends: 0, timer: 0 };
    this.#acts.set(id, act);
    this.#transmit(id, act);
  }

  /** Asks for the turns of a conversation after a version, and from then on. To be asked again after each hello. */
  watch(conversation: string, after: number): void {
    this.#send("watch", { conversation, after });
  }

  unwatch(conversation: string): void {
    this.#send("unwatch", { conversation });
  }

  status(status: Status): void {
    this.#status = status;
    this.#send("status", { status });
  }

  typing(conversation: string): void {
    this.#send("typing", { conversation });
  }

  async #connect(): Promise<void> {
    const opening = ++this.#opening;
    clearTimeout(this.#timer);
    try {
      const allowed = await this.#allowed();
      if (opening !== this.#opening || this.#closed || !allowed) return;
    } catch {
      if (opening === this.#opening) this.#lost();
      return;
    }
    const socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/v1/desk/ws", [PROTOCOL]);
    this.#socket = socket;
    socket.onmessage = (event) => socket === this.#socket && this.#receive(event.data);
    socket.onclose = () => socket === this.#socket && this.#lost();
    this.#await(HELLO_PATIENCE_MS);
  }

  #receive(text: unknown): void {
    this.#await(SILENCE_MS);
    const frame = JSON.parse(String(text)) as Frame;
    switch (frame.type) {
      case "hello":
        return this.#greeted(frame.data);
      case "ping":
        return this.#send("pong", {}, frame.id);
      case "ack":
        return this.#acked(frame);
      case "error":
        return this.#erred(frame);
      default:
        this.#listener.frame(frame);
    }
  }

  #greeted(hello: Hello): void {
    this.#attempt = 0;
    this.#setState("online");
    this.#send("status", { status: this.#status });
    this.#listener.hello(hello);
    for (const [id, act] of this.#acts) this.#transmit(id, act);
  }

  #acked(frame: Frame): void {
    const id = frame.re ?? "";
    if (!this.#forget(id)) return;
    this.#listener.acked(id, frame.data?.duplicate === true);
  }

  #erred(frame: Frame): void {
    const error = frame.data as ErrorData;
    const id = frame.re ?? "";
    const act = this.#acts.get(id);
    if (!act) return this.#listener.frame(frame);
    if (error.retryable && act.resends < MOST_RESENDS) return this.#postpone(id, act, error.retry_after_ms || 1000);
    this.#forget(id);
    this.#listener.refused(id, error);
  }

  #postpone(id: string, act: Waiting, wait: number): void {
    clearTimeout(act.timer);
    act.resends++;
    act.timer = window.setTimeout(() => this.#transmit(id, act), wait);
  }

  #transmit(id: string, act: Waiting): void {
    clearTimeout(act.timer);
    act.timer = window.setTimeout(() => this.#unanswered(id), ACK_PATIENCE_MS);
    if (this.#state === "online") this.#send("act", act.data, id);
  }

  #unanswered(id: string): void {
    // Without a line it waits on: it is sent as soon as there is one.
    if (this.#state !== "online") return;
    if (this.#forget(id)) this.#listener.refused(id, { code: "", message: "", retryable: true });
  }

  #forget(id: string): boolean {
    clearTimeout(this.#acts.get(id)?.timer);
    return this.#acts.delete(id);
  }

  #send(type: string, data: unknown, id: string = uuid7()): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ type, id, data }));
  }

  #await(ms: number): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = window.setTimeout(() => this.#lost(), ms);
  }

  // Full jitter, so that a whole room does not come back at once.
  #lost(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#opening++;
    socket?.close(1000);
    clearTimeout(this.#watchdog);
    if (this.#closed) return;
    this.#setState("offline");
    const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** ++this.#attempt);
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.#connect(), 100 + Math.random() * ceiling);
  }

  #wake = (): void => {
    if (this.#closed || document.visibilityState === "hidden" || this.#socket) return;
    void this.#connect();
  };

  #setState(state: LineState): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#listener.state(state);
  }
}
