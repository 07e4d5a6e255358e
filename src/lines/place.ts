/**
 * Where the values of a profile's lines belong in a text that is no longer what was built. The build's line becomes one
 * of the text as it was first seen by how far its function moved (profiles of Go tell where each function began), and
 * that one a line of the text as it is now by comparing the two, function by function: undo, or moving a function,
 * needs no special care.
 */
import { common } from '../advice/diff';
import { readGo, type Declared, type GoText } from './declared';
import { symbolOf } from './symbol';

export interface Value {
  readonly flat: number;
  readonly cum: number;
}

/** A function of one file, as the profile has it. */
export interface FunctionValues extends Value {
  readonly name: string;
  /** Its first line in the build; 0 = unknown. */
  readonly start: number;
  /** True when it was inlined wherever it occurs. */
  readonly inlined: boolean;
  /** Lines of the build with values. */
  readonly lines: readonly number[];
}

/** What a profile says of one of its files. */
export interface FileValues {
  readonly functions: readonly FunctionValues[];
  /**
   * By line of the build. Several functions may meet on a line, a closure and what it stands in: a sample counts once.
   */
  readonly lines: ReadonlyMap<number, Value>;
}

export interface PlacedFunction {
  readonly values: FunctionValues;
  /** In the text as it is now. */
  readonly at: Declared;
}

/** `line` is one of the text as it is now. */
export interface PlacedLine extends Value {
  readonly line: number;
  /** Functions that it is in, a declared one and closures. */
  readonly names: readonly string[];
  /** True when lines were added or taken away since the build, in this function or right behind it. */
  readonly unsure: boolean;
}

export interface Placed {
  /** Declared ones, by line; closures count with their lines only. */
  readonly functions: readonly PlacedFunction[];
  /** By line. */
  readonly lines: readonly PlacedLine[];
  /** Functions that are not where they were built: the file is not the one that was built. */
  readonly moved: number;
  /** Functions with values that the text doesn't declare, or that lost their lines. */
  readonly gone: readonly string[];
}

/** A text that values were first placed in, read once. */
export interface Base {
  readonly lines: readonly string[];
  readonly go: GoText;
}

export function baseOf(text: string): Base {
  return { lines: text.split(/\r?\n/), go: readGo(text) };
}

/** `files`: those of the profile that are this one, which are several where builds of several folders are merged. */
export function place(files: readonly FileValues[], base: Base, text: string): Placed {
  const now = baseOf(text);
  const same = now.lines.length === base.lines.length && now.lines.every((l, i) => l === base.lines[i]);
  const maps = new Map<Declared, Map<number, number>>();
  const turn = (line: number, declared: Declared | undefined): number | undefined => {
    if (!declared) return line < 1 || line > base.lines.length ? undefined : outside(line, base, now, same);
    if (line < declared.line || line > declared.end) return undefined;
    if (same) return line;
    let map = maps.get(declared);
    if (!map) maps.set(declared, (map = mapped(base, declared, now, twin(declared, base.go, now.go))));
    return map.get(line);
  };

  const functions = new Map<Declared, PlacedFunction>();
  const lines = new Map<number, { flat: number; cum: number; readonly names: Set<string>; unsure: boolean }>();
  const gone: string[] = [];
  let moved = 0;
  for (const file of files) {
    const shifts = shiftsOf(file.functions, base.go);
    for (const shift of shifts.values()) if (shift !== 0) moved++;
    const unsure = unsureOf(shifts);
    const counted = new Set<number>();
    for (const f of file.functions) {
      const found = home(f, base.go, shifts);
      const at = found?.declared && (same ? found.declared : twin(found.declared, base.go, now.go));
      if (!found || (found.declared && !at)) {
        gone.push(f.name);
        continue;
      }
      // Two names of one function (a method value's wrapper, two builds in one profile): the one through which more
      // passes.
      if (at && !symbolOf(f.name).inner && Math.abs(f.cum) >= Math.abs(functions.get(at)?.values.cum ?? 0))
        functions.set(at, { values: f, at });
      for (const built of f.lines) {
        const line = turn(built + found.shift, found.declared);
        const value = file.lines.get(built);
        if (line === undefined || !value) continue;
        const known = lines.get(line) ?? { flat: 0, cum: 0, names: new Set<string>(), unsure: false };
        known.names.add(f.name);
        if (found.declared && unsure.has(found.declared)) known.unsure = true;
        if (!counted.has(built)) {
          known.flat += value.flat;
          known.cum += value.cum;
          counted.add(built);
        }
        lines.set(line, known);
      }
    }
  }
  return {
    functions: [...functions.values()].sort((a, b) => a.at.line - b.at.line),
    lines: [...lines]
      .map(([line, v]) => ({ line, flat: v.flat, cum: v.cum, names: [...v.names], unsure: v.unsure }))
      .sort((a, b) => a.line - b.line),
    moved,
    gone,
  };
}

