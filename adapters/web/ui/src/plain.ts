import type { Block } from "./protocol.ts";

/** The words of blocks, a line each: for screen readers and the host. */
export function plainText(blocks: Block[]): string {
  return blocks.flatMap(linesOf).filter(Boolean).join("\n");
}

function linesOf(block: Block): string[] {
  if (block.type === "choices") return block.text ? [block.text] : [];
  const items = (block.items ?? []).map((item) => (item.label ? `${item.label}: ${item.text}` : item.text));
  const text = block.text ?? "";
  return block.type === "steps" ? [block.title ?? "", ...items, text] : [block.title ?? "", text, ...items];
}
