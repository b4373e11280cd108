// The one store of the desk: holds the state, and does what agents ask for.

import { useSyncExternalStore } from "react";
import { deskAddress, navigate, onAnalytics } from "./address.ts";
import { allowNotifications, allowSound, armSound, beep, notify } from "./alerts.ts";
import { Api, Refusal } from "./api.ts";
import { isActive, isMine, listsOf, ownerOf } from "./board.ts";
import { Line } from "./line.ts";
import { loadPrefs, loadStatus, savePrefs, saveStatus, type Prefs } from "./prefs.ts";
import type { ActData, Disposition, Entry, ErrorData, Frame, Hello, Me, Person, Snippet, Status } from "./protocol.ts";
import {
  actAcked, actChanged, caseLoaded, changeOfHands, draftKey, entryCame, entryGone, greeted, initialState, isWords, newlySaid, newlyWaiting, presenceCame, turnCame, unsent,
  withKey, type Act, type Notice, type State,
} from "./state.ts";
import { uuid7 } from "./uuid.ts";
import { words } from "./words.ts";

const TYPING_EVERY_MS = 3000;
const TYPING_LASTS_MS = 6000;
const TITLE_WAITING_HZ = 660;
const TITLE_MESSAGE_HZ = 880;

export class Desk {
  readonly api = new Api();
  readonly titles = new Map<string, string>(); // of the knowledge, as far as it was seen
  #state: State = initialState(loadPrefs());
  #watchers = new Set<() => void>();
  #line: Line;
  #typed = 0;
  #notices = 0;
  #greetedBefore = false; // since signing in: what is new since then is news
  #left: { user: string; work: Partial<State> } | null = null; // where somebody was when their session ended

