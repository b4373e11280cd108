// What the page remembers on this device. A browser that keeps nothing is fine.

import type { Locale } from "../protocol.ts";

const USER = "kaitong.demo.user";
const LOCALE = "kaitong.demo.locale";

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Remembered until the page is closed, then.
  }
}

/** The id of nobody in particular. */
export const ANONYMOUS = "";

/** Who was chosen last, null when nobody chose yet. */
export const rememberedUser = () => read(USER);
export const rememberUser = (id: string) => write(USER, id);
export const rememberLocale = (locale: Locale) => write(LOCALE, locale);

/** The language chosen last, else the browser's. */
export function preferredLocale(): Locale {
  const chosen = read(LOCALE);
  if (chosen === "zh-CN" || chosen === "en") return chosen;
  return (navigator.language || "zh").toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}
