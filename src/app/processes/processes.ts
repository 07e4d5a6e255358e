/** What probes have found out about the processes behind the replicas. A process is probed only when the user acts. */
import { abortError, orAbort } from '../../base/abort';
import { Disposables, Emitter, type Disposable } from '../../base/dispose';
import { isAbort, type Problem, type ProblemData } from '../../base/problem';
import { knownEndpoints, type FoundEndpoint, type Knowledge } from '../../cluster/endpoints';
import { probeProcess, type Findings } from '../../cluster/probe';
import type { EndpointMemory } from '../../cluster/memory';
import type { Pins } from '../../cluster/pins';
import { describeAuth } from '../../cluster/reach';
import type { Replica, RunningController, Workload } from '../../controllers/types';
import type { Clusters } from '../clusters';
import { withNextStep } from '../problems';

export interface ProcessesDeps {
  readonly clusters: Clusters;
  readonly memory: EndpointMemory;
  readonly pins: () => Pins;
  readonly log: { info(message: string): void; problem(what: string, e: unknown): void };
}

/** What probing a process has found out. */
export interface ProcessFacts {
  readonly state: 'unknown' | 'probing' | 'probed';
  readonly endpoints: readonly FoundEndpoint[];
  /** Undefined if the metrics could not be read, or have not been read yet. */
  readonly controllers: readonly RunningController[] | undefined;
  readonly problems: readonly ProblemData[];
  /** Display text: whose token is sent, "" = none. */
  readonly auth: string;
}

interface Known {
  /** Undefined until the first probe has finished. */
  findings: Findings | undefined;
  /** The pod's restart count at the probe: after a restart, another process answers. */
  restarts: number;
  /** The pins of its workload at the probe, as text: like a restart, a changed pin makes the findings invalid. */
  pins: string;
  work: Promise<Findings> | undefined;
  stop: AbortController;
  problem: Problem | undefined;
}

export class Processes implements Disposable {
  readonly #own = new Disposables();
  readonly #changed = this.#own.add(new Emitter<void>());
  readonly #known = new Map<string, Known>();

