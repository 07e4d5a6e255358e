/** Whether a workload may run a program, by their names: a guess that only sorts what a person chooses from. */

/** Words that tell nothing apart among controllers. */
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

/** Words of a name but for the plain ones, in the singular. */
function words(name: string): string[] {
  return name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((w) => w.length > 1 && !COMMON.has(w) && !/^v?\d+$/.test(w))
    .map((w) => (w.length > 3 ? w.replace(/s$/, '') : w));
}

/**
 * `program`: a module's path, that of a program below cmd/ in it, or a manifest's file name. `names`: the workload's
 * name, namespace and images. True when the last part of the program that says something shares a word with one of
 * them.
 */
export function resembles(program: string, names: readonly string[]): boolean {
  const last =
    program
      .split('/')
      .map(words)
      .filter((w) => w.length > 0)
      .at(-1) ?? [];
  // Of an image only its name counts: registries and organisations are those of many.
  const theirs = new Set(names.flatMap((n) => words((n.split('/').at(-1) ?? n).replace(/[@:].*$/, ''))));
  return last.some((w) => theirs.has(w));
}
