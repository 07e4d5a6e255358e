import { describe, expect, it } from 'vitest';
import { Problem, type ProblemData } from '../../../../src/base/problem';
import { Cluster } from '../../../../src/cluster/cluster';
import type { FoundEndpoint } from '../../../../src/cluster/endpoints';
import type { ContextEntry } from '../../../../src/app/clusters';
import type { ProcessFacts } from '../../../../src/app/processes/processes';
import { childrenOf, nextStep } from '../../../../src/app/tree/children';
import { sameAppearance, type TreeRow, type Item, type TreeData } from '../../../../src/app/tree/rows';
import { md } from '../../../../src/app/tree/tooltips';
import { pod, Seen, session } from '../../cluster/helpers';

const T = 1_700_000_000_000;
const NOTHING: ProcessFacts = { state: 'unknown', endpoints: [], controllers: undefined, problems: [], auth: '' };

function entry(over: Partial<ContextEntry> = {}, name = 'dev'): ContextEntry {
  return {
    info: {
      name,
      cluster: 'c',
      user: 'jane',
      namespace: 'default',
      server: 'https://api.example:6443',
      current: name === 'dev',
      file: '/k',
      problem: undefined,
    },
    state: 'closed',
    cluster: undefined,
    problem: undefined,
    generation: 0,
    ...over,
  };
}

function data(contexts: readonly ContextEntry[], over: Partial<TreeData> = {}): TreeData {
  return {
    loaded: true,
    contexts,
    problems: [],
    locals: [],
    groupBy: 'namespace',
    showAll: false,
    now: T,
    entry: (name) => contexts.find((c) => c.info.name === name),
    facts: () => NOTHING,
    ...over,
  };
}

/** Two replicas of which one leads, one plain workload. */
function opened(): { seen: Seen; entry: ContextEntry } {
  const seen = new Seen();
  seen.workloads.set('wu', {
    uid: 'wu',
    kind: 'StatefulSet',
    namespace: 'ns',
    name: 'w',
    labels: {},
    owner: undefined,
    createdAt: T - 3 * 86_400_000,
  });
  seen.workloads.set('pu', {
    uid: 'pu',
    kind: 'StatefulSet',
    namespace: 'web',
    name: 'page',
    labels: {},
    owner: undefined,
    createdAt: T - 60_000,
  });
  const containers = [
    {
      name: 'manager',
      image: 'x/w:v0.3.1',
      args: ['/manager', '--leader-elect', '--pprof-bind-address=:6060'],
      env: {},
      ports: [],
    },
  ];
  seen.pods.set('u0', pod({ uid: 'u0', name: 'w-0', createdAt: T - 120_000, containers }));
  seen.pods.set(
    'u1',
    pod({
      uid: 'u1',
      name: 'w-1',
      hostname: 'w-1',
      createdAt: T - 5000,
      containers,
      restarts: 2,
      ready: false,
      reason: 'CrashLoopBackOff',
    }),
  );
  seen.pods.set(
    'u2',
    pod({
      uid: 'u2',
      namespace: 'web',
      name: 'page-0',
      owner: { kind: 'StatefulSet', name: 'page', uid: 'pu' },
      createdAt: T - 60_000,
    }),
  );
  seen.leases.set('ns/w', { namespace: 'ns', name: 'w', holder: 'w-0_abc', renewedAt: T, durationSeconds: 15 });
  const cluster = new Cluster(session({ inventory: seen }), { namespaces: [], marked: () => ({}), now: () => T });
  return { seen, entry: entry({ state: 'open', cluster }) };
}

const labels = (rows: readonly TreeRow[]): string[] =>
  rows.map((s) => `${s.appearance.label} | ${s.appearance.description}`);

