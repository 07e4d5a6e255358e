import { describe, expect, it } from 'vitest';
import { Shared } from '../../../src/kube/concurrency';
import { impersonationHeaders, jwtExpiry } from '../../../src/kube/auth/credentials';
import { readCredential } from '../../../src/kube/auth/execPlugin';
import { cutAndHide } from '../../../src/kube/auth/hide';
import { Backoff, CONNECTION, LOGIN } from '../../../src/kube/inventory/backoff';
import { LineSplitter } from '../../../src/kube/inventory/lines';
import { coreResources, emptyStores, monitorResources } from '../../../src/kube/inventory/resources';
import { ChannelReader, frames } from '../../../src/kube/stream/channels';

describe('port-forward framing', () => {
  it('takes the port off each channel once, even when it comes with data or in two pieces', () => {
    const r = new ChannelReader();
    expect(r.take(Buffer.from([0, 0xac]))).toBeUndefined();
    expect(r.take(Buffer.from([0, 0x17, 65]))?.data.toString()).toBe('A');
    expect(r.take(Buffer.from([1, 0xac, 0x17]))).toBeUndefined();
    expect(r.take(Buffer.from([0, 66, 67]))?.data.toString()).toBe('BC');
    expect(r.take(Buffer.from('\u0001refused'))?.error).toBe('refused');
    expect(r.take(Buffer.from([7, 1]))).toBeUndefined();
    expect(r.take(Buffer.alloc(0))).toBeUndefined();
  });
  it('cuts long writes and loses nothing', () => {
    const chunk = Buffer.from(Array.from({ length: 600_001 }, (_, i) => i % 251));
    const parts = frames(chunk);
    expect(parts).toHaveLength(3);
    expect(parts.every((p) => p[0] === 0)).toBe(true);
    expect(Buffer.concat(parts.map((p) => p.subarray(1))).equals(chunk)).toBe(true);
  });
});

describe('lines of a watch', () => {
  it('joins what comes in pieces, in the middle of a character too', () => {
    const all = Buffer.from('{"a":"é"}\n\n{"b":2}\n{"cut');
    for (let size = 1; size < all.length; size++) {
      const s = new LineSplitter();
      const got: string[] = [];
      for (let at = 0; at < all.length; at += size) got.push(...s.push(all.subarray(at, at + size)));
      expect(got).toEqual(['{"a":"é"}', '{"b":2}']);
    }
  });
});

describe('backoff', () => {
  it('doubles from half a second to half a minute, with chance, and starts anew', () => {
    const low = new Backoff(() => 0);
    expect(Array.from({ length: 9 }, () => low.next(CONNECTION))).toEqual([
      250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000,
    ]);
    low.reset();
    expect(low.next()).toBe(250);
    expect(new Backoff(() => 1).next(LOGIN)).toBe(30_000);
  });
});

describe('what is kept of the cluster', () => {
  const lease = (holder: string, renewTime: string): unknown => ({
    metadata: { namespace: 'a', name: 'l' },
    spec: { holderIdentity: holder, renewTime, leaseDurationSeconds: 15 },
  });
  it('tells of a lease only when its holder changed or it had run out', () => {
    const stores = emptyStores();
    let now = Date.parse('2026-01-01T00:00:01Z');
    const leases = coreResources(stores, () => now).find((r) => r.name === 'leases');
    expect(leases?.keep(lease('p1', '2026-01-01T00:00:00Z'))?.changed).toBe(true);
    now += 2000;
    expect(leases?.keep(lease('p1', '2026-01-01T00:00:02Z'))?.changed).toBe(false);
    expect(stores.leases.get('a/l')?.renewedAt).toBe(Date.parse('2026-01-01T00:00:02Z'));
    now += 60_000;
    expect(leases?.keep(lease('p1', '2026-01-01T00:01:02Z'))?.changed).toBe(true);
    expect(leases?.keep(lease('p2', '2026-01-01T00:01:03Z'))?.changed).toBe(true);
  });
  it('forgets only its own kind and namespace', () => {
    const stores = emptyStores();
    const of = (name: string) => coreResources(stores).find((r) => r.name === name);
    const meta = (ns: string, uid: string): unknown => ({ metadata: { namespace: ns, name: uid, uid } });
    for (const [kind, ns, uid] of [
      ['deployments', 'a', 'd1'],
      ['deployments', 'b', 'd2'],
      ['statefulsets', 'a', 's1'],
    ] as const)
      of(kind)?.keep(meta(ns, uid));
    expect(of('deployments')?.prune('a', new Set())).toBe(true);
    expect([...stores.workloads.keys()]).toEqual(['d2', 's1']);
    expect(of('deployments')?.prune(undefined, new Set(['d2']))).toBe(false);
    expect(of('statefulsets')?.forget(meta('a', 's1'))).toBe(true);
    expect(of('statefulsets')?.forget(meta('a', 's1'))).toBe(false);
  });
  it('keeps a ServiceMonitor and a PodMonitor of the same name apart', () => {
    const stores = emptyStores();
    for (const r of monitorResources(stores)) r.keep({ metadata: { namespace: 'a', name: 'm' }, spec: {} });
    expect(stores.monitors.size).toBe(2);
  });
  it('says nothing of an object that looks the same to us', () => {
    const pods = coreResources(emptyStores())[0];
    const pod = (v: string): unknown => ({
      metadata: { uid: 'u', name: 'p', namespace: 'a', resourceVersion: v },
      spec: { containers: [] },
      status: { phase: 'Running' },
    });
    expect(pods?.keep(pod('1'))?.changed).toBe(true);
    expect(pods?.keep(pod('2'))?.changed).toBe(false);
  });
});

