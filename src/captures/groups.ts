/** Captures as they are listed: those that were taken together under one row. Pure. */
import { bytes, count } from '../base/format';
import { when } from './describe';
import { kindLabel } from './kinds';
import type { Capture, CaptureGroup } from './types';

export interface GroupRow {
  readonly group: CaptureGroup;
  /** Two at least, the oldest first; in a series the newest first. */
  readonly members: readonly Capture[];
}

export type Row = Capture | GroupRow;

export function isGroupRow(row: Row): row is GroupRow {
  return 'members' in row;
}

/**
 * `captures` newest first, as the store lists them; a group takes the place of its newest member. The last member of a
 * group is listed without the group.
 */
export function rowsOf(captures: readonly Capture[]): readonly Row[] {
  const members = new Map<string, Capture[]>();
  for (const capture of captures) {
    const id = capture.info.group?.id;
    if (id === undefined) continue;
    const of = members.get(id);
    if (of) of.push(capture);
    else members.set(id, [capture]);
  }
  const rows: Row[] = [];
  for (const capture of captures) {
    const { group } = capture.info;
    const of = group && members.get(group.id);
    if (!group || !of || of.length < 2) rows.push(capture);
    else if (of[0] === capture) rows.push({ group, members: group.kind === 'series' ? of : [...of].reverse() });
  }
  return rows;
}

/** Dim text after a group's name: "14:32 · 3 captures · 1.2 MiB"; with the day, unless it is today. */
export function groupDescription({ members }: GroupRow, now: number): string {
  const [first] = members;
  const at = Math.max(...members.map((m) => m.info.at));
  return [first ? when(at, now).replace(/^today /, '') : '', count(members.length, 'capture'), bytes(sizeOf(members))]
    .filter((s) => s !== '')
    .join(' · ');
}

/** Lines of a group's tooltip: what is in it. */
export function groupTooltip({ group, members }: GroupRow, now: number): readonly string[] {
  const kinds = [...new Set(members.map((m) => kindLabel(m.info.kind)))].join(', ');
  const from = [...new Set(members.map((m) => m.info.pod || m.info.url))].filter((s) => s !== '');
  const span = [
    ...new Set(
      [Math.min(...members.map((m) => m.info.at)), Math.max(...members.map((m) => m.info.at))].map((at) =>
        when(at, now),
      ),
    ),
  ].join(' to ');
  return [
    `${TOGETHER[group.kind]}: ${kinds}`,
    from.length === 0
      ? ''
      : `From ${from.slice(0, 8).join(', ')}${from.length > 8 ? `, and ${from.length - 8} more` : ''}`,
    span,
    bytes(sizeOf(members)),
  ].filter((s) => s !== '');
}

const TOGETHER: Readonly<Record<CaptureGroup['kind'], string>> = {
  replicas: 'All replicas at once',
  everything: 'Everything of one window',
  pair: 'Before and after',
  series: 'Taken again and again',
};

function sizeOf(members: readonly Capture[]): number {
  return members.reduce((sum, m) => sum + m.bytes, 0);
}
