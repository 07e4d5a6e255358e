import { expect, it } from 'vitest';
import { groupDescription, groupTooltip, isGroupRow, rowsOf } from '../../../src/captures/groups';
import type { Capture, CaptureGroup, CaptureInfo } from '../../../src/captures/types';

const at = new Date(2026, 10, 23, 14, 32).getTime();
function capture(file: string, minutes: number, group?: CaptureGroup, over: Partial<CaptureInfo> = {}): Capture {
  return {
    file,
    bytes: 1024,
    problem: undefined,
    info: {
      version: 1,
      name: file,
      kind: 'cpu',
      at: at + minutes * 60_000,
      seconds: 30,
      context: 'kind',
      namespace: 'prod',
      workload: 'w',
      pod: `w-${file}`,
      url: '',
      leader: false,
      image: '',
      ...over,
      ...(group && { group }),
    },
  };
}
const pair: CaptureGroup = { id: 'p', name: 'Heap before and after w', kind: 'pair' };
const series: CaptureGroup = { id: 's', name: 'CPU w, every 5 min', kind: 'series' };
const shape = (rows: ReturnType<typeof rowsOf>): unknown =>
  rows.map((r) => (isGroupRow(r) ? { [r.group.id]: r.members.map((m) => m.file) } : r.file));

it('puts captures that were taken together under one row, where the newest of them would stand', () => {
  // As the store lists them, newest first.
  const all = [
    capture('e', 5, series),
    capture('d', 4, pair),
    capture('c', 3),
    capture('b', 2, pair),
    capture('a', 1, series),
  ];
  expect(shape(rowsOf(all))).toEqual([{ s: ['e', 'a'] }, { p: ['b', 'd'] }, 'c']);
});

it('shows the last one of a group alone', () => {
  expect(shape(rowsOf([capture('b', 2, pair), capture('a', 1, series), capture('0', 0, series)]))).toEqual([
    'b',
    { s: ['a', '0'] },
  ]);
});

it('says what is in a group', () => {
  const members = [capture('a', 0, pair, { kind: 'heap' }), capture('b', 1, pair, { kind: 'heap' })];
  expect(groupDescription({ group: pair, members }, at)).toBe('14:33 · 2 captures · 2 KiB');
  expect(groupTooltip({ group: pair, members }, at)).toEqual([
    'Before and after: Heap',
    'From w-a, w-b',
    'today 14:32 to today 14:33',
    '2 KiB',
  ]);
});
