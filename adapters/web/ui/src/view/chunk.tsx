// A few entries that are drawn together, or, far from what is in view, stand
// there as an empty room of the same height. A conversation of a thousand
// messages costs no more than one of fifty.

import { createRef, type JSX } from "preact";
import { momentIn, PAUSE_MS } from "../moment.ts";
import type { Chat } from "../chat.ts";
import type { Locale } from "../protocol.ts";
import type { Entry } from "../thread.ts";
import { handoffLine, words } from "../words.ts";
import { Pure } from "./pure.ts";
import { Message } from "./message.tsx";

export const CHUNK_SIZE = 10;

/** How high an entry is taken to be before it was ever drawn, px. */
const GUESS_PX = 110;

/** Tells a chunk whether it is near what is in view. */
export interface Nearness {
  watch(node: Element, tell: (near: boolean) => void): void;
  unwatch(node: Element): void;
  /** Keeps what is in view where it is after a room above it has grown by delta px. */
  grown(node: HTMLElement, delta: number): void;
}

interface Props {
  chat: Chat;
  entries: readonly Entry[]; // a new array only where one of them is another
  before: number; // when the entry before was said, ms
  locale: Locale;
  votes: Readonly<Record<string, string>>;
  liveKey: string;
  lastOwnKey: string;
  always: boolean; // drawn wherever it is
  nearness: Nearness;
  onChosen: () => void;
}

export class Chunk extends Pure<Props, { near: boolean }> {
  state = { near: false };
  #node = createRef<HTMLDivElement>();
  #height = 0;
  #drawn = false;

  componentDidMount(): void {
    this.props.nearness.watch(this.#node.current!, (near) => {
      if (!near && this.state.near && !this.props.always) this.#height = this.#node.current!.offsetHeight;
      this.setState({ near });
    });
    this.#drawn = this.#isDrawn;
  }

  componentDidUpdate(): void {
    if (this.#isDrawn && !this.#drawn) this.props.nearness.grown(this.#node.current!, this.#node.current!.offsetHeight - this.#room);
    this.#drawn = this.#isDrawn;
  }

  componentWillUnmount(): void {
    this.props.nearness.unwatch(this.#node.current!);
  }

  get #isDrawn(): boolean {
    return this.state.near || this.props.always;
  }

  get #room(): number {
    return this.#height || this.props.entries.length * GUESS_PX;
  }

  render(): JSX.Element {
    return (
      <div class="chunk" ref={this.#node} style={{ height: this.#isDrawn ? "" : `${this.#room}px` }}>
        {this.#isDrawn && rows(this.props)}
      </div>
    );
  }
}

function rows(props: Props): JSX.Element[] {
  let before = props.before;
  return props.entries.map((entry) => {
    const pause = entry.at - before > PAUSE_MS;
    before = entry.at || before;
    return (
      <>
        {pause && <Moment key={`t${entry.key}`} at={entry.at} locale={props.locale} />}
        <Row key={entry.key} {...props} entry={entry} />
      </>
    );
  });
}

function Row({ entry, ...props }: Props & { entry: Entry }): JSX.Element {
  if (entry.kind === "line") return <p class="line">{handoffLine(words(props.locale), entry.handoff)}</p>;
  const { chat, locale, votes, liveKey, lastOwnKey, onChosen } = props;
  return (
    <Message chat={chat} entry={entry} locale={locale} live={entry.key === liveKey} vote={votes[entry.key] ?? ""} lastOwn={entry.key === lastOwnKey} onChosen={onChosen} />
  );
}

function Moment({ at, locale }: { at: number; locale: Locale }): JSX.Element {
  return (
    <p class="time">
      <time dateTime={new Date(at).toISOString()}>{momentIn(locale, at)}</time>
    </p>
  );
}
