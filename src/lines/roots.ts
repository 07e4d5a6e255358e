/**
 * Where the program was built, read from its own frames: a package `example.com/app/internal/x` whose file lies in
 * `/workspace/internal/x` says that the module example.com/app lay in `/workspace`. The file of a `main`, whose name
 * tells nothing of its module, is then known too, and that of another program built in the same folder is never taken
 * for ours.
 */
import { isAbsolute, isBelow, slashes, type GoModule } from './modules';
import { symbolOf } from './symbol';

export interface Root {
  /** Folder on the machine that built the program. */
  readonly dir: string;
  /** The module of the workspace that lay there, or the import path of somebody else's. */
  readonly module: GoModule | string;
}

/** A file as a profile names it, with its functions and a line of each; 0: not told. */
export interface ProfileFile {
  readonly file: string;
  readonly names: readonly string[];
  readonly lines: readonly number[];
}

/** Deepest folder first. */
export function rootsOf(files: readonly ProfileFile[], modules: readonly GoModule[]): readonly Root[] {
  const found = new Map<string, { readonly root: Root; votes: number }>();
  for (const { file, names } of files) {
    const path = slashes(file);
    if (!isAbsolute(path) || /\/pkg\/mod\/|\/vendor\/|@v\d/.test(path)) continue;
    const pkg = packageOfFile(names);
    if (pkg === '' || pkg === 'main' || (!pkg.includes('/') && !modules.some((m) => m.path === pkg))) continue;
    const dir = path.slice(0, path.lastIndexOf('/'));
    for (const root of rootsAt(dir, pkg, modules)) {
      const key = `${root.dir}\n${typeof root.module === 'string' ? root.module : `${root.module.path}\n${root.module.dir}`}`;
      const known = found.get(key);
      if (known) known.votes++;
      else found.set(key, { root, votes: 1 });
    }
  }
  return [...found.values()]
    .sort((a, b) => b.root.dir.length - a.root.dir.length || b.votes - a.votes)
    .map((f) => f.root);
}

function rootsAt(dir: string, pkg: string, modules: readonly GoModule[]): readonly Root[] {
  const owners = owning(pkg, modules);
  if (owners.length > 0) {
    return owners.flatMap((module) => {
      const below = pkg.slice(module.path.length);
      return dir.endsWith(below) ? [{ dir: dir.slice(0, dir.length - below.length), module }] : [];
    });
  }
  // Somebody else's module: as far up as folders and import path are the same, but not above what a module path has at
  // least.
  const [parts, of] = [dir.split('/'), pkg.split('/')];
  const least = !of[0]?.includes('.') ? 1 : /^(github|gitlab)\.com$|^bitbucket\.org$/.test(of[0]) ? 3 : 2;
  let same = 0;
  while (of.length - same > least && parts.length - same > 1 && parts.at(-1 - same) === of.at(-1 - same)) same++;
  if (same === 0) return [];
  return [{ dir: parts.slice(0, parts.length - same).join('/'), module: of.slice(0, of.length - same).join('/') }];
}

/** Modules with the longest path that holds a package: a nested module owns what lies below it. */
export function owning(pkg: string, modules: readonly GoModule[]): readonly GoModule[] {
  let longest = -1;
  for (const m of modules) if (isBelow(pkg, m.path)) longest = Math.max(longest, m.path.length);
  return modules.filter((m) => m.path.length === longest && isBelow(pkg, m.path));
}

/**
 * Import path of a file's package, as its functions' names tell; '' when none of them is sure to. Test packages count
 * as what they test.
 */
export function packageOfFile(names: readonly string[]): string {
  for (const name of names) {
    const { pkg, plain } = symbolOf(name);
    if (plain && pkg !== '') return pkg.replace(/(?<=.)_test$/, '');
  }
  return '';
}
