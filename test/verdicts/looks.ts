/** Looks at the pipes of the test cluster's controllers while loads are on, and what should be said of each. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from '../../src/cluster/cluster';
import type { TokenChoice } from '../../src/inspect/args';
import { Pipe } from '../../src/inspect/pipeline';
import { findWorkload } from '../../src/inspect/workload';
import type { Workload } from '../../src/controllers/types';
import type { PipelineView } from '../../src/protocol/metrics';

/** A look's length, s: a little more than a verdict takes. */
export const LOOK_S = 16;
/** From the switch of a load to the first look's begin, s: what was waiting is worked off, and a new process has taken up its list. */
const SETTLE_S = 10;
/** Longest that a process may take to run the controllers that the load is about, s: kube-controller-manager starts slowly under a low limit. */
const START_S = 180;

const account = (namespace: string): TokenChoice => ({ kind: 'serviceAccount', namespace, name: 'metrics-reader' });
const TOKENS: Readonly<Record<string, TokenChoice>> = { 'gadgets-system/gadgets-controller-manager': account('gadgets-system'), 'kube-system/kube-controller-manager': account('kube-system') };

/** What a verdict has to be: the controllers it may be about, and the station. */
export interface Right { readonly load: string; readonly station: string; readonly controllers: readonly string[]; readonly says: RegExp }

/** Who is held back under which load, and by what. */
export const RIGHT: Readonly<Record<string, Right>> = {
  'widgets-system/widgets-controller': { load: 'widgets-throttled', station: 'limiter', controllers: ['widget'], says: /rate limiter/ },
  'gadgets-system/gadgets-controller-manager': { load: 'gadgets-cpu', station: 'reconcile', controllers: ['gadget'], says: /CPU/ },
  'starved-system/starved': { load: 'workers-starved', station: 'workers', controllers: ['starved'], says: /Too few workers/ },
  'failing-system/failing': { load: 'backoff', station: 'reconcile', controllers: ['failing'], says: /fails/ },
  'paints-system/red': { load: 'fight', station: 'events', controllers: ['red'], says: /hot loop/ },
  'paints-system/blue': { load: 'fight', station: 'events', controllers: ['blue'], says: /hot loop/ },
  // Claims wait behind the same limiter.
  'kube-system/kube-controller-manager': { load: 'volumes', station: 'limiter', controllers: ['volumes', 'claims'], says: /rate limiter/ },
};

/** The controllers that there are with these loads on. */
export function controllersUnder(loads: readonly string[]): string[] {
  const always = ['widgets-system/widgets-controller', 'gadgets-system/gadgets-controller-manager', 'paints-system/red', 'kube-system/kube-controller-manager', 'leaky-system/leaky'];
  return [...always, ...Object.entries(RIGHT).filter(([name, { load }]) => loads.includes(load) && !always.includes(name)).map(([name]) => name)];
}

export interface Looked {
  readonly workload: string;
  /** The load that is on for it, or "healthy". */
  readonly load: string;
  /** "limiter", "none", or "failed: why". */
  readonly said: string;
  readonly words: string;
  readonly right: boolean;
  readonly view?: PipelineView;
}

/** Looks of LOOK_S, one after the other, at all controllers that there are with these loads on. */
export class Looks {
  private constructor(readonly names: readonly string[], private readonly pipes: readonly { readonly name: string; readonly pipe: Pipe }[], private readonly loads: readonly string[], private readonly signal: AbortSignal) {}

  /** Resolves when each load is in effect. */
  static async begin(cluster: Cluster, loads: readonly string[], signal: AbortSignal): Promise<Looks> {
    const names = controllersUnder(loads);
    await settled(cluster, names, signal);
    const looks = new Looks(names, names.map((name) => ({ name, pipe: new Pipe(cluster, workloadOf(cluster, name), TOKENS[name] ?? { kind: 'none' }, LOOK_S + 60) })), loads, signal);
    try {
      for (const { pipe } of looks.pipes) pipe.start();
      for (const { name, pipe } of looks.pipes) await runs(name, pipe, loads, signal);
      await pause(SETTLE_S * 1000, undefined, { signal });
      return looks;
    } catch (e) {
      looks.dispose();
      throw e;
    }
  }

  /** One look at each. */
  async next(): Promise<Looked[]> {
    await pause(LOOK_S * 1000, undefined, { signal: this.signal });
    return Promise.all(this.pipes.map(async ({ name, pipe }) => judged(name, this.loads, await pipe.look(LOOK_S, this.signal), pipe.reports.find((r) => r.problem)?.problem?.sentence)));
  }

  dispose(): void { for (const { pipe } of this.pipes) pipe.dispose(); }
}

