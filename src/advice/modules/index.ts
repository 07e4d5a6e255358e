/** The module that a file belongs to, with the versions in force. The only part of this room that waits for files. */
import { CLIENT_GO, RUNTIME } from '../libraries';
import { isAbort } from '../../base/problem';
import { Lru } from '../lru';
import { dirOf, join, upwards } from '../paths';
import type { Files } from '../types';
import { inCache } from './cache';
import { factsOf, textsOf, type PackageTexts } from './facts';
import { highest, isFolder, parseModFile, replacing, type ModFile } from './gomod';
import type { Module, ModuleVersion } from './types';
import { parseVendor, type Vendored } from './vendor';

export type { Module } from './types';

/**
 * Modules whose source is looked for on this machine. The `dir` of all others is left out: hundreds of look-ups for
 * nothing.
 */
const LOOKED_FOR = [RUNTIME, CLIENT_GO, 'k8s.io/component-base', 'github.com/prometheus/client_golang'];

interface Placed {
  readonly dir: string;
  readonly mod: ModFile;
}

/** One that no go.mod tells of. */
const NOWHERE: Module = {
  path: '',
  dir: '',
  go: undefined,
  version: () => undefined,
  facts: factsOf(undefined, undefined),
};

/**
 * Finds go.mod above `file`, go.work, vendor/modules.txt and the modules' own sources. What can't be read or makes no
 * sense is left out: the answer is then partial. Throws only AbortError. Reads a dozen small files; those of the module
 * cache once.
 */
export async function moduleOf(file: string, files: Files, signal?: AbortSignal): Promise<Module> {
  const own = await nearest(dirOf(file), 'go.mod', files, signal);
  if (own === undefined) return NOWHERE;
  const work = await workspace(own, files, signal);
  const root = work?.dir ?? own.dir;
  const vendorText = noVendoring(own.mod.go) ? undefined : await read(`${root}/vendor/modules.txt`, files, signal);
  const vendor = vendorText === undefined ? undefined : parseVendor(vendorText);
  const found = new Map<string, ModuleVersion>();
  const lookup = (path: string): ModuleVersion | undefined =>
    found.get(path) ?? versionOf(path, own, work, vendor, root, files);
  await Promise.all(
    LOOKED_FOR.map(async (path) => {
      const v = lookup(path);
      if (v !== undefined) found.set(path, await located(v, files, signal));
    }),
  );
  const [runtime, client] = [found.get(RUNTIME), found.get(CLIENT_GO)];
  const [runtimeTexts, clientTexts] = await Promise.all([
    cachedTexts(runtime, files, signal),
    cachedTexts(client, files, signal),
  ]);
  const broken = [
    [own.dir, 'go.mod', own.mod] as const,
    ...(work === undefined ? [] : [[work.dir, 'go.work', work.mod] as const]),
  ].flatMap(([dir, name, mod]) => mod.broken.map((b) => ({ file: `${dir}/${name}`, ...b })));
  return {
    path: own.mod.module,
    dir: own.dir,
    go: own.mod.go,
    version: lookup,
    broken,
    ...(vendor === undefined ? {} : { vendored: new Set([...vendor.values()].flatMap((v) => v.packages)) }),
    facts: factsOf(runtime, client, runtimeTexts, clientTexts),
  };
}

/**
 * A module of these versions alone, by module path: one whose source is not on this machine. For what has no go.mod at
 * hand.
 */
export function moduleOfVersions(
  versions: Readonly<Record<string, string>>,
  { path = '', dir = '', go }: { readonly path?: string; readonly dir?: string; readonly go?: string } = {},
): Module {
  const version = (of: string): ModuleVersion | undefined =>
    versions[of] === undefined ? undefined : { path: of, version: versions[of], dir: undefined, replaced: undefined };
  return { path, dir, go, version, facts: factsOf(version(RUNTIME), version(CLIENT_GO)) };
}

/** Undefined too when it can't be read. */
async function read(path: string, files: Files, signal: AbortSignal | undefined): Promise<string | undefined> {
  signal?.throwIfAborted();
  try {
    return await files.read(path, signal);
  } catch (e) {
    if (isAbort(e)) throw e;
    return undefined;
  }
}

async function nearest(
  dir: string,
  name: string,
  files: Files,
  signal: AbortSignal | undefined,
): Promise<Placed | undefined> {
  for (const above of upwards(dir)) {
    const text = await read(`${above}/${name}`, files, signal);
    if (text !== undefined) return { dir: above, mod: parseModFile(text) };
  }
  return undefined;
}

interface Workspace extends Placed {
  readonly members: readonly Placed[];
}

