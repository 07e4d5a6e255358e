/** The folder of captures: each a file that any pprof tool reads, with a sidecar that says where it came from. */
import { watch, type FSWatcher } from 'node:fs';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { Emitter, type Disposable } from '../base/dispose';
import { Problem, type ProblemData } from '../base/problem';
import { codeOf, isTemporary, placeNew, PRIVATE, writeProblem, writeTemporary, writeWhole } from './atomic';
import { fileName, infoFromName, isCaptureFile, parseInfo, sidecarOf } from './names';
import type { Capture, CaptureInfo } from './types';

/** A temporary file lives for the seconds of one write; one this old (ms) was left by a process that was killed. */
const STALE_MS = 10 * 60_000;
/** Sidecars are a few hundred bytes; anything much longer (bytes) is not ours and not read. */
const MAX_SIDECAR = 64 * 1024;
/** Changes made by other windows are reported at most this often, ms. */
const SETTLE_MS = 150;
/** How many files are examined at the same time while listing. */
const AT_ONCE = 32;

export class CaptureStore implements Disposable {
  readonly #changed = new Emitter<void>();
  #watcher: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param dir created on the first write. */
  constructor(readonly dir: string) {}

  /** Something was saved, renamed or deleted, here or (once `watch` was called) by another window. */
  readonly onDidChange = this.#changed.event;

