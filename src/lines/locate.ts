/**
 * From a file that a profile names to a file on this machine. Profiles carry the paths of the machine that built the
 * program, so this tries what such a path can mean here, and takes a file only when its package is the right one and it
 * declares the functions: what is not sure stays unknown. Pure: the disk is asked through `LocateEnv`.
 */
import { inCache } from '../advice/modules/cache';
import { readGo, type GoText } from './declared';
import { isAbsolute, isBelow, slashes, vendoredBy, type Modules } from './modules';
import { owning, packageOfFile, rootsOf, type ProfileFile, type Root } from './roots';
import { symbolOf } from './symbol';

export type { ProfileFile } from './roots';

export interface LocateEnv extends Modules {
  /** Folders of the workspace, absolute, `/` as separator (as all paths here). */
  readonly folders: readonly string[];
  /** The person's own rules: what a path of a profile begins with, and the folders that this may mean here. */
  readonly rules: readonly { readonly from: string; readonly to: readonly string[] }[];
  /** Module caches of this machine, likeliest first. Asked for only when a path needs one. */
  modCaches(): Promise<readonly string[]>;
  /** Folders `src` of this machine's GOPATHs. */
  gopaths(): readonly string[];
  /** Go installations of this machine, likeliest first. Asked for only when a path needs one. */
  goroots(): Promise<readonly string[]>;
  /** A file's text; undefined when it is not there or can't be read. */
  read(file: string): Promise<string | undefined>;
  /** Files in the workspace with this base name. */
  named(baseName: string): Promise<readonly string[]>;
}

export interface Found {
  readonly file: string;
}
/** Not found: the places that were looked at, in order, and why what was there is not it; both for the message. */
export interface Missing {
  readonly looked: readonly string[];
  readonly refused: readonly Refusal[];
}
export interface Refusal {
  readonly file: string;
  readonly why: string;
}
export type Located = Found | Missing;

/** Finds the files of one profile. What was found is kept; what was not may be there the next time. */
export class Locator {
  readonly #found = new Map<string, Promise<Located>>();
  readonly #files: ReadonlyMap<string, ProfileFile>;
  #roots: readonly Root[] | undefined;

  /** `files`: all that the profile names, with their functions. */
  constructor(
    private readonly env: LocateEnv,
    private readonly files: readonly ProfileFile[],
  ) {
    this.#files = new Map(files.map((f) => [f.file, f]));
  }

  /** `frame`: one of the file, for a file that is not among the profile's. */
  locate(file: string, frame?: { readonly name: string; readonly line: number }): Promise<Located> {
    const known = this.#files.get(file);
    const key = known ? file : `${file}\n${frame?.name}`;
    const before = this.#found.get(key);
    if (before) return before;
    const found = this.#locate(
      slashes(file),
      known ?? { file, names: frame ? [frame.name] : [], lines: frame ? [frame.line] : [] },
    );
    this.#found.set(key, found);
    const forget = (): void => {
      this.#found.delete(key);
    };
    found.then((f) => {
      if (!('file' in f)) forget();
    }, forget);
    return found;
  }

  async #locate(file: string, { names, lines }: ProfileFile): Promise<Located> {
    const looked: string[] = [];
    const refused: Refusal[] = [];
    if (file === '' || file.startsWith('<') || hasDots(file)) return { looked, refused };
    const roots = (this.#roots ??= rootsOf(this.files, this.env.modules));
    const c: Case = {
      file,
      base: file.slice(file.lastIndexOf('/') + 1),
      pkg: packageOfFile(names),
      names,
      lines,
      absolute: isAbsolute(file),
      roots,
      env: this.env,
      looked,
    };
    for (const way of WAYS) {
      const fits: Found[] = [];
      for (const candidate of new Set(await way(c))) {
        const text = await this.env.read(candidate);
        if (text === undefined) continue;
        const why = wrong(c, candidate, text, way);
        if (why === undefined) fits.push({ file: candidate });
        else if (!refused.some((r) => r.file === candidate)) refused.push({ file: candidate, why });
        // Of a place that is stated exactly the first one is meant.
        if (fits.length === 1 && EXACT.includes(way)) break;
      }
      const [first, second] = fits;
      if (first && !second) return first;
      if (first && second)
        return {
          looked: [...new Set(looked)],
          refused: [...refused, { file: first.file, why: `${second.file} fits as well` }],
        };
    }
    return { looked: [...new Set(looked)], refused };
  }
}