/** The go.work in force: one above that uses this module. */
async function workspace(own: Placed, files: Files, signal: AbortSignal | undefined): Promise<Workspace | undefined> {
  const work = await nearest(own.dir, 'go.work', files, signal);
  if (work === undefined) return undefined;
  const dirs = [...new Set(work.mod.use.map((use) => folder(work.dir, use, files)))];
  if (!dirs.includes(own.dir)) return undefined;
  const members = await Promise.all(
    dirs.map(async (dir): Promise<Placed[]> => {
      if (dir === own.dir) return [own];
      const text = await read(`${dir}/go.mod`, files, signal);
      return text === undefined ? [] : [{ dir, mod: parseModFile(text) }];
    }),
  );
  return { ...work, members: members.flat() };
}

/** A folder as go.mod or go.work writes it, as one of our paths. */
function folder(dir: string, written: string, files: Files): string {
  return /^([\\/]|[A-Za-z]:)/.test(written) ? files.absolute(written) : join(dir, written.replaceAll('\\', '/'));
}

/** Before Go 1.14 the vendor folder was used on request only. */
function noVendoring(go: string | undefined): boolean {
  const m = /^1\.(\d+)/.exec(go ?? '');
  return m !== null && Number(m[1]) < 14;
}

/**
 * The version in force, with the folder where its source would be in the vendor folder, a replaced folder or the
 * workspace.
 */
function versionOf(
  path: string,
  own: Placed,
  work: Workspace | undefined,
  vendor: ReadonlyMap<string, Vendored> | undefined,
  root: string,
  files: Files,
): ModuleVersion | undefined {
  const members = work?.members ?? [own];
  const member = members.find((m) => m.mod.module === path);
  if (member !== undefined) return { path, version: undefined, dir: member.dir, replaced: undefined };
  const required = highest(
    members.flatMap((m) => m.mod.require),
    path,
    members.flatMap((m) => m.mod.exclude),
  );
  const mark = required?.indirect === true ? { indirect: true } : {};
  const copied = vendor?.get(path);
  if (copied !== undefined) {
    const replaced =
      copied.to === undefined
        ? undefined
        : [copied.to, ...(copied.toVersion === undefined ? [] : [copied.toVersion])].join(' ');
    return {
      path,
      version: copied.to === undefined ? copied.version : copied.toVersion,
      dir: `${root}/vendor/${path}`,
      replaced,
      ...mark,
    };
  }
  if (required === undefined) return undefined;
  // A go.work's own replacements come before its modules'.
  const by =
    (work === undefined ? undefined : within(work, path, required.version)) ??
    members.map((m) => within(m, path, required.version)).find((r) => r !== undefined);
  if (by === undefined) return { path, version: required.version, dir: undefined, replaced: undefined, ...mark };
  if (isFolder(by.to)) return { path, version: undefined, dir: folder(by.dir, by.to, files), replaced: by.to, ...mark };
  return { path, version: by.toVersion, dir: undefined, replaced: `${by.to} ${by.toVersion ?? ''}`.trim(), ...mark };
}

function within(
  placed: Placed,
  path: string,
  version: string,
): { readonly dir: string; readonly to: string; readonly toVersion: string | undefined } | undefined {
  const found = replacing(placed.mod.replace, path, version);
  return found === undefined ? undefined : { dir: placed.dir, to: found.to, toVersion: found.toVersion };
}

/** The same with a `dir` only where there is a go.mod, or where a package was copied. */
async function located(v: ModuleVersion, files: Files, signal: AbortSignal | undefined): Promise<ModuleVersion> {
  const source = v.replaced === undefined || isFolder(v.replaced) ? v.path : (v.replaced.split(' ')[0] ?? v.path);
  const candidates =
    v.dir !== undefined
      ? [v.dir]
      : v.version === undefined
        ? []
        : files.moduleCaches.map((cache) => inCache(cache, source, v.version ?? ''));
  for (const dir of candidates) {
    if ((await read(`${dir}/go.mod`, files, signal)) !== undefined) return { ...v, dir };
    try {
      if ((await files.list(dir, signal)).length > 0) return { ...v, dir };
    } catch (e) {
      if (isAbort(e)) throw e;
    }
  }
  return { ...v, dir: undefined };
}

/**
 * What was read of the module cache, which never changes: by Files, for the eight versions that were asked for last.
 */
const kept = new WeakMap<Files, Lru<PackageTexts>>();

async function cachedTexts(
  module: ModuleVersion | undefined,
  files: Files,
  signal: AbortSignal | undefined,
): Promise<PackageTexts> {
  const dir = module?.dir;
  if (dir === undefined || !files.moduleCaches.some((cache) => dir.startsWith(`${cache}/`)))
    return textsOf(module, files, signal);
  let mine = kept.get(files);
  if (mine === undefined) kept.set(files, (mine = new Lru<PackageTexts>(8, () => 1)));
  const known = mine.get(dir);
  if (known !== undefined) return known;
  const sources = await textsOf(module, files, signal);
  if (sources.size > 0) mine.set(dir, sources);
  return sources;
}
