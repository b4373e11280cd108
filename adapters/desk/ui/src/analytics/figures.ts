// Numbers as people read them.

import type { Locale } from "../protocol.ts";
import type { Counts, Definition, Figure, Point, Text, Unit, Value } from "./contract.ts";

export const NOTHING = "—";

export function said(text: Text | undefined, locale: Locale): string {
  if (typeof text === "string" || !text) return text ?? "";
  return text[locale] ?? text["zh-CN"] ?? text.en ?? Object.values(text)[0] ?? "";
}

export function count(n: number, locale: Locale): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }).format(n);
}

export function share(value: number | null | undefined, locale: Locale, digits = 1): string {
  if (value === null || value === undefined || !isFinite(value)) return NOTHING;
  return new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: digits }).format(value);
}

export function time(ms: number, locale: Locale): string {
  const seconds = Math.round(ms / 1000);
  const parts: [number, string, string][] = [[Math.floor(seconds / 3600), "h", "小时"], [Math.floor((seconds % 3600) / 60), "m", "分"], [seconds % 60, "s", "秒"]];
  const first = parts.findIndex(([n]) => n > 0);
  if (first < 0) return locale === "en" ? "0s" : "0 秒";
  const shown = parts.slice(first, first + 2).filter(([n]) => n > 0);
  return shown.map(([n, en, zh]) => (locale === "en" ? `${n}${en}` : `${n} ${zh}`)).join(" ");
}

/** A moment in the zone the days are counted in, which may not be that of the browser. */
export function moment(stamp: string, zone: string, locale: Locale): string {
  const at = new Date(stamp);
  if (isNaN(at.getTime())) return "";
  const parts: Intl.DateTimeFormatOptions = { month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  try {
    return new Intl.DateTimeFormat(locale, { ...parts, timeZone: zone }).format(at);
  } catch {
    return new Intl.DateTimeFormat(locale, parts).format(at); // a zone the browser does not know
  }
}

export function valueText(value: number | null | undefined, unit: Unit, locale: Locale): string {
  if (value === null || value === undefined || !isFinite(value)) return NOTHING;
  if (unit === "share") return share(value, locale);
  if (unit === "ms") return time(value, locale);
  return unit === "count" ? count(value, locale) : new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(value);
}

/** What a day has of a figure; null where there is nothing to divide by. */
export function pointValue(point: Point | undefined): number | null {
  return point?.value ?? null;
}

export interface Change {
  text: string;
  up: boolean;
  good: boolean | null; // null: neither good nor bad
}

/** Against the period before: shares in points, everything else in parts of what it was. */
export function changeOf(now: Value, then: Value | null | undefined, definition: Pick<Definition, "unit" | "better">, locale: Locale): Change | null {
  if (now.value === null || !then || then.value === null || then.value === undefined) return null;
  const shares = definition.unit === "share";
  if (!shares && then.value === 0 && now.value !== 0) return null;
  const by = shares ? (now.value - then.value) * 100 : (now.value - then.value) / (then.value || 1);
  const rounded = shares ? Math.round(by * 10) / 10 : Math.round(by * 1000) / 1000;
  const size = shares ? new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(Math.abs(rounded)) : share(Math.abs(rounded), locale);
  const good = rounded === 0 || definition.better === "neither" ? null : (rounded > 0) === (definition.better === "up");
  return { text: (rounded > 0 ? "+" : rounded < 0 ? "−" : "±") + size + (shares ? (locale === "en" ? " pp" : " 个百分点") : ""), up: rounded > 0, good };
}

export const isEmpty = (figures: Figure[]): boolean => figures.every((figure) => !figure.num && !figure.den);

/** Wilson's interval of 95 %: honest also where there were few. */
export function interval(part: number, of: number): { low: number; high: number } | null {
  if (of <= 0) return null;
  const z = 1.96;
  const p = part / of;
  const middle = p + (z * z) / (2 * of);
  const spread = z * Math.sqrt((p * (1 - p)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  return { low: Math.max(0, (middle - spread) / scale), high: Math.min(1, (middle + spread) / scale) };
}

export const part = (counts: Counts, bit: string, of: string): number | null => (counts[of] ? (counts[bit] ?? 0) / counts[of] : null);
