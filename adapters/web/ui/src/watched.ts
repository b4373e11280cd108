/** Something that is drawn: whoever draws it is told when it has changed. */
export class Watched {
  #watchers = new Set<() => void>();

  watch(call: () => void): () => void {
    this.#watchers.add(call);
    return () => this.#watchers.delete(call);
  }

  protected tell(): void {
    for (const call of this.#watchers) call();
  }
}