/** How far declared functions are from where they were built, by those that the profile tells the start of. */
function shiftsOf(functions: readonly FunctionValues[], go: GoText): ReadonlyMap<Declared, number> {
  const found = new Map<Declared, number>();
  for (const f of functions) {
    const { declared, inner } = symbolOf(f.name);
    if (inner || f.start === 0) continue;
    const of = nearest(
      go.functions.filter((d) => declared.includes(d.key)),
      f.start,
    );
    if (of) found.set(of, of.line - f.start);
  }
  return found;
}

/** Functions whose next one moved by another number of lines: something changed in between, in them or behind them. */
function unsureOf(shifts: ReadonlyMap<Declared, number>): ReadonlySet<Declared> {
  const known = [...shifts.keys()].sort((a, b) => a.line - b.line);
  return new Set(
    known.filter((d, i) => {
      const next = known[i + 1];
      return next !== undefined && shifts.get(next) !== shifts.get(d);
    }),
  );
}

/** The declared function that one of the profile lies in, and how far it moved; undefined: there is none any more. */
function home(
  f: FunctionValues,
  go: GoText,
  shifts: ReadonlyMap<Declared, number>,
): { readonly declared: Declared | undefined; readonly shift: number } | undefined {
  const { declared: keys } = symbolOf(f.name);
  const line = f.start || f.lines[0] || 0;
  const known = go.functions.filter((d) => keys.includes(d.key));
  const within = (d: Declared): boolean =>
    d.line <= line + (shifts.get(d) ?? 0) && line + (shifts.get(d) ?? 0) <= d.end;
  // The likeliest name first: a closure may bear that of the function it was inlined into.
  for (const key of keys) {
    const declared = nearest(
      known.filter((d) => d.key === key && within(d)),
      line,
    );
    if (declared) return { declared, shift: shifts.get(declared) ?? 0 };
  }
  if (keys.length > 0) return undefined;
  // In a variable's function: sure only where it is known that nothing declared in the file moved.
  const moved = shifts.size === 0 || [...shifts.values()].some((s) => s !== 0);
  return moved || go.functions.some((d) => d.line <= line && line <= d.end)
    ? undefined
    : { declared: undefined, shift: 0 };
}

/** Several functions `init` have one name. */
function nearest(list: readonly Declared[], line: number): Declared | undefined {
  let best: Declared | undefined;
  for (const d of list) if (!best || Math.abs(d.line - line) < Math.abs(best.line - line)) best = d;
  return best;
}

/** The same function in the text as it is now: of several with one name the one in the same place among them. */
function twin(declared: Declared, base: GoText, now: GoText): Declared | undefined {
  const before = base.functions.filter((d) => d.key === declared.key);
  const after = now.functions.filter((d) => d.key === declared.key);
  return after.length === before.length ? after[before.indexOf(declared)] : undefined;
}

function mapped(base: Base, declared: Declared, now: Base, at: Declared | undefined): Map<number, number> {
  return at
    ? pairs(
        base.lines.slice(declared.line - 1, declared.end),
        now.lines.slice(at.line - 1, at.end),
        declared.line,
        at.line,
      )
    : new Map<number, number>();
}

/** A line outside of declared functions: by what is equal above and below it. */
function outside(line: number, base: Base, now: Base, same: boolean): number | undefined {
  if (same) return line;
  let head = 0;
  while (head < base.lines.length && base.lines[head] === now.lines[head]) head++;
  if (line <= head) return line;
  let tail = 0;
  while (tail < base.lines.length - head && base.lines.at(-1 - tail) === now.lines.at(-1 - tail)) tail++;
  return line > base.lines.length - tail ? line + now.lines.length - base.lines.length : undefined;
}

/** Above so many pairs of lines what differs is not compared: its lines lose their values. Some 10 ms. */
const MOST_PAIRS = 1_000_000;

/** Lines of `a` and the ones of `b` that they are now. A line that was changed in place is the same line. */
function pairs(a: readonly string[], b: readonly string[], from: number, to: number): Map<number, number> {
  const found = new Map<number, number>();
  const pair = (i: number, j: number): void => {
    found.set(from + i, to + j);
  };
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) {
    pair(head, head);
    head++;
  }
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) {
    tail++;
    pair(a.length - tail, b.length - tail);
  }
  const [x, y] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
  const equal = x.length * y.length > MOST_PAIRS ? [] : common(x, y);
  let [i, j] = [0, 0];
  for (const [p, q] of [...equal, [x.length, y.length] as const]) {
    // As many lines as before, or one that was parted: changed, not replaced.
    const changed = p - i === q - j ? p - i : p - i === 1 && q > j ? 1 : 0;
    for (let k = 0; k < changed; k++) pair(head + i + k, head + j + k);
    if (p < x.length && q < y.length) pair(head + p, head + q);
    [i, j] = [p + 1, q + 1];
  }
  return found;
}
