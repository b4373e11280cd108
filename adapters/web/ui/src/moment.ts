// When something was said, as one would write it in a chat.

import type { Locale } from "./protocol.ts";
import { words } from "./words.ts";

/** A pause this long is worth saying what time it is. */
export const PAUSE_MS = 5 * 60_000;

/** "14:05" today, "昨天 14:05", else the date with it. */
export function momentIn(locale: Locale, at: number, now = Date.now()): string {
  const time = format(locale, at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  const days = Math.round((midnight(now) - midnight(at)) / 86_400_000);
  if (days <= 0) return time;
  if (days === 1) return `${words(locale).yesterday} ${time}`;
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  const date = format(locale, at, { year: sameYear ? undefined : "numeric", month: locale === "en" ? "short" : "long", day: "numeric" });
  return `${date} ${time}`;
}

function format(locale: Locale, at: number, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(locale, options).format(at);
}

function midnight(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
