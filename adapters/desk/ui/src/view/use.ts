// What every part of the page reaches for: the desk, its state, and the words.

import { createContext, useContext } from "react";
import type { State } from "../state.ts";
import type { Desk } from "../store.ts";
import type { Words } from "../words.ts";

export interface Shared {
  desk: Desk;
  state: State;
  w: Words;
}

export const DeskContext = createContext<Shared | null>(null);

export function useShared(): Shared {
  const shared = useContext(DeskContext);
  if (!shared) throw new Error("outside of the desk");
  return shared;
}
