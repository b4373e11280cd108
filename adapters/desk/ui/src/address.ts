// The address bar as state: what a page shows can be shared, and the buttons of
// the browser go back and forth in it.

import { useSyncExternalStore } from "react";

const MOVED = "kaitong:moved";

/** Shows another address without loading the page anew. */
export function navigate(to: string, how: "push" | "replace" = "push"): void {
  if (to === location.pathname + location.search) return;
  history[how === "push" ? "pushState" : "replaceState"](null, "", to);
  dispatchEvent(new Event(MOVED));
}

/** Where the desk is, with a conversation open or none. */
export const deskAddress = (conversation: string): string => "/desk" + (conversation ? `?${new URLSearchParams({ conversation })}` : "");

/** Path and query of the address. */
export function useAddress(): string {
  return useSyncExternalStore(subscribe, () => location.pathname + location.search);
}

export const onAnalytics = (address: string): boolean => /^\/analytics(?:[/?]|$)/.test(address);

function subscribe(call: () => void): () => void {
  for (const event of ["popstate", MOVED]) addEventListener(event, call);
  return () => {
    for (const event of ["popstate", MOVED]) removeEventListener(event, call);
  };
}
