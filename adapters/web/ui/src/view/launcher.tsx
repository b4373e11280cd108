import type { JSX, RefObject } from "preact";
import type { Words } from "../words.ts";
import { ChatIcon } from "./icons.tsx";

interface Props {
  words: Words;
  label: string;
  open: boolean;
  unread: number;
  button: RefObject<HTMLButtonElement | null>;
  onOpen: () => void;
}

/** The button that opens the chat, with how much waits to be read. */
export function Launcher({ words, label, open, unread, button, onOpen }: Props): JSX.Element {
  const name = label || words.open;
  return (
    <button
      type="button" id="launcher" class={label ? "launcher labelled" : "launcher"} ref={button} aria-expanded={open} aria-controls={open ? "panel" : undefined} hidden={open}
      aria-label={unread ? `${name}, ${words.unread(unread)}` : name} title={label ? undefined : name} onClick={onOpen}
    >
      <ChatIcon />
      {label && <span>{label}</span>}
      {unread > 0 && <span class="badge" aria-hidden="true">{unread > 99 ? "99+" : unread}</span>}
    </button>
  );
}
