/** How the values of a line or function are told beside it, and how hot they are. */
import { percent, value } from '../base/format';
import type { Value } from './place';

/** What values are of. */
export interface Whole {
  readonly total: number;
  /** The profile's own. */
  readonly unit: string;
}

/** "cum 1.2 s · 34.0 %, flat 0.2 s". What is all its own is told once. */
export function valueText({ flat, cum }: Value, { total, unit }: Whole): string {
  const share = (v: number): string => (total === 0 ? '' : ` · ${percent(v / total)}`);
  if (flat === cum) return `flat ${value(flat, unit)}${share(flat)}`;
  return `cum ${value(cum, unit)}${share(cum)}${flat === 0 ? '' : `, flat ${value(flat, unit)}`}`;
}

export type Heat = 0 | 1 | 2 | 3;

/** Least share of the total for heat 1 to 3: a hundredth is worth a look, a fifth is where the work is. */
const HEATS = [0.01, 0.05, 0.2] as const;

/** By the share of the profile that passes through; of a difference by how much changed, either way. */
export function heatOf({ cum }: Value, { total }: Whole): Heat {
  const share = total === 0 ? 0 : Math.abs(cum / total);
  return share >= HEATS[2] ? 3 : share >= HEATS[1] ? 2 : share >= HEATS[0] ? 1 : 0;
}

/** Lines that "Next Hot Line" goes to: those with heat, or where there are none those with a value of their own. */
export function hotLines<T extends Value>(lines: readonly T[], whole: Whole): readonly T[] {
  const hot = lines.filter((l) => heatOf(l, whole) > 0);
  return hot.length > 0 ? hot : lines.filter((l) => l.flat !== 0);
}
