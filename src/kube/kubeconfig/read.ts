/** Reads the kubeconfig files. */
import { readFile } from 'node:fs/promises';
import { Problem, type ProblemData } from '../../base/problem';
import type { LoadedContexts, ParsedFile } from './entries';
import { resolveContexts } from './merge';
import { parseKubeconfig } from './parse';
import type { Places } from './places';

/** Reads all files. A file that can't be read is a problem and hides no other; of KUBECONFIG's, some may be missing, as with kubectl. */
export async function readContexts(places: Places): Promise<LoadedContexts> {
  const problems: ProblemData[] = [];
  const read = async (file: string, mayBeMissing: boolean): Promise<ParsedFile | undefined> => {
    try {
      return parseKubeconfig(await readFile(file, 'utf8'), file);
    } catch (e) {
      if (mayBeMissing && isMissing(e)) return undefined;
      problems.push(fileProblem(e, file).toJSON());
      return undefined;
    }
  };
  const merged = await Promise.all(places.merged.map((f) => read(f, true)));
  const extra = await Promise.all(places.extra.map((f) => read(f, false)));
  const there = (files: readonly (ParsedFile | undefined)[]): ParsedFile[] => files.filter((f) => f !== undefined);
  const contexts = resolveContexts(there(merged), there(extra));
  if (contexts.length === 0 && problems.length === 0) problems.push(noConfig(places, there(merged).length > 0).toJSON());
  return { contexts, problems };
}

function noConfig(places: Places, some: boolean): Problem {
  const files = places.merged.join(', ');
  const next = 'Set KUBECONFIG, copy a kubeconfig to ~/.kube/config, or name one in the setting controllerTuner.kubeconfigs.';
  if (some) return new Problem('kube.noContext', `The kubeconfig ${files} has no contexts.`, { next });
  return new Problem('kube.noConfig', places.fromEnv ? `KUBECONFIG names ${files}, and there is no such file.` : `There is no kubeconfig ${files}.`, { next });
}

function fileProblem(e: unknown, file: string): Problem {
  if (e instanceof Problem) return e;
  if (isMissing(e)) return new Problem('kube.configMissing', `The kubeconfig ${file} does not exist.`, { next: 'Correct the setting controllerTuner.kubeconfigs.', cause: e });
  const code = (e as NodeJS.ErrnoException).code;
  const why = code === 'EACCES' || code === 'EPERM' ? 'you may not read it' : code === 'EISDIR' ? 'it is a folder' : String((e as Error).message);
  return new Problem('kube.configUnreadable', `The kubeconfig ${file} can't be read: ${why}.`, { next: 'Check the file and who may read it.', cause: e });
}

function isMissing(e: unknown): boolean {
  const code = (e as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
