// The chat as people see it: joins a connection, a thread, what this device
// remembers and who is talking, and tells the drawing side when to look again.

import { isSaid, type Act } from "./act.ts";
import type { TokenSource } from "./api.ts";
import type { Listener, Place, Status } from "./connecting.ts";
import { Connection } from "./connection.ts";
import type { Emitter } from "./events.ts";
import { Memory } from "./memory.ts";
import { authorization, NOBODY, Person, subjectOf } from "./person.ts";
import { plainText } from "./plain.ts";
import type { Block, Choice, ErrorData, Frame, HandoffData, Locale, Welcome } from "./protocol.ts";
import { Thread, type MessageEntry } from "./thread.ts";
import { Uploads } from "./uploads.ts";
import { Watched } from "./watched.ts";
import { handoffLine, preferredLocale, words, type Words } from "./words.ts";

const TYPING_AFTER_MS = 300; // a quick answer needs no typing bubble
const TYPING_LIMIT_MS = 20_000;
const TYPING_EVERY_MS = 3_000; // an agent is told that often
const ANNOUNCED_MS = 5_000; // long enough to be noticed, gone before somebody reads the page again

export type Activity = "" | "typing" | "checking" | "checkDone" | "checkUnavailable";

export interface Banner {
  text: string;
  act: "" | "restart" | "fresh"; // what it offers to do
}

export interface ChatOptions {
  base: string;
  locale: Locale | "";
  product: string;
  tokens: TokenSource;
  events: Emitter;
}

export class Chat extends Watched implements Listener {
  readonly thread = new Thread();
  readonly memory: Memory;
  readonly uploads = new Uploads({
    request: (conv) => this.#upload(conv),
    tooLarge: () => this.words.tooLarge,
    changed: (upload) => {
      if (upload.state !== "sending") this.#announce(`${upload.file.name}: ${upload.why || this.words[upload.state]}`);
      this.#changed();
    },
  });
  locale: Locale;
  connection!: Connection;
  line: Status = "connecting";
  greeting: Block[] = [];
  page: Welcome["page"] | null = null;
  features: string[] = [];
  activity: Activity = "";
  banner: Banner | null = null;
  handoff: HandoffData | null = null;
  unread = 0;
  announcements: { key: number; text: string }[] = []; // for people who listen instead of looking
  replaying = false;
  #replayUpTo = 0;
  #options: ChatOptions;
  #events: Emitter;
  #person = new Person();
  #subject = "";
  #started = false;
  #visible = false;
  #answered = ""; // the answer whose choice was taken
  #typing = 0;
  #due = false;
  #said = 0; // announcements so far
  #typedUntil = 0; // an agent was told of typing, ms

