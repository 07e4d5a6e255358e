/** Looks at the pipes of the test cluster's controllers while loads are on, and what should be said of each. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../../src/cluster/cluster';
import type { TokenChoice } from '../../src/inspect/jobs';
import { Pipe } from '../../src/inspect/pipeline';
import { findWorkload } from '../../src/inspect/workload';
import type { Workload } from '../../src/controllers/types';
import type { PipelineView } from '../../src/protocol/metrics';
import { SLOWNESS, until } from '../lib/until';
import { strain } from '../lib/machine';

/** A look's length, s: a little more than a verdict takes. */
export const LOOK_S = 16;
/** Between two of the first looks, s, and how long there are such. */
const [STEP_S, SETTLE_S] = [4, 40];
/**
 * Longest that pods may take to settle, or a process to run the controllers that the load is about, s:
 * kube-controller-manager starts slowly under a low limit.
 */
export const START_S = 300 * SLOWNESS;

const account = (namespace: string): TokenChoice => ({ kind: 'serviceAccount', namespace, name: 'metrics-reader' });
const TOKENS: Readonly<Record<string, TokenChoice>> = {
  'gadgets-system/gadgets-controller-manager': account('gadgets-system'),
  'kube-system/kube-controller-manager': account('kube-system'),
};

/** What a verdict has to be: the controllers it may be about, and the station. */
export interface Right {
  readonly load: string;
  readonly station: string;
  readonly controllers: readonly string[];
  readonly says: RegExp;
}

/** Who is held back under which load, and by what. */
export const RIGHT: Readonly<Record<string, Right>> = {
  'widgets-system/widgets-controller': {
    load: 'widgets-throttled',
    station: 'limiter',
    controllers: ['widget'],
    says: /rate limiter/,
  },
  'gadgets-system/gadgets-controller-manager': {
    load: 'gadgets-cpu',
    station: 'reconcile',
    controllers: ['gadget'],
    says: /CPU/,
  },
  'starved-system/starved': {
    load: 'workers-starved',
    station: 'workers',
    controllers: ['starved'],
    says: /Too few workers/,
  },
  'failing-system/failing': { load: 'backoff', station: 'reconcile', controllers: ['failing'], says: /fails/ },
  'paints-system/red': { load: 'fight', station: 'events', controllers: ['red'], says: /hot loop/ },
  'paints-system/blue': { load: 'fight', station: 'events', controllers: ['blue'], says: /hot loop/ },
  // Claims wait behind the same limiter.
  'kube-system/kube-controller-manager': {
    load: 'volumes',
    station: 'limiter',
    controllers: ['volumes', 'claims'],
    says: /rate limiter/,
  },
};

/** The controllers that there are with these loads on. */
export function controllersUnder(loads: readonly string[]): string[] {
  const always = [
    'widgets-system/widgets-controller',
    'gadgets-system/gadgets-controller-manager',
    'paints-system/red',
    'kube-system/kube-controller-manager',
    'leaky-system/leaky',
  ];
  return [
    ...always,
    ...Object.entries(RIGHT)
      .filter(([name, { load }]) => loads.includes(load) && !always.includes(name))
      .map(([name]) => name),
  ];
}

export interface Looked {
  readonly workload: string;
  /** The load that is on for it, or "healthy". */
  readonly load: string;
  /** "limiter", "none", or "failed: why". */
  readonly said: string;
  readonly words: string;
  readonly right: boolean;
  /** The machine had no time for the cluster meanwhile: what was said wrongly is no proof of anything. */
  readonly starved: boolean;
  readonly view?: PipelineView;
}

/** Looks at the last LOOK_S, one after the other, at all controllers that there are with these loads on. */
export class Looks {
  private constructor(
    readonly names: readonly string[],
    private readonly pipes: readonly { readonly name: string; readonly pipe: Pipe }[],
    private readonly loads: readonly string[],
    private readonly signal: AbortSignal,
  ) {}

