/** Names that other packages declare: asked for while a package is read, resolved between two readings of it. */
import type { Span } from '../types';
import type { GoFile } from './file';
import type { Node } from './grammar';
import type { GoPackage } from './package';

/** A name that is used here and declared in another package. */
export interface Lookup {
  readonly file: GoFile;
  /** `QPS` of `options.QPS`, `Load` of `config.Load()`. */
  readonly name: Node;
}

/** Where a value stands in a file of another package. */
export interface ImportedPlace extends Span {
  readonly path: string;
  /** What stands there. */
  readonly text: string;
}

/** Lookups of one package. One that asks more is not worth the reading of so many others. */
const MOST = 24;

/** The lookups of one package that expect the same kind of answer. */
export class Lookups<T> {
  readonly #pending = new Map<string, Lookup>();
  readonly #resolved = new Map<string, T | undefined>();

  /** The answer; undefined where there is none. A name that nobody asked for yet becomes pending. */
  find(file: GoFile, name: Node): T | undefined {
    const key = keyOf({ file, name });
    if (!this.#resolved.has(key) && this.#resolved.size + this.#pending.size < MOST)
      this.#pending.set(key, { file, name });
    return this.#resolved.get(key);
  }

  /** The pending lookups. None of them becomes pending again; those that stay unresolved have no answer. */
  takePending(): Lookup[] {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const lookup of pending) this.#resolved.set(keyOf(lookup), undefined);
    return pending;
  }

  resolve(lookup: Lookup, answer: T): void {
    this.#resolved.set(keyOf(lookup), answer);
  }
}

/** The lookups of each package. Weak: they go with the package. */
export class LookupsByPackage<T> {
  readonly #lookups = new WeakMap<GoPackage, Lookups<T>>();

  of(pkg: GoPackage): Lookups<T> {
    let lookups = this.#lookups.get(pkg);
    if (lookups === undefined) this.#lookups.set(pkg, (lookups = new Lookups<T>()));
    return lookups;
  }

  /** Answers may be out of date: all is asked again. */
  forget(pkg: GoPackage): void {
    this.#lookups.delete(pkg);
  }
}

const keyOf = ({ file, name }: Lookup): string => `${file.path}:${name.startIndex}`;

/** The name that says what is selected or called; undefined for other expressions. */
export function selectedName(node: Node): Node | undefined {
  const selector = node.type === 'call_expression' ? node.childForFieldName('function') : node;
  return selector?.type === 'selector_expression' ? (selector.childForFieldName('field') ?? undefined) : undefined;
}
