// Asks for something and keeps what came until something newer does.

import { useEffect, useRef, useState } from "react";

export interface Loaded<T> {
  data: T | null;
  error: unknown; // null: none
  busy: boolean;
  retry: () => void;
}

interface Held<T> {
  key: string;
  data: T | null;
  error: unknown;
}

/**
 * Loads again whenever the key or the tick changes. With another key the old data
 * stays until the new is there; a tick that fails is not told, the next may do.
 */
export function useLoad<T>(key: string, tick: number, ask: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [held, hold] = useState<Held<T>>({ key: "", data: null, error: null });
  const [turn, setTurn] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;
  useEffect(() => {
    if (!key) return;
    const controller = new AbortController();
    latest.current(controller.signal).then(
      (data) => controller.signal.aborted || hold({ key, data, error: null }),
      (error) => controller.signal.aborted || hold((known) => (known.key === key && known.data ? known : { key, data: null, error })),
    );
    return () => controller.abort();
  }, [key, tick, turn]);
  const retry = () => {
    hold((known) => ({ ...known, key: "", error: null }));
    setTurn((n) => n + 1);
  };
  return { data: held.data, error: held.error, busy: held.key !== key, retry };
}
