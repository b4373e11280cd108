import Button from "antd/es/button";
import { useState, type ReactNode } from "react";
import { useBoard } from "./use.ts";

const SAID_MS = 3000;

/** Copies a text, and says for a moment that it has. */
export function CopyButton({ text, icon, size, children }: { text: () => string; icon?: ReactNode; size?: "small"; children: string }) {
  const { w } = useBoard();
  const [said, say] = useState("");
  const copy = async () => {
    const done = await navigator.clipboard.writeText(text()).then(() => w.unanswered.copied, () => w.shareFailed);
    say(done);
    setTimeout(() => say(""), SAID_MS);
  };
  return (
    <Button icon={icon} size={size} onClick={() => void copy()} aria-label={children}>
      <span className="button-words" aria-live="polite">{said || children}</span>
    </Button>
  );
}

/** Saves a text as a file, without asking a server. */
export function save(path: string, content: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type: "text/plain;charset=utf-8" }));
  link.download = path.split("/").at(-1) ?? "draft.yaml";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), SAID_MS);
}
