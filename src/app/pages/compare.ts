/** Opens several profiles as one: a comparison, or the sum of many. */
import { count } from '../../base/format';
import { Problem } from '../../base/problem';
import { treeDescription } from '../../captures/describe';
import { isGroupRow, type Row } from '../../captures/groups';
import type { CaptureStore } from '../../captures/store';
import type { Capture } from '../../captures/types';
import type { Normalize } from '../../profile/types';
import type { Choice, Picker } from '../editor';
import { fileNameOf, type FileDialogs, type FileUri } from './panel';
import type { Several } from './several';

export interface CompareDeps<U extends FileUri = FileUri> {
  readonly store: Pick<CaptureStore, 'list'>;
  readonly picker: Picker;
  readonly dialogs: FileDialogs<U>;
  /** The URI of a file on this machine. */
  readonly uriOf: (file: string) => U;
  /** Opens the files as one, in a tab with this title. */
  readonly open: (several: Several<U>, title: string) => PromiseLike<void>;
}

/** Two captures whose lengths differ by less than this share of the longer one count as equally long. */
const SAME_LENGTH = 0.02;

interface Chosen<U> {
  readonly uri: U;
  readonly name: string;
  readonly capture: Capture | undefined;
}

/** "Compare with…" of a page: asks for the base, and opens the two as one. */
export async function compareWith<U extends FileUri>(after: U, deps: CompareDeps<U>): Promise<void> {
  const list = await deps.store.list();
  const own = list.find((c) => c.file === after.fsPath);
  const base = await pickBase(
    list.filter((c) => c !== own),
    own,
    deps,
  );
  if (!base) return;
  await openPair(own ? chosen(own, deps) : { uri: after, name: fileNameOf(after), capture: undefined }, base, deps);
}

/** Compares two captures of the list: the newer one with the older one as base. */
export async function compareCaptures<U extends FileUri>(
  clicked: unknown,
  all: unknown,
  deps: CompareDeps<U>,
): Promise<void> {
  const some = await theseOrPicked(clicked, all, 'Compare two captures', deps);
  if (some.length === 0) return;
  if (some.length === 1) {
    await compareWith(deps.uriOf(some[0]!.file), deps);
    return;
  }
  if (some.length > 2)
    throw new Problem('pages.twoAtATime', `${count(some.length, 'capture')} are selected; a comparison takes two.`, {
      next: 'Select two of them, or merge them.',
    });
  const [before, after] = [...some].sort((a, b) => a.info.at - b.info.at);
  await openPair(chosen(after!, deps), chosen(before!, deps), deps);
}

/** The sum of the selected captures. */
export async function mergeCaptures<U extends FileUri>(
  clicked: unknown,
  all: unknown,
  deps: CompareDeps<U>,
): Promise<void> {
  const some = await theseOrPicked(clicked, all, 'Merge captures', deps);
  if (some.length === 0) return;
  if (some.length === 1)
    throw new Problem('pages.oneAlone', 'One capture alone is its own sum.', {
      next: 'Select two or more captures and merge them.',
    });
  const [first] = some;
  const title = some.every((c) => c.info.name === first!.info.name)
    ? `${first!.info.name} × ${some.length}`
    : `${first!.info.name} and ${some.length - 1} more, merged`;
  await deps.open({ files: some.map((c) => deps.uriOf(c.file)), sources: some.length, normalize: 'none' }, title);
}

function chosen<U extends FileUri>(capture: Capture, { uriOf }: CompareDeps<U>): Chosen<U> {
  return { uri: uriOf(capture.file), name: capture.info.name, capture };
}

async function openPair<U extends FileUri>(
  after: Chosen<U>,
  before: Chosen<U>,
  { open }: CompareDeps<U>,
): Promise<void> {
  const title = after.name === before.name ? `${after.name}, change` : `${after.name} against ${before.name}`;
  await open({ files: [after.uri, before.uri], sources: 1, normalize: scaling(after.capture, before.capture) }, title);
}

/** Captures of different lengths are compared per second, others unscaled, until the user changes that. */
function scaling(a: Capture | undefined, b: Capture | undefined): Normalize {
  const [x = 0, y = 0] = [a?.info.seconds, b?.info.seconds];
  return x > 0 && y > 0 && Math.abs(x - y) > SAME_LENGTH * Math.max(x, y) ? 'duration' : 'none';
}

/** Offers captures of the same kind first, and among them those of the same workload; or any file. */
async function pickBase<U extends FileUri>(
  list: readonly Capture[],
  own: Capture | undefined,
  deps: CompareDeps<U>,
): Promise<Chosen<U> | undefined> {
  const rank = ({ info }: Capture): number =>
    own ? (info.kind === own.info.kind ? 2 : 0) + (info.workload === own.info.workload ? 1 : 0) : 0;
  const captures = [...list].sort((a, b) => rank(b) - rank(a)).map((c): Choice<Capture | undefined> => choiceOf(c));
  const file = { label: '$(folder-opened) A file…', alwaysShow: true, value: undefined };
  const { value } = await deps.picker.pick({
    title: 'Compare with',
    placeholder: 'The profile to compare with: what was before',
    choices: () => Promise.resolve([...captures, file]),
    skipSingle: false,
  });
  if (value) return chosen(value, deps);
  const uri = await deps.dialogs.open({ title: 'Compare with', openLabel: 'Compare' });
  return uri && { uri, name: fileNameOf(uri), capture: undefined };
}

/** The captures that a menu passes, otherwise picked from the list. */
async function theseOrPicked<U extends FileUri>(
  clicked: unknown,
  all: unknown,
  title: string,
  { store, picker }: CompareDeps<U>,
): Promise<readonly Capture[]> {
  const rows = (Array.isArray(all) && all.length > 0 ? all : [clicked]).filter(
    (r): r is Row => typeof r === 'object' && r !== null,
  );
  const given = [...new Set(rows.flatMap((r) => (isGroupRow(r) ? r.members : [r])))].filter(
    (c) => typeof c.file === 'string',
  );
  if (given.length > 0) return given;
  const list = await store.list();
  if (list.length === 0)
    throw new Problem('pages.noCaptures', 'There are no captures yet.', { next: 'Profile a controller first.' });
  return picker.pickMany({ title, placeholder: '', choices: list.map(choiceOf) });
}

function choiceOf(capture: Capture): Choice<Capture> {
  return { label: capture.info.name, description: treeDescription(capture, Date.now()), value: capture };
}
