/** Names that other packages declare: asked for while a package is read, answered between two readings of it. */
import type { Span } from '../types';
import type { GoFile } from './file';
import type { Node } from './grammar';
import type { GoPackage } from './package';
import type { Value } from './values';

export interface Question {
  readonly file: GoFile;
  /** `QPS` of `options.QPS`, `Load` of `config.Load()`. */ readonly name: Node;
}

/** Where a value stands in a file of another package. */
export interface PlaceAbroad extends Span {
  readonly path: string;
  /** What stands there. */ readonly text: string;
}

/** A package that asks more is not worth the reading of so many others. */
const MOST = 24;

export class Asked<T> {
  readonly #open = new Map<string, Question>();
  readonly #told = new Map<string, T | undefined>();

  /** What was answered; asks when nobody did yet. */
  look(file: GoFile, name: Node): T | undefined {
    const key = keyOf({ file, name });
    if (!this.#told.has(key) && this.#told.size + this.#open.size < MOST) this.#open.set(key, { file, name });
    return this.#told.get(key);
  }

  /** What is asked and not answered yet; it is then asked no more. */
  take(): Question[] {
    const open = [...this.#open.values()];
    this.#open.clear();
    for (const q of open) this.#told.set(keyOf(q), undefined);
    return open;
  }

  tell(question: Question, answer: T): void {
    this.#told.set(keyOf(question), answer);
  }
}

/** What packages ask for, one kind of answer. */
export class AskedBy<T> {
  readonly #asked = new WeakMap<GoPackage, Asked<T>>();

  of(pkg: GoPackage): Asked<T> {
    let asked = this.#asked.get(pkg);
    if (asked === undefined) this.#asked.set(pkg, (asked = new Asked<T>()));
    return asked;
  }

  /** What was answered may be so no more. */
  forget(pkg: GoPackage): void {
    this.#asked.delete(pkg);
  }
}

const keyOf = ({ file, name }: Question): string => `${file.path}:${name.startIndex}`;

export const VALUES_ABROAD = new AskedBy<Value>();

/** The name that says what is selected or called; undefined for other expressions. */
export function selectedName(node: Node): Node | undefined {
  const selector = node.type === 'call_expression' ? node.childForFieldName('function') : node;
  return selector?.type === 'selector_expression' ? (selector.childForFieldName('field') ?? undefined) : undefined;
}
