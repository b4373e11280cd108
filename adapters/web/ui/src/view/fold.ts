// Which cards of a message are folded: a message should fit a phone.

import type { Block } from "../protocol.ts";

/** How many lines steps may have, and one fact, before a card counts as long. */
const SHORT_STEPS = 4;
const SHORT_FACT = 2;

export interface Placed {
  block: Block;
  folded: boolean;
  before: string;
}

// Steps that are folded take the words about their reason along: its name is
// in the list of reasons already.
export function arrange(blocks: Block[]): Placed[] {
  const fold = toFold(blocks);
  const placed: Placed[] = [];
  for (const block of blocks) {
    const before = placed[placed.length - 1]?.block;
    const folded = fold.has(block);
    const taken = folded && block.type === "steps" && before?.type === "text" && (before.source ?? "").startsWith("cause:");
    if (taken) placed.pop();
    placed.push({ block, folded, before: taken ? before.text ?? "" : "" });
  }
  return placed;
}

// Of the cards the first with steps is open, and the long ones beside it show
// their title and a line. A list of short facts, such as the reasons found, is
// never long.
function toFold(blocks: Block[]): Set<Block> {
  const cards = blocks.filter((block) => (block.type === "facts" || block.type === "steps") && !block.at);
  const open = cards.find((block) => block.type === "steps") ?? cards[0];
  return new Set(cards.filter((block) => block !== open && isLong(block)));
}

function isLong(block: Block): boolean {
  const items = (block.items ?? []).map((item) => lines(item.text));
  if (block.type === "facts") return items.some((n) => n > SHORT_FACT);
  return items.reduce((sum, n) => sum + n, lines(block.text ?? "")) > SHORT_STEPS;
}

// A guess that need not be exact: a phone shows about 18 Chinese characters a
// line, or twice as many others.
function lines(text: string): number {
  const width = [...text].reduce((sum, c) => sum + (c > "\u2e80" ? 1 : 0.5), 0);
  return Math.ceil(width / 18);
}
