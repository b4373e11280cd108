import type { JSX } from "preact";
import type { Chat } from "../chat.ts";
import type { Locale } from "../protocol.ts";
import type { MessageEntry } from "../thread.ts";
import { words, type Words } from "../words.ts";
import { Blocks } from "./blocks.tsx";
import { Pure } from "./pure.ts";
import { canVote, Votes } from "./votes.tsx";

interface Props {
  chat: Chat;
  entry: MessageEntry;
  locale: Locale;
  live: boolean; // its quick replies can be tapped
  vote: string;
  lastOwn: boolean; // the person's latest: the one whose delivery is shown
  onChosen: () => void;
}

/** One message of anybody. */
export class Message extends Pure<Props> {
  render(): JSX.Element {
    const { chat, entry, locale, live, vote, lastOwn, onChosen } = this.props;
    const w = words(locale);
    const choose = live ? (choice: { id: string; label: string }) => { chat.choose(entry.key, choice); onChosen(); } : null;
    return (
      <article class={`message ${entry.author}${entry.replayed ? " old" : ""}${entry.re ? "" : " said"}`} aria-label={w[entry.author]} data-state={entry.state || undefined} data-id={entry.key}>
        <div class="body">
          {entry.author === "agent" && <p class="author">{w.agent}</p>}
          <Blocks blocks={entry.blocks} chat={chat} words={w} onChoice={choose} onChosen={onChosen} />
          {entry.about?.composed === "llm" && <p class="composed">{w.composed}</p>}
        </div>
        {entry.masked && <p class="progress">{w.masked}</p>}
        {entry.state && (entry.state !== "sent" || lastOwn) && <Progress entry={entry} words={w} onResend={() => chat.resend(entry.key)} />}
        {canVote(entry) && <Votes vote={vote} words={w} onVote={(way, reason) => chat.vote(entry.key, way, reason)} />}
      </article>
    );
  }
}

function Progress({ entry, words, onResend }: { entry: MessageEntry; words: Words; onResend: () => void }): JSX.Element {
  return (
    <p class="progress">
      <span>{entry.why || words[entry.state as "sending"]}</span>
      {entry.state === "failed" && (
        <button type="button" class="resend" onClick={onResend}>
          {words.resend}
        </button>
      )}
    </p>
  );
}

/** What the bot says before anything was asked. */
export function Greeting({ chat }: { chat: Chat }): JSX.Element {
  const w = chat.words;
  return (
    <article class="message bot greeting" aria-label={w.bot}>
      <div class="body">
        <Blocks blocks={chat.greeting} chat={chat} words={w} onChoice={null} onChosen={() => {}} />
      </div>
    </article>
  );
}

/** Three dots, and what is being done. */
export function Typing({ word }: { word: string }): JSX.Element {
  return (
    <div class="message bot typing" id="typing">
      <p class="bubble">
        <span class="dots" aria-hidden="true"><i /><i /><i /></span>
        <span class="typing-word">{word}</span>
      </p>
    </div>
  );
}
