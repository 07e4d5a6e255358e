/**
 * Opens a profile in the calling thread. The editor opens each file in a worker thread (thread/client.ts), which runs
 * this code.
 */
import { Problem } from '../base/problem';
import { unpack } from './decompress';
import { callGraph } from './ask/graph';
import { folded } from './ask/folded';
import { lineTable } from './ask/lines';
import { peek } from './ask/peek';
import { sandwich } from './ask/sandwich';
import { split } from './ask/split';
import { tags } from './ask/tags';
import { combine } from './combine/combine';
import { countsGoroutines, fromProfile, toColumns } from './goroutines/columns';
import { readDump } from './goroutines/dump';
import { Model } from './model';
import { filtered } from './part/filtered';
import { closed, outOfMemory } from './problems';
import { readProfile } from './read';
import { search } from './search';
import { sniff } from './sniff';
import { topTable } from './top';
import { flameTree } from './tree';
import type { GoroutineDump, OpenOptions, OpenProfile, Questions } from './types';
import { writeProfile } from './write';

/** Limit used when the caller has no setting: the default of `controllerTuner.maxProfileMiB`, in bytes. */
export const MAX_BYTES = 512 * 2 ** 20;

/**
 * Reads a profile or a goroutine dump, packed or not; its bytes say what it is. Several files become one, as
 * `options.combine` says. Throws a Problem (`profile.…`) and nothing else. The promises of its answers are already
 * settled: the work is done in the call.
 */
export function openProfile(
  bytes: Uint8Array | readonly Uint8Array[],
  options: OpenOptions = { maxBytes: MAX_BYTES },
): OpenProfile {
  return new InProcess(bytes instanceof Uint8Array ? openModel(bytes, options) : openSeveral(bytes, options));
}

export interface Opened {
  readonly model: Model;
  readonly kind: 'pprof' | 'goroutines';
  /** The dump, for goroutine text. */
  readonly dump: GoroutineDump | undefined;
}

/** Like `openProfile`, for code that works on the columns: exporting, tests. */
export function openModel(bytes: Uint8Array, options: OpenOptions): Opened {
  if (bytes.length === 0)
    throw new Problem('profile.empty', 'The file is empty.', { next: 'Capture the profile again.' });
  return guard(() => {
    const raw = unpack(bytes, options.maxBytes);
    if (sniff(raw) === 'proto') {
      const columns = readProto(raw);
      return {
        model: new Model(columns),
        kind: countsGoroutines(columns) ? ('goroutines' as const) : ('pprof' as const),
        dump: undefined,
      };
    }
    const dump = readDump(new TextDecoder().decode(raw));
    return { model: new Model(toColumns(dump)), kind: 'goroutines' as const, dump };
  });
}

function openSeveral(files: readonly Uint8Array[], options: OpenOptions): Opened {
  const [first, ...others] = files;
  if (first === undefined)
    throw new Problem('profile.empty', 'There is no file to open.', { next: 'Choose a profile.' });
  if (others.length === 0 && options.combine === undefined) return openModel(first, options);
  return guard(() => {
    // One after another, so that the memory needed to read a file is free again for the next.
    const { columns, difference, combined } = combine(
      files.map((bytes) => openModel(bytes, options).model.columns),
      options.combine,
    );
    return {
      model: new Model(columns, difference, combined),
      kind: countsGoroutines(columns) ? ('goroutines' as const) : ('pprof' as const),
      dump: undefined,
    };
  });
}

/** A file that doesn't even begin like a profile is reported as not a profile, instead of as damaged. */
function readProto(raw: Uint8Array) {
  try {
    return readProfile(raw);
  } catch (e) {
    // Every known writer puts field 1 (the value types) first; others may begin with any length-delimited field up to
    // 6, the string table.
    const key = raw[0] ?? 0;
    const plausible = key === 0x0a || ((key & 7) === 2 && key >>> 3 <= 6 && key >>> 3 > 0);
    if (plausible || !(e instanceof Problem)) throw e;
    throw new Problem('profile.notProfile', 'This file is not a profile.', {
      next: 'Open a profile.proto file, as net/http/pprof and `go test -cpuprofile` make it.',
      cause: e,
    });
  }
}

function guard<T>(work: () => T): T {
  try {
    return work();
  } catch (e) {
    if (e instanceof Problem) throw e;
    if (e instanceof RangeError) throw outOfMemory(e);
    throw new Problem('profile.broken', 'The profile is damaged.', {
      next: 'Capture or copy it again.',
      detail: e instanceof Error ? e.message : String(e),
      cause: e,
    });
  }
}

class InProcess implements OpenProfile {
  readonly summary;
  #opened: Opened | undefined;

  constructor(opened: Opened) {
    this.#opened = opened;
    this.summary = opened.model.summary(opened.kind);
  }

  get #model(): Model {
    if (!this.#opened) throw closed();
    return this.#opened.model;
  }

  flame: Questions['flame'] = async (query) => guard(() => flameTree(this.#model, query));
  search: Questions['search'] = async (query) => guard(() => search(this.#model, query));
  top: Questions['top'] = async (query) => guard(() => topTable(this.#model, query));
  peek: Questions['peek'] = async (query) => guard(() => peek(this.#model, query));
  sandwich: Questions['sandwich'] = async (query) => guard(() => sandwich(this.#model, query));
  graph: Questions['graph'] = async (query) => guard(() => callGraph(this.#model, query));
  lines: Questions['lines'] = async (query) => guard(() => lineTable(this.#model, query));
  tags: Questions['tags'] = async (query) => guard(() => tags(this.#model, query));
  split: Questions['split'] = async (query) => guard(() => split(this.#model, query));
  folded: Questions['folded'] = async (query) => guard(() => folded(this.#model, query));
  goroutines: Questions['goroutines'] = async () =>
    guard(() => {
      const model = this.#model;
      if (this.#opened?.dump) return this.#opened.dump;
      return countsGoroutines(model.columns) && !model.difference ? fromProfile(model) : undefined;
    });
  encode: Questions['encode'] = async (query) =>
    guard(() => {
      const { part } = query ?? {};
      return writeProfile(part === undefined ? this.#model.columns : filtered(this.#model.view(part)));
    });

  dispose(): void {
    this.#opened = undefined;
  }
}
