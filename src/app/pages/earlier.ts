/** Earlier goroutine dumps, and what changed between one of them and the dump that is shown. */
import * as path from 'node:path';
import { isAbort, Problem } from '../../base/problem';
import { when } from '../../captures/describe';
import type { Capture, CaptureInfo } from '../../captures/types';
import { growthOf } from '../../profile/goroutines/growth/growth';
import type { DumpAt } from '../../profile/goroutines/growth/types';
import type { GoroutineDump } from '../../profile/types';
import type { Compared, EarlierDump } from '../../protocol/goroutines';
import type { CaptureStore } from '../../captures/store';
import type { Choice, Picker } from '../editor';
import type { ThreadOpener } from './document';
import type { FileDialogs, FileUri } from './panel';

/** The oldest age at which a dump of the same process is used as base automatically, ms: a day. */
const FRESH_MS = 24 * 3_600_000;
/** How many dumps between the base and the shown one are read too: enough to tell a steady rise from fluctuation. */
const BETWEEN = 6;
/** How many earlier captures the page offers at once; "Another dump…" lists them all. */
const OFFERED = 12;

export interface EarlierDeps {
  readonly store: Pick<CaptureStore, 'list'>;
  /** Opens another dump, in a thread of its own. */
  readonly openDump: ThreadOpener;
  readonly picker: Picker;
  readonly dialogs: FileDialogs;
  /** Reads a whole file on this machine. */
  readonly read: (file: string) => PromiseLike<Uint8Array>;
  /** Largest dump after decompression, bytes. */
  readonly maxBytes: () => number;
}

/** The dump that is shown, and its capture if it has one. */
export interface Shown {
  readonly uri: FileUri;
  readonly dump: GoroutineDump;
  readonly capture: Capture | undefined;
}

/** `base` as in the protocol: a file, 'newest', or '' to ask. */
export async function compare(shown: Shown, base: string, deps: EarlierDeps): Promise<Compared> {
  const all = (await deps.store.list()).filter((c) => c.info.kind === 'goroutine' && c.file !== shown.uri.fsPath);
  const { capture } = shown;
  const before = capture ? all.filter((c) => c.info.at < capture.info.at) : [];
  const now = capture?.info.at ?? Date.now();
  const offered = (['process', 'workload'] as const).flatMap((same) =>
    before.filter((c) => relation(c.info, capture?.info) === same).slice(0, OFFERED),
  );
  const clock = clockOf(
    [...offered, ...(capture ? [capture] : [])].map((c) => c.info.at),
    now,
  );
  const label = (c: Capture, same: EarlierDump['same']): string =>
    [clock(c.info.at), same === 'process' ? '' : same === 'workload' ? c.info.pod : c.info.name]
      .filter((s) => s !== '')
      .join(' ');
  const earlier = offered.map((c): EarlierDump => {
    const same = relation(c.info, capture?.info);
    return { key: c.file, label: label(c, same), same };
  });
  const newest = before.find((c) => relation(c.info, capture?.info) === 'process' && now - c.info.at <= FRESH_MS);
  const file = base === '' ? await ask(shown, all, deps) : base === 'newest' ? newest?.file : base;
  if (file === undefined) return { earlier, base: '', labels: [] };
  const first = all.find((c) => c.file === file);
  const between =
    first && relation(first.info, capture?.info) === 'process'
      ? before
          .filter((c) => c.info.at > first.info.at && relation(c.info, capture?.info) === 'process')
          .slice(0, BETWEEN)
          .reverse()
      : [];
  const read = [
    await readDump(file, first?.info, deps),
    ...(await Promise.all(between.map((c) => readDump(c.file, c.info, deps)))),
  ];
  const dumps: DumpAt[] = [...read, { dump: shown.dump, at: capture?.info.at ?? 0, process: processOf(capture?.info) }];
  const known = earlier.some((e) => e.key === file);
  return {
    earlier: known
      ? earlier
      : [...earlier, { key: file, label: first ? label(first, 'other') : path.basename(file), same: 'other' }],
    base: file,
    growth: growthOf(dumps),
    labels: [
      first ? clock(first.info.at) : path.basename(file),
      ...between.map((c) => clock(c.info.at)),
      capture ? clock(capture.info.at) : 'this dump',
    ],
  };
}

