// One conversation over kaitong.v1: connects, says hello, resumes, and keeps
// every act until it is acknowledged. It knows nothing of the page.

const PROTOCOL = "kaitong.v1";
const MOST_RESENDS = 5; // after "busy" and the like; then the person decides
const LONGEST_WAIT_MS = 15000; // nobody looks at a spinner for longer
const ACK_PATIENCE_MS = 12000; // without an ack an act counts as failed
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15000;

/**
 * Events: "status" (connecting | online | offline), "welcome", "frame" (each
 * stored event once, and check.state), "act" (an act changed its state),
 * "reset" (forget what was shown), "final" (will not reconnect),
 * "trouble" (an error that answers no act).
 */
export class Connection extends EventTarget {
  #socket = null;
  #attempt = 0;
  #opening = 0; // counts calls of open: only the latest goes on
  #timer = 0;
  #watchdog = 0;
  #comeBackAt = 0; // from goaway, by performance.now(): the clock may be set meanwhile
  #held = null; // frames that wait until the history is loaded
  #patience = new Map(); // act id -> timer

  /**
   * @param {{locale: string, getToken: () => Promise<string|null>, anon?: string,
   *   conv?: string, epoch?: string, acts?: object[]}} options
   */
  constructor(options) {
    super();
    this.locale = options.locale;
    this.getToken = options.getToken;
    this.anon = options.anon || "";
    this.conv = options.conv || "";
    this.epoch = options.epoch || "";
    this.lastSeq = 0;
    this.acts = new Map((options.acts || []).map((act) => [act.id, { ...act, state: "sending", why: "" }]));
    this.token = null;
    this.closed = false;
    this.status = "connecting";
    this.wake = () => this.#wake();
    addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.wake);
    addEventListener("pageshow", this.wake);
    // A page kept for the back button would keep one of the person's few sockets.
    this.hide = () => this.#dropSocket();
    addEventListener("pagehide", this.hide);
  }

  get online() {
    return this.status === "online";
  }

  async open() {
    if (this.closed || this.#socket) return;
    const opening = ++this.#opening;
    clearTimeout(this.#timer);
    this.#setStatus(this.#attempt === 0 ? "connecting" : "offline");
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    let socket;
    try {
      this.#socket = {}; // reserves the place while the token is fetched
      this.token = await this.getToken();
      if (this.closed || opening !== this.#opening) return;
      socket = new WebSocket(`${scheme}//${location.host}/v1/ws`, [PROTOCOL]);
    } catch {
      if (opening === this.#opening) this.#lost(4000);
      return;
    }
    this.#socket = socket;
    socket.onopen = () => this.#hello();
    socket.onmessage = (event) => socket === this.#socket && this.#receive(JSON.parse(event.data));
    socket.onclose = (event) => socket === this.#socket && this.#lost(event.code);
  }

  /** Ends for good. */
  close() {
    this.closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    this.#patience.forEach((timer) => clearTimeout(timer));
    removeEventListener("online", this.wake);
    removeEventListener("pageshow", this.wake);
    removeEventListener("pagehide", this.hide);
    document.removeEventListener("visibilitychange", this.wake);
    this.#dropSocket();
  }

  /** Takes effect by a new hello; the conversation goes on. */
  changeLocale(locale) {
    this.locale = locale;
    this.#dropSocket();
    this.#attempt = 0;
    this.open();
  }

  /** Sends an act, now or once connected. The same id is the same act. */
  act(type, data, shown) {
    const act = { id: uuid7(), type, data, shown, state: "sending" };
    this.acts.set(act.id, act);
    this.#transmit(act);
    this.#changed(act);
    return act;
  }

  resend(id) {
    const act = this.acts.get(id);
    if (!act) return;
    if (act.newID) {
      // The server will not take this id any more, so it becomes a new act.
      this.acts.delete(id);
      this.act(act.type, act.data, act.shown);
      return;
    }
    act.state = "sending";
    act.why = "";
    this.#transmit(act);
    this.#changed(act);
  }

  /** Gives an act up. */
  forget(id) {
    clearTimeout(this.#patience.get(id));
    this.acts.delete(id);
  }

  #transmit(act) {
    clearTimeout(this.#patience.get(act.id));
    this.#patience.set(act.id, setTimeout(() => this.#fail(act, ""), ACK_PATIENCE_MS));
    if (this.online) this.#send({ type: act.type, id: act.id, data: act.data });
  }

  #fail(act, why) {
    if (act.state !== "sending") return;
    clearTimeout(this.#patience.get(act.id));
    act.state = "failed";
    act.why = why;
    this.#changed(act);
  }

  #send(frame) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  #hello() {
    const data = { locale: this.locale, client: { os: platform(), network: navigator.connection?.type || undefined } };
    if (this.token) data.token = this.token;
    else if (this.anon) data.anon = this.anon;
    if (this.conv && this.epoch) data.resume = { conv: this.conv, epoch: this.epoch, after_seq: this.lastSeq };
    this.#send({ type: "hello", id: uuid7(), data });
    this.#watch(15000);
  }

  #receive(frame) {
    this.#watch();
    switch (frame.type) {
      case "welcome":
        return this.#welcome(frame);
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

  #deal(frame) {
    switch (frame.type) {
      case "ack":
        return this.#acked(frame);
      case "error":
        return this.#refused(frame);
      case "check.state":
      case "typing":
        return this.#emit("frame", frame);
    }
    if (!frame.seq || frame.seq <= this.lastSeq) return;
    this.lastSeq = frame.seq;
    if (frame.type === "message" && this.acts.has(frame.id)) this.#settle(this.acts.get(frame.id), frame.seq);
    this.#emit("frame", frame);
  }

  #welcome(frame) {
    const data = frame.data;
    const sameConversation = data.conv === this.conv;
    this.conv = data.conv;
    this.epoch = data.epoch;
    if (data.anon) this.anon = data.anon;
    this.pingMs = data.ping_ms;
    this.#attempt = 0;
    this.#comeBackAt = 0;
    if (!data.recovered) {
      this.lastSeq = 0;
      this.#emit("reset");
    }
    this.#setStatus("online");
    this.#emit("welcome", data);
    if (!data.recovered && sameConversation && data.seq > 0) this.#loadHistory(data.seq);
    else this.#resendWaiting();
  }

  // What got no answer is sent again; what was refused waits for the person.
  #resendWaiting() {
    for (const act of this.acts.values()) {
      if (act.why || act.newID) continue;
      act.state = "sending";
      this.#transmit(act);
      this.#changed(act);
    }
  }

  // Too much was missed for a replay: read the pages, then go on with what
  // came in meanwhile.
  async #loadHistory(upTo) {
    const held = (this.#held = []);
    try {
      for (let more = true; more; ) {
        const page = await this.#historyPage();
        more = page.more;
        for (const frame of page.events) if (frame.seq <= upTo) this.#deal(frame);
        if (page.events.some((frame) => frame.seq > upTo)) more = false;
      }
    } catch {
      this.#emit("trouble", "historyLost");
    }
    if (this.#held !== held) return;
    this.#held = null;
    this.lastSeq = Math.max(this.lastSeq, upTo);
    held.forEach((frame) => this.#deal(frame));
    this.#resendWaiting();
  }

  async #historyPage() {
    const authorization = this.token ? `Bearer ${this.token}` : `Anonymous ${this.anon}`;
    const url = `/v1/conversations/${encodeURIComponent(this.conv)}/events?after=${this.lastSeq}`;
    const response = await fetch(url, { headers: { Authorization: authorization } });
    if (!response.ok) throw new Error(`history: ${response.status}`);
    return response.json();
  }

  #acked(frame) {
    const act = this.acts.get(frame.re);
    if (!act) return;
    const numbered = act.type === "message.send" || act.type === "choice.send";
    if (numbered) this.lastSeq = Math.max(this.lastSeq, frame.data.seq);
    this.#settle(act, frame.data.seq);
  }

  #settle(act, seq) {
    clearTimeout(this.#patience.get(act.id));
    act.state = "sent";
    act.seq = seq;
    this.acts.delete(act.id);
    this.#changed(act);
  }

  #refused(frame) {
    const act = this.acts.get(frame.re);
    if (!act) {
      this.lastTrouble = frame.data;
      this.#emit("trouble", frame.data.message);
      return;
    }
    act.newID = frame.data.code === "id_conflict";
    const wait = frame.data.retryable ? frame.data.retry_after_ms || 0 : 0;
    if (wait > 0 && wait <= LONGEST_WAIT_MS && (act.resends || 0) < MOST_RESENDS) this.#postpone(act, wait);
    else this.#fail(act, frame.data.message);
  }

  // The server says when to come again; the act keeps its id, so it is stored
  // once. A line that breaks meanwhile sends it again by itself.
  #postpone(act, wait) {
    if (act.state !== "sending") return;
    clearTimeout(this.#patience.get(act.id));
    act.resends = (act.resends || 0) + 1;
    act.state = "postponed";
    this.#patience.set(act.id, setTimeout(() => this.acts.get(act.id) === act && this.resend(act.id), wait));
    this.#changed(act);
  }

  // The server pings every pingMs; silence for twice as long is a dead line.
  #watch(ms = 2 * (this.pingMs || 30000)) {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#dropSocket();
      this.#lost(4000);
    }, ms);
  }

  #dropSocket() {
    const socket = this.#socket;
    this.#socket = null;
    this.#held = null;
    if (socket?.close) socket.close(1000);
  }

  #lost(code) {
    this.#socket = null;
    this.#held = null;
    clearTimeout(this.#watchdog);
    if (this.closed) return;
    if (code >= 4500 && code < 5000) {
      this.closed = true;
      this.#setStatus("offline");
      this.#emit("final", this.lastTrouble?.message || "");
      return;
    }
    this.#retryLater();
  }

  // Full jitter, so that everybody does not come back at once.
  #retryLater() {
    this.#attempt++;
    this.#setStatus("offline");
    const ceiling = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#attempt);
    const pause = Math.max(this.#comeBackAt - performance.now(), 100 + Math.random() * ceiling);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.open(), pause);
  }

  #wake() {
    if (document.visibilityState === "hidden" || this.closed || this.#comeBackAt > performance.now()) return;
    if (!this.#socket) this.open();
    else if (this.online) this.#send({ type: "ping", id: uuid7() });
  }

  #setStatus(status) {
    if (this.status === status) return;
    this.status = status;
    this.#emit("status", status);
  }

  #changed(act) {
    this.#emit("act", act);
  }

  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function platform() {
  return (navigator.userAgentData?.platform || navigator.platform || "web").slice(0, 32) || "web";
}

/** A UUIDv7: the time first, so that ids sort as they were made. */
export function uuid7() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let now = Date.now();
  for (let i = 5; i >= 0; i--) {
    bytes[i] = now % 256;
    now = Math.floor(now / 256);
  }
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