  /**
   * Watches for changes that other windows or the user make in the folder. Creates the folder if needed; never throws.
   */
  async watch(): Promise<void> {
    if (this.#watcher) return;
    try {
      await fs.mkdir(this.dir, { recursive: true });
      this.#watcher = watch(this.dir, { persistent: false }, (_event, name) => {
        if (name !== null && isTemporary(name)) return;
        this.#timer ??= setTimeout(() => {
          this.#timer = undefined;
          this.#changed.fire();
        }, SETTLE_MS);
      });
      this.#watcher.on('error', () => {
        this.#watcher?.close();
        this.#watcher = undefined;
      });
    } catch {
      /* the folder can't be watched: changes of this window are still reported */
    }
  }

  /** All captures, newest first. A file without a readable sidecar is listed by its name, with a `problem`. */
  async list(): Promise<readonly Capture[]> {
    let names: readonly string[];
    try {
      names = await fs.readdir(this.dir);
    } catch (e) {
      if (codeOf(e) === 'ENOENT') return [];
      throw new Problem('captures.list', `The folder of captures, ${this.dir}, could not be read.`, {
        next: 'Check that it is a folder and that you may read it.',
        detail: String(e),
        cause: e,
      });
    }
    const there = new Set(names);
    const found: Capture[] = [];
    for (let i = 0; i < names.length; i += AT_ONCE) {
      const part = await Promise.all(names.slice(i, i + AT_ONCE).map((name) => this.#look(name, there)));
      for (const capture of part) if (capture) found.push(capture);
    }
    return found.sort((a, b) => b.info.at - a.info.at || (a.file < b.file ? 1 : -1));
  }

  /** The capture in this file; undefined for a file outside the folder or one that is gone. */
  async get(file: string): Promise<Capture | undefined> {
    if (!this.owns(file)) return undefined;
    const name = path.basename(file);
    return this.#look(name, new Set([name, sidecarOf(name)]));
  }

  /** True for a path that lies directly in the folder and is named like a capture. */
  owns(file: string): boolean {
    return path.dirname(path.resolve(file)) === path.resolve(this.dir) && isCaptureFile(path.basename(file));
  }

  /**
   * Saves a whole capture under a new name. Throws Problem `captures.diskFull` or `captures.write` and leaves nothing
   * behind. When only the sidecar can't be written, the capture is kept and carries a `problem`.
   */
  async write(info: CaptureInfo, bytes: Uint8Array): Promise<Capture> {
    let file = path.join(this.dir, fileName(info));
    let temp: string | undefined;
    try {
      await fs.mkdir(this.dir, { recursive: true });
      temp = await writeTemporary(file, bytes, PRIVATE);
      for (let n = 2; !(await placeNew(temp, file)); n++) file = path.join(this.dir, fileName(info, n));
    } catch (e) {
      if (temp !== undefined) await fs.rm(temp, { force: true }).catch(() => undefined);
      throw writeProblem(e, file);
    }
    let problem: ProblemData | undefined;
    try {
      await writeWhole(sidecarOf(file), encode(info), PRIVATE);
    } catch (e) {
      problem = writeProblem(e, sidecarOf(file)).toJSON();
    }
    this.#changed.fire();
    return { file, bytes: bytes.byteLength, info, problem };
  }

  /** Changes the shown name; the file keeps its own. */
  async rename(file: string, name: string): Promise<void> {
    const wanted = name.trim();
    if (wanted === '')
      throw new Problem('captures.name', 'A capture needs a name.', { next: 'Type at least one character.' });
    const capture = await this.#need(file);
    await writeWhole(sidecarOf(file), encode({ ...capture.info, name: wanted }), PRIVATE);
    this.#changed.fire();
  }

  /**
   * Changes the shown name of a group, in the sidecars of all its members. Throws Problem `captures.gone` when it has
   * no members.
   */
  async renameGroup(id: string, name: string): Promise<void> {
    const wanted = name.trim();
    if (wanted === '')
      throw new Problem('captures.name', 'A group of captures needs a name.', { next: 'Type at least one character.' });
    const members = (await this.list()).filter((c) => c.info.group?.id === id);
    if (members.length === 0)
      throw new Problem('captures.gone', 'The captures of this group are gone.', {
        next: 'They were deleted in another window or by hand; refresh the list.',
      });
    try {
      for (const { file, info } of members)
        if (info.group)
          await writeWhole(sidecarOf(file), encode({ ...info, group: { ...info.group, name: wanted } }), PRIVATE);
    } finally {
      this.#changed.fire();
    }
  }

  /** Removes the file and its sidecar; it is no error when they are already gone. */
  async delete(file: string): Promise<void> {
    if (!this.owns(file)) throw outside(file, this.dir);
    try {
      await fs.rm(file, { force: true });
      await fs.rm(sidecarOf(file), { force: true });
    } catch (e) {
      throw new Problem('captures.delete', `${path.basename(file)} could not be deleted.`, {
        next: 'Check that you may write to its folder.',
        detail: String(e),
        cause: e,
      });
    } finally {
      this.#changed.fire();
    }
  }

  /**
   * Writes the capture to another path, whole or not at all; an existing file is replaced. `convert` turns the bytes
   * into another form; by default they stay as they are.
   */
  async export(file: string, to: string, convert?: (bytes: Uint8Array) => Promise<Uint8Array>): Promise<void> {
    await this.#need(file);
    const bytes = await fs.readFile(file);
    await writeWhole(to, convert ? await convert(bytes) : bytes);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#watcher?.close();
    this.#changed.dispose();
  }

  async #need(file: string): Promise<Capture> {
    if (!this.owns(file)) throw outside(file, this.dir);
    const capture = await this.get(file);
    if (capture) return capture;
    throw new Problem('captures.gone', `The capture ${path.basename(file)} is gone.`, {
      next: 'It was deleted in another window or by hand; refresh the list.',
    });
  }

  async #look(name: string, there: ReadonlySet<string>): Promise<Capture | undefined> {
    const file = path.join(this.dir, name);
    if (
      isTemporary(name) ||
      (name.endsWith('.json') && isCaptureFile(name.slice(0, -5)) && !there.has(name.slice(0, -5)))
    ) {
      await this.#sweep(file);
      return undefined;
    }
    if (!isCaptureFile(name)) return undefined;
    const stat = await fs.stat(file).catch(() => undefined);
    if (!stat?.isFile()) return undefined;
    const read = there.has(sidecarOf(name)) ? await readSidecar(sidecarOf(file)) : 'missing';
    if (typeof read !== 'string') return { file, bytes: stat.size, info: read, problem: undefined };
    const why = read === 'missing' ? 'has no notes beside it' : 'has notes beside it that could not be read';
    return {
      file,
      bytes: stat.size,
      info: infoFromName(name, stat.mtimeMs),
      problem: new Problem('captures.sidecar', `The capture ${why}, so only its name tells where it came from.`, {
        next: 'It opens as usual; rename it to make new notes.',
      }).toJSON(),
    };
  }

  /** Removes what a killed process left behind: a temporary file, or a sidecar whose capture is gone. */
  async #sweep(file: string): Promise<void> {
    const stat = await fs.stat(file).catch(() => undefined);
    if (stat?.isFile() && Date.now() - stat.mtimeMs > STALE_MS)
      await fs.rm(file, { force: true }).catch(() => undefined);
  }
}

async function readSidecar(file: string): Promise<CaptureInfo | 'missing' | 'broken'> {
  try {
    if ((await fs.stat(file)).size > MAX_SIDECAR) return 'broken';
    return parseInfo(await fs.readFile(file, 'utf8')) ?? 'broken';
  } catch (e) {
    return codeOf(e) === 'ENOENT' ? 'missing' : 'broken';
  }
}

function encode(info: CaptureInfo): Buffer {
  return Buffer.from(`${JSON.stringify(info, null, 2)}\n`);
}

function outside(file: string, dir: string): Problem {
  return new Problem('captures.outside', `${file} is not a capture in ${dir}.`, {
    next: 'Choose one from the list of captures.',
  });
}
