/** What makes goroutines of two dumps comparable: their stack and their creator, whatever the form of the dumps. */
import type { GoroutineDump, GoroutineGroup, StackFrame } from '../../types';

/** debug=2 hides the runtime's own frames while debug=1 and the binary form show them, so a key leaves them out. */
const HIDDEN = /^(runtime\.[^A-Z]|panic$)/;

export type KeyOf = (group: GoroutineGroup) => string;

/**
 * Keys that are the same in all these dumps. Creators are part of a key if every dump has creators. Frames get a number
 * each, so that a key of a deep stack stays short.
 */
export function keysOf(dumps: readonly GoroutineDump[]): KeyOf {
  const created = dumps.every((d) => d.groups.some((g) => g.createdBy !== undefined));
  const numbers = new Map<string, number>();
  const known = new Map<StackFrame, number>();
  const number = (f: StackFrame): number => {
    let n = known.get(f);
    if (n !== undefined) return n;
    const text = `${f.name}\n${f.line}`;
    n = HIDDEN.test(f.name) ? -1 : (numbers.get(text) ?? numbers.size);
    if (n >= 0) numbers.set(text, n);
    known.set(f, n);
    return n;
  };
  return ({ stack, createdBy, elided }) => {
    const frames: number[] = [];
    for (const f of stack) {
      const n = number(f);
      if (n >= 0) frames.push(n);
    }
    return `${frames.join(',')}${elided ? '…' : ''}${created && createdBy ? `\n${number(createdBy)}` : ''}`;
  };
}
