/** The job `pipeline`: a controller's pipeline over some seconds, with the station that holds it back. */
import { setTimeout as pause } from 'node:timers/promises';
import { Problem } from '../base/problem';
import type { Cluster } from '../cluster/cluster';
import { bestEndpoint } from '../cluster/endpoints';
import { findEndpoints } from '../cluster/find';
import { NO_AUTH, podTarget } from '../cluster/reach';
import type { Replica, Workload } from '../controllers/types';
import { pipelineQueries } from '../metrics/pipeline/index';
import type { PipelineView } from '../protocol/metrics';
import { pipelineFrom } from '../series/feed';
import { namesIn, Scraper, type Scraped, type ScrapeReport } from '../series/scraper';
import type { PipelineJob, TokenChoice } from './jobs';
import { authOf, knowledge, withCluster } from './session';
import { findWorkload } from './workload';

/** Between two scrapes, ms: the setting's default. */
const EVERY_MS = 2000;
/** Longest silence of a process, ms. */
const SILENCE_MS = 10_000;
const MAX_BYTES = 64 << 20;

export async function pipeline(job: PipelineJob, signal: AbortSignal, tell: (line: string) => void): Promise<string> {
  return withCluster(job, signal, async ({ cluster }) => {
    const workload = findWorkload(cluster, { namespace: job.namespace, workload: job.workload });
    const pipe = new Pipe(cluster, workload, job.token, job.seconds + 60);
    try {
      tell(
        `Scraping ${pipe.processes === 1 ? 'one process' : `${pipe.processes} processes`} of ` +
          `${job.namespace}/${job.workload} for ${job.seconds} s`,
      );
      pipe.start();
      await pause(job.seconds * 1000, undefined, { signal });
      pipe.stop();
      const { reports } = pipe;
      for (const { id, problem } of reports) if (problem) tell(`${id}: ${problem.sentence}`);
      const [first] = reports;
      if (first?.problem && reports.every((r) => r.problem)) throw first.problem;
      const view = await pipe.look(job.seconds, signal);
      return job.json ? JSON.stringify(data(view)) : text(view);
    } finally {
      pipe.dispose();
    }
  });
}

/** Scrapes the processes of one workload as a page does, and gives what the pipeline shows of them. */
export class Pipe {
  readonly #scraper: Scraper;
  readonly processes: number;

  /**
   * `keepSeconds`: the longest time that `look` may cover, plus the range of a rate. Throws Problem
   * `inspect.noReplica`.
   */
  constructor(cluster: Cluster, workload: Workload, token: TokenChoice, keepSeconds: number) {
    const running = workload.replicas.filter((r) => r.pod.phase === 'Running' && !r.pod.deleting);
    this.processes = running.length;
    if (running.length === 0)
      throw new Problem('inspect.noReplica', `${workload.namespace}/${workload.name} has no running replica.`, {
        next: 'Scale it up.',
      });
    this.#scraper = new Scraper({
      everyMs: () => EVERY_MS,
      maxBytes: () => MAX_BYTES,
      idleTimeoutMs: () => SILENCE_MS,
      keepSeconds,
    });
    this.#scraper.want(namesIn(pipelineQueries({ window: 60 }).map((q) => q.promql)), false);
    this.#scraper.set(running.map((replica) => scraped(cluster, workload, replica, token)));
  }

  start(): void {
    this.#scraper.start();
  }
  stop(): void {
    this.#scraper.stop();
  }
  /** How the last scrape of each process went. */
  get reports(): readonly ScrapeReport[] {
    return this.#scraper.reports;
  }

  /** The pipeline of the last `seconds`. */
  look(seconds: number, signal: AbortSignal): Promise<PipelineView> {
    return pipelineFrom(
      this.#scraper,
      { range: { seconds }, width: 600, controller: '', process: [], spacing: EVERY_MS / 1000 },
      Date.now() / 1000,
      signal,
    );
  }

  dispose(): void {
    this.#scraper.dispose();
  }
}

function scraped(cluster: Cluster, workload: Workload, replica: Replica, token: TokenChoice): Scraped {
  const auth = authOf(token);
  const { namespace, name } = replica.pod;
  return {
    id: `${namespace}/${name}`,
    labels: { namespace, pod: name, instance: name, job: workload.name },
    find: async (signal) => {
      const known = knowledge();
      known.memory.keepAuth(cluster.session.context.name, workload.id, auth);
      const found = await findEndpoints({ session: cluster.session, workload, replica }, known, {
        signal,
        guess: true,
      });
      const best = bestEndpoint(found.endpoints, 'metrics');
      if (best && best.state !== 'needsToken')
        return {
          target: podTarget(cluster.session, namespace, name, best, best.secured ? found.auth : NO_AUTH),
          path: best.path,
        };
      if (best?.problem)
        throw Problem.fromJSON(
          auth.kind !== 'none'
            ? best.problem
            : {
                ...best.problem,
                next: 'Name a service account with --service-account NS/NAME, or send your own token with --token own.',
              },
        );
      throw (
        found.problems[0] ??
        new Problem('inspect.noMetrics', `No metrics endpoint answered in ${namespace}/${name}.`, {
          next: 'Switch it on (--metrics-bind-address or Metrics in ctrl.Options).',
        })
      );
    },
  };
}

/** `now`: the last value of the station's large number, in the unit of its metric; null when it is unknown. */
function data({ lanes, verdict, noVerdict }: PipelineView): unknown {
  return {
    stations: lanes.flatMap(({ controller, stations }) =>
      stations.map((s) => ({
        id: s.id,
        controller,
        heat: s.heat,
        values: { now: finite(s.spark.values.at(-1)), main: s.main, readings: s.readings.map((r) => r.text) },
        ...(s.why !== undefined && { why: s.why }),
      })),
    ),
    verdict: verdict
      ? {
          controller: verdict.controller,
          station: verdict.station,
          sentence: `${verdict.headline} ${verdict.sentence}`,
          evidence: verdict.evidence,
        }
      : null,
    ...(verdict === undefined && { noVerdict }),
  };
}

function finite(n: number | undefined): number | null {
  return n !== undefined && Number.isFinite(n) ? n : null;
}

function text({ lanes, verdict, noVerdict }: PipelineView): string {
  const lines = [verdict ? `${verdict.controller}: ${verdict.headline} ${verdict.sentence}` : noVerdict];
  for (const { controller, stations } of lanes) {
    lines.push('', controller);
    for (const s of stations)
      lines.push(
        '  ' +
          `${s.title.padEnd(12)}${(s.main === '' ? 'not known' : s.main).padEnd(16)}${s.readings.map((r) => r.text).join(', ')}${s.heat === 'warm' || s.heat === 'hot' ? ` (${s.heat})` : ''}`,
      );
  }
  return lines.join('\n');
}
