/**
 * Several files as one: added up, or the difference of sources and bases, as `go tool pprof A B`, `-base` and
 * `-diff_base` do it (profile/merge.go). Equal functions, locations and stacks are merged into one.
 */
import { Problem } from '../../base/problem';
import type { Columns } from '../columns';
import type { Difference } from '../model';
import { sameDimension, scale } from '../part/scale';
import type { Combined, CombineOptions, Normalize, ValueType } from '../types';
import { Merged } from './merged';

export interface Combination {
  readonly columns: Columns;
  readonly difference: Difference | undefined;
  readonly combined: Combined;
}

/** Throws `profile.combine` when the files have nothing in common that could be added. */
export function combine(files: readonly Columns[], options: CombineOptions = {}): Combination {
  const { sources = files.length, ofBase = false, normalize = 'none' } = options;
  const bases = files.length - sources;
  if (sources < 1 || bases < 0)
    throw new Problem('profile.combine', 'There is no profile to compare with the base.', {
      next: 'Choose at least one profile beside the base.',
    });
  if (normalize === 'total' && bases === 0)
    throw new Problem('profile.combine', 'There is no base whose total the profiles could be scaled to.', {
      next: 'Choose a base, or leave them as they are.',
    });
  const types = commonTypes(files);
  const merged = new Merged(
    types,
    files.reduce((n, c) => n + c.samples, 0),
    bases > 0,
  );
  const factors = files.map((c) => types.map((t) => factor(c, t) * rate(c, normalize)));
  if (normalize === 'total') scaleToBase(files, types, factors, sources);
  files.forEach((c, i) => {
    merged.add(
      c,
      types.map((t) => indexOf(c, t)),
      factors[i] as readonly number[],
      i < sources ? 'source' : 'base',
      normalize !== 'duration',
    );
  });
  return { ...merged.finish(files, sources, ofBase), combined: { sources, bases, ofBase, normalize } };
}

/** Value types that all files have, in the first one's order and in the finest unit of any. */
function commonTypes(files: readonly Columns[]): ValueType[] {
  const [first, ...others] = files;
  const common = (first?.sampleTypes ?? []).filter((t) => others.every((c) => c.sampleTypes.some((o) => alike(t, o))));
  if (common.length === 0) {
    const names = files.map((c) => c.sampleTypes.map((t) => t.type).join(', '));
    throw new Problem('profile.combine', `These profiles count different things: ${[...new Set(names)].join(' / ')}.`, {
      next: 'Choose profiles of one kind.',
    });
  }
  return common.map((t) => {
    let { unit } = t;
    for (const c of others) {
      const other = c.sampleTypes.find((o) => alike(t, o))?.unit ?? unit;
      if (scale(1, other, unit)[0] < 1) unit = other;
    }
    return { type: t.type, unit };
  });
}

/** pprof ignores a final s of the type. */
function alike(a: ValueType, b: ValueType): boolean {
  return a.type.replace(/s$/, '') === b.type.replace(/s$/, '') && sameDimension(a.unit, b.unit);
}

function indexOf(c: Columns, type: ValueType): number {
  return c.sampleTypes.findIndex((t) => alike(t, type));
}

function factor(c: Columns, type: ValueType): number {
  const own = c.sampleTypes[indexOf(c, type)]?.unit ?? type.unit;
  return own === type.unit ? 1 : scale(1, own, type.unit)[0];
}

function rate(c: Columns, normalize: Normalize): number {
  if (normalize !== 'duration') return 1;
  if (c.durationNanos <= 0)
    throw new Problem(
      'profile.combine',
      'One of the profiles does not tell how long its capture took, so that nothing can be said per second.',
      { next: 'Compare them as they are, or by their totals.' },
    );
  return 1e9 / c.durationNanos;
}

function scaleToBase(
  files: readonly Columns[],
  types: readonly ValueType[],
  factors: number[][],
  sources: number,
): void {
  types.forEach((t, k) => {
    const sum = (from: number, to: number) =>
      files
        .slice(from, to)
        .reduce(
          (n, c, i) => n + plainSum(c.values[indexOf(c, t)]) * ((factors[from + i] as readonly number[])[k] as number),
          0,
        );
    const source = sum(0, sources);
    const ratio = source === 0 ? 0 : sum(sources, files.length) / source;
    for (let i = 0; i < sources; i++) (factors[i] as number[])[k] = ((factors[i] as number[])[k] as number) * ratio;
  });
}

function plainSum(values: Float64Array | undefined): number {
  let sum = 0;
  for (const v of values ?? []) sum += v;
  return sum;
}
