import { Component, createRef, type JSX } from "preact";
import type { Chat } from "../chat.ts";
import type { Mode } from "../settings.ts";
import { handoffLine } from "../words.ts";
import { Composer } from "./composer.tsx";
import { CloseIcon, FreshIcon, HumanIcon } from "./icons.tsx";
import { Log } from "./log.tsx";

interface Props {
  chat: Chat;
  mode: Mode;
  hidden: boolean;
  autofocus: boolean; // not where the host has opened it unasked
  onClose: (() => void) | null; // null where there is nothing to close
}

/** The chat itself: what it is about, the conversation, and where one writes. */
export class Panel extends Component<Props> {
  #panel = createRef<HTMLElement>();
  #hadFocus = false;

  componentDidMount(): void {
    if (this.props.autofocus) this.focus();
  }

  componentDidUpdate(before: Props): void {
    if (this.props.hidden) return;
    // What was focused may have gone with what was drawn: a button that did its work.
    if (before.hidden || (this.#hadFocus && !this.#focused)) this.focus();
  }

  get #focused(): Element | null {
    return (this.#panel.current?.getRootNode() as ShadowRoot | undefined)?.activeElement ?? null;
  }

  /** On a phone a focused box would open the keyboard. */
  focus = (): void => {
    const wanted = matchMedia("(pointer: coarse)").matches ? "#log" : "#text";
    this.#panel.current?.querySelector<HTMLElement>(wanted)?.focus({ preventScroll: true });
  };

  #keys = (event: KeyboardEvent): void => {
    // 229 belongs to the choosing of characters; Safari tells of no more than that.
    if (event.key === "Escape" && event.keyCode !== 229) this.props.onClose?.();
  };

  render(): JSX.Element {
    const { chat, mode, hidden } = this.props;
    this.#hadFocus = Boolean(this.#focused);
    const page = mode === "page";
    const title = chat.page?.title || chat.words.title;
    return (
      <section id="panel" class="panel" ref={this.#panel} role={page ? "main" : "dialog"} aria-modal={mode === "shadow" && isFullScreen() ? true : undefined} aria-label={title} hidden={hidden} onKeyDown={this.#keys}>
        <Head chat={chat} title={title} level={page ? 1 : 2} onClose={this.props.onClose} />
        <HandoffStrip chat={chat} />
        <Banner chat={chat} />
        <Log chat={chat} entries={chat.thread.entries} activity={chat.activity} onChosen={this.focus} />
        <Composer chat={chat} person={chat.subject} />
      </section>
    );
  }
}

function isFullScreen(): boolean {
  return matchMedia("(max-width: 520px)").matches;
}

function Head({ chat, title, level, onClose }: { chat: Chat; title: string; level: 1 | 2; onClose: (() => void) | null }): JSX.Element {
  const w = chat.words;
  const Title = level === 1 ? "h1" : "h2";
  const offline = navigator.onLine === false;
  const status = chat.connection?.closed ? w.final : offline ? w.waiting : w[chat.line];
  const other = chat.locale === "en" ? "zh-CN" : "en";
  return (
    <header class="head">
      <div class="head-text">
        <Title id="title" class="title">{title}</Title>
        <p class="status" id="status" role="status" data-status={offline ? "offline" : chat.line}>{status}</p>
      </div>
      {!chat.handoff && <Tool id="human" label={w.human} onClick={() => chat.askHuman()}><HumanIcon /></Tool>}
      <Tool id="fresh" label={w.fresh} onClick={() => chat.leave()}><FreshIcon /></Tool>
      <button type="button" id="lang" class="tool" lang={other} aria-label={w.switchLanguage} title={w.switchLanguage} onClick={() => chat.setLocale(other, true)}>{w.otherLanguage}</button>
      {onClose && <Tool id="close" label={w.close} onClick={onClose}><CloseIcon /></Tool>}
    </header>
  );
}

function Tool({ id, label, onClick, children }: { id: string; label: string; onClick: () => void; children: JSX.Element }): JSX.Element {
  return (
    <button type="button" id={id} class="tool" aria-label={label} title={label} onClick={onClick}>
      {children}
    </button>
  );
}

/** While a human is asked for or talking: how far that is, and a way back. */
function HandoffStrip({ chat }: { chat: Chat }): JSX.Element | null {
  if (!chat.handoff) return null;
  const waits = chat.handoff.state === "requested" || chat.handoff.state === "queued";
  return (
    <div class={waits ? "handoff" : "handoff active"} id="handoff">
      <span>{handoffLine(chat.words, chat.handoff)}</span>
      <button type="button" class="strip-act" id="cancel-human" onClick={() => chat.cancelHuman()}>{waits ? chat.words.cancelHuman : chat.words.leaveHuman}</button>
    </div>
  );
}

function Banner({ chat }: { chat: Chat }): JSX.Element {
  return (
    <div class="banner" id="banner" role="alert" hidden={!chat.banner}>
      {chat.banner && <span>{chat.banner.text}</span>}
      {chat.banner?.act && <button type="button" class="strip-act" id="restart" onClick={() => chat[chat.banner?.act || "restart"]()}>{chat.words.restart}</button>}
    </div>
  );
}
