// Time as people read it.

import { useEffect, useState } from "react";
import type { Locale } from "./protocol.ts";

/** The time now, every second. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** 0:07, 12:30, 1:02:03. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

export function clockTime(stamp: string, locale: Locale): string {
  const at = new Date(stamp);
  if (isNaN(at.getTime())) return "";
  const day: Intl.DateTimeFormatOptions = at.toDateString() === new Date().toDateString() ? {} : { month: "2-digit", day: "2-digit" };
  return new Intl.DateTimeFormat(locale, { ...day, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(at);
}

export function fullTime(stamp: string, locale: Locale): string {
  const at = new Date(stamp);
  if (isNaN(at.getTime())) return "";
  return new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" }).format(at);
}
