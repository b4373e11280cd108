// Draws blocks for reading. Every string ends in a text node; links are shown
// as text, since an agent has no business where they lead.

import type { Block } from "../protocol.ts";
import { useBasics } from "./use.ts";

export function Blocks({ blocks, chosen }: { blocks: Block[]; chosen: string }) {
  return (
    <>
      {blocks.map((block, i) => (
        <BlockView key={i} block={block} chosen={chosen} />
      ))}
    </>
  );
}

function BlockView({ block, chosen }: { block: Block; chosen: string }) {
  switch (block.type) {
    case "text":
      return <p className="words">{block.text}</p>;
    case "steps":
      return <Steps block={block} />;
    case "facts":
      return <Facts block={block} />;
    case "notice":
      return <Notice block={block} />;
    case "choices":
      return <Choices block={block} chosen={chosen} />;
    case "link":
      return (
        <p className="words link">
          {block.text} <span className="soft">{block.url}</span>
        </p>
      );
    default:
      return block.text ? <p className="words">{block.text}</p> : null;
  }
}

function Steps({ block }: { block: Block }) {
  const { w } = useBasics();
  return (
    <div className="block">
      {block.title && <strong>{block.title}</strong>}
      {block.at && block.of ? <span className="soft"> {w.step(block.at, block.of)}</span> : null}
      <ol>
        {(block.items ?? []).map((item, i) => (
          <li key={i}>
            {item.text}
            {item.how && <span className="how">{item.how}</span>}
          </li>
        ))}
      </ol>
      {block.text && <p className="words soft">{block.text}</p>}
    </div>
  );
}

function Facts({ block }: { block: Block }) {
  return (
    <div className="block">
      {block.title && <strong>{block.title}</strong>}
      {block.text && <p className="words">{block.text}</p>}
      <dl>
        {(block.items ?? []).map((item, i) => (
          <div key={i}>
            {item.label && <dt>{item.label}</dt>}
            <dd>{item.text}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

function Notice({ block }: { block: Block }) {
  const { w } = useBasics();
  const level = block.level ?? "info";
  return (
    <div className={`block notice ${["info", "warning", "care"].includes(level) ? level : "info"}`}>
      <strong>{block.title || w.levels[level] || w.levels.info}</strong>
      <p className="words">{block.text}</p>
    </div>
  );
}

function Choices({ block, chosen }: { block: Block; chosen: string }) {
  const { w } = useBasics();
  return (
    <ul className="choices" aria-label={w.offered}>
      {(block.choices ?? []).map((choice) => (
        <li key={choice.id} className={choice.id === chosen ? "chosen" : ""}>
          {choice.id === chosen && (
            <span aria-label={w.chosen} role="img">
              ✓{" "}
            </span>
          )}
          {choice.label}
        </li>
      ))}
    </ul>
  );
}
