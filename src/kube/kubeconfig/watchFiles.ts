/** Reports when one of some files is changed, created, removed or replaced. */
import fs from 'node:fs';
import path from 'node:path';
import type { Disposable } from '../../base/dispose';

/** Time from the first sign of a change to the report, ms: editors and kubectl write in several steps. */
export const SETTLE_MS = 200;

/**
 * Watches the folders, not the files: kubectl and editors replace a file by a rename, which ends a watch of the file
 * itself. For a folder that doesn't exist yet, the nearest existing one is watched. Never keeps the process alive.
 */
export class FileWatch implements Disposable {
  #watchers: (() => void)[] = [];
  #files: readonly string[] = [];
  #seen = '';
  #timer: NodeJS.Timeout | undefined;
  #disposed = false;

  constructor(
    private readonly changed: () => void,
    private readonly settleMs = SETTLE_MS,
  ) {}

  /** Watches these files from now on, in place of those before. */
  set(files: readonly string[]): void {
    if (this.#disposed) return;
    if (this.#watchers.length > 0 && files.join('\n') === this.#files.join('\n')) return;
    this.#files = [...files];
    this.#arm();
    this.#seen = signature(this.#files);
  }

  dispose(): void {
    this.#disposed = true;
    clearTimeout(this.#timer);
    this.#disarm();
  }

  #disarm(): void {
    for (const close of this.#watchers.splice(0)) close();
  }

  #arm(): void {
    this.#disarm();
    const wanted = new Map<string, Set<string>>();
    for (const file of this.#files.flatMap(withTarget)) {
      const { folder, next } = nearest(file);
      wanted.set(folder, (wanted.get(folder) ?? new Set()).add(next));
    }
    for (const [folder, names] of wanted) this.#watchers.push(this.#watch(folder, names));
  }

  #watch(folder: string, names: ReadonlySet<string>): () => void {
    try {
      const watcher = fs.watch(folder, { persistent: false }, (_event, name) => {
        if (name === null || names.has(name)) this.#stir();
      });
      // The folder itself is gone: start again from its parents.
      watcher.on('error', () => {
        this.#stir();
      });
      return () => {
        watcher.close();
      };
    } catch {
      // No watches left (inotify's limit), or a file system without them: look every two seconds.
      const look = (): void => {
        this.#stir();
      };
      const paths = [...names].map((n) => path.join(folder, n));
      for (const p of paths) fs.watchFile(p, { persistent: false, interval: 2000 }, look);
      return () => {
        for (const p of paths) fs.unwatchFile(p, look);
      };
    }
  }

  #stir(): void {
    if (this.#disposed || this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // Folders may have come or gone, so another one may be the nearest now.
      this.#arm();
      const now = signature(this.#files);
      if (now === this.#seen) return;
      this.#seen = now;
      this.changed();
    }, this.settleMs);
    this.#timer.unref();
  }
}

/** The target of a link is watched, too: dotfile managers link ~/.kube/config. */
function withTarget(file: string): string[] {
  try {
    const real = fs.realpathSync(file);
    return real === file ? [file] : [file, real];
  } catch {
    return [file];
  }
}

/** The nearest folder that exists, and the name in it on the way to the file. */
function nearest(file: string): { folder: string; next: string } {
  let at = file;
  for (;;) {
    const folder = path.dirname(at);
    if (folder === at || fs.existsSync(folder)) return { folder, next: path.basename(at) };
    at = folder;
  }
}

function signature(files: readonly string[]): string {
  return files
    .map((f) => {
      try {
        const s = fs.statSync(f);
        return `${s.ino} ${s.size} ${s.mtimeMs} ${s.ctimeMs}`;
      } catch {
        return 'none';
      }
    })
    .join('\n');
}