/** Of workloads that were not told of rightly more often than not: what was said wrongly of each, last. */
export function undecided(looked: readonly Looked[]): readonly Looked[] {
  return [...new Set(looked.map((l) => l.workload))].flatMap((workload) => {
    const own = looked.filter((l) => l.workload === workload);
    const wrong = own.filter((l) => !l.right);
    return 2 * wrong.length >= own.length ? wrong.slice(-1) : [];
  });
}

function workloadOf(cluster: Cluster, name: string): Workload {
  const [namespace = '', workload = ''] = name.split('/');
  return findWorkload(cluster, { namespace, workload });
}

/** Until nothing is rolled out any more: the pods of each workload stay the same for some seconds, and are ready. */
async function settled(cluster: Cluster, names: readonly string[], signal: AbortSignal): Promise<void> {
  let [before, since] = ['', performance.now()];
  for (const end = performance.now() + START_S * 1000; performance.now() < end; await pause(500, undefined, { signal })) {
    const now = names.map((name) => {
      const workload = cluster.workloads().find((w) => `${w.namespace}/${w.name}` === name);
      return workload === undefined || workload.replicas.some((r) => !r.pod.ready) ? 'not yet' : workload.replicas.map((r) => r.pod.name).sort().join(' ');
    }).join('\n');
    if (now !== before || now.includes('not yet')) [before, since] = [now, performance.now()];
    else if (performance.now() - since > 4000) return;
  }
  throw new Error(`The pods of ${names.join(', ')} do not settle: ${before}`);
}

/** Until the controllers of the load have had work. */
async function runs(name: string, pipe: Pipe, loads: readonly string[], signal: AbortSignal): Promise<void> {
  const expected = RIGHT[name];
  if (!expected || !loads.includes(expected.load)) return;
  for (const end = performance.now() + START_S * 1000; performance.now() < end; await pause(1000, undefined, { signal })) {
    const { lanes } = await pipe.look(LOOK_S, signal);
    if (expected.controllers.every((c) => lanes.some((l) => l.controller === c && (l.stations.find((s) => s.id === 'events')?.spark.values.at(-1) ?? 0) > 0))) return;
  }
  throw new Error(`${name} has had no work under ${expected.load} for ${START_S} s.`);
}

function judged(workload: string, loads: readonly string[], view: PipelineView, problem: string | undefined): Looked {
  const known = RIGHT[workload];
  const expected = known && loads.includes(known.load) ? known : undefined;
  const { verdict } = view;
  const load = expected?.load ?? 'healthy';
  if (problem !== undefined) return { workload, load, said: 'failed', words: problem, right: false };
  const words = verdict ? `${verdict.controller}: ${verdict.headline} ${verdict.sentence}` : view.noVerdict;
  const said = verdict ? verdict.station : 'none';
  // "Not enough yet" is no verdict on a healthy controller either.
  const right = expected
    ? verdict !== undefined && verdict.station === expected.station && expected.controllers.includes(verdict.controller) && expected.says.test(words)
    : verdict === undefined && view.lanes.length > 0 && !/Not enough/.test(words);
  return { workload, load, said, words, right, view };
}

/** A line for each load: what was said how often, and how many of it were wrong. */
export function table(all: readonly Looked[]): string {
  const rows = new Map<string, { said: Map<string, number>; wrong: number }>();
  for (const l of all) {
    const key = `${l.load.padEnd(18)} ${l.workload}`;
    const row = rows.get(key) ?? { said: new Map<string, number>(), wrong: 0 };
    row.said.set(l.said, (row.said.get(l.said) ?? 0) + 1);
    if (!l.right) row.wrong++;
    rows.set(key, row);
  }
  const width = Math.max(...[...rows.keys()].map((k) => k.length));
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, { said, wrong }]) => `${key.padEnd(width)}  ${[...said].map(([s, n]) => `${s} ${n}`).join(', ')}${wrong > 0 ? `  WRONG ${wrong}` : ''}`).join('\n');
}

/** What the lanes with work showed, for a look that went wrong. */
export function shown({ view }: Looked): string {
  const busy = (view?.lanes ?? []).filter((l) => l.stations.some((s) => s.heat === 'warm' || s.heat === 'hot' || (s.spark.values.at(-1) ?? 0) > 1)).slice(0, 6);
  return busy.map((l) => `  ${l.controller}: ${l.stations.map((s) => `${s.title} ${s.main} (${s.readings.map((r) => r.text).join(', ')}) [${[...s.spark.values].map((v) => Number(v.toPrecision(3))).join(' ')}]`).join('; ')}\n`).join('');
}
