/**
 * From a frame of a profile to a file on this machine. Frames carry the paths of the machine that built the program, so
 * this tries what those paths can mean here. Pure: the disk is asked through `LocateEnv`.
 */
import type { StackFrame } from '../../profile/types';

export interface LocateEnv {
  /** Folders of the workspace, absolute, `/` as separator (as all paths here). */
  readonly folders: readonly string[];
  /** Modules in the workspace: module path and the folder of its go.mod. */
  readonly modules: readonly GoModule[];
  /** Module caches of this machine, likeliest first. Asked for only when a path needs one. */
  modCaches(): Promise<readonly string[]>;
  /** Go installations of this machine, likeliest first. Asked for only when a path needs one. */
  goroots(): Promise<readonly string[]>;
  exists(file: string): Promise<boolean>;
  /** Files in the workspace with this base name. */
  named(baseName: string): Promise<readonly string[]>;
}

export interface GoModule { readonly path: string; readonly dir: string }

export type Located =
  | { readonly file: string; readonly line: number }
  /** Not found; the places that were looked at, in order, for the message. */
  | { readonly looked: readonly string[] };

/** Finds the file of a frame. */
export async function locate(frame: StackFrame, env: LocateEnv): Promise<Located> {
  const file = frame.file.replaceAll('\\', '/');
  const looked: string[] = [];
  if (file === '' || file.startsWith('<')) return { looked };
  const base = file.slice(file.lastIndexOf('/') + 1);
  const pkg = packageOf(frame.name);

  for (const strategy of [inWorkspace, inModule, inVendor, inModCache, inGoroot, bySuffix]) {
    for (const candidate of await strategy({ file, base, pkg, absolute: isAbsolute(file), env, looked })) {
      if (await env.exists(candidate)) return { file: candidate, line: frame.line };
    }
  }
  return { looked };
}

interface Case {
  readonly file: string;
  readonly base: string;
  /** Import path of the frame's package, '' when its name has none. */
  readonly pkg: string;
  readonly absolute: boolean;
  readonly env: LocateEnv;
  /** Places for the message; a strategy adds where it looks. */
  readonly looked: string[];
}

/** The path as it is, when it lies in the workspace. */
function inWorkspace({ file, absolute, env, looked }: Case): readonly string[] {
  looked.push(...env.folders);
  return absolute && !hasDots(file) && env.folders.some((f) => isInside(file, f)) ? [file] : [];
}

/** The frame's package (or, with -trimpath, its file) lies below a module of the workspace. */
function inModule({ file, base, pkg, absolute, env }: Case): readonly string[] {
  const found: string[] = [];
  // The longest module path first: a nested module owns what lies below it.
  for (const m of [...env.modules].sort((a, b) => b.path.length - a.path.length)) {
    if (!absolute && !hasDots(file) && file.startsWith(`${m.path}/`)) found.push(`${m.dir}${file.slice(m.path.length)}`);
    if (pkg === m.path) found.push(`${m.dir}/${base}`);
    else if (pkg.startsWith(`${m.path}/`) && !hasDots(pkg)) found.push(`${m.dir}${pkg.slice(m.path.length)}/${base}`);
  }
  return found;
}

/** A vendored package: the same one in a vendor folder of the workspace. */
function inVendor({ file, base, pkg, env }: Case): readonly string[] {
  const at = file.lastIndexOf('/vendor/');
  const tail = at >= 0 ? file.slice(at + '/vendor/'.length) : pkg.includes('.') && pkg.includes('/') ? `${pkg}/${base}` : '';
  return tail === '' || hasDots(tail) ? [] : env.modules.map((m) => `${m.dir}/vendor/${tail}`);
}

/** `…/pkg/mod/<module>@<version>/…` of another machine, or `<module>@<version>/…` with -trimpath. */
async function inModCache({ file, env, looked }: Case): Promise<readonly string[]> {
  const at = file.lastIndexOf('/pkg/mod/');
  const tail = at >= 0 ? file.slice(at + '/pkg/mod/'.length) : file.replace(/^\/+/, '');
  const m = /^([^@]+)@(v[^/]+)\/(.+)$/.exec(tail);
  if (!m || hasDots(tail)) return [];
  const [, module = '', version = '', rest = ''] = m;
  const caches = await env.modCaches();
  looked.push(...caches);
  const escaped = `${escapePath(module)}@${escapePath(version)}/${rest}`;
  return caches.flatMap((c) => (escaped === tail ? [`${c}/${tail}`] : [`${c}/${tail}`, `${c}/${escaped}`]));
}

