import { useEffect, useState } from "react";
import type { Snippet } from "../protocol.ts";
import { useShared } from "./use.ts";

const PAUSE_MS = 200; // while one types on, nothing is asked

export interface Found {
  snippets: Snippet[];
  state: "idle" | "busy" | "done" | "failed";
}

/** What the knowledge has for a few words; the latest question wins. */
export function useSnippets(query: string, locale: string, wanted = query.trim() !== ""): Found {
  const { desk } = useShared();
  const [found, setFound] = useState<Found>({ snippets: [], state: "idle" });
  useEffect(() => {
    if (!wanted) return setFound({ snippets: [], state: "idle" });
    const stop = new AbortController();
    const ask = async () => {
      try {
        setFound({ snippets: await desk.snippets(query.trim(), locale, stop.signal), state: "done" });
      } catch {
        if (!stop.signal.aborted) setFound({ snippets: [], state: "failed" });
      }
    };
    setFound((before) => ({ ...before, state: "busy" }));
    const timer = setTimeout(() => void ask(), PAUSE_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [desk, query, locale, wanted]);
  return found;
}