  constructor(options: ChatOptions) {
    super();
    this.#options = options;
    this.#events = options.events;
    this.memory = new Memory(options.base);
    const chosen = this.memory.locale;
    this.locale = chosen === "en" || chosen === "zh-CN" ? chosen : options.locale || preferredLocale();
    this.#person.source = options.tokens;
    this.memory.watch((room) => this.#otherTab(room.conv, room.epoch, room.anon));
    addEventListener("offline", this.#changed);
    addEventListener("online", this.#changed);
  }

  get words(): Words {
    return words(this.locale);
  }

  /** The answer whose quick replies can be tapped: the latest, until one was. */
  get liveAnswer(): MessageEntry | null {
    const answer = this.thread.lastAnswer;
    const chosen = [...(this.connection?.acts.values() ?? [])].some((act) => act.type === "choice.send" && act.state !== "failed");
    return chosen || answer?.key === this.#answered ? null : answer;
  }

  /** The form that is filled in, until the bot says that it was sent or left. Other things may be talked about meanwhile. */
  get form(): Block | undefined {
    const said = this.thread.entries.filter((entry) => entry.kind === "message" && entry.about?.intent === "appeal").pop() as MessageEntry | undefined;
    return said?.blocks.find((block) => block.type === "form");
  }

  /** Tells people apart; "" until it is known who is there. */
  get subject(): string {
    return this.#subject;
  }

  /** Connects, once. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#connect();
  }

  // --- acts of the person

  say(text: string): void {
    const clean = text.replace(/[\0-\x08\x0b-\x1f\x7f]/g, "").trim(); // the server takes no controls
    if (!clean) return;
    this.start();
    this.connection.act("message.send", { text: clean }, clean);
  }

  choose(message: string, choice: Choice): void {
    this.#answered = message;
    this.connection.act("choice.send", { msg: message, choice: choice.id }, choice.label);
  }

  vote(message: string, vote: "up" | "down", reason?: string): void {
    this.memory.vote(message, vote);
    this.connection.act("feedback.send", { msg: message, vote, reason }, "");
    this.#events.emit("vote", { message, vote, reason: reason ?? null });
  }

  askHuman(): void {
    this.start();
    this.connection.act("handoff.request", {}, "");
  }

  cancelHuman(): void {
    this.connection.act("handoff.cancel", {}, "");
  }

  attach(files: File[]): void {
    this.uploads.add(files, this.connection.conv);
  }

  resend(id: string): void {
    if (this.connection.acts.get(id)?.newID) {
      this.thread.drop(id);
      this.memory.drop(id);
    }
    this.connection.resend(id);
  }

  /** Leaves this conversation for a new one; asks before anything is lost by it. */
  leave(): void {
    if (!this.thread.begun) return this.fresh();
    this.banner = { text: this.words.leaving, act: "fresh" };
    this.#changed();
  }

  fresh(): void {
    this.#forgetConversation();
    this.#connect();
  }

  /** Begins anew after a connection that was ended for good. */
  restart(): void {
    if (this.#subject === NOBODY) this.memory.clear(); // what named nobody any more
    this.#connect();
  }

  setLocale(locale: Locale, byPerson: boolean): void {
    if (byPerson) this.memory.locale = locale;
    if (locale === this.locale) return;
    this.locale = locale;
    if (this.connection) this.connection.locale = locale;
    this.#changed();
  }

  setToken(source: TokenSource): void {
    this.#person.source = source;
    if (!this.#started) return;
    if (this.connection.closed) return this.#connect();
    // A newer token of the same person is for the next time one connects.
    const renewed = typeof source === "string" && this.connection.online && subjectOf(source) === this.#subject;
    if (!renewed) this.connection.doubt();
  }

  /** Forgets the person on this device. */
  reset(): void {
    this.#person.source = null;
    this.memory.clear();
    this.#subject = "";
    this.#countUnread(0);
    if (this.#started) this.#connect();
    this.#changed();
  }

  draft(text: string): void {
    this.memory.update({ draft: text });
    if (!text || !this.connection.online || this.handoff?.state !== "active" || Date.now() < this.#typedUntil) return;
    this.#typedUntil = Date.now() + TYPING_EVERY_MS;
    this.connection.typing();
  }

  /** Says whether the person can see the thread; what comes meanwhile counts as unread. */
  set visible(visible: boolean) {
    this.#visible = visible;
    if (visible) this.#countUnread(0);
  }

  // --- what the connection tells

  status(status: Status): void {
    this.line = status;
    if (status !== "online") this.#stopTyping();
    this.#changed();
  }

  welcome(data: Welcome): void {
    this.banner = null;
    this.greeting = data.greeting;
    this.page = data.page;
    this.features = data.features;
    // What was missed by a thread that is shown already is news, not replay.
    this.#replayUpTo = this.connection.lastSeq === 0 ? data.seq : 0;
    this.replaying = this.#replayUpTo > 0;
    for (const act of this.connection.acts.values()) this.thread.progress(act);
    this.#save();
    this.#events.emit("ready", { conversation: data.conv, recovered: data.recovered });
    this.#changed();
  }

  /** The thread comes anew. */
  clear(): void {
    this.thread.clear();
    this.announcements = [];
    this.handoff = null;
    this.#stopTyping();
    this.#changed();
  }

  frame(frame: Frame): void {
    if (frame.type === "check.state") return this.#showCheck(frame.data.state);
    if (frame.type === "typing") return this.#showTyping("typing");
    if (!frame.seq) return this.#handedOver(frame.data, true);
    const fresh = !this.replaying || (frame.seq ?? 0) > this.#replayUpTo;
    const entry = this.thread.add(frame, !fresh);
    if (entry?.kind === "line") this.#handedOver(entry.handoff, fresh);
    if (entry?.kind === "message" && entry.author !== "user") this.#heard(entry, fresh);
    this.#checkReplay();
    this.#changed();
  }

  act(act: Act): void {
    if (this.connection.isSure(act.id)) this.memory.keep(act);
    else this.memory.early = [...this.connection.acts.values()];
    if (act.state === "failed" && act.why) this.#refused(act);
    this.thread.progress(act);
    this.#save(); // after that the thread has begun: the first message must find its conversation again
    if (act.state === "sending") this.#typeSoon(act);
    else if (act.state === "sent") this.#stopTyping(); // the answer comes together with the ack
    else if (act.shown) this.#announce(act.why || this.words[act.state]);
    this.#checkReplay();
    this.#changed();
  }

  dropped(id: string): void {
    this.connection.forget(id);
    this.memory.drop(id);
    this.thread.drop(id);
  }

  trouble(data: ErrorData): void {
    if (data.code === "token_expired") {
      this.#person.expired(this.connection.token);
      if (this.#person.renews) return;
    }
    const text = data.code === "historyLost" ? this.words.historyLost : data.message;
    this.banner = { text, act: "" };
    this.#events.emit("error", { code: data.code, message: text });
    this.#changed();
  }

  final(data: ErrorData | null): void {
    this.banner = { text: data?.message || this.words.final, act: "restart" };
    if (data?.code === "unauthorized") this.#events.emit("token", { reason: this.#subject === NOBODY ? "missing" : "refused" });
    this.#changed();
  }

  // --- inside

  #connect(): void {
    this.connection?.close();
    this.clear();
    this.banner = null;
    this.#subject = "";
    this.connection = new Connection({
      base: this.#options.base, locale: this.locale, product: this.#options.product, tab: this.memory.tab, early: this.memory.early, token: () => this.#token(), enter: (token) => this.#enter(token), listener: this,
    });
    this.line = this.connection.status;
    void this.connection.open();
  }

  // A token is asked for anew: the one of the connection may be over by now.
  async #upload(conv: string): Promise<XMLHttpRequest> {
    const token = await this.#token();
    if (token === undefined) throw new Error("expired"); // the banner says so
    const request = new XMLHttpRequest();
    request.open("POST", `${this.#options.base}/v1/conversations/${encodeURIComponent(conv)}/proofs`);
    request.setRequestHeader("Authorization", authorization(token, this.connection.anon));
    request.setRequestHeader("Accept-Language", this.locale);
    return request;
  }

  async #token(): Promise<string | null | undefined> {
    const token = await this.#person.token().catch((error: Error) => {
      console.warn("[kaitong] no token:", error);
      this.#events.emit("error", { code: "no_token", message: String(error) });
      throw error;
    });
    if (token === undefined) {
      this.banner = { text: this.words.expired, act: "" };
      this.#events.emit("token", { reason: "expired" });
    }
    return token;
  }

  #enter(token: string | null): { place: Place; same: boolean } {
    const subject = subjectOf(token);
    const same = subject === this.#subject;
    if (!same) this.#become(subject);
    this.memory.early = [];
    // Who signs in takes along what they said here before.
    const { anon, conv, epoch } = token && !this.memory.room.conv ? this.memory.of(NOBODY) : this.memory.room;
    return { place: { token, anon, conv, epoch, acts: same ? [] : this.memory.acts() }, same };
  }

  #become(subject: string): void {
    const first = this.#subject === "";
    this.#subject = subject;
    this.memory.enter(subject);
    if (!first) {
      this.clear();
      this.#countUnread(0);
    }
    this.#changed();
  }

  #save(): void {
    const { conv, epoch, anon } = this.connection;
    const known = this.memory.room;
    if (!this.thread.begun && !anon) return;
    if (conv !== known.conv || epoch !== known.epoch || anon !== known.anon) this.memory.update({ conv, epoch, anon });
  }