  /** Resolves when each load is in effect. */
  static async begin(cluster: Cluster, loads: readonly string[], signal: AbortSignal): Promise<Looks> {
    const names = controllersUnder(loads);
    await settled(cluster, names, signal);
    const looks = new Looks(
      names,
      names.map((name) => ({
        name,
        pipe: new Pipe(cluster, workloadOf(cluster, name), TOKENS[name] ?? { kind: 'none' }, LOOK_S + 60),
      })),
      loads,
      signal,
    );
    try {
      for (const { pipe } of looks.pipes) pipe.start();
      await Promise.all(looks.pipes.map(({ name, pipe }) => runs(name, pipe, loads, signal)));
      return looks;
    } catch (e) {
      looks.dispose();
      throw e;
    }
  }

  /**
   * The right ones of the first looks, until there is one at each: what was waiting is worked off, and a new process
   * has taken up its list, sooner or later. After SETTLE_S the rest is left to further looks.
   */
  async first(): Promise<Looked[]> {
    const end = performance.now() + SETTLE_S * 1000;
    const right = new Map<string, Looked>();
    for (let seconds = LOOK_S; ; seconds = STEP_S) {
      for (const looked of await this.next(seconds)) if (looked.right) right.set(looked.workload, looked);
      if (right.size === this.names.length || performance.now() > end) return [...right.values()];
    }
  }

  /** One look at each, `seconds` from now. */
  async next(seconds = LOOK_S): Promise<Looked[]> {
    const meanwhile = strain();
    await pause(seconds * 1000, undefined, { signal: this.signal });
    const { starved } = meanwhile();
    return Promise.all(
      this.pipes.map(async ({ name, pipe }) =>
        judged(
          name,
          this.loads,
          starved,
          await pipe.look(LOOK_S, this.signal),
          pipe.reports.find((r) => r.problem)?.problem?.sentence,
        ),
      ),
    );
  }

  dispose(): void {
    for (const { pipe } of this.pipes) pipe.dispose();
  }
}

/**
 * Of one workload under one load: `right` and `wrong` looks that count, and those in which the machine was starved and
 * the words were wrong.
 */
export interface Tally {
  readonly workload: string;
  readonly load: string;
  readonly right: number;
  readonly wrong: readonly Looked[];
  readonly starved: number;
}

export function tallies(looked: readonly Looked[]): readonly Tally[] {
  return [...new Set(looked.map((l) => `${l.load} ${l.workload}`))].map((key) => {
    const own = looked.filter((l) => `${l.load} ${l.workload}` === key);
    const [{ workload, load }] = own as [Looked];
    const wrong = own.filter((l) => !l.right);
    return {
      workload,
      load,
      right: own.length - wrong.length,
      wrong: wrong.filter((l) => !l.starved),
      starved: wrong.filter((l) => l.starved).length,
    };
  });
}

function workloadOf(cluster: Cluster, name: string): Workload {
  const [namespace = '', workload = ''] = name.split('/');
  return findWorkload(cluster, { namespace, workload });
}

/**
 * Until nothing is rolled out any more: the pods that are seen are those that the API server has now, and all are
 * ready.
 */
async function settled(cluster: Cluster, names: readonly string[], signal: AbortSignal): Promise<void> {
  const namespaces = new Set(names.map((name) => name.split('/')[0] ?? ''));
  await until(
    async () => {
      await pause(500, undefined, { signal });
      const { items } = (await cluster.session.getJson('/api/v1/pods', { signal })) as {
        readonly items: readonly {
          readonly metadata: { readonly namespace: string; readonly uid: string; readonly deletionTimestamp?: string };
        }[];
      };
      const there = items.filter((pod) => namespaces.has(pod.metadata.namespace));
      const seen = names.map(
        (name) =>
          cluster
            .workloads()
            .find((w) => `${w.namespace}/${w.name}` === name)
            ?.replicas.map((r) => r.pod) ?? [],
      );
      const ready = seen.every((pods) => pods.length > 0 && pods.every((pod) => pod.ready && !pod.deleting));
      const uids = new Set(seen.flat().map((pod) => pod.uid));
      return (
        ready &&
        there.length === uids.size &&
        there.every(({ metadata }) => metadata.deletionTimestamp === undefined && uids.has(metadata.uid))
      );
    },
    `the pods of ${names.join(', ')} to settle`,
    START_S * 1000,
  );
}

