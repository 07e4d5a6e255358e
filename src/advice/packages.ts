/** Parsed packages: their trees live in the grammar's own memory and are freed here. */
import { GoFile } from './go/file';
import type { Change, Grammar, Tree } from './go/grammar';
import { GoPackage } from './go/package';
import { Lru } from './lru';

/** Characters of source whose trees are kept: a tree takes 10 to 20 times its text, so this is some 30 MB. */
const KEPT = 2_000_000;

interface Entry {
  files: Map<string, GoFile>;
  pkg: GoPackage;
  length: number;
  /** Analyses that read these trees just now, and what is to be freed when the last of them ends. */
  pins: number;
  readonly ended: Tree[];
  dropped: boolean;
}

/** A package that stays whole until it is released. */
export interface Lease {
  readonly pkg: GoPackage;
  release(): void;
}

export class Packages {
  readonly #entries = new Lru<Entry>(
    KEPT,
    (e) => e.length,
    (e) => {
      e.dropped = true;
      free(e);
    },
  );

  constructor(private readonly grammar: Grammar) {}

  /**
   * The package of these texts. What was parsed before and did not change is not parsed again; of a text that changed,
   * only the change.
   */
  take(dir: string, name: string, texts: ReadonlyMap<string, string>): Lease {
    const key = `${dir}\0${name}`;
    let entry = this.#entries.get(key);
    const files = new Map<string, GoFile>();
    let same = entry?.files.size === texts.size;
    const ended: Tree[] = [];
    for (const [path, text] of texts) {
      const before = entry?.files.get(path);
      if (before?.text === text) {
        files.set(path, before);
        continue;
      }
      same = false;
      files.set(
        path,
        new GoFile(
          path,
          text,
          before === undefined
            ? this.grammar.parse(text)
            : this.grammar.reparse(text, before.tree, before.text, [changeOf(before.text, text)]),
        ),
      );
      if (before !== undefined) ended.push(before.tree);
    }
    if (entry === undefined || !same) {
      const pkg = new GoPackage(dir, [...files.values()]);
      for (const [path, file] of entry?.files ?? []) if (!files.has(path)) ended.push(file.tree);
      let length = 0;
      for (const file of files.values()) length += file.text.length;
      if (entry === undefined) entry = { files, pkg, length, pins: 0, ended: [], dropped: false };
      else {
        entry.ended.push(...ended);
        Object.assign(entry, { files, pkg, length });
      }
      // Before it is kept: what goes for want of room must not be what was just asked for.
      entry.pins++;
      this.#entries.set(key, entry);
      if (entry.pins === 1) free(entry);
    } else entry.pins++;
    const leased = entry;
    let held = true;
    return {
      pkg: leased.pkg,
      release: () => {
        if (held && --leased.pins === 0) free(leased);
        held = false;
      },
    };
  }

  /** Frees a folder's package now, or when its last analysis ends. */
  drop(dir: string, name: string): void {
    this.#entries.delete(`${dir}\0${name}`);
  }
  /** Names of a folder's packages that are kept. */
  names(dir: string): string[] {
    return this.#entries.keys.filter((k) => k.startsWith(`${dir}\0`)).map((k) => k.slice(dir.length + 1));
  }
  clear(): void {
    this.#entries.clear();
  }
  /** Characters of source whose trees are kept. */
  get length(): number {
    return this.#entries.size;
  }
}

/** Frees what nobody reads any more. A tree that was replaced may still be read by an analysis that began before. */
function free(entry: Entry): void {
  if (entry.pins > 1) return;
  for (const tree of entry.ended.splice(0)) tree.delete();
  if (!entry.dropped || entry.pins > 0) return;
  for (const file of entry.files.values()) file.tree.delete();
  entry.files = new Map();
}

/** What stands between the common start and the common end of two texts. */
function changeOf(before: string, after: string): Change {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  // Never between the two halves of a character.
  if (start > 0 && (before.charCodeAt(start - 1) & 0xfc00) === 0xd800) start--;
  let tail = 0;
  while (
    tail < most - start &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  )
    tail++;
  if (tail > 0 && (before.charCodeAt(before.length - tail) & 0xfc00) === 0xdc00) tail--;
  return { start, end: before.length - tail, length: after.length - tail - start };
}
