/** Makes profiles byte by byte, also such as no encoder makes. */

function varint(v: number | bigint): number[] {
  let n = BigInt.asUintN(64, BigInt(v));
  const out: number[] = [];
  while (n >= 0x80n) {
    out.push(Number(n & 0x7fn) | 0x80);
    n >>= 7n;
  }
  out.push(Number(n));
  return out;
}

export const int = (field: number, v: number | bigint): number[] => [...varint(field << 3), ...varint(v)];
export const bytes = (field: number, body: readonly number[]): number[] =>
  varint((field << 3) | 2).concat(varint(body.length), body);
export const str = (s: string): number[] => bytes(6, [...new TextEncoder().encode(s)]);
export const packed = (field: number, vs: readonly (number | bigint)[]): number[] => bytes(field, vs.flatMap(varint));
export const file = (...parts: readonly (readonly number[])[]): Uint8Array => Uint8Array.from(parts.flat());

/** A string table and the index of each text in it. */
export function table(...texts: readonly string[]): { parts: number[]; at: (s: string) => number } {
  const all = ['', ...texts];
  return { parts: all.flatMap(str), at: (s) => all.indexOf(s) };
}

export interface Spec {
  /**
   * Function names root first, as people read stacks; several names in one string with `|` are inlined (outer first).
   */
  readonly stacks: readonly (readonly [stack: string, ...values: number[]])[];
  readonly types?: readonly (readonly [type: string, unit: string])[];
}

/** A sound profile from stacks written as "main;work;hash|mix". */
export function profile({ stacks, types = [['cpu', 'nanoseconds']] }: Spec): Uint8Array {
  const texts = [''];
  const s = (t: string) => {
    const i = texts.indexOf(t);
    return i >= 0 ? i : texts.push(t) - 1;
  };
  const fns = new Map<string, number>();
  const fn = (name: string) => {
    const i = fns.get(name) ?? fns.size + 1;
    fns.set(name, i);
    return i;
  };
  const locs = new Map<string, number>();
  const loc = (names: string) => {
    const i = locs.get(names) ?? locs.size + 1;
    locs.set(names, i);
    return i;
  };
  const out: number[] = [];
  for (const [t, u] of types) out.push(...bytes(1, [...int(1, s(t)), ...int(2, s(u))]));
  for (const [stack, ...values] of stacks) {
    const ids = stack === '' ? [] : stack.split(';').map(loc).reverse();
    out.push(...bytes(2, [...packed(1, ids), ...packed(2, values)]));
  }
  for (const [names, id] of locs) {
    const lines = names
      .split('|')
      .reverse()
      .flatMap((n) => bytes(4, [...int(1, fn(n)), ...int(2, 10 + fn(n))]));
    out.push(...bytes(4, [...int(1, id), ...lines]));
  }
  for (const [name, id] of fns)
    out.push(...bytes(5, [...int(1, id), ...int(2, s(name)), ...int(4, s(`/src/${name}.go`))]));
  return Uint8Array.from([...out, ...texts.flatMap(str)]);
}
