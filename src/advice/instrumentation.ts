/**
 * Instrumentation in the packages of the same module that a program imports: metric and pprof need not be in its main
 * package.
 */
import { isAbort } from '../base/problem';
import type { Folders } from './folders';
import type { GoPackage } from './go/package';
import { Lru } from './lru';
import type { Module } from './modules/types';
import { join } from './paths';
import type { Files } from './types';

/** Each is the path of a file that sets it up; undefined: none of those that were read does. */
export interface Instrumentation {
  readonly limiterMetric: string | undefined;
  readonly pprof: string | undefined;
  readonly blockProfile: string | undefined;
  readonly mutexProfile: string | undefined;
}

type Part = keyof Instrumentation;

const PATTERNS: readonly (readonly [Part, RegExp])[] = [
  [
    'limiterMetric',
    /\.RateLimiterLatency\b|\bRateLimiterLatency:|\bMetricRateLimiterLatency\b|"rest_client_rate_limiter_duration_seconds"|"k8s\.io\/component-base\/metrics\/prometheus\/(restclient|clientgo)"/,
  ],
  ['pprof', /^\s*(?:import\s+)?(?:[\w.]+\s+)?"(net\/http\/pprof|runtime\/pprof)"|\bPprofBindAddress\b/m],
  ['blockProfile', /\.SetBlockProfileRate\(/],
  ['mutexProfile', /\.SetMutexProfileFraction\(/],
];

/** At most so many packages and files are read: what a program's set-up imports is near. */
const PACKAGES = 100;
const FILES = 600;

/**
 * Follows the package's imports through its own module, breadth first, reading their texts. Nothing outside of the
 * module is read. Throws only AbortError.
 */
export async function importedInstrumentation(
  pkg: GoPackage,
  module: Module,
  files: Pick<Files, 'read' | 'list'>,
  signal?: AbortSignal,
): Promise<Instrumentation> {
  const found: Partial<Record<Part, string>> = {};
  const result = (): Instrumentation => ({
    limiterMetric: found.limiterMetric,
    pprof: found.pprof,
    blockProfile: found.blockProfile,
    mutexProfile: found.mutexProfile,
  });
  if (module.path === '') return result();
  const own = (path: string): string[] =>
    path === module.path || path.startsWith(`${module.path}/`)
      ? [join(module.dir, path.slice(module.path.length))]
      : [];
  const waiting = pkg.files.filter((f) => !f.isTest).flatMap((f) => f.imports.flatMap((i) => own(i.path)));
  const seen = new Set([pkg.dir]);
  let left = FILES;
  for (let dir = waiting.shift(); dir !== undefined && seen.size <= PACKAGES && left > 0; dir = waiting.shift()) {
    if (seen.has(dir)) continue;
    seen.add(dir);
    const here = dir;
    const names = ((await quiet(() => files.list(here, signal), signal)) ?? [])
      .filter((n) => n.endsWith('.go') && !n.endsWith('_test.go'))
      .slice(0, left);
    left -= names.length;
    const texts = await Promise.all(
      names.map(
        async (n) => [`${here}/${n}`, (await quiet(() => files.read(`${here}/${n}`, signal), signal)) ?? ''] as const,
      ),
    );
    for (const [path, text] of texts) {
      const code = text.replace(/^[ \t]*\/\/.*$/gm, '');
      for (const [part, pattern] of PATTERNS) if (found[part] === undefined && pattern.test(code)) found[part] = path;
      for (const m of code.slice(0, 20_000).matchAll(/"([\w.~/-]+)"/g))
        for (const next of own(m[1] ?? '')) if (!seen.has(next)) waiting.push(next);
    }
  }
  return result();
}

/** What was found for a package, with all that it depends on. */
export interface Cached {
  readonly instrumentation: Instrumentation;
  readonly module: Module;
  /** What the package imports. */
  readonly imports: string;
  /** Folders that were read, each with its generation then. */
  readonly folders: ReadonlyMap<string, number>;
}

/** Reads once, and again when a folder that was read has changed. */
export class InstrumentationCache {
  readonly #kept = new Lru<Cached>(100, () => 1);

  constructor(private readonly folders: Folders) {}

  async of(name: string, pkg: GoPackage, module: Module, signal?: AbortSignal): Promise<Cached> {
    const key = `${pkg.dir}\0${name}`;
    const imports = [...new Set(pkg.files.flatMap((f) => f.imports.map((i) => i.path)))].sort().join('\n');
    const before = this.#kept.get(key);
    if (before !== undefined && before.module === module && before.imports === imports && this.isCurrent(before))
      return before;
    const folders = new Map<string, number>();
    const instrumentation = await importedInstrumentation(
      pkg,
      module,
      {
        // As it is before anything is read: what changes meanwhile makes the answer stale.
        list: (dir, s) => {
          folders.set(dir, this.folders.generation(dir));
          return this.folders.list(dir, s);
        },
        read: (path, s) => this.folders.read(path, s),
      },
      signal,
    );
    const cached = { instrumentation, module, imports, folders };
    this.#kept.set(key, cached);
    return cached;
  }

  isCurrent({ folders }: Cached): boolean {
    return [...folders].every(([dir, generation]) => this.folders.generation(dir) === generation);
  }

  clear(): void {
    this.#kept.clear();
  }
}

async function quiet<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  signal?.throwIfAborted();
  try {
    return await work();
  } catch (e) {
    if (isAbort(e)) throw e;
    return undefined;
  }
}
