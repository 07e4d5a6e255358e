/** What one process tells when it is asked: which endpoints answer, and which controllers run in it. */
import { isAbort, Problem } from '../base/problem';
import { runtimeReason } from '../controllers/discover';
import type { Reason, RunningController } from '../controllers/types';
import { families } from '../metrics/formats/scan';
import { runningControllers } from '../metrics/running';
import { expectOk } from '../target/expect';
import { get } from '../target/get';
import type { Target } from '../target/types';
import type { Knowledge, ProcessRef } from './endpoints';
import { findEndpoints, type FindOptions, type Found } from './find';
import { withRules } from './rbac';
import { NO_AUTH, podTarget } from './reach';

export interface Findings extends Found {
  /** Undefined: no metrics could be read. */
  readonly controllers: readonly RunningController[] | undefined;
  /** Why its metrics show that the process is a controller. */
  readonly reason: Reason | undefined;
}

/** Longest silence while reading metrics, ms. A large controller takes a second to write them. */
const METRICS_SILENCE_MS = 10_000;
/** Longest metrics text, bytes. */
const MAX_METRICS = 64 * 1024 * 1024;

/** Throws AbortError only. */
export async function probeProcess(ref: ProcessRef, knowledge: Knowledge, options: FindOptions): Promise<Findings> {
  const found = await findEndpoints(ref, knowledge, options);
  const { namespace, name } = ref.replica.pod;
  let problem: Problem | undefined;
  for (const endpoint of found.endpoints.filter((e) => e.kind === 'metrics' && e.state === 'ok')) {
    try {
      const text = await metricsText(
        podTarget(ref.session, namespace, name, endpoint, endpoint.secured ? found.auth : NO_AUTH),
        endpoint.path,
        options.signal,
      );
      return { ...found, controllers: runningControllers(text), reason: runtimeReason(families(text)) };
    } catch (e) {
      if (isAbort(e)) throw e;
      problem = withRules(Problem.from(e), endpoint.secured ? found.auth : NO_AUTH, endpoint.path);
    }
  }
  return {
    ...found,
    problems: problem ? [...found.problems, problem] : found.problems,
    controllers: undefined,
    reason: undefined,
  };
}

/** The exposition text of a process. Throws Problem `target.*`, AbortError. */
async function metricsText(target: Target, path: string, signal?: AbortSignal): Promise<string> {
  const answer = await get(target, path, {
    idleTimeoutMs: METRICS_SILENCE_MS,
    maxBytes: MAX_METRICS,
    headers: { Accept: 'text/plain;version=0.0.4, */*;q=0.1' },
    ...(signal && { signal }),
  });
  return expectOk(answer, target, path).body.toString('utf8');
}
