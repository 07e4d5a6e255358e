/** Values of fields as they are shown: short, and never those of a Secret. */
import type { Difference } from './diff';
import { pathText } from './paths';
import { HIDDEN } from './objects';
import type { FieldChange } from './types';

/** Longest value that is shown, in characters of its JSON. */
const LONGEST = 160;
/** Changes kept of one update, with their values. */
export const MOST_CHANGES = 12;

/** As JSON, but a single word without quotes; cut. */
function shown(v: unknown): string | undefined {
  if (v === undefined) return undefined;
  const text = typeof v === 'string' && /^[\w./:@+-]{1,160}$/.test(v) ? v : JSON.stringify(v);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** `secret`: the object is a Secret, whose values are hidden. */
export function fieldChange({ path, before, after }: Difference, secret: boolean): FieldChange {
  const hidden = secret && (path[0] === 'f:data' || path[0] === 'f:stringData');
  const of = (v: unknown): string | undefined => (hidden && v !== undefined ? HIDDEN : shown(v));
  return { path: pathText(path), before: of(before), after: of(after) };
}
