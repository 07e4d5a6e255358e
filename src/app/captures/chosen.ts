/** Which captures a command is about, and what is asked before they are deleted. */
import { count } from '../../base/format';
import { isGroupRow, type GroupRow, type Row } from '../../captures/groups';
import type { Capture } from '../../captures/types';

/**
 * The rows that a command is about: those given by a menu (`clicked`, and `all` that are selected), else the selection
 * of the list.
 */
export function chosenRows(selection: readonly Row[], clicked: unknown, all: unknown): readonly Row[] {
  if (Array.isArray(all) && all.length > 0 && all.every(isRow))
    return isRow(clicked) && !all.some((r) => r === clicked) ? [clicked] : all;
  if (isRow(clicked)) return [clicked];
  return selection;
}

/** The captures of these rows, each once: a group stands for its members. */
export function capturesOf(rows: readonly Row[]): readonly Capture[] {
  return [...new Map(rows.flatMap((r) => (isGroupRow(r) ? r.members : [r])).map((c) => [c.file, c])).values()];
}

/** The one group that these rows are. */
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

/** What our editor shows, alone or put together with others. */
export function isProfile({ info }: Capture): boolean {
  return info.kind !== 'trace' && info.kind !== 'metrics';
}

/** Asked before captures are deleted. `group`: the name of the group that they are; `tabs`: how many show them. */
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

/** What happens to the tabs of captures that are deleted; '' when none is open. */
function closing(tabs: number, captures: number): string {
  if (tabs === 0) return '';
  if (tabs > 1) return `The ${tabs} tabs that show ${captures === 1 ? 'it' : 'them'} are closed.`;
  return captures === 1 ? 'Its tab is closed.' : 'The tab that shows one of them is closed.';
}
