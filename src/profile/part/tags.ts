/** Filters by label, as pprof's `-tagfocus` and `-tagignore` take them (internal/driver/driver_focus.go). */
import { Problem } from '../../base/problem';
import type { Label } from '../columns';
import type { LabelSets } from './labels';
import { pattern } from './pattern';
import { scale } from './scale';

type Match = (labels: readonly Label[]) => boolean;

/** 1 for each label set that matches the filter. Throws `profile.pattern`. */
export function tagMask({ sets, units }: LabelSets, filter: string, what: string): Uint8Array {
  const match = compile(filter, units, what);
  return Uint8Array.from(sets, (labels) => (match(labels) ? 1 : 0));
}

function compile(filter: string, units: ReadonlyMap<string, string>, what: string): Match {
  const eq = filter.indexOf('=');
  const key = eq < 0 ? '' : filter.slice(0, eq);
  const value = filter.slice(eq + 1);
  const within = range(value, what);
  if (within)
    return (labels) =>
      labels.some(
        (l) => typeof l.value === 'number' && (key === '' || l.key === key) && within(l.value, units.get(l.key) ?? ''),
      );
  const expressions = value.split(',').map((e) => pattern(e, what));
  if (key === '')
    return (labels) =>
      expressions.every((re) => labels.some((l) => typeof l.value === 'string' && re(`${l.key}:${l.value}`)));
  return (labels) =>
    labels.some((l) => l.key === key && typeof l.value === 'string' && expressions.some((re) => re(l.value as string)));
}

/** "32kb", ":64kb", "4mb:", "12kb:64mb", ends included; undefined for anything else, which is an expression. */
function range(text: string, what: string): ((value: number, unit: string) => boolean) | undefined {
  const found = /^(:)?([+-]?\d+)([A-Za-z]+)?(?:(:)(?:([+-]?\d+)([A-Za-z]+)?)?)?$/.exec(text);
  if (!found) return undefined;
  const [, upTo, low = '', unit = '', from, high, highUnit = ''] = found;
  if (upTo !== undefined && from !== undefined) return undefined;
  const number = (digits: string) => {
    const n = Number(digits);
    if (!Number.isSafeInteger(n))
      throw new Problem('profile.pattern', `${what}: ${digits} is too large a number.`, {
        next: 'Write it with a larger unit, for example 4gb.',
      });
    return n;
  };
  const [a, scaledUnit] = scale(number(low), unit, unit);
  const compare = (holds: (v: number) => boolean) => (value: number, u: string) => {
    const [v, to] = scale(value, u, scaledUnit);
    return to === scaledUnit && holds(v);
  };
  if (high !== undefined) {
    const [b, otherUnit] = scale(number(high), highUnit, scaledUnit);
    return otherUnit === scaledUnit ? compare((v) => v >= a && v <= b) : undefined;
  }
  return compare(upTo !== undefined ? (v) => v <= a : from !== undefined ? (v) => v >= a : (v) => v === a);
}
