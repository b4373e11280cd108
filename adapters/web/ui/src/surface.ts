// What every widget has, whether the chat is here or in a frame: whether it is
// open, how it looks, and who listens.

import type { EventName, Events } from "./api.ts";
import { Emitter } from "./events.ts";
import type { Settings, Theme } from "./settings.ts";
import { Watched } from "./watched.ts";

export abstract class Surface extends Watched {
  readonly events = new Emitter();
  isOpen = false;
  theme: Theme;

  constructor(readonly settings: Settings) {
    super();
    this.theme = settings.theme;
  }

  setTheme(theme: Theme): void {
    this.theme = theme;
    this.tell();
  }

  on<Name extends EventName>(name: Name, call: (detail: Events[Name]) => void): () => void {
    return this.events.on(name, call);
  }

  protected turn(open: boolean): void {
    if (this.isOpen === open) return;
    this.isOpen = open;
    this.tell();
    this.events.emit(open ? "open" : "close", {});
  }
}