/** The standard library: `/usr/local/go/src/runtime/proc.go`, or `runtime/proc.go` with -trimpath. */
async function inGoroot({ file, pkg, absolute, env, looked }: Case): Promise<readonly string[]> {
  const at = file.lastIndexOf('/src/');
  const tail = absolute ? (at >= 0 ? file.slice(at + '/src/'.length) : '') : file;
  const first = tail.slice(0, Math.max(0, tail.indexOf('/')));
  // Packages outside the standard library have a dot in their first element; its vendored ones are under vendor/.
  if (first === '' || first.includes('.') || hasDots(tail)) return [];
  if (pkg !== '' && (pkg.split('/')[0] ?? '').includes('.') && first !== 'vendor') return [];
  const roots = await env.goroots();
  looked.push(...roots.map((r) => `${r}/src`));
  return roots.map((r) => `${r}/src/${tail}`);
}

/** A program built elsewhere (`/build/internal/x.go`): the file of the workspace whose path shares the longest tail. */
async function bySuffix({ file, base, pkg, env }: Case): Promise<readonly string[]> {
  if (!/\.(go|s|c|h|cc|cpp)$/.test(base)) return [];
  const wanted = file.split('/').reverse();
  const scored = (await env.named(base)).map((path) => ({ path, same: sharedTail(wanted, path.split('/').reverse()) })).sort((a, b) => b.same - a.same);
  const [best, second] = scored;
  if (!best) return [];
  if (best.same > (second?.same ?? 0) && best.same >= 2) return [best.path];
  // A lone file of that name is the one only when the package bears the name of its folder, or is main.
  const folder = best.path.split('/').at(-2) ?? '';
  return !second && (pkg === 'main' || pkg.split('/').at(-1) === folder) ? [best.path] : [];
}

function sharedTail(a: readonly string[], b: readonly string[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

/** `sigs.k8s.io/x/pkg.(*T).Method` → `sigs.k8s.io/x/pkg`. Escapes of the linker (`%2e`) are undone. */
export function packageOf(name: string): string {
  // Type arguments hold package paths of their own: only what stands before them counts.
  const plain = name.split('[')[0] ?? '';
  const slash = plain.lastIndexOf('/');
  const dot = plain.indexOf('.', slash + 1);
  return dot < 0 ? '' : plain.slice(0, dot).replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** Module paths on disk: an upper-case letter is written as `!` and the lower-case one (golang.org/ref/mod, "Module cache"). */
export function escapePath(s: string): string { return s.replace(/[A-Z]/g, (c) => `!${c.toLowerCase()}`); }

/** The module path of a go.mod's text; undefined when it has none. */
export function modulePath(goMod: string): string | undefined {
  return /^[ \t]*module[ \t]+(?:"([^"]+)"|`([^`]+)`|([^\s"`(]+))/m.exec(goMod)?.slice(1).find((s) => s !== undefined);
}

/** Folders that a go.work's text uses, as written. */
export function workUses(goWork: string): readonly string[] {
  const lines = goWork.replace(/\/\/.*$/gm, '');
  const found = [...lines.matchAll(/^[ \t]*use[ \t]+([^\s(]+)[ \t]*$/gm)].map((m) => m[1] ?? '');
  for (const block of lines.matchAll(/^[ \t]*use[ \t]*\(([^)]*)\)/gm)) found.push(...(block[1] ?? '').split('\n').map((s) => s.trim()));
  return found.map((s) => s.replace(/^["`]|["`]$/g, '')).filter((s) => s !== '');
}

function isAbsolute(file: string): boolean { return file.startsWith('/') || /^[A-Za-z]:\//.test(file); }

/** A profile is a stranger's data: a path that climbs is never followed. */
function hasDots(file: string): boolean { return /(^|\/)\.\.(\/|$)/.test(file); }

function isInside(file: string, folder: string): boolean {
  const f = folder.endsWith('/') ? folder : `${folder}/`;
  return file.startsWith(f);
}
