// Draws blocks. Every string ends in a text node; nothing is ever parsed as
// markup.

import type { ComponentChildren, ComponentType, JSX } from "preact";
import type { Chat } from "../chat.ts";
import type { Block, Choice, Item } from "../protocol.ts";
import type { Words } from "../words.ts";
import { Choices } from "./choices.tsx";
import { FileCard } from "./file.tsx";
import { arrange } from "./fold.ts";
import { Form } from "./form.tsx";

export interface BlockContext {
  chat: Chat;
  words: Words;
  /** Null where quick replies are no longer to be tapped. */
  onChoice: ((choice: Choice) => void) | null;
  /** After something was chosen, for what had the focus may go. */
  onChosen: () => void;
}

export interface Props extends BlockContext {
  block: Block;
  folded: boolean;
  before: string; // words that go into a folded card
}

/** Draws the blocks of one message. Kinds that are not known are left out: later servers may send more. */
export function Blocks({ blocks, ...context }: BlockContext & { blocks: Block[] }): JSX.Element {
  const known = blocks.filter((block) => Object.prototype.hasOwnProperty.call(KINDS, block.type));
  return (
    <>
      {arrange(known).map(({ block, folded, before }, i) => {
        const Kind = KINDS[block.type]!;
        return <Kind key={i} block={block} folded={folded} before={before} {...context} />;
      })}
    </>
  );
}

const KINDS: Record<string, ComponentType<Props>> = {
  text: ({ block }) => <p class="bubble">{block.text}</p>,
  notice: Notice,
  facts: Facts,
  steps: Steps,
  link: Link,
  choices: ({ block, words, onChoice }) => <Choices block={block} words={words} onChoice={onChoice} />,
  form: Form,
};

function Notice({ block, words }: Props): JSX.Element {
  const known = ["info", "warning", "care"].includes(block.level ?? "");
  const level = (known ? block.level : "info") as "info" | "warning" | "care";
  const incident = (block.source ?? "").startsWith("incident:");
  return (
    <div class={`card notice ${level}${incident ? " incident" : ""}`}>
      <strong class="notice-level">{block.title || (incident ? words.incident : words.levels[level])}</strong>
      <p>{block.text}</p>
    </div>
  );
}

function Facts(props: Props): JSX.Element {
  const { block, words } = props;
  const items = block.items ?? [];
  const gist = items.map((item) => item.label).filter(Boolean).join(words.comma);
  return (
    <Card {...props} gist={gist}>
      {block.text && <p class="card-lead">{block.text}</p>}
      <dl class="facts">
        {items.map((item) => (
          <div class="fact">
            <dt>{item.label}</dt>
            <dd>{item.text}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function Steps(props: Props): JSX.Element {
  const { block, words } = props;
  if (block.at && block.of) return <StepCard {...props} />;
  const items = block.items ?? [];
  return (
    <Card {...props} gist={words.steps(items.length) + (items[0]?.text ?? "")}>
      <ol class="steps">
        {items.map((item) => (
          <li class="step">
            <StepText item={item} more={block.export ? words.why : words.how} />
          </li>
        ))}
      </ol>
      <Tail {...props} />
    </Card>
  );
}

/** A step one can unfold where there is more to say. */
function StepText({ item, more }: { item: Item; more: string }): JSX.Element {
  if (!item.how) return <span class="step-text">{item.text}</span>;
  return (
    <details class="how">
      <summary>
        <span class="step-text">{item.text}</span>
        {"\u2002"}
        <span class="how-word">{more}</span>
      </summary>
      <p>{item.how}</p>
    </details>
  );
}

/** The one step of a flow that is to be done now, and how far one has come. */
function StepCard(props: Props): JSX.Element {
  const { block, words } = props;
  const at = block.at ?? 1;
  const of = Math.max(block.of ?? 1, at);
  return (
    <section class="card step-card">
      <progress class="step-bar" max={of} value={at} aria-hidden="true" />
      <div class="step-head">
        {block.title && <h2 class="card-title">{block.title}</h2>}
        <p class="step-count">{words.stepOf(at, of)}</p>
      </div>
      {(block.items ?? []).map((item) => (
        <>
          <p class="step-now">{item.text}</p>
          {item.how && (
            <details class="how">
              <summary>
                <span class="how-word">{words.how}</span>
              </summary>
              <p>{item.how}</p>
            </details>
          )}
        </>
      ))}
      <Tail {...props} />
    </section>
  );
}

/** What to know once the steps are done, and a way to keep them. */
function Tail({ block, words }: Props): JSX.Element {
  return (
    <>
      {block.text && <p class="card-tail">{block.text}</p>}
      {block.export && <FileCard name={words.planFile} content={block.export} words={words} />}
    </>
  );
}

/** A card with its title, folded to title and gist where it is long. */
function Card({ block, words, folded, before, gist, children }: Props & { gist: string; children: ComponentChildren }): JSX.Element {
  if (!folded) {
    return (
      <section class="card">
        {block.title && <h2 class="card-title">{block.title}</h2>}
        {children}
      </section>
    );
  }
  return (
    <details class="card fold">
      <summary>
        <h2 class="card-title">{block.title || words.details}</h2>
        <span class="gist">{gist}</span>
      </summary>
      {before && <p class="card-lead">{before}</p>}
      {children}
    </details>
  );
}

function Link({ block }: Props): JSX.Element {
  const url = safeURL(block.url ?? "");
  if (!url) return <p class="bubble">{block.text}</p>;
  return (
    <a class="card link" href={url} target="_blank" rel="noopener noreferrer">
      <span>{block.text || url}</span>
      <span class="link-arrow" aria-hidden="true">↗</span>
    </a>
  );
}

/** Only web addresses become links. */
function safeURL(url: string): string {
  try {
    const parsed = new URL(url);
    return parsed.protocol === "https:" || parsed.protocol === "http:" ? parsed.href : "";
  } catch {
    return "";
  }
}