/** Until the controllers of the load have had work. */
async function runs(name: string, pipe: Pipe, loads: readonly string[], signal: AbortSignal): Promise<void> {
  const expected = RIGHT[name];
  if (!expected || !loads.includes(expected.load)) return;
  await until(
    async () => {
      await pause(1000, undefined, { signal });
      const { lanes } = await pipe.look(LOOK_S, signal);
      return expected.controllers.every((c) =>
        lanes.some(
          (l) => l.controller === c && (l.stations.find((s) => s.id === 'events')?.spark.values.at(-1) ?? 0) > 0,
        ),
      );
    },
    `${name} to have work under ${expected.load}`,
    START_S * 1000,
  );
}

function judged(
  workload: string,
  loads: readonly string[],
  starved: boolean,
  view: PipelineView,
  problem: string | undefined,
): Looked {
  const known = RIGHT[workload];
  const expected = known && loads.includes(known.load) ? known : undefined;
  const { verdict } = view;
  const load = expected?.load ?? 'healthy';
  if (problem !== undefined) return { workload, load, said: 'failed', words: problem, right: false, starved };
  const words = verdict ? `${verdict.controller}: ${verdict.headline} ${verdict.sentence}` : view.noVerdict;
  const said = verdict ? verdict.station : 'none';
  // "Not enough yet" is no verdict on a healthy controller either.
  const right = expected
    ? verdict !== undefined &&
      verdict.station === expected.station &&
      expected.controllers.includes(verdict.controller) &&
      expected.says.test(words)
    : verdict === undefined && view.lanes.length > 0 && !/Not enough/.test(words);
  return { workload, load, said, words, right, starved, view };
}

/** A line for each load: what was said how often, how many of it were wrong, and how many wrong ones do not count. */
export function table(all: readonly Looked[]): string {
  const rows = new Map<string, { said: Map<string, number>; wrong: number; starved: number }>();
  for (const l of all) {
    const key = `${l.load.padEnd(18)} ${l.workload}`;
    const row = rows.get(key) ?? { said: new Map<string, number>(), wrong: 0, starved: 0 };
    row.said.set(l.said, (row.said.get(l.said) ?? 0) + 1);
    if (!l.right) row[l.starved ? 'starved' : 'wrong']++;
    rows.set(key, row);
  }
  const width = Math.max(...[...rows.keys()].map((k) => k.length));
  return [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([key, { said, wrong, starved }]) =>
        `${key.padEnd(width)}  ${[...said].map(([s, n]) => `${s} ${n}`).join(', ')}${wrong > 0 ? `  WRONG ${wrong}` : ''}${starved > 0 ? `  not counted ${starved} (the machine was starved)` : ''}`,
    )
    .join('\n');
}

/** What the lanes with work showed, for a look that went wrong. */
export function shown({ view }: Looked): string {
  const busy = (view?.lanes ?? [])
    .filter((l) => l.stations.some((s) => s.heat === 'warm' || s.heat === 'hot' || (s.spark.values.at(-1) ?? 0) > 1))
    .slice(0, 6);
  return busy
    .map(
      (l) =>
        `  ${l.controller}: ${l.stations.map((s) => `${s.title} ${s.main} (${s.readings.map((r) => r.text).join(', ')}) [${[...s.spark.values].map((v) => Number(v.toPrecision(3))).join(' ')}]`).join('; ')}\n`,
    )
    .join('');
}
