/** Processes attached by address, kept across restarts. */
import { Emitter } from '../base/dispose';
import { localProcess } from '../cluster/local';
import type { Memento } from '../cluster/memory';

const KEY = 'controllerTuner.locals.v1';

export class Locals {
  readonly #changed = new Emitter<void>();
  #urls: readonly string[];

  constructor(private readonly memento: Memento) {
    const stored = memento.get(KEY);
    this.#urls = Array.isArray(stored) ? stored.filter((u): u is string => typeof u === 'string' && usable(u)) : [];
  }

  readonly onDidChange = this.#changed.event;
  /** In the order in which they were attached. */
  get urls(): readonly string[] {
    return this.#urls;
  }

  attach(url: string): void {
    if (!this.#urls.includes(url)) this.#set([...this.#urls, url]);
  }
  detach(url: string): void {
    if (this.#urls.includes(url)) this.#set(this.#urls.filter((u) => u !== url));
  }

  #set(urls: readonly string[]): void {
    this.#urls = urls;
    this.memento.set(KEY, urls);
    this.#changed.fire();
  }
}

function usable(url: string): boolean {
  try {
    localProcess(url);
    return true;
  } catch {
    return false;
  }
}
