/** The sources below a folder, one folder after the other. */
import { isSource, languageOf } from './languages';
import { join } from './paths';
import type { Files } from './types';

/** Folders that hold others' sources or none; those that begin with '.' or '_' are left out as the go command does. */
const LEFT_OUT = new Set(['vendor', 'testdata', 'node_modules']);

export interface Folder {
  readonly dir: string;
  /** Paths of Go and YAML files and of a go.mod, by name. */
  readonly sources: readonly string[];
}

/** `nested`: modules below this one too. Deep trees are no matter: nothing recurses. */
export async function* walk(
  dir: string,
  files: Pick<Files, 'list'>,
  { nested, signal }: { readonly nested: boolean; readonly signal?: AbortSignal | undefined },
): AsyncGenerator<Folder> {
  const waiting = [dir];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    signal?.throwIfAborted();
    const names = await files.list(next, signal);
    if (!nested && next !== dir && names.includes('go.mod')) continue;
    const here = next;
    const sources = names
      .filter((n) => isSource(n) && languageOf(n)?.reviewed.test(n) === true)
      .sort()
      .map((n) => `${here}/${n}`);
    if (sources.length > 0) yield { dir: here, sources };
    // The last is taken first: sorted the other way round.
    const folders = names
      .filter((n) => n.endsWith('/') && !/^[._]/.test(n) && !LEFT_OUT.has(n.slice(0, -1)))
      .sort()
      .reverse();
    for (const folder of folders) waiting.push(join(here, folder));
  }
}
