// What every part of the page reaches for. Most of the state changes with every
// key that is pressed; what is drawn many times keeps to the basics, which do
// not.

import { createContext, useContext } from "react";
import type { Queue } from "../board.ts";
import type { Locale, Me } from "../protocol.ts";
import type { State } from "../state.ts";
import type { Desk } from "../store.ts";
import type { Words } from "../words.ts";

export interface Basics {
  desk: Desk;
  w: Words;
  locale: Locale;
  me: Me | null;
  queues: Queue[];
  products: Record<string, string>;
}

export interface Shared {
  desk: Desk;
  state: State;
  w: Words;
}

export const BasicsContext = createContext<Basics | null>(null);
export const DeskContext = createContext<Shared | null>(null);

export function useBasics(): Basics {
  const basics = useContext(BasicsContext);
  if (!basics) throw new Error("outside of the desk");
  return basics;
}

export function useShared(): Shared {
  const shared = useContext(DeskContext);
  if (!shared) throw new Error("outside of the desk");
  return shared;
}