describe('the tree', () => {
  it('shows nothing before the kubeconfig was read, nor when there is none', () => {
    expect(childrenOf(undefined, data([], { loaded: false }))).toEqual([]);
    expect(
      childrenOf(undefined, data([], { problems: [{ code: 'kube.noConfig', message: 'There is no kubeconfig.' }] })),
    ).toEqual([]);
    expect(
      labels(
        childrenOf(
          undefined,
          data([], { problems: [{ code: 'kube.parse', message: 'a is not YAML.', next: 'Mend it.' }] }),
        ),
      ),
    ).toEqual(['a is not YAML. | Mend it.']);
  });

  it('marks the current context and opens it first', () => {
    const [current, other] = childrenOf(undefined, data([entry(), entry({}, 'prod')]));
    expect([current?.appearance.description, current?.appearance.collapsible, other?.appearance.collapsible]).toEqual([
      'current',
      'expanded',
      'collapsed',
    ]);
    // One that the person disconnected is another node, closed.
    const [again] = childrenOf(undefined, data([entry({ generation: 1 })]));
    expect([again?.appearance.collapsible, again?.id === current?.id]).toEqual(['collapsed', false]);
  });

  it('says what kept a context from being reached, and offers to try again', () => {
    const w = data([
      entry({
        state: 'failed',
        problem: new Problem('kube.unreachable', 'Could not reach https://api.example:6443.', {
          next: 'Check the network.',
        }),
      }),
    ]);
    const [context] = childrenOf(undefined, w);
    expect(context?.appearance).toMatchObject({ icon: { id: 'warning' }, description: 'current · not reached' });
    const lines = childrenOf(context, w);
    expect(lines.map((l) => l.appearance.label)).toEqual([
      'Could not reach https://api.example:6443.',
      'Check the network.',
      'Try again',
    ]);
    expect(lines[2]?.appearance.command?.id).toBe('controllerTuner.connect');
  });

  it('names the pods of a Deployment by what tells them apart, and says all of the name aloud', () => {
    const { seen, entry: e } = opened();
    seen.pods.set('u0', pod({ uid: 'u0', name: 'w-65bb77d486-bd87l', createdAt: T - 120_000 }));
    const w = data([e]);
    const [workload] = childrenOf(childrenOf(childrenOf(undefined, w)[0], w)[0], w);
    const replica = childrenOf(workload, w).find((r) => r.appearance.label.startsWith('…'));
    expect(replica?.appearance.label).toBe('…-bd87l');
    expect(replica?.appearance.spoken).toContain('replica w-65bb77d486-bd87l');
    expect(replica?.tooltip().replaceAll('\\', '')).toContain('w-65bb77d486-bd87l');
  });

  it('shows namespaces with their controllers, workloads with their replicas, the leader first and marked', () => {
    const { entry: e } = opened();
    const w = data([e]);
    const [context] = childrenOf(undefined, w);
    const [ns] = childrenOf(context, w);
    expect(labels(childrenOf(context, w))).toEqual([
      'ns | 1 controller · 1 not ready',
      '1 other workload not shown | ',
    ]);
    expect(childrenOf(context, w)[1]?.appearance.command?.id).toBe('controllerTuner.showAllWorkloads');
    const [workload] = childrenOf(ns, w);
    expect(workload?.appearance).toMatchObject({
      label: 'w',
      description: '1/2 ready · 2 restarts · v0.3.1 · 3 d',
      icon: { id: 'warning' },
    });
    expect(workload?.tooltip()).toMatch(/Holds the lease|holds the lease/);
    const replicas = childrenOf(workload, w);
    expect(labels(replicas)).toEqual([
      'w-0 | leader · v0.3.1 · 2 min',
      'w-1 | CrashLoopBackOff · 2 restarts · v0.3.1 · < 1 min',
    ]);
    expect(replicas.map((r) => [r.appearance.icon?.id, r.appearance.contextValue])).toEqual([
      ['star-full', 'replica leader running'],
      ['error', 'replica running'],
    ]);
    expect(replicas[0]?.appearance.spoken).toBe('replica w-0, leader, ready, v0.3.1, 2 min');
    e.cluster?.dispose();
  });

  it('lists all workloads in one list when asked to', () => {
    const { entry: e } = opened();
    const w = data([e], { groupBy: 'workload', showAll: true });
    const [context] = childrenOf(undefined, w);
    expect(childrenOf(context, w).map((s) => [s.appearance.label, s.appearance.contextValue])).toEqual([
      ['page', 'workload plain running'],
      ['w', 'workload controller running'],
    ]);
    e.cluster?.dispose();
  });

  it('counts only kinds that may not be read, and tells other trouble once, by its own words', () => {
    const { seen, entry: e } = opened();
    const lost = { code: 'kube.unreachable', message: 'Could not reach api.example.', next: 'Check the network.' };
    const under = (problems: readonly ProblemData[]): string[] => {
      Object.assign(seen, { problems });
      const w = data([e]);
      return labels(childrenOf(childrenOf(undefined, w)[0], w)).slice(2);
    };
    expect(under([{ code: 'kube.forbidden', message: 'You may not list leases.' }, lost, lost])).toEqual([
      "1 kind of objects can't be read | ",
      'Could not reach api.example. | Check the network.',
    ]);
    expect(
      under([{ code: 'kube.tooManyNamespaces', message: 'Only the first 50 are looked at.', next: 'Name them.' }]),
    ).toEqual(['Only the first 50 are looked at. | Name them.']);
    e.cluster?.dispose();
  });

  it('offers a token only where the process asks for one, not where the API server refuses the person', () => {
    const about = { kind: 'replica', context: 'dev', workload: {}, replica: {} } as unknown as Item;
    expect(nextStep({ code: 'target.unauthorized', message: 'x', status: 401 }, about)?.id).toBe(
      'controllerTuner.authenticate',
    );
    expect(nextStep({ code: 'kube.forbidden', message: 'x', status: 403 }, about)?.id).toBe(
      'controllerTuner.showProblem',
    );
  });

  it('shows what is known of a process, and never an id twice', () => {
    const { entry: e } = opened();
    const endpoint = (over: Partial<FoundEndpoint>): FoundEndpoint => ({
      kind: 'pprof',
      port: 6060,
      scheme: 'http',
      path: '/debug/pprof/',
      how: 'x',
      certainty: 'confirmed',
      state: 'ok',
      stated: true,
      secured: false,
      sentence: 's',
      problem: undefined,
      ...over,
    });
    const facts: ProcessFacts = {
      state: 'probed',
      endpoints: [
        endpoint({}),
        endpoint({
          kind: 'metrics',
          port: 8443,
          path: '/metrics',
          scheme: 'https',
          state: 'needsToken',
          secured: true,
        }),
      ],
      controllers: [
        { name: 'widget', workers: 1, activeWorkers: 1, queueDepth: 120 },
        { name: 'job', workers: undefined, activeWorkers: undefined, queueDepth: 0 },
      ],
      problems: [],
      auth: '',
    };
    const w = data([e], { facts: () => facts });
    const replica = childrenOf(childrenOf(childrenOf(childrenOf(undefined, w)[0], w)[0], w)[0], w)[0];
    const rows = childrenOf(replica, w);
    expect(labels(rows)).toEqual([
      'pprof | :6060',
      'metrics | https :8443 · needs a token',
      'widget | 1 worker, 1 busy, queue 120',
      'job | queue 0',
    ]);
    expect(rows[1]?.appearance.command?.id).toBe('controllerTuner.authenticate');
    expect(rows[1]?.tooltip()).toMatch(/certificate is not checked/);
    expect(rows[1]?.tooltip()).toContain('**metrics** at /metrics on port 8443 (https)');
    expect(rows[1]?.tooltip().match(/token/gi), 'said once').toEqual(['token']);
    expect(new Set(rows.map((r) => r.id)).size).toBe(rows.length);
    expect(labels(childrenOf(replica, data([e])))).toEqual(['Look for endpoints | ']);
    expect(
      childrenOf(replica, data([e], { facts: () => ({ ...NOTHING, state: 'probing' }) }))[0]?.appearance.icon?.id,
    ).toBe('loading~spin');
    e.cluster?.dispose();
  });

  it('keeps ids and looks over a change that a person would not see', () => {
    const { seen, entry: e } = opened();
    const w = data([e]);
    const all = (): TreeRow[] => {
      const out: TreeRow[] = [];
      const open: (TreeRow | undefined)[] = [undefined];
      for (let at = open.pop(); ; at = open.pop()) {
        for (const s of childrenOf(at, w)) {
          out.push(s);
          open.push(s);
        }
        if (open.length === 0) return out;
      }
    };
    const before = all();
    seen.leases.set('ns/w', {
      namespace: 'ns',
      name: 'w',
      holder: 'w-0_abc',
      renewedAt: T + 2000,
      durationSeconds: 15,
    });
    seen.change();
    const after = all();
    expect(after.map((s) => s.id)).toEqual(before.map((s) => s.id));
    expect(
      after.every((s, i) => {
        const b = before[i];
        return b !== undefined && sameAppearance(s.appearance, b.appearance);
      }),
    ).toBe(true);
    // The lease goes to the other one: the same nodes, other looks.
    seen.leases.set('ns/w', {
      namespace: 'ns',
      name: 'w',
      holder: 'w-1_def',
      renewedAt: T + 3000,
      durationSeconds: 15,
    });
    seen.change();
    const moved = all();
    expect(new Set(moved.map((s) => s.id))).toEqual(new Set(before.map((s) => s.id)));
    expect(moved.filter((s) => s.appearance.description.startsWith('leader')).map((s) => s.appearance.label)).toEqual([
      'w-1',
    ]);
    e.cluster?.dispose();
  });

  it('shows names in tooltips as they are', () => {
    expect(md('a_b*<x>[y](z)`\nq')).toBe('a\\_b\\*\\<x\\>\\[y\\]\\(z\\)\\` q');
  });
});
