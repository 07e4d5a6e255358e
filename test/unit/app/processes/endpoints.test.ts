import { once } from 'node:events';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Problem } from '../../../../src/base/problem';
import type { Pins } from '../../../../src/cluster/pins';
import { asksForToken } from '../../../../src/cluster/reach';
import { pprofEndpoint, withPprofEndpoint } from '../../../../src/app/processes/endpoints';
import { PATIENCE, until } from '../../../lib/until';
import { failing, INDEX, serve, type Served } from '../../cluster/helpers';
import { opened, type Opened } from './open';

const ends: { close(): unknown }[] = [];
afterEach(async () => {
  await Promise.all(ends.splice(0).map((e) => e.close()));
});
async function up(...args: Parameters<typeof serve>): Promise<Served> {
  const s = await serve(...args);
  ends.push(s);
  return s;
}
async function open(options: Parameters<typeof opened>[0]): Promise<Opened> {
  const o = await opened(options);
  ends.push({
    close: () => {
      o.dispose();
    },
  });
  return o;
}
const soon = (): AbortSignal => AbortSignal.timeout(PATIENCE);
const problem = (p: Promise<unknown>): Promise<Problem> =>
  p.then(
    () => {
      throw new Error('nothing was thrown');
    },
    (e: unknown) => e as Problem,
  );

describe('the pprof endpoint to capture from', () => {
  it('says that the right to open tunnels is missing, with its RBAC, and asks for no token', async () => {
    const o = await open({
      pprof: 6060,
      stream: () =>
        failing(
          new Problem('kube.forbidden', 'The user jane may not create pods/portforward.', {
            status: 403,
            detail: 'kind: Role',
          }),
        ),
    });
    const p = await problem(pprofEndpoint(o, o.place, soon()));
    expect([p.code, p.detail, asksForToken(p)]).toEqual(['kube.forbidden', 'kind: Role', false]);
  });

  it('says that the API server is gone, and that pprof is off only when the process is there', async () => {
    const dead = await open({
      pprof: 6060,
      stream: () => failing(new Problem('kube.unreachable', 'Could not reach the server.')),
    });
    expect((await problem(pprofEndpoint(dead, dead.place, soon()))).code).toBe('kube.unreachable');
    const off = await open({ pprof: 6060, stream: () => failing(new Problem('kube.portRefused', 'Nothing listens.')) });
    expect((await problem(pprofEndpoint(off, off.place, soon()))).code).toBe('capture.noEndpoint');
  });

  it('names a pin that can not be read', async () => {
    const o = await open({ pins: { 'ns/w': { pprof: 'nowhere' } } });
    expect((await problem(pprofEndpoint(o, o.place, soon()))).code).toBe('cluster.pin');
  });

  it('is asked for a token by the process alone, also when the API server makes none', async () => {
    const locked = await up({ '/debug/pprof/': INDEX }, 'secret');
    const o = await open({ pprof: 6060, ports: { 6060: locked.port } });
    const p = await problem(pprofEndpoint(o, o.place, soon()));
    expect([p.code, asksForToken(p)]).toEqual(['target.unauthorized', true]);
    o.memory.keepAuth('ctx', o.place.workload.id, { kind: 'serviceAccount', namespace: 'ns', name: 'wrong' });
    o.processes.forget('ctx', o.place.workload);
    const refused = await problem(pprofEndpoint(o, o.place, soon()));
    expect([refused.code, asksForToken(refused)]).toEqual(['target.forbidden', true]);
    expect(refused.detail).toMatch(/name: wrong\n {2}namespace: ns/);
  });
});

describe('an endpoint that moved', () => {
  const at = (port: number) => ({
    kind: 'pprof' as const,
    port,
    scheme: 'http' as const,
    path: '/debug/pprof/',
    secured: false,
  });

  it('is looked for again, once, and the capture goes on there', async () => {
    const p = await up({ '/debug/pprof/': INDEX });
    const o = await open({ ports: { 8080: p.port } });
    o.memory.keepEndpoints('ctx', o.place.workload.id, [at(6060)]);
    const used: number[] = [];
    const got = await withPprofEndpoint(o, o.place, soon(), ({ endpoint }) => {
      used.push(endpoint.port);
      return endpoint.port === 8080
        ? Promise.resolve('profile')
        : Promise.reject(new Problem('kube.portRefused', 'Nothing listens.'));
    });
    expect([got, used]).toEqual(['profile', [6060, 8080]]);
    expect(o.memory.get('ctx', o.place.workload.id).endpoints.map((e) => e.port)).toEqual([8080]);
  });

  it.each(['captures.noPprof', 'captures.html', 'target.scheme'])('is not tried without end after %s', async (code) => {
    const p = await up({ '/debug/pprof/': INDEX });
    const o = await open({ pprof: 6060, ports: { 6060: p.port } });
    o.memory.keepEndpoints('ctx', o.place.workload.id, [at(6060)]);
    let uses = 0;
    const refuse = (): Promise<never> => {
      uses++;
      return Promise.reject(new Problem(code, 'No.'));
    };
    expect((await problem(withPprofEndpoint(o, o.place, soon(), refuse))).code).toBe(code);
    expect(uses).toBe(2);
  });

  it('is not looked for after a failure of another kind, nor when it answered just now', async () => {
    const p = await up({ '/debug/pprof/': INDEX });
    const o = await open({ pprof: 6060, ports: { 6060: p.port } });
    let uses = 0;
    const fail = (code: string) => (): Promise<never> => {
      uses++;
      return Promise.reject(new Problem(code, 'No.'));
    };
    await problem(withPprofEndpoint(o, o.place, soon(), fail('captures.noPprof')));
    await problem(withPprofEndpoint(o, o.place, soon(), fail('target.cpuInUse')));
    expect(uses).toBe(2);
  });
});

describe('another pin', () => {
  it('makes what was found unknown, and who waits for a look with the old one gets what the new one finds', async () => {
    const silent = net.createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    ends.push(silent);
    const answering = await up({ '/debug/pprof/': INDEX });
    const options = {
      pprof: 6060,
      pins: {} as Pins,
      ports: { 6060: (silent.address() as net.AddressInfo).port, 7070: answering.port },
    };
    const o = await open(options);
    const { context, workload, replica } = o.place;
    const before = o.processes.probe(context, workload, replica);
    await until(() => o.asked.includes(6060), 'the first look to ask where nobody answers');
    options.pins = { 'ns/w': { pprof: 'http://:7070/debug/pprof/' } };
    const found = await o.processes.probe(context, workload, replica);
    expect(found.endpoints[0]).toMatchObject({ kind: 'pprof', port: 7070, state: 'ok' });
    expect(await before).toBe(found);
    options.pins = {};
    expect(o.processes.facts(context, workload, replica).state).toBe('unknown');
  });
});

describe('a choice of whose token is sent', () => {
  it('counts at once, also while a look with the old choice is under way', async () => {
    const slow = await up({ '/debug/pprof/': INDEX }, 'token-of-ns-reader');
    const o = await open({ pprof: 6060, ports: { 6060: slow.port } });
    const { context, workload, replica } = o.place;
    const before = o.processes.probe(context, workload, replica).catch(() => undefined);
    o.memory.keepAuth(context, workload.id, { kind: 'serviceAccount', namespace: 'ns', name: 'reader' });
    o.processes.forget(context, workload);
    const found = await o.processes.probe(context, workload, replica, { again: true });
    expect(found.endpoints[0]).toMatchObject({ kind: 'pprof', state: 'ok', secured: true });
    await before;
  });
});
