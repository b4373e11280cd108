import { useSyncExternalStore } from "react";

const NARROW = "(max-width: 700px)";

/** Whether the page is as narrow as on a phone. */
export function useNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => matchMedia(NARROW).matches);
}

function subscribe(call: () => void): () => void {
  const query = matchMedia(NARROW);
  query.addEventListener("change", call);
  return () => query.removeEventListener("change", call);
}
