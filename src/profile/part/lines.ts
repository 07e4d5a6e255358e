/**
 * What a part's expressions say about each line of the columns: which lines are left out, which choose samples, where
 * stacks begin. Like pprof (profile/filter.go), it matches focus and ignore against locations, that is all frames
 * inlined into one another, not against single frames.
 */
import { NONE, UNKNOWN, type Columns } from '../columns';
import { rootMarks } from '../layers/roots';
import type { Part } from '../answers';
import { pattern } from './pattern';

export interface LineMarks {
  /** 0 = left out. */
  readonly kept: Uint8Array;
  /** True when any is left out. */
  readonly some: boolean;
  /** FOCUSED, IGNORED or 0; undefined when samples are not chosen by their frames. */
  readonly chosen: Uint8Array | undefined;
  /** 1 where a stack may begin for showFrom. */
  readonly begins: Uint8Array | undefined;
  /** As `rootMarks` gives them, for cut. */
  readonly roots: Uint8Array | undefined;
}

export const FOCUSED = 1;
export const IGNORED = 2;

type Test = (text: string) => boolean;

export function markLines(c: Columns, part: Part): LineMarks {
  const lines = c.lineFn.length;
  const kept = new Uint8Array(lines).fill(1);
  const option = (text: string | undefined, what: string): Matches | undefined =>
    text === undefined || text === '' ? undefined : new Matches(c, pattern(text, what));
  const focus = option(part.focus, 'focus');
  const ignore = option(part.ignore, 'ignore');
  const hide = option(part.hide, 'hide');
  const show = option(part.show, 'show');
  const showFrom = option(part.showFrom, 'show from');
  const chosen = focus || ignore || hide || show ? new Uint8Array(lines) : undefined;
  const begins = showFrom ? new Uint8Array(lines) : undefined;
  let some = false;
  for (let l = 0; l < c.locAddress.length; l++) {
    const from = c.lineAt[l] as number;
    const to = c.lineAt[l + 1] as number;
    if (chosen)
      chosen.fill(
        ignore?.location(l, from, to) === true ? IGNORED : !focus || focus.location(l, from, to) ? FOCUSED : 0,
        from,
        to,
      );
    if (hide?.binary(l) === true) kept.fill(0, from, to);
    else if (hide) for (let k = from; k < to; k++) if (hide.line(k)) kept[k] = 0;
    // A location that has only a placeholder has no line that could match.
    if (show && (c.lineFn[from] as number) >= c.fnKnown) kept.fill(0, from, to);
    else if (show && !show.binary(l)) for (let k = from; k < to; k++) if (!show.line(k)) kept[k] = 0;
    if (showFrom && begins) beginAt(l, from, to, showFrom, begins);
    if (part.noInlines === true) outermost(from, to);
    for (let k = from; k < to && !some; k++) some = kept[k] === 0;
  }
  return { kept, some, chosen, begins, roots: part.cut === true ? rootMarks(c) : undefined };

  /** Lines above the outermost one that matches are left out, wherever the location occurs. */
  function beginAt(l: number, from: number, to: number, re: Matches, at: Uint8Array): void {
    let last = to - 1;
    if (!re.binary(l)) while (last >= from && !(kept[last] === 1 && re.line(last))) last--;
    if (last < from) return;
    at.fill(1, from, last + 1);
    kept.fill(0, last + 1, to);
  }

  function outermost(from: number, to: number): void {
    let found = false;
    for (let k = to - 1; k >= from; k--) {
      if (found) kept[k] = 0;
      found ||= kept[k] === 1;
    }
  }
}

/** Where one expression matches; it runs once for each function and binary. */
class Matches {
  readonly #fns: Uint8Array;
  readonly #binaries: Uint8Array;

  constructor(
    private readonly c: Columns,
    test: Test,
  ) {
    this.#fns = Uint8Array.from(c.fnName, (name, f) =>
      f < c.fnKnown && (test(name === UNKNOWN ? '' : name) || test(c.fnFile[f] ?? '')) ? 1 : 0,
    );
    this.#binaries = Uint8Array.from(c.mappings, (m) => (test(m.file) ? 1 : 0));
  }

  line(k: number): boolean {
    return this.#fns[this.c.lineFn[k] as number] === 1;
  }

  binary(l: number): boolean {
    const m = this.c.locMapping[l] as number;
    return m !== NONE && this.#binaries[m] === 1;
  }

  location(l: number, from: number, to: number): boolean {
    for (let k = from; k < to; k++) if (this.line(k)) return true;
    return this.binary(l);
  }
}
