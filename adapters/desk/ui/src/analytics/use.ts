// What every view of the figures reaches for.

import { createContext, useContext, useMemo } from "react";
import type { Theme } from "../prefs.ts";
import type { Locale } from "../protocol.ts";
import type { Drawing } from "./charts.ts";
import type { Client } from "./client.ts";
import type { Definitions, Keys, Overview } from "./contract.ts";
import { useLoad, type Loaded } from "./load.ts";
import { lookOf } from "./look.ts";
import { useNarrow } from "./narrow.ts";
import type { Behind, Period, Place } from "./place.ts";
import type { Words } from "./words.ts";

export interface Board {
  client: Client;
  w: Words;
  locale: Locale;
  theme: Theme;
  definitions: Definitions;
  place: Place;
  period: Period;
  asked: URLSearchParams;
  tick: number; // one more whenever the page refreshes itself
  overview: Loaded<Overview>;
  go: (change: Partial<Place>) => void;
  open: (behind: Behind) => void;
  intent: (id: string) => string;
  cause: (id: string) => string;
  queue: (id: string) => string;
  reason: (id: string) => string;
  when: (stamp: string) => string;
}

export const BoardContext = createContext<Board | null>(null);

export function useBoard(): Board {
  const board = useContext(BoardContext);
  if (!board) throw new Error("outside of the figures");
  return board;
}

/** The rows of a kind of keys, for the period and the filters of the page. */
export function useKeys(kind: string, limit = 50): Loaded<Keys> {
  const { client, asked, tick } = useBoard();
  return useLoad(`${kind} ${limit} ${asked}`, tick, (signal) => client.keys(kind, limit, asked, signal));
}

/** What drawing a chart needs to know of the page. */
export function useDrawing(): Drawing {
  const { w, locale, theme } = useBoard();
  const narrow = useNarrow();
  return useMemo(() => ({ look: lookOf(theme), w, locale, narrow }), [theme, w, locale, narrow]);
}

/** The bit of a kind that says no more than that a conversation has the key. */
export function firstBit(definitions: Definitions, kind: string): string {
  return definitions.kinds.find((one) => one.kind === kind)?.bits[0] ?? "";
}