  #forgetConversation(): void {
    for (const id of this.connection.acts.keys()) this.memory.drop(id);
    this.memory.update({ conv: "", epoch: "", votes: {} });
    this.greeting = [];
  }

  // A conversation nothing was said in gives way to the one another tab began.
  #otherTab(conv: string, epoch: string, anon: string): void {
    const mine = this.connection;
    if (!mine || !conv || conv === mine.conv || this.thread.begun || mine.acts.size > 0) return;
    this.memory.enter(this.#subject);
    mine.adopt(conv, epoch, anon);
  }

  #heard(entry: MessageEntry, fresh: boolean): void {
    this.#stopTyping();
    if (!fresh) return;
    const text = plainText(entry.blocks);
    this.#announce(`${this.words[entry.author]}: ${text}`);
    if (!this.#visible || document.hidden) this.#countUnread(this.unread + 1);
    this.#events.emit("message", { id: entry.key, author: entry.author, text, about: entry.about });
  }

  #handedOver(handoff: HandoffData, fresh: boolean): void {
    const over = handoff.state === "resolved" || handoff.state === "cancelled";
    this.handoff = over ? null : handoff;
    if (!fresh) return;
    this.#announce(handoffLine(this.words, handoff));
    this.#events.emit("handoff", { state: handoff.state, position: handoff.position ?? null, agent: handoff.agent ?? null });
    this.#changed();
  }

  // What has no bubble of its own says in the banner that it was refused; a
  // vote is taken back.
  #refused(act: Act): void {
    if (act.type === "choice.send") this.#answered = "";
    if (isSaid(act)) return;
    this.dropped(act.id);
    if (act.type === "feedback.send") this.memory.vote(String(act.data.msg), "");
    else this.banner = { text: act.why, act: "" };
  }

  #checkReplay(): void {
    if (this.replaying && this.connection.lastSeq >= this.#replayUpTo) this.replaying = false;
  }

  #countUnread(count: number): void {
    if (count === this.unread) return;
    this.unread = count;
    this.#events.emit("unread", { count });
    this.#changed();
  }

  #announce(text: string): void {
    const said = { key: ++this.#said, text };
    this.announcements = [...this.announcements, said];
    setTimeout(() => {
      this.announcements = this.announcements.filter((other) => other !== said);
      this.#changed();
    }, ANNOUNCED_MS);
  }

  #showCheck(state: string): void {
    const shown: Record<string, Activity> = { checking: "checking", done: "checkDone", unavailable: "checkUnavailable" };
    this.#showTyping(shown[state] ?? "typing");
  }

  #typeSoon(act: Act): void {
    if (act.shown) setTimeout(() => act.state === "sending" && this.connection.online && navigator.onLine && !this.activity && this.#showTyping("typing"), TYPING_AFTER_MS);
  }

  #showTyping(activity: Activity): void {
    clearTimeout(this.#typing);
    this.#typing = window.setTimeout(() => { this.#stopTyping(); this.#changed(); }, TYPING_LIMIT_MS);
    this.activity = activity;
    this.#changed();
  }

  #stopTyping(): void {
    clearTimeout(this.#typing);
    this.activity = "";
  }

  // However much changes in one go, it is drawn once.
  #changed = (): void => {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      this.tell();
    });
  };
}
