// A native app that shows /chat in a webview hears of events through what its
// system offers, and answers by calling window.Kaitong.

import type { Emitter } from "./events.ts";

interface Native {
  webkit?: { messageHandlers?: { kaitong?: { postMessage(message: unknown): void } } };
  KaitongHost?: { onEvent(json: string): void };
}

export function tellNative(events: Emitter): void {
  const native = window as Window & Native;
  events.onAny((event, detail) => {
    native.webkit?.messageHandlers?.kaitong?.postMessage({ event, detail });
    native.KaitongHost?.onEvent(JSON.stringify({ event, detail }));
  });
}
