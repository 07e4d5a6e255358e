/** Reads the kubeconfig files. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem, type ProblemData } from '../../base/problem';
import type { LoadedContexts, ParsedFile } from './entries';
import { resolveContexts } from './merge';
import { parseKubeconfig } from './parse';
import type { Places } from './places';

/** A file that is being written may be empty or missing for a moment: it is read once more after this time, ms. */
const HALF_WRITTEN_MS = 300;

/**
 * Reads all files. A file that can't be read becomes a problem and hides no other; of KUBECONFIG's files some may be
 * missing, as in kubectl. `kept` has the last readable content of each file, and is updated. A file that is broken or
 * half written still counts with that content, beside its problem, so that nothing open gets closed. `pause`: before
 * the second look at a file that is empty or missing; default HALF_WRITTEN_MS.
 */
export async function readContexts(
  places: Places,
  kept: Map<string, ParsedFile> = new Map(),
  pause = (): Promise<unknown> => sleep(HALF_WRITTEN_MS),
): Promise<LoadedContexts> {
  const problems: ProblemData[] = [];
  const once = async (file: string): Promise<ParsedFile> => parseKubeconfig(await readFile(file, 'utf8'), file);
  const settled = async (file: string, before: ParsedFile | undefined): Promise<ParsedFile> => {
    if (!before?.contexts.length) return once(file);
    const now = await once(file).catch((e: unknown) => {
      if (isMissing(e)) return undefined;
      throw e;
    });
    if (now && !isEmpty(now)) return now;
    await pause();
    return once(file);
  };
  const read = async (file: string, mayBeMissing: boolean): Promise<ParsedFile | undefined> => {
    const before = kept.get(file);
    try {
      const now = await settled(file, before);
      kept.set(file, now);
      return now;
    } catch (e) {
      if (isMissing(e)) kept.delete(file);
      if (mayBeMissing && isMissing(e)) return undefined;
      problems.push(fileProblem(e, file).toJSON());
      return kept.get(file);
    }
  };
  const merged = await Promise.all(places.merged.map((f) => read(f, true)));
  const extra = await Promise.all(places.extra.map((f) => read(f, false)));
  const there = (files: readonly (ParsedFile | undefined)[]): ParsedFile[] => files.filter((f) => f !== undefined);
  const contexts = resolveContexts(there(merged), there(extra));
  if (contexts.length === 0 && problems.length === 0)
    problems.push(noConfig(places, there(merged).length > 0).toJSON());
  return { contexts, problems };
}

function isEmpty(f: ParsedFile): boolean {
  return f.contexts.length + f.clusters.length + f.users.length === 0;
}

function noConfig(places: Places, some: boolean): Problem {
  const files = places.merged.join(', ');
  const next =
    'Set KUBECONFIG, copy a kubeconfig to ~/.kube/config, or name one in the setting controllerTuner.kubeconfigs.';
  if (some) return new Problem('kube.noContext', `The kubeconfig ${files} has no contexts.`, { next });
  return new Problem(
    'kube.noConfig',
    places.fromEnv ? `KUBECONFIG names ${files}, and there is no such file.` : `There is no kubeconfig ${files}.`,
    { next },
  );
}

function fileProblem(e: unknown, file: string): Problem {
  if (e instanceof Problem) return e;
  if (isMissing(e))
    return new Problem('kube.configMissing', `The kubeconfig ${file} does not exist.`, {
      next: 'Correct the setting controllerTuner.kubeconfigs.',
      cause: e,
    });
  const code = (e as NodeJS.ErrnoException).code;
  const why =
    code === 'EACCES' || code === 'EPERM'
      ? 'you may not read it'
      : code === 'EISDIR'
        ? 'it is a folder'
        : String((e as Error).message);
  return new Problem('kube.configUnreadable', `The kubeconfig ${file} can't be read: ${why}.`, {
    next: 'Check the file and who may read it.',
    cause: e,
  });
}

function isMissing(e: unknown): boolean {
  const code = (e as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
