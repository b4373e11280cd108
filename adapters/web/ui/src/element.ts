// <kaitong-chat>: a shadow root, so that no style gets in or out.

import { render, type ComponentChild } from "preact";
import styles from "./style/widget.css";

export const TAG = "kaitong-chat";

/** Defines the element, adds it to the page and draws inside. */
export function mount(content: ComponentChild, base: string): void {
  if (!customElements.get(TAG)) customElements.define(TAG, class extends HTMLElement {});
  const element = document.createElement(TAG);
  const root = element.attachShadow({ mode: "open" });
  addStyles(root, base);
  // Not in the body: where that is transformed or scrolls, fixed would not be.
  document.documentElement.append(element);
  render(content, root);
}

// A constructed stylesheet needs no permission of the host's policy. Browsers
// from before there were any load the same as a file.
function addStyles(root: ShadowRoot, base: string): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = `${base}/widget.css`;
    root.append(link);
  }
}
