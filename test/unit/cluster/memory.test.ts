import { describe, expect, it } from 'vitest';
import { localProcess } from '../../../src/cluster/local';
import { EndpointMemory, type Memento } from '../../../src/cluster/memory';
import { formatEndpointUrl, parseEndpointUrl } from '../../../src/cluster/pins';
import { endpointRbac, withRules } from '../../../src/cluster/rbac';
import { asksForToken } from '../../../src/cluster/reach';
import { Problem } from '../../../src/base/problem';
import { forgetful } from './helpers';

describe('memory of endpoints', () => {
  const one = { kind: 'pprof' as const, port: 6060, scheme: 'https' as const, path: '/debug/pprof/', secured: true };

  it('survives being written and read', () => {
    const store = forgetful();
    const a = new EndpointMemory(store);
    a.keepAuth('c', 'Deployment/ns/w', { kind: 'serviceAccount', namespace: 'ns', name: 'reader' });
    a.keepEndpoints('c', 'Deployment/ns/w', [one]);
    const b = new EndpointMemory({
      get: (key) => JSON.parse(JSON.stringify(store.get(key))) as unknown,
      set: () => undefined,
    });
    expect(b.get('c', 'Deployment/ns/w')).toEqual({
      endpoints: [one],
      auth: { kind: 'serviceAccount', namespace: 'ns', name: 'reader' },
    });
    expect(b.get('other', 'Deployment/ns/w').endpoints).toEqual([]);
  });

  it('writes only when something changed, and forgets the oldest', () => {
    let writes = 0;
    const store = forgetful();
    const memento: Memento = {
      get: (k) => store.get(k),
      set: (k, v) => {
        writes++;
        store.set(k, v);
      },
    };
    const m = new EndpointMemory(memento, 2);
    m.keepEndpoints('c', 'a', [one]);
    m.keepEndpoints('c', 'a', [one]);
    expect(writes).toBe(1);
    m.keepEndpoints('c', 'b', [one]);
    m.keepEndpoints('c', 'd', [one]);
    expect(m.get('c', 'a').endpoints).toEqual([]);
    expect(m.get('c', 'd').endpoints).toEqual([one]);
  });

  it('passes over what it can not read', () => {
    const m = new EndpointMemory({
      get: () => [
        1,
        null,
        {
          workload: 'c\nx',
          endpoints: [{ kind: 'pprof', url: 'rubbish' }, null, { kind: 'metrics', url: 'http://:8080/metrics' }],
          auth: { kind: 'root' },
        },
      ],
      set: () => undefined,
    });
    expect(m.get('c', 'x')).toEqual({
      endpoints: [{ kind: 'metrics', port: 8080, scheme: 'http', path: '/metrics', secured: false }],
      auth: { kind: 'none' },
    });
  });
});

describe('addresses', () => {
  it.each([
    ['http://:6060/debug/pprof/', 'pprof', 'http://:6060/debug/pprof/'],
    ['6060', 'pprof', 'http://:6060/debug/pprof/'],
    [':8080', 'metrics', 'http://:8080/metrics'],
    ['HTTPS://:8443', 'metrics', 'https://:8443/metrics'],
    ['localhost:6060/prof', 'pprof', 'http://:6060/prof/'],
  ] as const)('%s as %s is %s', (text, kind, out) => {
    const at = parseEndpointUrl(text, kind);
    expect(at && formatEndpointUrl({ kind, ...at })).toBe(out);
  });

  it.each(['', 'x', 'http://:0/', 'http://:70000/', 'ftp://:21/', 'http://:6060/a b'])('refuses "%s"', (text) => {
    expect(parseEndpointUrl(text, 'pprof')).toBeUndefined();
  });

  it.each([
    ['6060', 'http://127.0.0.1:6060', '/debug/pprof/', true],
    ['localhost:6060', 'http://localhost:6060', '/debug/pprof/', true],
    [':6060', 'http://127.0.0.1:6060', '/debug/pprof/', true],
    ['https://127.0.0.1:8443/debug/pprof/heap?gc=1', 'https://127.0.0.1:8443', '/debug/pprof/', true],
    ['http://[::1]:6060/', 'http://[::1]:6060', '/debug/pprof/', true],
    ['http://build.example/prof', 'http://build.example:80/prof/', '/prof/', false],
  ])('%s is the process at %s', (text, url, path, trusted) => {
    const p = localProcess(text);
    expect([p.url, p.pprofPath, p.target.anyCertificate]).toEqual([url, path, trusted]);
    expect(localProcess(p.url).url).toBe(p.url);
  });

  it.each(['', 'ftp://x', 'http://', 'a b'])('says what is wrong with "%s"', (text) => {
    expect(() => localProcess(text)).toThrow(/not the address/);
  });
});

describe('who asks for a token', () => {
  it.each([
    ['target.unauthorized', 401, true],
    ['target.forbidden', 403, true],
    ['auth.forbidden', 403, true],
    ['cluster.noOwnToken', undefined, true],
    ['kube.forbidden', 403, false],
    ['kube.unauthorized', 401, false],
    ['target.notFound', 404, false],
  ])('%s: %s is %s', (code, status, asks) => {
    expect(asksForToken(new Problem(code, 'x', status === undefined ? {} : { status }))).toBe(asks);
  });
});

describe('rights', () => {
  it('stand in what a process refused, for the account that was sent, with its words first', () => {
    const refused = new Problem('target.forbidden', 'It refused.', { status: 403, detail: 'Forbidden (user=x)' });
    const told = withRules(refused, { kind: 'serviceAccount', namespace: 'mon', name: 'prober' }, '/metrics');
    expect(told.detail).toMatch(
      /^# The process says: Forbidden \(user=x\)\napiVersion: rbac[^]*name: prober\n {2}namespace: mon/,
    );
    expect(told.sentence).toMatch(/service account mon\/prober.*The details have the rules to apply\./);
    // Without a token there is nobody to give rights to.
    expect(withRules(refused, { kind: 'none' }, '/metrics')).toBe(refused);
  });

  it('names the account and every path once', () => {
    const yaml = endpointRbac({ kind: 'serviceAccount', namespace: 'mon', name: 'prober' }, [
      '/metrics',
      '/debug/pprof/',
      '/metrics',
    ]);
    expect(yaml).toContain('nonResourceURLs: ["/metrics", "/debug/pprof", "/debug/pprof/", "/debug/pprof/*"]');
    expect(yaml).toMatch(/kind: ServiceAccount\n {2}name: prober\n {2}namespace: mon/);
  });
});
