// What an agent has set for this browser. Nothing about people is kept here.

import type { Locale, Status } from "./protocol.ts";

export type Theme = "light" | "dark";

export interface Prefs {
  locale: Locale;
  theme: Theme;
  sound: boolean;
  notify: boolean;
}

const KEY = "kaitong.desk.prefs";

export function loadPrefs(): Prefs {
  const defaults: Prefs = { locale: browserLocale(), theme: browserTheme(), sound: false, notify: false };
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Prefs>;
    return {
      locale: kept.locale === "en" || kept.locale === "zh-CN" ? kept.locale : defaults.locale,
      theme: kept.theme === "dark" || kept.theme === "light" ? kept.theme : defaults.theme,
      sound: kept.sound === true,
      notify: kept.notify === true,
    };
  } catch {
    return defaults;
  }
}

export function savePrefs(prefs: Prefs): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs));
  } catch {
    // Storage is off or full: the choice lasts until the page is closed.
  }
}

const STATUS_KEY = "kaitong.desk.away";

/** Whoever is away stays away when the page is loaded anew, in this tab and as this user. */
export function loadStatus(user: string): Status {
  try {
    return sessionStorage.getItem(STATUS_KEY) === user ? "away" : "online";
  } catch {
    return "online";
  }
}

export function saveStatus(user: string, status: Status): void {
  try {
    if (status === "away") sessionStorage.setItem(STATUS_KEY, user);
    else sessionStorage.removeItem(STATUS_KEY);
  } catch {
    // As above.
  }
}

function browserLocale(): Locale {
  return (navigator.language || "zh").toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

function browserTheme(): Theme {
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}
