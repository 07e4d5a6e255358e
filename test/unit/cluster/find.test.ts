import { Duplex } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { isAbort, Problem } from '../../../src/base/problem';
import { bestEndpoint, knownEndpoints } from '../../../src/cluster/endpoints';
import { findEndpoints, mapLimit } from '../../../src/cluster/find';
import { probeProcess } from '../../../src/cluster/probe';
import { EndpointMemory } from '../../../src/cluster/memory';
import {
  endpoint,
  failing,
  forgetful,
  INDEX,
  METRICS,
  replica,
  serve,
  session,
  WORKLOAD,
  type Served,
} from './helpers';

const open: Served[] = [];
const up = async (...args: Parameters<typeof serve>): Promise<Served> => {
  const s = await serve(...args);
  open.push(s);
  return s;
};
afterEach(async () => {
  await Promise.all(open.splice(0).map((s) => s.close()));
});
const knowledge = (): { memory: EndpointMemory; pins: Record<string, never> } => ({
  memory: new EndpointMemory(forgetful()),
  pins: {},
});
const ref = (s: ReturnType<typeof session>, r: ReturnType<typeof replica>) => ({
  session: s,
  workload: WORKLOAD,
  replica: r,
});

describe('finding endpoints', () => {
  it('confirms stated ones and remembers them', async () => {
    const p = await up({ '/debug/pprof/': INDEX });
    const m = await up({ '/metrics': METRICS });
    const k = knowledge();
    const s = session({ ports: { 6060: p.port, 8080: m.port } });
    const found = await findEndpoints(ref(s, replica([endpoint('pprof', 6060), endpoint('metrics', 8080)])), k, {
      guess: true,
    });
    expect(found.endpoints.map((e) => [e.kind, e.port, e.state, e.certainty, e.how])).toEqual([
      ['pprof', 6060, 'ok', 'confirmed', '--pprof-bind-address=:6060'],
      ['metrics', 8080, 'ok', 'confirmed', '--metrics-bind-address=:8080'],
    ]);
    expect(k.memory.get('ctx', WORKLOAD.id).endpoints.map((e) => e.port)).toEqual([6060, 8080]);
    // Nothing else was tried: what is stated works.
    expect(new Set(s.asked)).toEqual(new Set([6060, 8080]));
  });

  it('tries well-known ports when nothing stated serves pprof, and only when a person acts', async () => {
    const p = await up({ '/debug/pprof/': INDEX, '/metrics': METRICS });
    const s = session({ ports: { 8081: p.port } });
    expect((await findEndpoints(ref(s, replica()), knowledge(), { guess: false })).endpoints).toEqual([]);
    expect(s.asked).toEqual([]);
    const found = await findEndpoints(ref(s, replica()), knowledge(), { guess: true });
    expect(found.endpoints.map((e) => [e.kind, e.port, e.state])).toEqual([
      ['pprof', 8081, 'ok'],
      ['metrics', 8081, 'ok'],
    ]);
    expect(found.endpoints[0]?.how).toMatch(/answered on 8081/);
  });

  it("does not try the node's ports for a pod in the node's network", async () => {
    const other = await up({ '/debug/pprof/': INDEX });
    const found = await findEndpoints(
      ref(session({ ports: { 6060: other.port } }), replica([], { hostNetwork: true })),
      knowledge(),
      { guess: true },
    );
    expect(found.endpoints).toEqual([]);
  });

  it('keeps a stated endpoint that does not answer, with the reason', async () => {
    const found = await findEndpoints(ref(session({}), replica([endpoint('pprof', 6060)])), knowledge(), {
      guess: false,
    });
    expect(found.endpoints).toMatchObject([{ kind: 'pprof', state: 'failed', certainty: 'stated' }]);
    expect(found.endpoints[0]?.problem?.message).toMatch(/6060/);
  });

  it('drops one that only answered once, when it no longer does', async () => {
    const k = knowledge();
    k.memory.keepEndpoints('ctx', WORKLOAD.id, [
      { kind: 'pprof', port: 7070, scheme: 'http', path: '/debug/pprof/', secured: false },
    ]);
    expect(knownEndpoints(ref(session({}), replica()), k).endpoints).toMatchObject([
      { port: 7070, certainty: 'confirmed', state: 'untried' },
    ]);
    expect((await findEndpoints(ref(session({}), replica()), k, { guess: false })).endpoints).toMatchObject([]);
  });

  it('tells that a token is needed, and sends the chosen one only where it is asked for', async () => {
    const p = await up({ '/debug/pprof/': INDEX });
    const m = await up({ '/metrics': METRICS }, 'token-of-ns-reader');
    const k = knowledge();
    const s = session({ ports: { 6060: p.port, 8443: m.port } });
    const r = replica([endpoint('pprof', 6060), endpoint('metrics', 8443)]);
    const without = await findEndpoints(ref(s, r), k, { guess: true });
    expect(without.endpoints).toMatchObject([
      { kind: 'pprof', state: 'ok' },
      { kind: 'metrics', state: 'needsToken', secured: true, problem: { status: 401 } },
    ]);
    k.memory.keepAuth('ctx', WORKLOAD.id, { kind: 'serviceAccount', namespace: 'ns', name: 'nobody' });
    expect((await findEndpoints(ref(s, r), k, { guess: true })).endpoints[1]).toMatchObject({
      state: 'needsToken',
      problem: { status: 403 },
    });
    k.memory.keepAuth('ctx', WORKLOAD.id, { kind: 'serviceAccount', namespace: 'ns', name: 'reader' });
    const looked = await probeProcess(ref(s, r), k, { guess: true });
    expect(looked.endpoints[1]).toMatchObject({ kind: 'metrics', state: 'ok', secured: true });
    expect(looked.controllers).toEqual([{ name: 'widget', workers: 2, activeWorkers: 1, queueDepth: undefined }]);
    expect(looked.reason?.text).toMatch(/controller_runtime/);
    expect(p.seen.every((q) => q.token === undefined)).toBe(true);
  });

  it("says that the kubeconfig's user has no token of its own", async () => {
    const m = await up({ '/metrics': METRICS }, 'x');
    const k = knowledge();
    k.memory.keepAuth('ctx', WORKLOAD.id, { kind: 'own' });
    const found = await findEndpoints(
      ref(session({ ports: { 8443: m.port } }), replica([endpoint('metrics', 8443)])),
      k,
      { guess: false },
    );
    expect(found.endpoints[0]).toMatchObject({ state: 'needsToken', problem: { code: 'cluster.noOwnToken' } });
  });

  it('offers a port behind a token as a place where pprof may be, when there is no better one', async () => {
    const m = await up({ '/metrics': METRICS }, 'x');
    const found = await findEndpoints(
      ref(session({ ports: { 8443: m.port } }), replica([endpoint('metrics', 8443)])),
      knowledge(),
      { guess: true },
    );
    expect(found.endpoints.filter((e) => e.kind === 'pprof')).toMatchObject([
      { port: 8443, state: 'needsToken', certainty: 'guess' },
    ]);
    expect(bestEndpoint(found.endpoints, 'pprof')?.port).toBe(8443);
  });

  it('a pin stands for all others of its kind', () => {
    const k = { memory: new EndpointMemory(forgetful()), pins: { 'ns/w': { pprof: 'https://:9999/prof/' } } };
    const known = knownEndpoints(ref(session({}), replica([endpoint('pprof', 6060), endpoint('metrics', 8080)])), k);
    expect(known.endpoints.map((e) => [e.kind, e.scheme, e.port, e.path, e.how])).toEqual([
      ['pprof', 'https', 9999, '/prof/', 'pinned in the settings'],
      ['metrics', 'http', 8080, '/metrics', '--metrics-bind-address=:8080'],
    ]);
    const broken = knownEndpoints(ref(session({}), replica([])), { ...k, pins: { 'ns/w': { pprof: 'nowhere' } } });
    expect(broken.problems[0]?.sentence).toMatch(/nowhere.*http:\/\/:6060/s);
  });

  it('tells once what stands before the process, and leaves its endpoints untried', async () => {
    const barred = (): Duplex =>
      failing(new Problem('kube.forbidden', 'You may not open tunnels to pods in ns.', { status: 403 }));
    const found = await findEndpoints(
      ref(session({ stream: barred }), replica([endpoint('pprof', 6060), endpoint('metrics', 8080)])),
      knowledge(),
      { guess: true },
    );
    expect(found.problems.map((p) => p.code)).toEqual(['kube.forbidden']);
    expect(found.endpoints.map((e) => e.state)).toEqual(['untried', 'untried']);
  });

  it.each(['kube.portRefused', 'kube.portForward'])(
    'goes on to other ports when the stated one gives %s',
    async (code) => {
      const p = await up({ '/debug/pprof/': INDEX });
      const there = session({ ports: { 8080: p.port } });
      const s = session({
        stream: (port) =>
          port === 8080
            ? there.podStream('ns', 'w-0', port, new AbortController().signal)
            : failing(new Problem(code, `Nothing on ${port}.`)),
      });
      const found = await findEndpoints(ref(s, replica([endpoint('pprof', 6060)])), knowledge(), { guess: true });
      expect(found.problems).toEqual([]);
      expect(found.endpoints.map((e) => [e.port, e.state])).toEqual([
        [8080, 'ok'],
        [6060, 'failed'],
      ]);
    },
  );

  it('tells that the pod is gone once every port says so, and not when every port is only closed', async () => {
    const all = (code: string): Promise<readonly string[]> =>
      findEndpoints(
        ref(session({ stream: () => failing(new Problem(code, 'x')) }), replica([endpoint('pprof', 6060)])),
        knowledge(),
        { guess: true },
      ).then((f) => f.problems.map((p) => p.code));
    expect(await all('kube.portForward')).toEqual(['kube.portForward']);
    expect(await all('kube.portRefused')).toEqual([]);
  });

  it('puts what the objects state before what answered once elsewhere', () => {
    const k = knowledge();
    k.memory.keepEndpoints('ctx', WORKLOAD.id, [
      { kind: 'pprof', port: 6060, scheme: 'http', path: '/debug/pprof/', secured: false },
    ]);
    const of = (port: number): unknown =>
      bestEndpoint(knownEndpoints(ref(session({}), replica([endpoint('pprof', port)])), k).endpoints, 'pprof');
    expect(of(9090)).toMatchObject({ port: 9090, certainty: 'stated' });
    expect(of(6060)).toMatchObject({ port: 6060, certainty: 'confirmed' });
  });

  it('ends at once when it is aborted', async () => {
    const stop = new AbortController();
    const silent = (): Duplex =>
      new Duplex({
        read: () => undefined,
        write: (_c, _e, cb) => {
          cb();
        },
      });
    const work = findEndpoints(ref(session({ stream: silent }), replica([endpoint('pprof', 6060)])), knowledge(), {
      guess: true,
      signal: stop.signal,
    });
    setTimeout(() => {
      stop.abort();
    }, 20);
    // A port that says nothing for 10 s ends it in another way.
    await expect(work).rejects.toSatisfy(isAbort);
  });

  it('asks a bounded number at once and keeps the order', async () => {
    let running = 0;
    let most = 0;
    const out = await mapLimit([5, 4, 3, 2, 1, 0], 2, async (n) => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => {
        setTimeout(resolve, n);
      });
      running--;
      return n * 10;
    });
    expect(out).toEqual([50, 40, 30, 20, 10, 0]);
    expect(most).toBe(2);
  });
});
