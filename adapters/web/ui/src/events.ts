// Tells whoever listens what happened. One listener's mistake is not another's.

import type { EventName, Events } from "./api.ts";

type Call<Name extends EventName> = (detail: Events[Name]) => void;

export class Emitter {
  #calls = new Map<EventName, Set<Call<never>>>();
  #all = new Set<(name: EventName, detail: unknown) => void>();

  on<Name extends EventName>(name: Name, call: Call<Name>): () => void {
    const calls = this.#calls.get(name) ?? new Set();
    this.#calls.set(name, calls.add(call as Call<never>));
    return () => calls.delete(call as Call<never>);
  }

  /** Hears everything: how events leave a frame or a webview. */
  onAny(call: (name: EventName, detail: unknown) => void): void {
    this.#all.add(call);
  }

  emit<Name extends EventName>(name: Name, detail: Events[Name]): void {
    for (const call of this.#calls.get(name) ?? []) attempt(() => (call as Call<Name>)(detail));
    for (const call of this.#all) attempt(() => call(name, detail));
  }
}

function attempt(call: () => void): void {
  try {
    call();
  } catch (error) {
    console.error("[kaitong] a listener failed:", error);
  }
}
