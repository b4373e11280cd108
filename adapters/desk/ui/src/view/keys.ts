// Keyboard shortcuts. They rest while one writes or while a window is open.

import { useEffect } from "react";
import { isMine, isWaiting, talks } from "../board.ts";
import type { Entry } from "../protocol.ts";
import type { Desk } from "../store.ts";
import { useShared } from "./use.ts";

export const COMPOSER = "composer";
export const SEARCH = "knowledge-search";

/** Puts the focus where one writes: at once, or when it comes into sight. */
export function focusOn(id: string): void {
  const field = document.getElementById(id);
  if (field?.offsetParent) field.focus(); // what is typed next belongs there already
  else requestAnimationFrame(() => document.getElementById(id)?.focus());
}

export function useShortcuts(): void {
  const { desk } = useShared();
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || desk.state.dialog) return;
      const target = event.target as HTMLElement;
      if (target.closest("input:not([type=radio]), textarea, select, [contenteditable], [role=dialog]")) {
        if (event.key === "Escape") target.blur();
        return;
      }
      if (act(desk, event.key)) event.preventDefault();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, [desk]);
}

/** Takes a waiting conversation; whoever does wants to write. */
export function claim(desk: Desk, entry: Entry): void {
  desk.claim(entry);
  desk.show({ mode: "reply", pane: "thread" });
  focusOn(COMPOSER);
}

/** Says whether the key meant anything. */
function act(desk: Desk, key: string): boolean {
  const { me, entries, selected } = desk.state;
  const entry = entries.get(selected);
  const mine = !!me && !!entry && isMine(entry, me);
  switch (key) {
    case "j":
    case "k":
      desk.move(key === "j" ? 1 : -1);
      return true;
    case "?":
      desk.show({ dialog: "help" });
      return true;
    case "1":
    case "2":
    case "3":
      return tab(desk, Number(key) - 1);
    case "/":
      desk.show({ pane: "context" });
      focusOn(SEARCH);
      return true;
  }
  if (!entry || !me || !talks(me)) return false;
  switch (key) {
    case "c":
      if (isWaiting(entry)) claim(desk, entry);
      return true;
    case "r":
    case "n":
      desk.show({ mode: key === "n" ? "note" : "reply", pane: "thread" });
      focusOn(COMPOSER);
      return true;
    case "e":
    case "t":
      if (mine) desk.show({ dialog: key === "e" ? "resolve" : "transfer" });
      return true;
  }
  return false;
}

function tab(desk: Desk, at: number): boolean {
  const { me } = desk.state;
  const tabs = ["waiting", "mine", "all"] as const;
  const tab = tabs[at];
  if (!tab || !me || (tab === "all" && me.role === "agent") || (tab === "mine" && !talks(me))) return false;
  desk.show({ tab, pane: "lists" });
  return true;
}
