/** Asks an address before it is kept as a local process. */
import { Problem } from '../base/problem';
import { probe } from '../target/probe';
import { localProcess } from './local';

export interface AskedLocal {
  /** Normal form of the address, with the scheme that the process speaks. */
  readonly url: string;
  /** Why no profile can be taken there now; undefined: pprof answered. */
  readonly problem: Problem | undefined;
}

/**
 * Throws Problem `cluster.url` for a text that is no address, and AbortError; whatever the process answers is a result.
 */
export async function askLocal(text: string, signal: AbortSignal): Promise<AskedLocal> {
  const { target, pprofPath, url } = localProcess(text);
  const { scheme, pprof } = await probe(target, signal, { pprofPath });
  const spoken = scheme === target.scheme ? url : localProcess(url.replace(/^https?/, scheme)).url;
  if (pprof.result === 'pprof') return { url: spoken, problem: undefined };
  return {
    url: spoken,
    problem:
      pprof.problem ??
      new Problem('cluster.noPprof', `${target.label} does not serve pprof under ${pprofPath}.`, {
        next: 'Check the address.',
      }),
  };
}
