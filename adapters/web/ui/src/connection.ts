// One conversation over kaitong.v1: connects, says hello, resumes, and keeps
// every act until it is acknowledged. It knows nothing of what is shown.

import { isSaid, type Act, type ActType } from "./act.ts";
import { authorization } from "./person.ts";
import type { Options, Place, Status } from "./connecting.ts";
import type { ErrorData, Frame, Locale, Welcome } from "./protocol.ts";
import { uuid7 } from "./uuid.ts";

const PROTOCOL = "kaitong.v1";
const MOST_RESENDS = 5; // after "busy" and the like; then the person decides
const LONGEST_WAIT_MS = 15_000; // nobody looks at a spinner for longer
const ACK_PATIENCE_MS = 12_000; // without an ack an act counts as failed
const HISTORY_PATIENCE_MS = 10_000; // for one page
const HISTORY_TRIES = 3;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const TOKEN_PATIENCE_MS = 30_000; // for the host to say who is there
const RENEW_MS = 30_000; // before a token ends, a fresh one is sent
const OPEN_PATIENCE_MS = 10_000; // to connect, and then to be welcomed
const PONG_PATIENCE_MS = 3_000; // after waking up; a phone cuts sockets without telling
const FINAL = 4500; // close codes from here on ask not to come back

export class Connection {
  conv = "";
  epoch = "";
  anon = "";
  lastSeq = 0;
  status: Status = "connecting";
  acts = new Map<string, Act>();
  closed = false;
  #options: Options;
  #token: string | null = null;
  #socket: WebSocket | null = null;
  #attempt = 0;
  #opening = 0; // counts calls of open: only the latest goes on
  #busy = false; // an attempt is under way
  #sure = false; // who is there is known; what was said before goes with whoever that turns out to be
  #early = new Set<string>(); // ids of acts said before
  #timer = 0;
  #watchdog = 0;
  #renewal = 0;
  #pingMs = 30_000;
  #comeBackAt = 0; // from goaway, by performance.now(): the clock may be set meanwhile
  #held: Frame[] | null = null; // frames that wait until the history is loaded
  #patience = new Map<string, number>(); // act id -> timer
  #trouble: ErrorData | null = null;
  #welcomed = false; // ever
  #knocked = false; // at a server that has never said a word

