/** Guesses by their names whether a workload runs a program; only used to sort a list for the user. */

/** Words that are too common among controllers to tell them apart. */
const COMMON = new Set([
  'operator',
  'controller',
  'manager',
  'kubernetes',
  'kube',
  'k8s',
  'system',
  'cmd',
  'main',
  'params',
  'config',
  'go',
  'io',
  'com',
  'org',
  'dev',
  'github',
  'example',
  'the',
  'cm',
  'yaml',
  'yml',
  'http',
  'https',
]);

/** The words of a name without the common ones, in the singular. */
function words(name: string): string[] {
  return name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((w) => w.length > 1 && !COMMON.has(w) && !/^v?\d+$/.test(w))
    .map((w) => (w.length > 3 ? w.replace(/s$/, '') : w));
}

/**
 * `program`: a module's path, the path of a program below cmd/ in it, or a manifest's file name. `names`: the
 * workload's name, namespace and images. True when the last telling part of the program shares a word with one of them.
 */
export function resembles(program: string, names: readonly string[]): boolean {
  const last =
    program
      .split('/')
      .map(words)
      .filter((w) => w.length > 0)
      .at(-1) ?? [];
  // Of an image only its name counts: many share a registry or an organisation.
  const theirs = new Set(names.flatMap((n) => words((n.split('/').at(-1) ?? n).replace(/[@:].*$/, ''))));
  return last.some((w) => theirs.has(w));
}
