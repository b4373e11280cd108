// Colours and manners all charts share. A canvas knows nothing of the style
// sheet: what stands there stands here again.

import type { Theme } from "../prefs.ts";

export interface Look {
  ink: string;
  soft: string;
  line: string;
  panel: string;
  raised: string;
  lines: [string, string, string];
  scale: [string, string]; // from few to many
  shade: string; // behind what may still change
  outcomes: Record<string, string>;
}

const LIGHT: Look = {
  ink: "#16202e", soft: "#566273", line: "#dfe5ee", panel: "#ffffff", raised: "#ffffff", lines: ["#0b5fd8", "#b4530a", "#157347"], scale: ["#e6f0ff", "#0a4ba8"], shade: "rgba(163,82,0,0.09)",
  outcomes: { confirmed: "#157347", assumed: "#4f9b74", handed_off: "#b4530a", abandoned: "#8a94a3", unanswered: "#c22326", open: "#5b7fb5" },
};
const DARK: Look = {
  ink: "#e8edf5", soft: "#a3b0c2", line: "#2c3747", panel: "#1b2330", raised: "#283343", lines: ["#7db0ff", "#f0b357", "#5cc98d"], scale: ["#1f2c42", "#8fbcff"], shade: "rgba(240,179,87,0.12)",
  outcomes: { confirmed: "#5cc98d", assumed: "#3c8f66", handed_off: "#f0b357", abandoned: "#8493a8", unanswered: "#ff8f8a", open: "#7db0ff" },
};

export const lookOf = (theme: Theme): Look => (theme === "dark" ? DARK : LIGHT);

export const still = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** What every chart begins with. Tooltips are drawn on the canvas: names are never taken for markup. */
export function common(look: Look): Record<string, unknown> {
  const font = getComputedStyle(document.body).fontFamily;
  return {
    animation: !still(),
    animationDuration: 300,
    textStyle: { fontFamily: font, color: look.ink },
    color: look.lines,
    tooltip: { renderMode: "richText", confine: true, backgroundColor: look.raised, borderColor: look.line, borderWidth: 1, padding: [8, 12], textStyle: { color: look.ink, fontFamily: font, fontSize: 13 } },
  };
}

export function axes(look: Look): { label: object; line: object; split: object } {
  return { label: { color: look.soft, fontSize: 12 }, line: { lineStyle: { color: look.line } }, split: { lineStyle: { color: look.line } } };
}