interface Case extends ProfileFile {
  readonly base: string;
  /** Import path of the file's package, '' when its functions' names don't tell. */
  readonly pkg: string;
  readonly absolute: boolean;
  readonly roots: readonly Root[];
  readonly env: LocateEnv;
  /** Places for the message; a way adds where it looks. */
  readonly looked: string[];
}
type Way = (c: Case) => readonly string[] | Promise<readonly string[]>;

/** What the person said. */
const byRule: Way = ({ file, env, looked }) => {
  const rules = env.rules.filter((r) => isBelow(file, r.from)).sort((a, b) => b.from.length - a.from.length);
  const places = rules.flatMap(({ from, to }) =>
    to.map((folder) => `${folder.replace(/\/$/, '')}/${file.slice(from.length).replace(/^\//, '')}`),
  );
  looked.push(...rules.flatMap((r) => r.to));
  return places;
};

/** The path as it is, when it lies in the workspace or in a folder that a module of it is replaced by. */
const asItIs: Way = ({ file, absolute, env, looked }) => {
  looked.push(...env.folders);
  return absolute && [...env.folders, ...env.modules.map((m) => m.dir)].some((f) => isBelow(file, f)) ? [file] : [];
};

/** Below the folder in which a module of the workspace lay when it was built. */
const byRoot: Way = ({ file, roots }) =>
  ours(file, roots).map(({ dir, module }) => `${module.dir}${file.slice(dir.length)}`);

/** `-trimpath`: the import path and the file; below GOPATH/src the same; and what go.mod replaces, with its version. */
const byImportPath: Way = ({ file, base, absolute, env }) => {
  const versioned = VERSIONED.exec(file);
  if (versioned) {
    const [, path = '', , rest = ''] = versioned;
    return env.modules.filter((m) => m.replaces === true && m.path === plainPath(path)).map((m) => `${m.dir}/${rest}`);
  }
  const at = file.lastIndexOf('/src/');
  const path = absolute ? (at < 0 ? '' : file.slice(at + '/src/'.length)) : file;
  const pkg = path.slice(0, -base.length - 1);
  return pkg === '' ? [] : owning(pkg, env.modules).map((m) => `${m.dir}${path.slice(m.path.length)}`);
};

/**
 * Built elsewhere: the package lies below a module of the workspace. Its folder has the package's name wherever it was
 * built.
 */
