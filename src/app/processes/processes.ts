/** What is known of the processes behind the replicas, from asking them when the user acts. */
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

/** What is known of a process from asking it. */
export interface ProcessFacts {
  readonly state: 'unknown' | 'probing' | 'probed';
  readonly endpoints: readonly FoundEndpoint[];
  /** Undefined: metrics could not be read, or were not yet. */
  readonly controllers: readonly RunningController[] | undefined;
  readonly problems: readonly ProblemData[];
  /** For display: whose token is sent, "" = none. */
  readonly auth: string;
}

interface Known {
  /** Undefined until it was looked at. */
  findings: Findings | undefined;
  /** Restarts of the pod when it was looked at: another process answers after one. */
  restarts: number;
  /**
   * What was pinned of its workload when it was looked at, as text: another pin makes it as unknown as a restart does.
   */
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
   * Asks the process: which endpoints answer, which controllers run in it. A probe that is under way is shared. Rejects
   * with a Problem, which the facts hold as well; the caller's abort ends only its own waiting.
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

  /** What a probe comes to; of one that another has replaced meanwhile, what that one comes to. */
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
      // They may have changed while it was connecting.
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

  /** Forgets what a workload's processes said: after its authentication changed. */
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

  /** Drops what was known of pods that are gone, and of contexts that were closed. */
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

/** False after a restart, or when another endpoint was pinned. */
function holds(known: Known, workload: Workload, replica: Replica, pins: Pins): boolean {
  return known.restarts === replica.pod.restarts && known.pins === textOf(pins, workload);
}

function textOf(pins: Pins, { namespace, name }: Workload): string {
  return JSON.stringify(pins[`${namespace}/${name}`] ?? {});
}

function keyOf(context: string, replica: Replica): string {
  return `${context}\n${replica.pod.uid}`;
}