  constructor(options: Options) {
    this.#options = options;
    for (const act of options.early) {
      this.acts.set(act.id, act);
      this.#early.add(act.id);
    }
    addEventListener("online", this.#wake);
    addEventListener("pageshow", this.#wake);
    document.addEventListener("visibilitychange", this.#wake);
    // A page kept for the back button would keep one of the person's few sockets.
    addEventListener("pagehide", this.#dropSocket);
  }

  get online(): boolean {
    return this.status === "online";
  }

  async open(): Promise<void> {
    if (this.closed || this.#busy) return;
    const opening = ++this.#opening;
    this.#busy = true;
    clearTimeout(this.#timer);
    this.#setStatus(this.#attempt === 0 ? "connecting" : "offline");
    this.#watch(TOKEN_PATIENCE_MS);
    try {
      const token = await this.#options.token();
      // A token that comes too late says nothing any more of who is there.
      if (this.closed || opening !== this.#opening) return;
      if (token === undefined) return this.#rest();
      const { place, same } = this.#options.enter(token);
      this.#enter(place, same);
      this.#connect();
    } catch {
      if (opening === this.#opening) this.#lost(4000);
    }
  }

  /** Ends for good. */
  close(): void {
    this.closed = true;
    clearTimeout(this.#timer);
    this.#patience.forEach((timer) => clearTimeout(timer));
    removeEventListener("online", this.#wake);
    removeEventListener("pageshow", this.#wake);
    removeEventListener("pagehide", this.#dropSocket);
    document.removeEventListener("visibilitychange", this.#wake);
    this.#dropSocket();
  }

  /** Whether it is known whose acts these are. */
  isSure(id: string): boolean {
    return !this.#early.has(id);
  }

  /** Somebody else may be there from now on. */
  doubt(): void {
    this.#sure = false;
    this.reopen();
  }

  /** Begins anew with what the host says; the conversation goes on if it can. */
  reopen(): void {
    this.#dropSocket();
    this.#attempt = 0;
    void this.open();
  }

  set locale(locale: Locale) {
    this.#options.locale = locale;
    this.reopen();
  }

  get token(): string | null {
    return this.#token;
  }

  /** Goes on in a conversation another tab has begun. */
  adopt(conv: string, epoch: string, anon: string): void {
    Object.assign(this, { conv, epoch, anon, lastSeq: 0 });
    this.reopen();
  }

  /** Sends an act, now or once connected. The same id is the same act. */
  act(type: ActType, data: Record<string, unknown>, shown: string): Act {
    const conv = this.#sure ? this.conv : "";
    const act: Act = { id: uuid7(), type, data, shown, at: Date.now(), conv, tab: this.#options.tab, state: "sending", why: "", newID: false, resends: 0 };
    this.acts.set(act.id, act);
    if (!this.#sure) this.#early.add(act.id);
    this.#transmit(act);
    this.#changed(act);
    return act;
  }

  /** Says that the person is writing. */
  typing(): void {
    this.#send({ type: "typing" });
  }

  resend(id: string): void {
    const act = this.acts.get(id);
    if (!act) return;
    if (act.newID) {
      // The server will not take this id any more, so it becomes a new act.
      this.forget(id);
      this.act(act.type, act.data, act.shown);
      return;
    }
    act.state = "sending";
    act.why = "";
    this.#transmit(act);
    this.#changed(act);
  }

  /** Gives an act up. */
  forget(id: string): void {
    clearTimeout(this.#patience.get(id));
    this.acts.delete(id);
  }

  #enter(place: Place, same: boolean): void {
    this.#token = place.token;
    const early = [...this.acts.values()].filter((act) => this.#early.has(act.id));
    this.#early.clear();
    this.#sure = true;
    if (!same) {
      this.#patience.forEach((timer) => clearTimeout(timer));
      const { anon, conv, epoch } = place;
      Object.assign(this, { anon, conv, epoch, lastSeq: 0 });
      // What was refused still waits for the person.
      const kept = place.acts.map((act): Act => (act.why ? act : { ...act, state: "sending" }));
      this.acts = new Map([...kept, ...early].map((act) => [act.id, act]));
    }
    early.forEach((act) => this.#changed(act));
  }

  #connect(): void {
    const socket = new WebSocket(this.#options.base.replace(/^http/, "ws") + "/v1/ws", [PROTOCOL]);
    this.#socket = socket;
    this.#knocked = true;
    socket.onopen = () => socket === this.#socket && this.#hello();
    socket.onmessage = (event) => socket === this.#socket && this.#receive(JSON.parse(event.data));
    socket.onclose = (event) => socket === this.#socket && this.#lost(event.code);
    this.#watch(OPEN_PATIENCE_MS);
  }

  #transmit(act: Act): void {
    clearTimeout(this.#patience.get(act.id));
    if (!this.online) return; // sent once it is
    this.#patience.set(act.id, window.setTimeout(() => this.#fail(act, ""), ACK_PATIENCE_MS));
    this.#send({ type: act.type, id: act.id, data: act.data });
  }

  #fail(act: Act, why: string): void {
    if (act.state !== "sending") return;
    clearTimeout(this.#patience.get(act.id));
    act.state = "failed";
    act.why = why;
    this.#changed(act);
  }

  #send(frame: Frame): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #hello(): void {
    const data: Record<string, unknown> = { locale: this.#options.locale, client: client() };
    if (this.#options.product) data.product = this.#options.product;
    if (this.#token) data.token = this.#token;
    if (this.anon) data.anon = this.anon;
    if (this.conv && this.epoch) data.resume = { conv: this.conv, epoch: this.epoch, after_seq: this.lastSeq };
    this.#send({ type: "hello", id: uuid7(), data });
    this.#watch(OPEN_PATIENCE_MS);
  }

  #receive(frame: Frame): void {
    this.#watch();
    this.#knocked = false; // somebody opened
    switch (frame.type) {
      case "welcome":
        this.#renewIn(frame);
        return this.#welcome(frame.data);
      case "token.refreshed":
        return this.#renewIn(frame);
      case "ping":
        return this.#send({ type: "pong", id: frame.id });
      case "pong":
        return;
      case "goaway":
        this.#comeBackAt = performance.now() + frame.data.after_ms;
        return;
    }
    if (this.#held) this.#held.push(frame);
    else this.#deal(frame);
  }

  #deal(frame: Frame): void {
    switch (frame.type) {
      case "ack":
        return this.#acked(frame);
      case "error":
        return this.#refused(frame);
      case "check.state":
      case "typing":
        return this.#options.listener.frame(frame);
    }
    // A place in line is of the moment: it has no number and is not stored.
    if (frame.type === "handoff.state" && !frame.seq) return this.#options.listener.frame(frame);
    if (!frame.seq || frame.seq <= this.lastSeq) return;
    this.lastSeq = frame.seq;
    const act = frame.type === "message" && frame.id ? this.acts.get(frame.id) : undefined;
    if (act) this.#settle(act, frame.seq);
    this.#options.listener.frame(frame);
  }

  #welcome(data: Welcome): void {
    const sameConversation = data.conv === this.conv;
    this.conv = data.conv;
    this.epoch = data.epoch;
    this.anon = data.anon ?? "";
    this.#pingMs = data.ping_ms;
    this.#attempt = 0;
    this.#welcomed = true;
    this.#comeBackAt = 0;
    this.#trouble = null;
    if (!data.recovered) {
      this.lastSeq = 0;
      this.#options.listener.clear();
    }
    this.#setStatus("online");
    this.#bringAlong();
    this.#options.listener.welcome(data);
    if (!data.recovered && sameConversation && data.seq > 0) void this.#loadHistory(data.seq);
    else this.#resendWaiting();
  }

  // A message goes along into another conversation; a tap or a vote means nothing there.
  #bringAlong(): void {
    for (const act of this.acts.values()) {
      if (act.conv && act.conv !== this.conv && act.type !== "message.send") this.#options.listener.dropped(act.id);
      act.conv = this.conv;
    }
  }

  // What got no answer is sent again; what was refused waits for the person.
  #resendWaiting(): void {
    for (const act of this.acts.values()) {
      if (act.why || act.newID) continue;
      act.state = "sending";
      this.#transmit(act);
      this.#changed(act);
    }
  }

  // Too much was missed for a replay: read the pages, then go on with what
  // came in meanwhile.
  async #loadHistory(upTo: number): Promise<void> {
    const held: Frame[] = (this.#held = []);
    try {
      for (let more = true; more && this.#held === held; ) {
        const page = await this.#historyPage(held);
        if (this.#held !== held) return;
        for (const frame of page.events) if (frame.seq! <= upTo) this.#deal(frame);
        more = page.more && !page.events.some((frame) => frame.seq! > upTo);
      }
    } catch {
      if (this.#held !== held) return; // the line broke: the next one begins anew
      this.#options.listener.trouble({ code: "historyLost", message: "", retryable: true });
    }
    if (this.#held !== held) return;
    this.#held = null;
    this.lastSeq = Math.max(this.lastSeq, upTo);
    held.forEach((frame) => this.#deal(frame));
    this.#resendWaiting();
  }

  // A page that does not come is asked for again, as long as somebody waits for it.
  async #historyPage(held: Frame[], tries = 0): Promise<{ events: Frame[]; more: boolean }> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), HISTORY_PATIENCE_MS);
    try {
      return await this.#fetchPage(patience.signal);
    } catch (error) {
      if (tries === HISTORY_TRIES || this.#held !== held) throw error;
      await new Promise((done) => setTimeout(done, FIRST_PAUSE_MS * 4 ** tries));
      return this.#historyPage(held, tries + 1);
    } finally {
      clearTimeout(timer);
    }
  }

  async #fetchPage(signal: AbortSignal): Promise<{ events: Frame[]; more: boolean }> {
    const url = `${this.#options.base}/v1/conversations/${encodeURIComponent(this.conv)}/events?after=${this.lastSeq}`;
    const response = await fetch(url, { headers: { Authorization: authorization(this.#token, this.anon) }, signal });
    if (!response.ok) throw new Error(`history: ${response.status}`);
    return response.json();
  }

  #acked(frame: Frame): void {
    const act = this.acts.get(frame.re ?? "");
    if (!act) return;
    if (isSaid(act)) this.lastSeq = Math.max(this.lastSeq, frame.data.seq);
    if (frame.data.masked) {
      act.shown = frame.data.masked;
      act.masked = true;
    }
    this.#settle(act, frame.data.seq);
  }

  #settle(act: Act, seq: number): void {
    clearTimeout(this.#patience.get(act.id));
    act.state = "sent";
    act.seq = seq;
    this.acts.delete(act.id);
    this.#changed(act);
  }

  #refused(frame: Frame): void {
    const error: ErrorData = frame.data;
    const act = this.acts.get(frame.re ?? "");
    if (!act) {
      this.#trouble = error;
      this.#options.listener.trouble(error);
      return;
    }
    act.newID = error.code === "id_conflict";
    const wait = error.retryable ? error.retry_after_ms || 0 : 0;
    if (wait > 0 && wait <= LONGEST_WAIT_MS && act.resends < MOST_RESENDS) this.#postpone(act, wait);
    else this.#fail(act, error.message);
  }

  // The server says when to come again; the act keeps its id, so it is stored
  // once. A line that breaks meanwhile sends it again by itself.
  #postpone(act: Act, wait: number): void {
    if (act.state !== "sending") return;
    clearTimeout(this.#patience.get(act.id));
    act.resends++;
    act.state = "postponed";
    this.#patience.set(act.id, window.setTimeout(() => this.acts.get(act.id) === act && this.resend(act.id), wait));
    this.#changed(act);
  }

  // By the server's clock: the one here may be set to anything.
  #renewIn({ ts, data }: Frame): void {
    if (!data.expires_at) return;
    const left = Date.parse(data.expires_at) - Date.parse(ts!);
    clearTimeout(this.#renewal);
    this.#renewal = window.setTimeout(this.#renew, Math.max(left / 2, left - RENEW_MS));
  }

  // The line goes on with a fresh token. Where none is to be had it ends with the old one, and begins anew.
  #renew = async (): Promise<void> => {
    const socket = this.#socket;
    const token = await this.#options.token().catch(() => null);
    if (!token || token === this.#token || !socket || socket !== this.#socket) return;
    this.#token = token;
    this.#send({ type: "token.refresh", id: uuid7(), data: { token } });
  };

  // The server pings every pingMs; silence for twice as long is a dead line.
  #watch(ms = 2 * this.#pingMs): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = window.setTimeout(() => {
      this.#dropSocket();
      this.#lost(4000);
    }, ms);
  }

  #dropSocket = (): void => {
    const socket = this.#socket;
    this.#rest();
    socket?.close(1000);
  };

  #rest(): void {
    this.#socket = null;
    this.#held = null;
    this.#busy = false;
    this.#opening++;
    clearTimeout(this.#watchdog);
    clearTimeout(this.#renewal);
  }

  #lost(code: number): void {
    this.#rest();
    if (this.closed) return;
    if (code >= FINAL && code < 5000) {
      this.#setStatus("offline");
      this.close();
      this.#options.listener.final(this.#trouble);
      return;
    }
    this.#retryLater();
  }

  // Full jitter, so that everybody does not come back at once.
  #retryLater(): void {
    this.#attempt++;
    this.#setStatus("offline");
    if (this.#attempt === 2 && this.#knocked && !this.#welcomed) this.#hint();
    const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#attempt);
    const pause = Math.max(this.#comeBackAt - performance.now(), 100 + Math.random() * ceiling);
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => void this.open(), pause);
  }

  // A browser does not say why a socket was refused, so whoever sets this up is told where to look.
  #hint(): void {
    const { base } = this.#options;
    console.warn(`[kaitong] no connection to ${base}: is ${location.origin} in its web.allowed_origins?`);
  }

  #wake = (): void => {
    if (document.visibilityState === "hidden" || this.closed || this.#comeBackAt > performance.now()) return;
    if (!this.#busy) void this.open();
    else if (this.online) {
      this.#send({ type: "ping", id: uuid7() });
      this.#watch(PONG_PATIENCE_MS);
    }
  };

  #setStatus(status: Status): void {
    if (this.status === status) return;
    this.status = status;
    this.#options.listener.status(status);
  }

  #changed(act: Act): void {
    this.#options.listener.act(act);
  }
}

function client(): { os: string; network?: string } {
  const agent = navigator as Navigator & { userAgentData?: { platform?: string }; ["connection"]?: { type?: string } };
  const os = (agent.userAgentData?.platform || navigator.platform || "web").slice(0, 32) || "web";
  return { os, network: agent["connection"]?.type || undefined };
}
