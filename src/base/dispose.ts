/** Anything that is closed once. Same shape as the editor's, so that pure rooms need not import it. */
export interface Disposable {
  dispose(): void;
}

/** Owns things and closes them in reverse order, once; a thing added after that is closed at once. */
export class Disposables implements Disposable {
  #items: Disposable[] | undefined = [];

  add<T extends Disposable>(item: T): T {
    if (this.#items) this.#items.push(item);
    else item.dispose();
    return item;
  }

  get disposed(): boolean {
    return this.#items === undefined;
  }

  dispose(): void {
    const items = this.#items;
    this.#items = undefined;
    for (const item of items?.reverse() ?? []) item.dispose();
  }
}

/** A list of listeners. When one throws, the others are still called. */
export class Emitter<T> implements Disposable {
  #listeners = new Set<(value: T) => void>();

  readonly event = (listener: (value: T) => void): Disposable => {
    this.#listeners.add(listener);
    return {
      dispose: () => {
        this.#listeners.delete(listener);
      },
    };
  };

  fire(value: T): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(value);
      } catch (e) {
        queueMicrotask(() => {
          throw e;
        });
      }
    }
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