describe('credentials', () => {
  it.each([
    ['', 'printed nothing'],
    ['Please log in', 'printed 13 characters that are not JSON'],
    ['{"kind":"List"}', 'printed JSON that is not an ExecCredential'],
    [
      '{"kind":"ExecCredential","apiVersion":"v0"}',
      'printed an ExecCredential of version "v0" where the kubeconfig says v1',
    ],
    [
      '{"kind":"ExecCredential","apiVersion":"v1"}',
      'printed an ExecCredential with neither a token nor a client certificate',
    ],
    [
      '{"kind":"ExecCredential","apiVersion":"v1","status":{"clientKeyData":"k"}}',
      'printed a client certificate without its key, or a key without its certificate',
    ],
  ])('reads what a plugin printed: %s', (out, wrong) => {
    expect(readCredential(out, 'v1')).toBe(wrong);
  });

  it("reads a JWT's end", () => {
    expect(jwtExpiry(`x.${Buffer.from('{"exp":1700000000}').toString('base64url')}.y`)).toBe(1_700_000_000_000);
    expect(jwtExpiry('opaque')).toBeUndefined();
  });

  it('sends impersonation as client-go does', () => {
    const user = {
      name: 'u',
      file: '',
      token: undefined,
      tokenFile: undefined,
      username: undefined,
      password: undefined,
      certFile: undefined,
      certData: undefined,
      keyFile: undefined,
      keyData: undefined,
      exec: undefined,
      authProvider: undefined,
      impersonate: { user: 'jane', uid: '7', groups: ['a', 'b'], extra: { 'Example.com/Scope': ['x', 'y'] } },
    };
    expect(impersonationHeaders(user)).toEqual({
      'impersonate-user': 'jane',
      'impersonate-uid': '7',
      'impersonate-group': ['a', 'b'],
      'impersonate-extra-example.com%2Fscope': ['x', 'y'],
    });
  });

  it("hides what may be a credential in others' words, and keeps the end", () => {
    const said = cutAndHide(
      `${'x'.repeat(30)} `.repeat(200) +
        'error: token=s3cr3t-value Bearer abcdefghij eyJhbGciOi.eyJzdWIi.sig run "aws sso login"',
    );
    expect(said).not.toMatch(/s3cr3t|abcdefghij|eyJ/);
    expect(said.endsWith('run "aws sso login"')).toBe(true);
    expect(said.length).toBeLessThan(2100);
    expect(cutAndHide('open /home/jane/.aws/config: no such file')).toBe('open /home/jane/.aws/config: no such file');
  });
});

describe('shared work', () => {
  it('runs once for all who wait, and stops when the last has gone', async () => {
    const shared = new Shared<number>();
    let runs = 0;
    let stopped: AbortSignal | undefined;
    let finish: (n: number) => void = () => undefined;
    const work = (signal: AbortSignal): Promise<number> => {
      runs++;
      stopped = signal;
      return new Promise((resolve) => {
        finish = resolve;
      });
    };
    const [a, b] = [new AbortController(), new AbortController()];
    const first = shared.run(work, a.signal);
    const second = shared.run(work, b.signal);
    a.abort();
    await expect(first).rejects.toMatchObject({ name: 'AbortError' });
    expect(stopped?.aborted).toBe(false);
    finish(7);
    await expect(second).resolves.toBe(7);
    expect(runs).toBe(1);
    const c = new AbortController();
    const third = shared.run(work, c.signal);
    c.abort();
    await expect(third).rejects.toMatchObject({ name: 'AbortError' });
    expect(stopped?.aborted).toBe(true);
    expect(runs).toBe(2);
  });
});
