// Every text of the figures, in both languages; loaded with them only.

import type { Locale } from "../protocol.ts";
import { en } from "./words/en.ts";
import { zh } from "./words/zh.ts";

export type Words = typeof zh;

export function words(locale: Locale): Words {
  return locale === "en" ? en : zh;
}
