/**
 * Shapes of what messages carry, checked at the seam between host and pages. A shape is written by hand beside its
 * TypeScript type, and the compiler holds the two together: a missing field, an extra one or one of another type
 * doesn't compile.
 */
import type { ProblemData } from '../base/problem';

/**
 * Returns where a value departs from the shape (".facts.title is no text"), or undefined when it fits. Invariant in T:
 * the compiler refuses a shape of a narrower or wider type.
 */
export interface Shape<in out T> {
  (value: unknown): string | undefined;
  /** Only for the compiler: no shape has it. */
  readonly exactly?: (t: T) => T;
}

/** A field that may be absent. Made by `optional`. */
export interface Optional<in out T> {
  readonly optional: Shape<T>;
}

/** A shape for each field of T; a field with `?` takes an `Optional`. */
export type Fields<T> = {
  readonly [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? Optional<Exclude<T[K], undefined>> : Shape<T[K]>;
};

function leaf<T>(what: string, fits: (value: unknown) => boolean): Shape<T> {
  return (value) => (fits(value) ? undefined : ` is no ${what}`);
}

export const text: Shape<string> = leaf('text', (v) => typeof v === 'string');
export const flag: Shape<boolean> = leaf('boolean', (v) => typeof v === 'boolean');
/** A number, including NaN and the infinities, which the editor sends as null. */
export const number: Shape<number> = leaf('number', (v) => typeof v === 'number' || v === null);
/** Any value: whoever reads it checks it. */
export const anything: Shape<unknown> = () => undefined;

/** One of these words, which must be all that the type has. */
export function oneOf<const T extends string | number>(...words: readonly T[]): Shape<T> {
  return leaf(words.map((w) => JSON.stringify(w)).join(' or '), (v) => words.includes(v as T));
}

/** Columns, one shape for each class. They may have millions of entries, which are not checked. */
export const bytes = column<Uint8Array>('Uint8Array');
export const integers = column<Uint32Array>('Uint32Array');
export const floats = column<Float64Array>('Float64Array');

/** Compares the name, because an array from another window has another class. */
function column<T>(name: string): Shape<T> {
  return leaf(name, (v) => Object.prototype.toString.call(v) === `[object ${name}]`);
}

/** May be undefined; a message that is sent as JSON leaves the field out then. */
export function maybe<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value) => (value === undefined ? undefined : shape(value));
}

export function either<A, B>(a: Shape<A>, b: Shape<B>): Shape<A | B> {
  return (value) => (a(value) === undefined ? undefined : b(value));
}

/** Checks each entry: for lists that a user could count. */
export function list<T>(entry: Shape<T>): Shape<readonly T[]> {
  return listUpTo(Infinity, entry);
}

/** In lists that grow with the profile, only this many entries are checked. */
const LONG = 100;

/** Checks only the first entries: the same loop made all of them. */
export function longList<T>(entry: Shape<T>): Shape<readonly T[]> {
  return listUpTo(LONG, entry);
}

function listUpTo<T>(most: number, entry: Shape<T>): Shape<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) return ' is no list';
    for (let i = 0; i < value.length && i < most; i++) {
      const wrong = entry(value[i]);
      if (wrong !== undefined) return `[${i}]${wrong}`;
    }
    return undefined;
  };
}

/** An object with any keys. */
export function dictionary<T>(entry: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value) => {
    if (!isObject(value)) return ' is no object';
    for (const [key, v] of Object.entries(value)) {
      const wrong = entry(v);
      if (wrong !== undefined) return `.${key}${wrong}`;
    }
    return undefined;
  };
}

export function optional<T>(shape: Shape<T>): Optional<T> {
  return { optional: shape };
}

/** An object with these fields; further fields are allowed. */
export function object<T>(fields: Fields<T>): Shape<T> {
  const given = fields as unknown as Readonly<Record<string, Shape<unknown> | Optional<unknown>>>;
  const shapes = Object.entries(given).map(
    ([key, shape]) => [key, typeof shape === 'function' ? shape : maybe(shape.optional)] as const,
  );
  return (value) => {
    if (!isObject(value)) return ' is no object';
    for (const [key, shape] of shapes) {
      const wrong = shape(value[key]);
      if (wrong !== undefined) return `.${key}${wrong}`;
    }
    return undefined;
  };
}

export const problem: Shape<ProblemData> = object<ProblemData>({
  code: text,
  message: text,
  next: optional(text),
  detail: optional(text),
  status: optional(number),
});

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
