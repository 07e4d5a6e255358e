/** The modules of a workspace as go.mod and go.work tell of them: which folder holds which import paths. */
import { isFolder, parseModFile, type Replace } from '../advice/modules/gomod';
import { parseVendor, type Vendored } from '../advice/modules/vendor';
import { join } from '../advice/paths';

export interface GoModule {
  /** Module path. */
  readonly path: string;
  /** Folder of its go.mod, absolute, `/` as separator (as all paths here). */
  readonly dir: string;
  /**
   * By another module's `replace`: the path that importers use, which need not be the one in the folder's own go.mod.
   */
  readonly replaces?: boolean;
}

/** A module that another one stands for, from the module cache. */
export interface Swapped {
  readonly from: string;
  readonly version: string | undefined;
  readonly to: string;
  readonly toVersion: string;
}

export interface Modules {
  readonly modules: readonly GoModule[];
  readonly swapped: readonly Swapped[];
}

/** Files named go.mod and go.work of a workspace, with their texts. A folder that several replace counts once. */
export function modulesOf(files: readonly { readonly dir: string; readonly text: string }[]): Modules {
  const modules: GoModule[] = [];
  const swapped: Swapped[] = [];
  const add = (m: GoModule): void => {
    if (m.path !== '' && !modules.some((o) => o.path === m.path && o.dir === m.dir)) modules.push(m);
  };
  const read = files.map(({ dir, text }) => ({ dir, mod: parseModFile(text) }));
  for (const { dir, mod } of read) add({ path: mod.module, dir });
  for (const { dir, mod } of read) {
    for (const r of mod.replace) {
      if (isFolder(r.to)) add({ path: r.from, dir: folder(dir, r), replaces: true });
      else if (r.toVersion !== undefined)
        swapped.push({ from: r.from, version: r.version, to: r.to, toVersion: r.toVersion });
    }
  }
  return { modules, swapped };
}

/** Folders that a go.work uses, put together with its own. */
export function usedBy(dir: string, goWork: string): readonly string[] {
  return parseModFile(goWork).use.map((use) => (isAbsolute(use) ? slashes(use) : join(dir, slashes(use))));
}

function folder(dir: string, { to }: Replace): string {
  return isAbsolute(to) ? slashes(to) : join(dir, slashes(to));
}

/** Module of a vendor/modules.txt that a package belongs to: the one with the longest path. */
export function vendoredBy(modulesTxt: string, pkg: string): Vendored | undefined {
  let best: Vendored | undefined;
  for (const v of parseVendor(modulesTxt).values())
    if (isBelow(pkg, v.path) && v.path.length > (best?.path.length ?? 0)) best = v;
  return best;
}

/** True for the path itself and what lies below it. */
export function isBelow(path: string, above: string): boolean {
  return path === above || path.startsWith(above.endsWith('/') ? above : `${above}/`);
}

export function isAbsolute(file: string): boolean {
  return /^([\\/]|[A-Za-z]:[\\/])/.test(file);
}

export function slashes(file: string): string {
  return file.replaceAll('\\', '/');
}
