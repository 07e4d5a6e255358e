/** Names and texts of folders, kept until a change is reported. */
import { Lru } from './lru';
import { dirOf } from './paths';
import type { Files } from './types';

/** Characters of texts that are kept. */
const KEPT = 8_000_000;
/** Folders whose names are kept. */
const FOLDERS = 5_000;
/** Files of a folder that are read at a time. */
const AT_ONCE = 16;

interface Folder {
  names: readonly string[] | undefined;
  /** Grows with every change below; what was made from an older generation is stale. */
  generation: number;
}

export class Folders implements Files {
  readonly #folders = new Lru<Folder>(FOLDERS, () => 1);
  readonly #texts = new Lru<{ readonly text: string | undefined }>(KEPT, ({ text }) => (text?.length ?? 0) + 100);
  #generation = 0;

  constructor(private readonly files: Files) {}

  /** A folder's generation: it stays the same until a change in the folder is reported. */
  generation(dir: string): number {
    return this.#folder(dir).generation;
  }

  /** True when none of these folders has changed since it had this generation. */
  areAt(generations: ReadonlyMap<string, number>): boolean {
    return [...generations].every(([dir, generation]) => this.generation(dir) === generation);
  }

  async list(dir: string, signal?: AbortSignal): Promise<readonly string[]> {
    const folder = this.#folder(dir);
    if (folder.names !== undefined) return folder.names;
    const { generation } = folder;
    const names = await this.files.list(dir, signal);
    if (folder.generation === generation) folder.names = names;
    return names;
  }

  async read(path: string, signal?: AbortSignal): Promise<string | undefined> {
    const known = this.#texts.get(path);
    if (known !== undefined) return known.text;
    const folder = this.#folder(dirOf(path));
    const { generation } = folder;
    const text = await this.files.read(path, signal);
    // Not kept when it changed meanwhile: this may be the old text.
    if (folder.generation === generation) this.#texts.set(path, { text });
    return text;
  }

  /** Texts by path; files that don't exist are left out. */
  async readAll(paths: readonly string[], signal?: AbortSignal): Promise<Map<string, string>> {
    const texts = new Map<string, string>();
    for (let i = 0; i < paths.length; i += AT_ONCE) {
      const some = paths.slice(i, i + AT_ONCE);
      const read = await Promise.all(some.map((p) => this.read(p, signal)));
      signal?.throwIfAborted();
      read.forEach((text, j) => {
        const path = some[j];
        if (text !== undefined && path !== undefined) texts.set(path, text);
      });
    }
    return texts;
  }

  /** The file was made, removed or changed. */
  changed(path: string): void {
    this.#texts.delete(path);
    const folder = this.#folder(dirOf(path));
    folder.generation = ++this.#generation;
    folder.names = undefined;
  }

  /** A file's text changed; the names in its folder are the same. */
  edited(path: string): void {
    this.#texts.delete(path);
    this.#folder(dirOf(path)).generation = ++this.#generation;
  }

  /** Drops all that is kept of a folder. */
  forget(dir: string): void {
    for (const path of this.#texts.keys) if (dirOf(path) === dir) this.#texts.delete(path);
    this.changed(`${dir}/`);
  }

  clear(): void {
    this.#texts.clear();
    this.#folders.clear();
  }

  absolute(osPath: string): string {
    return this.files.absolute(osPath);
  }
  get moduleCaches(): readonly string[] {
    return this.files.moduleCaches;
  }

  #folder(dir: string): Folder {
    const known = this.#folders.get(dir);
    if (known !== undefined) return known;
    const folder = { names: undefined, generation: ++this.#generation };
    this.#folders.set(dir, folder);
    return folder;
  }
}
