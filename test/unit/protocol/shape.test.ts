import { expect, test } from 'vitest';
import {
  bytes,
  dictionary,
  either,
  flag,
  floats,
  integers,
  list,
  longList,
  maybe,
  number,
  object,
  optional,
  text,
  oneOf,
} from '../../../src/protocol/shape';

interface Inner {
  readonly name: string;
  readonly size?: number;
}
interface Outer {
  readonly kind: 'a' | 'b';
  readonly inner: Inner | undefined;
  readonly all: readonly Inner[];
  readonly by: Readonly<Record<string, boolean>>;
  readonly data: string | Uint8Array;
}
const inner = object<Inner>({ name: text, size: optional(number) });
const outer = object<Outer>({
  kind: oneOf('a', 'b'),
  inner: maybe(inner),
  all: list(inner),
  by: dictionary(flag),
  data: either(text, bytes),
});
const GOOD: Outer = { kind: 'a', inner: undefined, all: [{ name: 'x' }], by: { x: true }, data: 'd' };

test('what fits', () => {
  for (const more of [{}, { inner: { name: '', size: 1 } }, { data: new Uint8Array(2) }, { further: 1 }, { all: [] }])
    expect(outer({ ...GOOD, ...more })).toBeUndefined();
  // As JSON has them: undefined is left out, NaN is null.
  expect(outer(JSON.parse(JSON.stringify({ ...GOOD, inner: { name: 'x', size: NaN } })))).toBeUndefined();
});

test('what does not fit is named by its path', () => {
  const wrong: readonly (readonly [unknown, string])[] = [
    [undefined, ' is no object'],
    [null, ' is no object'],
    [[], ' is no object'],
    [{ ...GOOD, kind: 'c' }, '.kind is no "a" or "b"'],
    [{ ...GOOD, inner: null }, '.inner is no object'],
    [{ ...GOOD, inner: { name: 'x', size: '1' } }, '.inner.size is no number'],
    [{ ...GOOD, all: [{ name: 'x' }, {}] }, '.all[1].name is no text'],
    [{ ...GOOD, all: { length: 0 } }, '.all is no list'],
    [{ ...GOOD, by: { x: true, y: 1 } }, '.by.y is no boolean'],
    [{ ...GOOD, data: [1] }, '.data is no Uint8Array'],
  ];
  for (const [value, why] of wrong) expect(outer(value)).toBe(why);
});

test('columns are told by their class, and their entries are not looked at', () => {
  const columns = [new Uint8Array(3), new Uint32Array(3), new Float64Array([NaN])];
  const fitting = [bytes, integers, floats].map((shape) => columns.map((c) => shape(c) === undefined));
  expect(fitting).toEqual([
    [true, false, false],
    [false, true, false],
    [false, false, true],
  ]);
  expect(floats(new Float32Array(1))).toBe(' is no Float64Array');
});

test('a long list is looked at as far as its hundredth entry', () => {
  const names = Array.from({ length: 200 }, (_, i) => (i < 100 ? 'x' : i));
  expect([longList(text)(names), list(text)(names), longList(text)([1])]).toEqual([
    undefined,
    '[100] is no text',
    '[0] is no text',
  ]);
});

/** Never called: what the compiler has to refuse. */
export function refused(): unknown {
  return [
    // @ts-expect-error `size` may be absent
    object<Inner>({ name: text, size: number }),
    // @ts-expect-error `name` is always there
    object<Inner>({ name: optional(text), size: optional(number) }),
    // @ts-expect-error the type has a second word
    object<Pick<Outer, 'kind'>>({ kind: oneOf('a') }),
    // @ts-expect-error the type has no third word
    object<Pick<Outer, 'kind'>>({ kind: oneOf('a', 'b', 'c') }),
    // @ts-expect-error any text is more than two words
    object<Pick<Outer, 'kind'>>({ kind: text }),
    // @ts-expect-error may be undefined
    object<Pick<Outer, 'inner'>>({ inner }),
  ];
}
