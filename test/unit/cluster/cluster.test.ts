import { afterEach, describe, expect, it, vi } from 'vitest';
import { Cluster } from '../../../src/cluster/cluster';
import { SKEW_MS } from '../../../src/controllers/leaders';
import { pod, Seen, session } from './helpers';

const T = 1_700_000_000_000;

function cluster(now: () => number = () => T): { cluster: Cluster; seen: Seen } {
  const seen = new Seen();
  seen.workloads.set('wu', {
    uid: 'wu',
    kind: 'StatefulSet',
    namespace: 'ns',
    name: 'w',
    labels: {},
    owner: undefined,
    createdAt: T - 1000,
  });
  seen.pods.set(
    'u1',
    pod({
      containers: [
        {
          name: 'manager',
          image: 'x/w:v2',
          args: ['/manager', '--leader-elect', '--pprof-bind-address=:6060'],
          env: {},
          ports: [],
        },
      ],
    }),
  );
  seen.leases.set('ns/w', { namespace: 'ns', name: 'w', holder: 'w-0_abc', renewedAt: T, durationSeconds: 15 });
  return { cluster: new Cluster(session({ inventory: seen }), { namespaces: [], marked: () => ({}), now }), seen };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('an open cluster', () => {
  it('works its workloads out once per change', () => {
    const { cluster: c, seen } = cluster();
    const first = c.workloads();
    expect(first.map((w) => [w.id, w.isController, w.replicas[0]?.leader])).toEqual([['StatefulSet/ns/w', true, true]]);
    expect(c.workloads()).toBe(first);
    let heard = 0;
    c.onDidChange(() => {
      heard++;
    });
    seen.pods.set('u1', { ...pod(), ready: false });
    expect(c.workloads()).toBe(first);
    seen.change();
    expect(heard).toBe(1);
    expect(c.workloads()).not.toBe(first);
    expect(c.workload('StatefulSet/ns/w')?.replicas[0]?.pod.ready).toBe(false);
    c.dispose();
  });

  it('tells when a lease runs out although no event came', () => {
    vi.useFakeTimers({ now: T });
    const { cluster: c } = cluster(Date.now);
    expect(c.workloads()[0]?.replicas[0]?.leader).toBe(true);
    let heard = 0;
    c.onDidChange(() => {
      heard++;
    });
    vi.advanceTimersByTime(15_000 + SKEW_MS - 1000);
    expect(heard).toBe(0);
    vi.advanceTimersByTime(2000);
    expect(heard).toBe(1);
    expect(c.workloads()[0]?.replicas[0]?.leader).toBe(false);
    c.dispose();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('keeps what the metrics said of a workload over later changes', () => {
    const { cluster: c, seen } = cluster();
    c.learn('StatefulSet/ns/w', { rule: 'runtime', weight: 100, text: 'exports controller_runtime_x' });
    seen.change();
    expect(c.workloads()[0]?.reasons.map((r) => r.rule)).toContain('runtime');
    c.dispose();
  });

  it('is listed once more when a person asks, where the inventory can do that', () => {
    let lists = 0;
    const { cluster: plain } = cluster();
    plain.relist();
    const seen = Object.assign(new Seen(), {
      refresh: () => {
        lists++;
      },
    });
    const c = new Cluster(session({ inventory: seen }), { namespaces: [], marked: () => ({}) });
    c.relist();
    expect(lists).toBe(1);
    plain.dispose();
    c.dispose();
  });

  it('gives up waiting when told to', async () => {
    const stop = new AbortController();
    const seen = new Seen();
    Object.assign(seen, { ready: new Promise(() => undefined) });
    const c = new Cluster(session({ inventory: seen }), { namespaces: [], marked: () => ({}) });
    setTimeout(() => {
      stop.abort();
    }, 5);
    await expect(c.whenReady(stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
    c.dispose();
  });
});