const byPackage: Way = ({ file, base, pkg, env }) => {
  if (VERSIONED.test(file) || /(^|\/)vendor\//.test(file)) return [];
  return owning(pkg, env.modules)
    .filter((m) => file.slice(0, -base.length - 1).endsWith(lastOf(pkg.slice(m.path.length))))
    .map((m) => `${m.dir}${pkg.slice(m.path.length)}/${base}`);
};

/** A copy in a vendor folder of the workspace: of the version that the path states, if it states one. */
const vendored: Way = async ({ file, base, pkg, env }) => {
  const versioned = VERSIONED.exec(file);
  const at = file.lastIndexOf('/vendor/');
  const path =
    at >= 0
      ? file.slice(at + '/vendor/'.length)
      : versioned
        ? `${plainPath(versioned[1] ?? '')}/${versioned[3]}`
        : pkg.includes('.') && pkg.includes('/')
          ? `${pkg}/${base}`
          : '';
  if (path === '') return [];
  const places: string[] = [];
  for (const dir of new Set([...env.modules.map((m) => m.dir), ...env.folders])) {
    if (versioned) {
      const of = vendoredBy((await env.read(`${dir}/vendor/modules.txt`)) ?? '', path.slice(0, path.lastIndexOf('/')));
      if (of?.version !== versioned[2]) continue;
    }
    places.push(`${dir}/vendor/${path}`);
  }
  return places;
};

/**
 * `…/pkg/mod/<module>@<version>/…` of another machine, or `<module>@<version>/…` with -trimpath, which names what is
 * replaced.
 */
const inModuleCache: Way = async ({ file, env, looked }) => {
  const m = VERSIONED.exec(file);
  if (!m) return [];
  const [, written = '', version = '', rest = ''] = m;
  const path = plainPath(written);
  const caches = await env.modCaches();
  looked.push(...caches);
  const swaps = file.includes('/pkg/mod/')
    ? []
    : env.swapped.filter((s) => s.from === path && (s.version === undefined || s.version === version));
  return caches.flatMap((cache) =>
    [...swaps.map((s) => inCache(cache, s.to, s.toVersion)), inCache(cache, path, version)].map(
      (dir) => `${dir}/${rest}`,
    ),
  );
};

/** GOPATH/src of this machine, for builds without modules. */
const inGopath: Way = ({ file, absolute, env, looked }) => {
  const at = file.indexOf('/src/');
  const path = absolute ? (at < 0 ? '' : file.slice(at + '/src/'.length)) : '';
  if (!path.split('/')[0]?.includes('.') || path.includes('@v')) return [];
  looked.push(...env.gopaths());
  return env.gopaths().map((src) => `${src}/${path}`);
};

/** The standard library: `/usr/local/go/src/runtime/proc.go`, or `runtime/proc.go` with -trimpath. */
const inGoroot: Way = async ({ file, pkg, absolute, env, looked }) => {
  const at = file.lastIndexOf('/src/');
  const path = absolute ? (at >= 0 ? file.slice(at + '/src/'.length) : '') : file;
  const first = path.slice(0, Math.max(0, path.indexOf('/')));
  // Packages outside the standard library have a dot in their first element; its vendored ones are under vendor/.
  if (first === '' || first.includes('.')) return [];
  if ((pkg.split('/')[0] ?? '').includes('.') && first !== 'vendor') return [];
  const toolchain = /(?:^|\/)golang\.org\/toolchain@(v[^/]+)\/src\//.exec(file)?.[1];
  const own =
    toolchain === undefined
      ? []
      : (await env.modCaches()).map((cache) => inCache(cache, 'golang.org/toolchain', toolchain));
  const roots = [...own, ...(await env.goroots())];
  looked.push(...roots.map((r) => `${r}/src`));
  return roots.map((r) => `${r}/src/${path}`);
};

/**
 * A program built elsewhere whose modules tell nothing: the file of the workspace whose path shares the longest tail.
 */
const byTail: Way = async ({ file, base, pkg, roots, env }) => {
  if (!/\.(go|s|c|h|cc|cpp)$/.test(base) || VERSIONED.test(file)) return [];
  // Lies in a folder that is known to be another module's.
  if (roots.some((r) => isBelow(file, r.dir))) return [];
  const wanted = file.split('/').reverse();
  const scored = (await env.named(base)).map((path) => ({ path, same: sharedTail(wanted, path.split('/').reverse()) }));
  const best = Math.max(0, ...scored.map((s) => s.same));
  // The base name alone is enough only for a main's, or when the folder has the package's name.
  return scored
    .filter((s) => s.same === best && (best >= 2 || pkg === 'main' || lastOf(pkg) === `/${s.path.split('/').at(-2)}`))
    .map((s) => s.path);
};

/** In this order: what is stated before what is inferred. */
const WAYS: readonly Way[] = [
  byRule,
  asItIs,
  byRoot,
  byImportPath,
  byPackage,
  vendored,
  inModuleCache,
  inGopath,
  inGoroot,
  byTail,
];
/** Ways whose first place is the one. */
const EXACT: readonly Way[] = [byRule, asItIs, inModuleCache, inGopath, inGoroot];
/** Ways that state the package too: that functions are gone from the file since makes it no other file. */
const SURE: readonly Way[] = [byRule, inModuleCache];

/** Why a file that is there is not the one; undefined: it is. */
function wrong(c: Case, file: string, text: string, way: Way): string | undefined {
  if (!file.endsWith('.go'))
    return way === byTail && !c.names.some((n) => text.includes(n.slice(n.lastIndexOf('.') + 1)))
      ? 'it has nothing of that name'
      : undefined;
  const go = readGo(text);
  const packages = packagesAt(file, c.env);
  const named = c.pkg === '' ? undefined : c.pkg === 'main' ? go.name === 'main' : packages && packages.includes(c.pkg);
  if (named === false && way !== byRule)
    return c.pkg === 'main'
      ? `it is of package ${go.name}, not main`
      : `its package is ${packages?.[0] ?? go.name}, not ${c.pkg}`;
  if (way !== byRule && foreign(c)) return `the program's other files of that folder are of ${foreign(c)}`;
  if (SURE.includes(way)) return undefined;
  const declared = declares(go, c, way === byTail ? NEAR : Infinity);
  // The very package and the very file name: what was declared there is gone.
  if (declared || (named === true && c.pkg !== 'main')) return undefined;
  return (
    'it declares no ' +
    `${c.names.flatMap((n) => symbolOf(n).declared.slice(0, 1))[0] ?? 'function of the profile'}${way === byTail ? ' near the line' : ''}`
  );
}

/** A guess counts only when a function is at most so many lines from where it was built. */
const NEAR = 50;

/** The module of somebody else that lay where a file of package main lies, nearer than one of the workspace. */
function foreign({ file, pkg, roots }: Case): string | undefined {
  if (pkg !== 'main') return undefined;
  const nearest = roots.find((r) => isBelow(file, r.dir));
  return typeof nearest?.module === 'string' && ours(file, roots).length === 0 ? nearest.module : undefined;
}

function ours(
  file: string,
  roots: readonly Root[],
): { readonly dir: string; readonly module: { readonly dir: string } }[] {
  const found = roots.flatMap((r) =>
    typeof r.module !== 'string' && isBelow(file, r.dir) ? [{ dir: r.dir, module: r.module }] : [],
  );
  return found.filter((r) => r.dir.length === found[0]?.dir.length);
}

/** True too when the names tell of no function that is declared: package variables, what the compiler made. */
function declares(go: GoText, { names, lines }: ProfileFile, near: number): boolean {
  const named = names.flatMap((n, i) => {
    const { declared } = symbolOf(n);
    return declared.length === 0 ? [] : [{ declared, line: lines[i] ?? 0 }];
  });
  if (named.length === 0) return names.length > 0 && near === Infinity;
  return named.some(({ declared, line }) =>
    go.functions.some(
      (f) => declared.includes(f.key) && (line === 0 || (f.line - near <= line && line <= f.end + near)),
    ),
  );
}

/** Import paths that a file of the workspace may have; undefined outside of its modules. */
function packagesAt(file: string, { modules }: LocateEnv): readonly string[] | undefined {
  const dir = file.slice(0, file.lastIndexOf('/'));
  const at = dir.lastIndexOf('/vendor/');
  const above = modules.filter((m) => isBelow(dir, m.dir));
  if (above.length === 0) return undefined;
  if (at >= 0 && above.some((m) => isBelow(dir.slice(0, at), m.dir))) return [dir.slice(at + '/vendor/'.length)];
  const longest = Math.max(...above.map((m) => m.dir.length));
  return above.filter((m) => m.dir.length === longest).map((m) => `${m.path}${dir.slice(m.dir.length)}`);
}

/** Module, version and the file below it: in a module cache, or as -trimpath writes it. */
const VERSIONED = /^(?:.*\/pkg\/mod\/|\/*)([^@]+)@(v[^/]+)\/(.+)$/;

/** A module path as a module cache writes it, or as it is: `!a` is an upper-case letter. */
function plainPath(path: string): string {
  return path.replace(/!([a-z])/g, (_, c: string) => c.toUpperCase());
}

/** "/internal/x" → "/x", '' → ''. A major version's folder need not exist: "/v2" is passed over. */
function lastOf(path: string): string {
  const parts = path.split('/').filter((p) => p !== '');
  const last = parts.at(-1);
  return last === undefined || /^v\d+$/.test(last) ? '' : `/${last}`;
}

function sharedTail(a: readonly string[], b: readonly string[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

/** A profile is a stranger's data: a path that climbs is never followed. */
function hasDots(file: string): boolean {
  return /(^|\/)\.\.(\/|$)/.test(file);
}