/** Offers captures of the same workload first, then all others, then any file. Undefined when the user cancels. */
async function ask(
  { capture }: Shown,
  all: readonly Capture[],
  { picker, dialogs }: EarlierDeps,
): Promise<string | undefined> {
  const title = 'Compare goroutines with';
  const rank = { process: 0, workload: 1, other: 2 };
  const captures = [...all]
    .sort((a, b) => rank[relation(a.info, capture?.info)] - rank[relation(b.info, capture?.info)])
    .map((c): Choice<string | undefined> => ({
      label: c.info.name,
      description: [when(c.info.at, Date.now()), c.info.pod].filter((s) => s !== '').join(' · '),
      value: c.file,
    }));
  const other = { label: '$(folder-opened) Choose a File…', value: undefined };
  const chosen = await picker
    .pick({
      title,
      placeholder: 'An earlier dump of the same process',
      choices: () => Promise.resolve([...captures, other]),
    })
    .catch((e: unknown) => {
      if (isAbort(e)) return undefined;
      throw e;
    });
  if (!chosen) return undefined;
  if (chosen.value !== undefined) return chosen.value;
  const uri = await dialogs.open({
    title,
    openLabel: 'Compare',
    filters: { 'Goroutine dumps': ['txt', 'gz', 'pprof', 'pb', 'prof'], 'All files': ['*'] },
  });
  return uri?.fsPath;
}

async function readDump(
  file: string,
  info: CaptureInfo | undefined,
  { openDump, read, maxBytes: limit }: EarlierDeps,
): Promise<DumpAt> {
  const name = path.basename(file);
  const maxBytes = limit();
  let bytes: Uint8Array;
  try {
    bytes = await read(file);
  } catch (e) {
    throw new Problem('pages.earlier', `${name} could not be read.`, {
      next: 'Choose another dump.',
      detail: String(e),
      cause: e,
    });
  }
  if (bytes.byteLength > maxBytes)
    throw new Problem('pages.tooBig', `${name} is larger than the limit.`, {
      next: 'Raise the setting controllerTuner.maxProfileMiB if you trust the file.',
    });
  const profile = await openDump(new Uint8Array(bytes), { maxBytes });
  try {
    const dump = await profile.goroutines();
    if (!dump)
      throw new Problem('pages.noGoroutines', `${name} holds no goroutines.`, { next: 'Choose a goroutine dump.' });
    return { dump, at: info?.at ?? 0, process: processOf(info) };
  } finally {
    profile.dispose();
  }
}

/** Identifies the process: one replica, or one address. */
function processOf(info: CaptureInfo | undefined): string {
  if (!info) return '';
  return info.pod !== '' ? [info.context, info.namespace, info.pod].join('/') : info.url;
}

function relation(info: CaptureInfo, shown: CaptureInfo | undefined): EarlierDump['same'] {
  if (!shown) return 'other';
  const process = processOf(info);
  if (process !== '' && process === processOf(shown)) return 'process';
  return info.workload !== '' &&
    info.workload === shown.workload &&
    info.namespace === shown.namespace &&
    info.context === shown.context
    ? 'workload'
    : 'other';
}

/** "14:30"; with the day unless it is today, and with seconds if several dumps are of the same minute. */
function clockOf(times: readonly number[], now: number): (at: number) => string {
  const minute = (at: number): string => when(at, now).replace(/^today /, '');
  const seconds = new Set(times.map(minute)).size < new Set(times).size;
  return (at) => (seconds ? `${minute(at)}:${String(new Date(at).getSeconds()).padStart(2, '0')}` : minute(at));
}
