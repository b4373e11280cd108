// When something was said, as one would write it in a chat.

import type { Locale } from "./protocol.ts";

/** A pause this long is worth saying what time it is. */
export const PAUSE_MS = 5 * 60_000;

/** "14:05" today, else the date with it. */
export function momentIn(locale: Locale, at: number): string {
  const day = new Date(at).toDateString() === new Date().toDateString() ? {} : ({ month: "long", day: "numeric" } as const);
  return new Intl.DateTimeFormat(locale, { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}
