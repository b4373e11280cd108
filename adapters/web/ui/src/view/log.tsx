// The scrolling conversation: keeps the end in view while one follows it, and
// leaves alone who is reading further up.

import { Component, createRef, type JSX } from "preact";
import type { Chat } from "../chat.ts";
import type { Entry, MessageEntry } from "../thread.ts";
import { Chunk, CHUNK_SIZE, type Nearness } from "./chunk.tsx";
import { Greeting, Typing } from "./message.tsx";

/** How far the end may be away to count as being there, px. */
const NEAR_END_PX = 120;
/** How far around what is in view entries are drawn, px. */
const AROUND_PX = 1200;
/** What is followed stays this far below the upper edge, px. */
const ABOVE_PX = 12;

interface Props {
  chat: Chat;
  entries: readonly Entry[]; // both told apart from the props before
  activity: string;
  onChosen: () => void;
}

export class Log extends Component<Props, { missed: boolean }> implements Nearness {
  state = { missed: false };
  #log = createRef<HTMLDivElement>();
  #atEnd = true;
  #top = 0; // where that was found, px
  #chunks: Entry[][] = [];
  #tellers = new Map<Element, (near: boolean) => void>();
  #observer: IntersectionObserver | null = null;
  #resized: ResizeObserver | null = null;

  componentDidMount(): void {
    const log = this.#log.current!;
    this.#resized = new ResizeObserver(() => this.#stays() && this.#follow());
    this.#resized.observe(log);
    this.#follow();
  }

  componentDidUpdate(before: Props): void {
    const [old, now] = [before.entries, this.props.entries];
    if (old === now && before.activity === this.props.activity) return;
    const last = now[now.length - 1];
    if (this.props.chat.replaying || this.#stays() || isOwn(last, old)) this.#follow();
    else if (now.length > old.length) this.setState({ missed: true });
  }

  componentWillUnmount(): void {
    this.#observer?.disconnect();
    this.#resized?.disconnect();
  }

  watch(node: Element, tell: (near: boolean) => void): void {
    this.#observer ??= new IntersectionObserver(
      (seen) => seen.forEach((entry) => this.#tellers.get(entry.target)?.(entry.isIntersecting)),
      { root: this.#log.current, rootMargin: `${AROUND_PX}px 0px` },
    );
    this.#tellers.set(node, tell);
    this.#observer.observe(node);
  }

  unwatch(node: Element): void {
    this.#tellers.delete(node);
    this.#observer?.unobserve(node);
  }

  grown(node: HTMLElement, delta: number): void {
    const log = this.#log.current!;
    if (this.#stays()) this.#follow();
    else if (node.offsetTop < log.scrollTop) log.scrollTop += delta;
  }

  // Keeps the end in view, but never scrolls what answers nothing out of it: the
  // answer to a question is read from its beginning, and so is what came unasked.
  #follow(): void {
    const log = this.#log.current!;
    if (log.clientHeight === 0) return; // the panel is closed
    const questions = log.querySelectorAll<HTMLElement>(".said, .line");
    const last = questions[questions.length - 1];
    const end = log.scrollHeight - log.clientHeight;
    log.scrollTop = last && !last.classList.contains("old") ? Math.min(end, last.offsetTop - ABOVE_PX) : end;
    this.#atEnd = true;
    this.#top = log.scrollTop;
  }

  #scrolled = (): void => {
    this.#atEnd = this.#seesEnd();
    this.#top = this.#log.current!.scrollTop;
    if (this.#atEnd && this.state.missed) this.setState({ missed: false });
  };

  // The browser tells of scrolling a frame late: who has gone up meanwhile is
  // not pulled back.
  #stays(): boolean {
    return this.#atEnd && (this.#log.current!.scrollTop >= this.#top - 1 || this.#seesEnd());
  }

  #seesEnd(): boolean {
    const log = this.#log.current!;
    const messages = log.querySelectorAll<HTMLElement>(".message");
    const last = messages[messages.length - 1];
    // An answer taller than the window is being read from its top: that counts too.
    const reading = last?.classList.contains("bot") && last.offsetTop < log.scrollTop + log.clientHeight;
    return reading || log.scrollHeight - log.clientHeight - log.scrollTop < NEAR_END_PX;
  }

  #jump = (): void => {
    const log = this.#log.current!;
    this.setState({ missed: false });
    log.scrollTop = log.scrollHeight;
    log.focus({ preventScroll: true });
  };

  render(): JSX.Element {
    const { chat } = this.props;
    const { missed } = this.state;
    const w = chat.words;
    return (
      <div class="log-frame">
        <div class="log" id="log" role="log" aria-live="off" aria-label={w.logLabel} aria-busy={chat.replaying} tabIndex={0} ref={this.#log} onScroll={this.#scrolled}>
          <div class="thread" id="thread">
            {chat.greeting.length > 0 && <Greeting chat={chat} />}
            {this.#rows()}
            {chat.activity && <Typing word={w[chat.activity]} />}
          </div>
        </div>
        {missed && (
          <button type="button" class="jump" id="jump" onClick={this.#jump}>
            {w.newMessages} ↓
          </button>
        )}
      </div>
    );
  }

  #rows(): JSX.Element[] {
    const { chat, onChosen } = this.props;
    this.#chunks = regroup(this.props.entries, this.#chunks);
    const live = chat.liveAnswer;
    const own = lastOwn(this.props.entries);
    const count = this.#chunks.length;
    return this.#chunks.map((entries, i) => (
      <Chunk
        key={i} chat={chat} entries={entries} before={lastMoment(this.#chunks[i - 1])} locale={chat.locale} votes={chat.memory.room.votes}
        liveKey={holds(entries, live)} lastOwnKey={holds(entries, own)} always={i >= count - 2} nearness={this} onChosen={onChosen}
      />
    ));
  }
}

/** Cuts entries into chunks; one whose entries are the same stays the same array. */
function regroup(entries: readonly Entry[], before: Entry[][]): Entry[][] {
  const chunks: Entry[][] = [];
  for (let at = 0; at < entries.length; at += CHUNK_SIZE) {
    const chunk = entries.slice(at, at + CHUNK_SIZE);
    const old = before[chunks.length];
    const same = old?.length === chunk.length && chunk.every((entry, i) => entry === old[i]);
    chunks.push(same ? old : chunk);
  }
  return chunks;
}

function lastMoment(entries: Entry[] | undefined): number {
  return entries?.reduce((at, entry) => entry.at || at, 0) ?? 0;
}

// A chunk is told of a key only when it is its own, so that the others stay as they are.
function holds(entries: Entry[], wanted: MessageEntry | null): string {
  return wanted && entries.includes(wanted) ? wanted.key : "";
}

function lastOwn(entries: readonly Entry[]): MessageEntry | null {
  for (let i = entries.length - 1; i >= 0; i--) {
    const entry = entries[i]!;
    if (entry.kind === "message" && entry.author === "user") return entry;
  }
  return null;
}

function isOwn(last: Entry | undefined, before: readonly Entry[]): boolean {
  return last?.kind === "message" && last.own && last.key !== before[before.length - 1]?.key;
}
