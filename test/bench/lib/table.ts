/** The rows for a person and for a program. */
import type { Row } from '../types';

export interface JsonCase {
  readonly name: string;
  /** null: the case could not run. */
  readonly value: number | null;
  readonly unit: string;
  readonly peer: string | null;
  readonly peerValue: number | null;
  /** value / peerValue. */
  readonly ratio: number | null;
  readonly limit: string | null;
  readonly ok: boolean;
}

export function ratio({ value, peerValue }: Row): number | undefined {
  return peerValue === undefined || peerValue === 0 ? undefined : value / peerValue;
}

export function isOk(row: Row): boolean {
  if (!row.limit) return true;
  const judged = row.limit.of === 'ratio' ? ratio(row) : row.value;
  if (judged === undefined) return false;
  return 'most' in row.limit ? judged <= row.limit.most : judged >= row.limit.least;
}

function limitText({ limit, unit }: Row): string | undefined {
  if (!limit) return undefined;
  const bound = 'most' in limit ? `<= ${limit.most.toLocaleString('en')}` : `>= ${limit.least.toLocaleString('en')}`;
  return `${bound} ${limit.of === 'ratio' ? 'x' : unit}`.trim();
}

export function toJson(row: Row): JsonCase {
  return {
    name: row.name,
    value: rounded(row.value),
    unit: row.unit,
    peer: row.peer ?? null,
    peerValue: row.peerValue === undefined ? null : rounded(row.peerValue),
    ratio: ratio(row) === undefined ? null : rounded(ratio(row) ?? 0),
    limit: limitText(row) ?? null,
    ok: isOk(row),
  };
}

/** For a case that could not run. */
export function failedJson(name: string): JsonCase {
  return { name, value: null, unit: '', peer: null, peerValue: null, ratio: null, limit: null, ok: false };
}

/** Four digits that count; more would be noise. */
function rounded(n: number): number {
  return Number.isInteger(n) ? n : Number(n.toPrecision(4));
}

const COLUMNS = [
  ['case', 62],
  ['ours', 12],
  ['from … to', 17],
  ['peer', 12],
  ['ratio', 7],
  ['limit', 15],
  ['', 6],
] as const;
const cells = (texts: readonly string[]): string =>
  texts
    .map((t, i) => {
      const width = COLUMNS[i]?.[1] ?? 0;
      return i === 0 || i >= 5 ? t.padEnd(width) : t.padStart(width);
    })
    .join('  ')
    .trimEnd();

export const header = cells(COLUMNS.map(([name]) => name));

/** One line, and the peer's name on the next. */
export function line(row: Row): string {
  const digits = (n: number | undefined): string =>
    n === undefined
      ? ''
      : Math.abs(n) >= 100 || Number.isInteger(n)
        ? Math.round(n).toLocaleString('en')
        : n.toFixed(Math.abs(n) >= 10 ? 1 : 2);
  const r = ratio(row);
  const text = cells([
    row.name,
    `${digits(row.value)} ${row.unit}`,
    row.spread ? `${digits(row.spread[0])} … ${digits(row.spread[1])}` : '',
    digits(row.peerValue),
    r === undefined ? '' : `${r.toFixed(2)} x`,
    limitText(row) ?? '',
    row.limit ? (isOk(row) ? 'ok' : 'MISSED') : '',
  ]);
  return row.peer === undefined ? text : `${text}\n    against: ${row.peer}`;
}