  constructor(private readonly deps: ProcessesDeps) {
    this.#own.add(
      deps.clusters.onDidChange((context) => {
        this.#prune(context);
      }),
    );
  }

  readonly onDidChange = this.#changed.event;

  facts(context: string, workload: Workload, replica: Replica): ProcessFacts {
    const known = this.#known.get(keyOf(context, replica));
    const session = this.deps.clusters.entry(context)?.cluster?.session;
    const knowledge = this.#knowledge();
    const current = known && holds(known, workload, replica, knowledge.pins) ? known : undefined;
    const before = session ? knownEndpoints({ session, workload, replica }, knowledge) : undefined;
    const findings = current?.findings;
    const problems = [
      ...(current?.problem ? [current.problem] : (findings?.problems ?? [])),
      ...(findings ? [] : (before?.problems ?? [])),
    ];
    return {
      state: current?.work ? 'probing' : findings || current?.problem ? 'probed' : 'unknown',
      endpoints: findings?.endpoints ?? before?.endpoints ?? [],
      controllers: findings?.controllers,
      problems: problems.map((p) => p.toJSON()),
      auth: before === undefined || before.auth.kind === 'none' ? '' : describeAuth(before.auth),
    };
  }

  /**
   * Probes the process: which endpoints answer, and which controllers run in it. Callers share a probe in progress.
   * Rejects with a Problem, which the facts contain as well. The caller's abort only ends its own wait, not the probe.
   */
  probe(
    context: string,
    workload: Workload,
    replica: Replica,
    options: { readonly signal?: AbortSignal; readonly again?: boolean } = {},
  ): Promise<Findings> {
    const key = keyOf(context, replica);
    const pins = this.deps.pins();
    let known = this.#known.get(key);
    if (known && !holds(known, workload, replica, pins)) {
      known.stop.abort();
      known = undefined;
    }
    if (known?.work === undefined && known?.findings && options.again !== true) return Promise.resolve(known.findings);
    if (!known) {
      known = {
        findings: undefined,
        restarts: replica.pod.restarts,
        pins: textOf(pins, workload),
        work: undefined,
        stop: new AbortController(),
        problem: undefined,
      };
      this.#known.set(key, known);
    }
    const mine = known;
    mine.work ??= this.#probe(mine, context, workload, replica).finally(() => {
      mine.work = undefined;
      this.#changed.fire();
    });
    this.#changed.fire();
    return this.#outcome(key, mine, options.signal);
  }

  /** The result of a probe; if a newer probe has replaced it, the result of that one. */
  async #outcome(key: string, known: Known, signal: AbortSignal | undefined): Promise<Findings> {
    for (let current = known; ;) {
      try {
        if (current.work === undefined && current.findings) return current.findings;
        if (current.work === undefined) throw current.problem ?? abortError('The probe was ended.');
        return await orAbort(current.work, signal);
      } catch (e) {
        const newer = this.#known.get(key);
        if (!isAbort(e) || signal?.aborted || newer === undefined || newer === current) throw e;
        current = newer;
      }
    }
  }

  async #probe(known: Known, context: string, workload: Workload, replica: Replica): Promise<Findings> {
    known.problem = undefined;
    try {
      const cluster = await this.deps.clusters.connect(context, known.stop.signal);
      // The pins may have changed while connecting.
      const knowledge = this.#knowledge();
      known.pins = textOf(knowledge.pins, workload);
      const findings = await probeProcess({ session: cluster.session, workload, replica }, knowledge, {
        signal: known.stop.signal,
        guess: true,
      });
      known.findings = findings;
      if (findings.reason) cluster.learn(workload.id, findings.reason);
      const said = findings.endpoints.map((e) => `${e.kind} ${e.scheme} :${e.port} ${e.state}`).join(', ');
      this.deps.log.info(
        `${replica.pod.namespace}/${replica.pod.name}: ${said === '' ? 'no endpoint answered' : said}`,
      );
      return findings;
    } catch (e) {
      if (!isAbort(e)) known.problem = withNextStep(e, 'cluster.look');
      this.deps.log.problem(`Looking for endpoints of ${replica.pod.namespace}/${replica.pod.name}`, e);
      throw e;
    }
  }

  /** Forgets the findings of a workload's processes, after its authentication changed. */
  forget(context: string, workload: Workload): void {
    for (const replica of workload.replicas) {
      const key = keyOf(context, replica);
      this.#known.get(key)?.stop.abort();
      this.#known.delete(key);
    }
    this.#changed.fire();
  }

  #knowledge(): Knowledge {
    return { memory: this.deps.memory, pins: this.deps.pins() };
  }

  /** Drops the findings of pods that are gone, and of contexts that were closed. */
  #prune(context: string | undefined): void {
    for (const [key, known] of this.#known) {
      const [of = '', uid = ''] = key.split('\n');
      if (context !== undefined && of !== context) continue;
      const entry = this.deps.clusters.entry(of);
      if (entry?.state === 'connecting' || entry?.cluster?.objects.pods.has(uid) === true) continue;
      known.stop.abort();
      this.#known.delete(key);
    }
  }

  dispose(): void {
    for (const known of this.#known.values()) known.stop.abort();
    this.#known.clear();
    this.#own.dispose();
  }
}

/** False after a restart, or after a pin changed. */
function holds(known: Known, workload: Workload, replica: Replica, pins: Pins): boolean {
  return known.restarts === replica.pod.restarts && known.pins === textOf(pins, workload);
}

function textOf(pins: Pins, { namespace, name }: Workload): string {
  return JSON.stringify(pins[`${namespace}/${name}`] ?? {});
}

function keyOf(context: string, replica: Replica): string {
  return `${context}\n${replica.pod.uid}`;
}
