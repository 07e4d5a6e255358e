/** Opening several profiles as one: one against another, or the sum of many. */
import * as vscode from 'vscode';
import { count } from '../../base/format';
import { Problem } from '../../base/problem';
import { treeDescription } from '../../captures/describe';
import { isGroupRow, type Row } from '../../captures/groups';
import type { Capture } from '../../captures/types';
import type { Normalize } from '../../profile/types';
import { openProfileFile, type CapturesApi } from '../captures/index';
import { severalUri } from './several';

/** Lengths of two captures that differ by less than this part of the longer one are taken as equal. */
const SAME_LENGTH = 0.02;

interface Chosen {
  readonly uri: vscode.Uri;
  readonly name: string;
  readonly capture: Capture | undefined;
}

const chosen = (capture: Capture): Chosen => ({ uri: vscode.Uri.file(capture.file), name: capture.info.name, capture });

/** "Compare with…" of a page: asks for what this one is compared with, and opens the two as one. */
export async function compareWith(captures: CapturesApi, after: vscode.Uri): Promise<void> {
  const list = await captures.store.list();
  const own = list.find((c) => c.file === after.fsPath);
  const base = await pickBase(
    list.filter((c) => c !== own),
    own,
  );
  if (!base) return;
  await open(own ? chosen(own) : { uri: after, name: nameOf(after), capture: undefined }, base);
}

/** Two captures of the list: the newer one against the older. */
export async function compareCaptures(captures: CapturesApi, clicked: unknown, all: unknown): Promise<void> {
  const some = await theseOrPicked(captures, clicked, all, 'Compare two captures');
  if (some.length === 0) return;
  if (some.length === 1) {
    await compareWith(captures, vscode.Uri.file(some[0]!.file));
    return;
  }
  if (some.length > 2)
    throw new Problem('pages.twoAtATime', `${count(some.length, 'capture')} are selected; a comparison takes two.`, {
      next: 'Select two of them, or merge them.',
    });
  const [before, after] = [...some].sort((a, b) => a.info.at - b.info.at);
  await open(chosen(after!), chosen(before!));
}

/** The sum of the selected captures. */
export async function mergeCaptures(captures: CapturesApi, clicked: unknown, all: unknown): Promise<void> {
  const some = await theseOrPicked(captures, clicked, all, 'Merge captures');
  if (some.length === 0) return;
  if (some.length === 1)
    throw new Problem('pages.oneAlone', 'One capture alone is its own sum.', {
      next: 'Select two or more captures and merge them.',
    });
  const [first] = some;
  const title = some.every((c) => c.info.name === first!.info.name)
    ? `${first!.info.name} × ${some.length}`
    : `${first!.info.name} and ${some.length - 1} more, merged`;
  await openProfileFile(
    severalUri({ files: some.map((c) => vscode.Uri.file(c.file)), sources: some.length, normalize: 'none' }, title),
  );
}

async function open(after: Chosen, before: Chosen): Promise<void> {
  const title = after.name === before.name ? `${after.name}, change` : `${after.name} against ${before.name}`;
  await openProfileFile(
    severalUri(
      { files: [after.uri, before.uri], sources: 1, normalize: scaling(after.capture, before.capture) },
      title,
    ),
  );
}

/** Captures of different length are compared per second; others as they are, until the person says otherwise. */
function scaling(a: Capture | undefined, b: Capture | undefined): Normalize {
  const [x = 0, y = 0] = [a?.info.seconds, b?.info.seconds];
  return x > 0 && y > 0 && Math.abs(x - y) > SAME_LENGTH * Math.max(x, y) ? 'duration' : 'none';
}

/** Captures of the same kind first, those of the same workload before all others; and any file. */
async function pickBase(list: readonly Capture[], own: Capture | undefined): Promise<Chosen | undefined> {
  const rank = ({ info }: Capture): number =>
    own ? (info.kind === own.info.kind ? 2 : 0) + (info.workload === own.info.workload ? 1 : 0) : 0;
  const items = [...list]
    .sort((a, b) => rank(b) - rank(a))
    .map((capture) => ({ label: capture.info.name, description: treeDescription(capture, Date.now()), capture }));
  const file = { label: '$(folder-opened) A file…', alwaysShow: true, capture: undefined };
  const item = await vscode.window.showQuickPick([...items, file], {
    title: 'Compare with',
    placeHolder: 'The profile to compare with: what was before',
    matchOnDescription: true,
  });
  if (!item) return undefined;
  if (item.capture) return chosen(item.capture);
  const [uri] = (await vscode.window.showOpenDialog({ title: 'Compare with', openLabel: 'Compare' })) ?? [];
  return uri && { uri, name: nameOf(uri), capture: undefined };
}

/** Those that a menu gives, else picked from the list. */
async function theseOrPicked(
  captures: CapturesApi,
  clicked: unknown,
  all: unknown,
  title: string,
): Promise<readonly Capture[]> {
  const rows = (Array.isArray(all) && all.length > 0 ? all : [clicked]).filter(
    (r): r is Row => typeof r === 'object' && r !== null,
  );
  const given = [...new Set(rows.flatMap((r) => (isGroupRow(r) ? r.members : [r])))].filter(
    (c) => typeof c.file === 'string',
  );
  if (given.length > 0) return given;
  const list = await captures.store.list();
  if (list.length === 0)
    throw new Problem('pages.noCaptures', 'There are no captures yet.', { next: 'Profile a controller first.' });
  const items = list.map((capture) => ({
    label: capture.info.name,
    description: treeDescription(capture, Date.now()),
    capture,
  }));
  return ((await vscode.window.showQuickPick(items, { title, canPickMany: true, matchOnDescription: true })) ?? []).map(
    (i) => i.capture,
  );
}

function nameOf(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}
