/** Which captures a command applies to, and the question before they are deleted. */
import { count } from '../../base/format';
import { isGroupRow, type GroupRow, type Row } from '../../captures/groups';
import type { Capture } from '../../captures/types';

/**
 * The rows that a command applies to: the ones that a menu passes (`clicked`, and `all` selected rows), else the list's
 * selection.
 */
export function chosenRows(selection: readonly Row[], clicked: unknown, all: unknown): readonly Row[] {
  if (Array.isArray(all) && all.length > 0 && all.every(isRow))
    return isRow(clicked) && !all.some((r) => r === clicked) ? [clicked] : all;
  if (isRow(clicked)) return [clicked];
  return selection;
}

/** The captures of these rows without duplicates; a group is replaced by its members. */
export function capturesOf(rows: readonly Row[]): readonly Capture[] {
  return [...new Map(rows.flatMap((r) => (isGroupRow(r) ? r.members : [r])).map((c) => [c.file, c])).values()];
}

/** The group, if these rows are exactly one group. */
export function groupOfRows([row, second]: readonly Row[]): GroupRow | undefined {
  return row && !second && isGroupRow(row) ? row : undefined;
}

function isRow(v: unknown): v is Row {
  if (typeof v !== 'object' || v === null) return false;
  const { file, info, group, members } = v as { file?: unknown; info?: unknown; group?: unknown; members?: unknown };
  return (
    (typeof file === 'string' && typeof info === 'object') || (typeof group === 'object' && Array.isArray(members))
  );
}

/** True for what the profile editor can show, alone or combined with others. */
export function isProfile({ info }: Capture): boolean {
  return info.kind !== 'trace' && info.kind !== 'metrics';
}

/**
 * The question before captures are deleted. `group`: the name of the group that they make up; `tabs`: how many tabs
 * show them.
 */
export function deleteQuestion(
  captures: readonly [Capture, ...Capture[]],
  group: string | undefined,
  tabs: number,
): { readonly title: string; readonly detail: string } {
  const [{ info }] = captures;
  const n = captures.length;
  const one = n === 1;
  const captured = count(n, 'capture');
  const what = one ? `the capture "${info.name}"` : group === undefined ? captured : `the ${captured} of "${group}"`;
  const files = one
    ? 'The file is removed for good. Export it first to keep it.'
    : 'The files are removed for good. Export first what you want to keep.';
  return { title: `Delete ${what}?`, detail: [files, closing(tabs, n)].filter((s) => s !== '').join(' ') };
}

/** What happens to the open tabs of deleted captures; '' when there are none. */
function closing(tabs: number, captures: number): string {
  if (tabs === 0) return '';
  if (tabs > 1) return `The ${tabs} tabs that show ${captures === 1 ? 'it' : 'them'} are closed.`;
  return captures === 1 ? 'Its tab is closed.' : 'The tab that shows one of them is closed.';
}
