// What a host page says about the widget: data- attributes of the script tag,
// or, on the full page, the address.

import type { Locale } from "./protocol.ts";

export type Mode = "shadow" | "iframe" | "page";
export type Theme = "auto" | "light" | "dark";

export interface Settings {
  base: string; // https://host of Kaitong
  mode: Mode;
  framed: boolean; // the page inside the frame of another widget
  locale: Locale | "";
  theme: Theme;
  product: string;
  position: "left" | "right";
  launcher: boolean;
  label: string;
  open: boolean;
  token: string;
  tokenURL: string;
}

export function settingsOf(script: HTMLScriptElement): Settings {
  const data = script.dataset;
  const mode = oneOf(data.mode, ["shadow", "iframe", "page"] as const, "shadow");
  const page = mode === "page";
  const query = new URLSearchParams(page ? location.search : "");
  const say = (name: string) => query.get(name) ?? data[name] ?? "";
  return {
    base: baseOf(data.host || script.src),
    mode,
    framed: page && query.has("frame"),
    locale: localeOf(say("locale")),
    theme: oneOf(say("theme"), ["auto", "light", "dark"] as const, "auto"),
    product: say("product"),
    position: oneOf(data.position, ["right", "left"] as const, "right"),
    launcher: data.launcher !== "none",
    label: data.label ?? "",
    open: data.open !== undefined && data.open !== "false",
    token: data.token || (page ? tokenInAddress() : ""),
    tokenURL: data.tokenUrl ? new URL(data.tokenUrl, location.href).href : "",
  };
}

export function localeOf(tag: string): Locale | "" {
  if (!tag) return "";
  return tag.toLowerCase().startsWith("zh") ? "zh-CN" : "en";
}

function baseOf(url: string): string {
  return new URL(/^https?:/.test(url) ? url : `https://${url}`).origin;
}

// The part behind # never leaves the device. It is taken out of the address so
// that it is not shown, copied or kept in the history.
export function tokenInAddress(): string {
  const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
  if (token) history.replaceState(history.state, "", location.pathname + location.search);
  return token;
}

function oneOf<T extends string>(value: string | undefined, known: readonly [T, ...T[]], otherwise: T): T {
  return known.find((one) => one === value) ?? otherwise;
}
