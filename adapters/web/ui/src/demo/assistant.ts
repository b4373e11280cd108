// What the demo page says to the widget. The widget may be missing, when its
// script could not be loaded: the page then says so and goes on working.

import type { KaitongAPI } from "../api.ts";
import type { Locale } from "../protocol.ts";
import { fetchToken } from "./data.ts";
import { ANONYMOUS } from "./memory.ts";

export class Assistant {
  private readonly onMissing: () => void;

  constructor(onMissing: () => void) {
    this.onMissing = onMissing;
  }

  /** Opens the widget, and asks the question when there is one. */
  ask(question: string) {
    const widget = this.widget();
    if (!widget) return this.onMissing();
    if (question) widget.open(question);
    else widget.open();
  }

  /** Lets the widget be a demo user from now on, or nobody in particular. */
  be(user: string) {
    this.widget()?.setToken(user === ANONYMOUS ? null : () => fetchToken(user));
  }

  speak(locale: Locale) {
    this.widget()?.setLocale(locale);
  }

  private widget(): KaitongAPI | undefined {
    return window.Kaitong;
  }
}