  constructor() {
    this.api.locale = this.#state.prefs.locale;
    if (this.#state.prefs.sound) armSound();
    this.api.onSignedOut = () => this.#state.stage !== "signedOut" && this.#signedOut(this.#state.stage === "in"); // several may be told
    document.addEventListener("visibilitychange", () => this.#looked());
    this.#line = new Line(
      {
        state: (line) => this.#set({ line }),
        hello: (hello) => this.#greeted(hello),
        frame: (frame) => this.#heard(frame),
        acked: (id) => this.#update((s) => actAcked(s, id)),
        refused: (id, error) => this.#refused(id, error),
      },
      () => this.#stillIn(),
    );
  }

  get state(): State {
    return this.#state;
  }

  subscribe = (call: () => void): (() => void) => {
    this.#watchers.add(call);
    return () => this.#watchers.delete(call);
  };

  async start(): Promise<void> {
    this.#turnedAway();
    try {
      this.#enter(await this.api.me());
    } catch (error) {
      if (!(error instanceof Refusal && error.status === 401)) this.#signedOut(false);
    }
  }

  async signIn(user: string, password: string): Promise<void> {
    await this.api.login(user, password);
    this.#enter(await this.api.me());
  }

  /** Leaves for the sign-in of the company, which leads back here. */
  async signInCompany(): Promise<void> {
    location.assign(await this.api.company());
  }

  async signOut(): Promise<void> {
    let elsewhere: string | undefined;
    try {
      elsewhere = await this.api.logout();
    } catch {
      // The session ends on the server by itself; here it ends now.
    }
    if (this.#state.me) saveStatus(this.#state.me.user, "online");
    this.#signedOut(false);
    if (elsewhere) location.assign(elsewhere);
  }

  /** Takes from the address what the server says of a sign-in with the company's account. */
  #turnedAway(): void {
    const code = new URLSearchParams(location.search).get("signin");
    if (code === null) return;
    history.replaceState(null, "", location.pathname);
    this.#set({ turnedAway: code });
  }

  setPrefs(change: Partial<Prefs>): void {
    const prefs = { ...this.#state.prefs, ...change };
    savePrefs(prefs);
    this.api.locale = prefs.locale;
    this.#set({ prefs });
    if (!change.locale || this.#state.line !== "online") return;
    void this.#askNames(); // and what else the server puts into words
    if (this.#state.selected) void this.load(this.#state.selected);
  }

  toggleSound(): void {
    const sound = !this.#state.prefs.sound;
    if (sound) allowSound();
    this.setPrefs({ sound });
    if (sound) beep(TITLE_MESSAGE_HZ);
  }

  async toggleNotify(): Promise<void> {
    const on = !this.#state.prefs.notify;
    const allowed = on ? await allowNotifications() : false;
    if (on && !allowed) this.tell("info", "notifyBlocked");
    this.setPrefs({ notify: allowed });
  }

  setStatus(status: Status): void {
    this.#set({ status });
    this.#line.status(status);
    saveStatus(this.#state.me!.user, status);
  }

  show(change: Partial<Pick<State, "tab" | "pane" | "dialog" | "mode">>): void {
    this.#set(change);
  }

  select(conversation: string): void {
    const before = this.#state.selected;
    if (before === conversation) return this.#set({ pane: "thread" });
    this.#update((s) => {
      const left = s.entries.get(before);
      const over = left && left.state !== "active" && left.state !== "queued" && left.state !== "requested";
      return {
        ...s, selected: conversation, pane: conversation ? "thread" : "lists", revealed: null, dialog: "", mode: "reply",
        unread: withKey(s.unread, conversation, undefined), entries: over ? withKey(s.entries, before, undefined) : s.entries,
        cases: before ? withKey(s.cases, before, undefined) : s.cases,
      };
    });
    this.#showAddress();
    if (before) this.#line.unwatch(before);
    if (conversation && this.#state.line !== "connecting") void this.load(conversation); // the greeting loads it otherwise
  }

  /** The address names what is open, so that a page that is loaded anew opens it again. */
  #showAddress(): void {
    if (!onAnalytics(location.pathname)) navigate(deskAddress(this.#state.selected), "replace");
  }

  /** Moves through the list that is shown. */
  move(by: number): void {
    const { me, entries, tab, selected } = this.#state;
    if (!me) return;
    const list = listsOf(entries.values(), me)[tab];
    const at = list.findIndex((entry) => entry.conversation === selected);
    const next = list[at < 0 ? 0 : Math.max(0, Math.min(list.length - 1, at + by))];
    if (next) this.select(next.conversation);
  }

  async load(conversation: string): Promise<void> {
    const known = this.#state.cases.get(conversation);
    this.#set({ cases: withKey(this.#state.cases, conversation, { turns: known?.turns ?? [], summary: known?.summary ?? [], causes: known?.causes ?? [], state: "loading" as const }) });
    try {
      const data = await this.api.case(conversation);
      if (this.#state.selected !== conversation) return;
      const { causes = [], shown = [], tried = [] } = data.brief ?? {};
      for (const { id, title } of [...causes, ...shown, ...tried]) this.titles.set(id, title);
      this.#update((s) => caseLoaded(s, conversation, data));
      this.#line.watch(conversation, this.#state.cases.get(conversation)?.turns.at(-1)?.version ?? 0);
    } catch {
      this.#update((s) => {
        const now = s.cases.get(conversation);
        return now ? { ...s, cases: withKey(s.cases, conversation, { ...now, state: "failed" as const }) } : s;
      });
    }
  }

  draft(conversation: string, mode: State["mode"], text: string): void {
    this.#set({ drafts: withKey(this.#state.drafts, draftKey(conversation, mode), text || undefined) });
    const now = Date.now();
    if (!text || mode === "note" || now - this.#typed < TYPING_EVERY_MS) return;
    this.#typed = now;
    this.#line.typing(conversation);
  }

  claim = (entry: Entry): void => this.#act(entry, { kind: "claim" });
  takeOver = (entry: Entry): void => this.#act(entry, { kind: "takeover" });
  release = (entry: Entry): void => this.#act(entry, { kind: "release" });
  reply = (entry: Entry, text: string): void => this.#act(entry, { kind: "reply", text });
  note = (entry: Entry, text: string): void => this.#act(entry, { kind: "note", text });
  transfer = (entry: Entry, where: { queue: string } | { to: Person }): void => this.#act(entry, { kind: "transfer", ...where });
  resolve = (entry: Entry, disposition: Disposition): void => this.#act(entry, { kind: "resolve", disposition });

  /** The same act under the same id, as things stand now. */
  retry(id: string): void {
    const act = this.#state.acts.get(id);
    if (!act) return;
    const epoch = this.#state.entries.get(act.data.conversation)?.epoch ?? act.data.epoch;
    const data = { ...act.data, epoch };
    this.#update((s) => actChanged(s, id, { state: "sending", why: "", data }));
    this.#line.act(id, data);
  }

  forget(id: string): void {
    this.#set({ acts: withKey(this.#state.acts, id, undefined) });
  }

  async reveal(conversation: string, reason: string): Promise<void> {
    const user = await this.api.reveal(conversation, reason);
    if (this.#state.selected === conversation) this.#set({ revealed: { conversation, user } });
  }

  /** Searches the knowledge, and remembers what its entries are called. */
  async snippets(q: string, locale: string, signal: AbortSignal): Promise<Snippet[]> {
    const found = await this.api.snippets(q, locale, signal);
    for (const { id, title } of found) this.titles.set(id.slice(id.indexOf(":") + 1), title);
    return found;
  }

  hide(): void {
    this.#set({ revealed: null });
  }

  tell(kind: Notice["kind"], what: string, name?: string): void {
    this.#set({ notice: { n: ++this.#notices, kind, what, name } });
  }

  #act(entry: Entry, what: Omit<ActData, "conversation" | "epoch">): void {
    const id = uuid7();
    const data: ActData = { conversation: entry.conversation, epoch: entry.epoch, ...what };
    const act: Act = { id, data, at: new Date().toISOString(), state: "sending", why: "" };
    this.#set({ acts: withKey(this.#state.acts, id, act) });
    this.#line.act(id, data);
  }

  #enter(me: Me): void {
    const work = this.#left?.user === me.user ? this.#left.work : {};
    this.#left = null;
    this.#greetedBefore = false;
    const status = loadStatus(me.user);
    this.#line.status(status);
    this.#set({ ...initialState(this.#state.prefs), stage: "in", ways: this.#state.ways, demo: this.#state.demo, me, status, ...work });
    if (me.role !== "admin") this.#line.open();
  }

  #signedOut(expired: boolean): void {
    const { me, stage, selected, tab, pane, mode } = this.#state;
    this.#left = expired && me ? { user: me.user, work: { selected, tab, pane, mode, drafts: unsent(this.#state) } } : null;
    this.#line.close();
    this.#set({ ...initialState(this.#state.prefs), stage: "signedOut", expired, ways: this.#state.ways, demo: this.#state.demo, turnedAway: this.#state.stage === "starting" ? this.#state.turnedAway : "" });
    if (stage === "in") this.#showAddress(); // whoever signs in next may be somebody else
    if (this.#state.ways === null) void this.#askWaysIn();
  }

  async #askWaysIn(): Promise<void> {
    const ways = await this.api.waysIn().catch(() => ({ company: false, password: true, demo: false }));
    const demo = ways.demo ? await this.api.demo().catch(() => []) : [];
    this.#set({ ways, demo });
  }

  // A browser does not say why a socket was refused; a plain request does.
  async #stillIn(): Promise<boolean> {
    try {
      const me = await this.api.me();
      this.#set({ me });
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.status === 401) return false;
      throw error;
    }
  }

  #greeted(hello: Hello): void {
    const before = this.#state;
    this.#update((s) => greeted(s, hello));
    if (this.#greetedBefore) for (const entry of hello.board ?? []) this.#handsChanged(before, entry.conversation, entry);
    const open = this.#state.entries.get(this.#state.selected);
    if (!this.#greetedBefore && open && isMine(open, hello.me)) this.#set({ tab: "mine" });
    this.#greetedBefore = true;
    if (this.#state.selected) void this.load(this.#state.selected);
    void this.#askNames();
  }

  async #askNames(): Promise<void> {
    const names = await this.api.names().catch(() => null);
    if (names) this.#set(names);
  }

  #heard(frame: Frame): void {
    const { type, data } = frame;
    switch (type) {
      case "entry":
        return this.#entry((data.entry ?? data) as Entry);
      case "gone":
        return this.#gone(data.conversation, data.agent);
      case "turn":
        return this.#turn(data);
      case "presence":
        return this.#update((s) => presenceCame(s, data));
      case "typing":
        return this.#typing(data.conversation);
      case "error":
        if ((data as ErrorData).code === "unauthorized") void this.api.me().catch(() => {});
    }
  }

  #entry(entry: Entry): void {
    const before = this.#state;
    const mineNow = before.me && isMine(entry, before.me);
    const mineBefore = before.me && before.entries.has(entry.conversation) && isMine(before.entries.get(entry.conversation)!, before.me);
    if (newlyWaiting(before, entry)) this.#alert("newWaiting", TITLE_WAITING_HZ, entry);
    if (newlySaid(before, entry)) this.#alert("newMessage", TITLE_MESSAGE_HZ, entry);
    this.#update((s) => entryCame(s, entry));
    if (mineNow && !mineBefore && before.selected === entry.conversation) this.#set({ tab: "mine" });
    this.#handsChanged(before, entry.conversation, entry);
  }

  #gone(conversation: string, agent?: Entry["agent"]): void {
    const before = this.#state;
    this.#update((s) => entryGone(s, conversation, agent));
    this.#handsChanged(before, conversation, { state: agent ? "active" : "resolved", agent });
  }

  /** Says what was given to me or taken from me, whatever I am looking at. */
  #handsChanged(before: State, conversation: string, now: Pick<Entry, "state" | "agent" | "reason" | "urgent">): void {
    const change = changeOfHands(before, conversation, isActive(now) ? ownerOf(now) : "");
    if (!change) return;
    this.tell("info", change, now.agent?.name);
    this.#alert(change, TITLE_WAITING_HZ, { ...before.entries.get(conversation), ...now, conversation });
    const looking = before.selected === conversation && document.visibilityState === "visible";
    if (change === "given" && !looking) this.#set({ unread: withKey(this.#state.unread, conversation, Math.max(1, this.#state.unread.get(conversation) ?? 0)) });
  }

  #turn(data: any): void {
    this.#update((s) => turnCame(s, data.conversation, { version: data.version, at: data.at, events: data.events ?? [] }));
    if (this.#state.cases.get(data.conversation)?.state === "stale") void this.load(data.conversation);
  }

  /** What is on the screen has been read. */
  #looked(): void {
    if (document.visibilityState === "visible") this.#set({ unread: withKey(this.#state.unread, this.#state.selected, undefined) });
  }

  #typing(conversation: string): void {
    const until = Date.now() + TYPING_LASTS_MS;
    this.#set({ typing: withKey(this.#state.typing, conversation, until) });
    setTimeout(() => {
      if (this.#state.typing.get(conversation) === until) this.#set({ typing: withKey(this.#state.typing, conversation, undefined) });
    }, TYPING_LASTS_MS);
  }

  #refused(id: string, error: ErrorData): void {
    const act = this.#state.acts.get(id);
    if (!act) return;
    if (isWords(act)) return this.#update((s) => actChanged(s, id, { state: "failed", why: error.code }));
    const owner = this.#state.entries.get(act.data.conversation)?.agent?.name;
    this.#set({ acts: withKey(this.#state.acts, id, undefined) });
    this.tell(error.code === "taken" || error.code === "fenced" ? "info" : "error", error.code || "unanswered", owner);
    if (this.#state.selected === act.data.conversation) void this.load(act.data.conversation);
  }

  #alert(what: "newWaiting" | "newMessage" | "given" | "lost", pitch: number, entry: Pick<Entry, "conversation" | "reason" | "urgent">): void {
    const { prefs, status } = this.#state;
    if (status === "away" && what === "newWaiting") return;
    if (prefs.sound) beep(pitch);
    const w = words(prefs.locale);
    if (prefs.notify) notify(w.alerts[what], w.reason(entry.urgent ? "distress" : (entry.reason ?? "")), entry.conversation, () => this.select(entry.conversation));
  }

  #set(change: Partial<State>): void {
    this.#update((s) => ({ ...s, ...change }));
  }

  #update(step: (s: State) => State): void {
    const next = step(this.#state);
    if (next === this.#state) return;
    this.#state = next;
    this.#watchers.forEach((call) => call());
  }
}

export function useDesk(desk: Desk): State {
  return useSyncExternalStore(desk.subscribe, () => desk.state);
}
