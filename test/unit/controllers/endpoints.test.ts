import { describe, expect, it } from 'vitest';
import { guessEndpoints } from '../../../src/controllers/endpoints';
import { flagsOf, portOf, programOf } from '../../../src/controllers/flags';
import { endpoints, World, type PodSpec } from './cluster';

const container = (args: readonly string[], more: object = {}) => ({
  name: 'manager',
  image: 'reg/app:1',
  args,
  ...more,
});
const of = (args: readonly string[], more: object = {}, spec: PodSpec = {}): string[] =>
  endpoints(new World().deployment('w', 1, { containers: [container(args, more)], ...spec }).one);

describe('flags', () => {
  const read = (args: readonly string[], env: Record<string, string> = {}, command: readonly string[] = []) =>
    Object.fromEntries(flagsOf({ name: 'x', image: 'x', args: [...command, ...args], env, ports: [] }));

  it('are read in both forms, with one dash or two, the last one winning', () => {
    expect(read(['/manager', '--a=1', '--b', '2', '-c=3', '-d', '--e', '--a=9', '--f=x=y', '--', '--g=1'])).toEqual({
      a: '9',
      b: '2',
      c: '3',
      d: 'true',
      e: 'true',
      f: 'x=y',
      g: '1',
    });
  });

  it('are read from a script given to a shell', () => {
    const script =
      'set -e; exec /usr/bin/manager --metrics-addr=":8080" \\\n  --pprof-addr \'127.0.0.1:6060\' --leader-elect && echo done';
    expect(read([script], {}, ['/bin/sh', '-c'])).toMatchObject({
      'metrics-addr': ':8080',
      'pprof-addr': '127.0.0.1:6060',
      'leader-elect': 'true',
    });
    expect(programOf({ name: 'x', image: 'x', args: ['/bin/sh', '-c', script], env: {}, ports: [] })).toBe('manager');
    expect(programOf({ name: 'x', image: 'x', args: ['--leader-elect'], env: {}, ports: [] })).toBe('');
  });

  it('take names from the environment', () =>
    expect(read(['--a=:$(PORT)', '--b=${PORT}', '--c=$(NONE)'], { PORT: '9' })).toEqual({
      a: ':9',
      b: '9',
      c: '$(NONE)',
    }));
});

describe('addresses', () => {
  it.each([
    [':8080', 8080],
    ['0.0.0.0:8080', 8080],
    ['[::]:8080', 8080],
    ['[fe80::1%eth0]:80', 80],
    ['8080', 8080],
    ['localhost:6060', 6060],
    ['http://127.0.0.1:8080/', 8080],
    ['https://x', 443],
    ['$(POD_IP):9', 9],
    ['0', 'off'],
    ['', 'off'],
    [':0', 'off'],
    ['true', undefined],
    ['unix:///x.sock', undefined],
    [':99999', undefined],
    ['a b:1', undefined],
  ])('%s', (a, port) => expect(portOf(a)).toBe(port));
});

describe('stated endpoints', () => {
  it('come from the flags of controller-runtime, MOCO, cert-manager and Cluster API', () => {
    expect(of(['--metrics-bind-address=:8443', '--pprof-bind-address=127.0.0.1:6060'])).toEqual([
      'pprof http:6060/debug/pprof/',
      'metrics https:8443/metrics',
    ]);
    expect(of(['--metrics-bind-address=:8443', '--metrics-secure=false'])).toEqual(['metrics http:8443/metrics']);
    expect(of(['--metrics-bind-address', ':9000', '--metrics-secure'])).toEqual(['metrics https:9000/metrics']);
    expect(of(['--metrics-addr=:8080', '--pprof-addr=:8082'])).toEqual([
      'pprof http:8082/debug/pprof/',
      'metrics http:8080/metrics',
    ]);
    expect(
      of(['--metrics-listen-address=0.0.0.0:9402', '--enable-profiling', '--profiler-address=localhost:6061']),
    ).toEqual(['pprof http:6061/debug/pprof/', 'metrics http:9402/metrics']);
    expect(of(['--diagnostics-address=:8443'])).toEqual([
      'pprof https:8443/debug/pprof/',
      'metrics https:8443/metrics',
    ]);
    expect(of(['--diagnostics-address=:8080', '--insecure-diagnostics'])).toEqual([
      'pprof http:8080/debug/pprof/',
      'metrics http:8080/metrics',
    ]);
  });

  it('are none where the flag says off', () => {
    expect(of(['--metrics-bind-address=0', '--pprof-bind-address='])).toEqual([]);
    expect(of(['--profiler-address=localhost:6060', '--enable-profiling=false'])).toEqual([]);
    expect(of(['--pprof', '--debug-port=true'])).toEqual([]);
  });

  it('come from behind kube-rbac-proxy, where no token is asked for, before the proxy', () => {
    const w = new World().deployment('w', 1, {
      containers: [
        {
          name: 'kube-rbac-proxy',
          image: 'gcr.io/kubebuilder/kube-rbac-proxy:v0.16',
          args: ['--secure-listen-address=0.0.0.0:8443', '--upstream=http://127.0.0.1:8080/'],
          ports: [{ name: 'https', containerPort: 8443 }],
        },
        container(['--metrics-bind-address=127.0.0.1:8080']),
      ],
    }).one;
    expect(endpoints(w)).toEqual(['metrics http:8080/metrics', 'metrics https:8443/metrics']);
  });

  it('come from the environment', () => {
    const env = [
      { name: 'METRICS_ADDR', value: ':9100' },
      { name: 'PPROF_PORT', value: '6061' },
      { name: 'SERVICE_PORT', value: '80' },
      { name: 'ENABLE_METRICS', value: '1' },
    ];
    expect(of([], { env })).toEqual(['pprof http:6061/debug/pprof/', 'metrics http:9100/metrics']);
  });

  it('come from named ports', () => {
    const ports = [
      ['http', 80],
      ['http-prom', 8080],
      ['https-metrics', 9000],
      ['http-profiling', 8008],
      ['webhook-server', 9443],
      ['debug', 40],
    ].map(([name, containerPort]) => ({ name, containerPort }));
    expect(of([], { ports })).toEqual([
      'pprof http:8008/debug/pprof/',
      'pprof http:40/debug/pprof/',
      'metrics http:8080/metrics',
      'metrics https:9000/metrics',
    ]);
  });

  it("come from annotations, unless they say no or are Istio's", () => {
    const a = (annotations: Record<string, string>, more: PodSpec = {}) => of([], {}, { annotations, ...more });
    expect(a({ 'prometheus.io/port': '9100', 'prometheus.io/path': '/m', 'prometheus.io/scheme': 'https' })).toEqual([
      'metrics https:9100/m',
    ]);
    expect(a({ 'prometheus.io/port': '9100', 'prometheus.io/scrape': 'false' })).toEqual([]);
    expect(
      a(
        { 'prometheus.io/port': '15020' },
        { containers: [container([]), { name: 'istio-proxy', image: 'istio/proxyv2' }] },
      ),
    ).toEqual([]);
    expect(a({ 'prometheus.io/port': 'metrics' })).toEqual([]);
  });

  it('come from Services and monitors, by the names and numbers of ports', () => {
    const w = new World()
      .deployment('w', 1, {
        labels: { app: 'w' },
        containers: [container([], { ports: [{ name: 'web', containerPort: 8085 }] })],
      })
      .service('w-metrics', { app: 'w' }, [{ name: 'https', port: 443, targetPort: 'web' }], { labels: { app: 'w' } })
      .service('other', { app: 'other' }, [{ name: 'metrics', port: 1 }])
      .monitor('ServiceMonitor', 'w', {
        selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['w'] }] },
        endpoints: [{ port: 'https', scheme: 'https', path: '/federate' }, { targetPort: 9999 }, { port: 'none' }],
      })
      .monitor(
        'PodMonitor',
        'p',
        {
          selector: { matchLabels: { app: 'w' } },
          namespaceSelector: { any: true },
          podMetricsEndpoints: [{ port: 'web' }],
        },
        'monitoring',
      )
      .monitor('PodMonitor', 'elsewhere', { selector: {}, podMetricsEndpoints: [{ portNumber: 7 }] }, 'monitoring').one;
    expect(w.replicas[0]!.endpoints.map((e) => `${e.scheme}:${e.port}${e.path} ${e.how}`)).toEqual([
      'https:8085/federate ServiceMonitor default/w',
      'http:9999/metrics ServiceMonitor default/w',
    ]);
    expect(w.reasons.find((r) => r.rule === 'monitor')?.text).toBe('is scraped by ServiceMonitor default/w and 1 more');
  });

  it("of Kubernetes' own components are both kinds on one port", () => {
    const kcm = (...args: string[]) =>
      endpoints(
        new World().pod('kube-controller-manager-cp-1', {
          node: 'cp-1',
          hostNetwork: true,
          owner: { kind: 'Node', name: 'cp-1' },
          containers: [
            {
              name: 'kube-controller-manager',
              image: 'registry.k8s.io/kube-controller-manager:v1.36.0',
              command: ['kube-controller-manager', ...args],
            },
          ],
        }).one,
      );
    expect(kcm('--bind-address=127.0.0.1')).toEqual(['pprof https:10257/debug/pprof/', 'metrics https:10257/metrics']);
    expect(kcm('--secure-port=11257', '--profiling=false')).toEqual(['metrics https:11257/metrics']);
    expect(kcm('--secure-port=0')).toEqual([]);
  });

  it('of Flux include the pprof beside its metrics, also when they move', () => {
    const flux = (...args: string[]) => of(args, { image: 'ghcr.io/fluxcd/source-controller:v1' });
    expect(flux()).toEqual(['pprof http:8080/debug/pprof/', 'metrics http:8080/metrics']);
    expect(flux('--metrics-addr=:9090')).toEqual(['pprof http:9090/debug/pprof/', 'metrics http:9090/metrics']);
  });

  it('say where they come from, one for each door, the surest source first', () => {
    const w = new World().deployment('w', 1, {
      annotations: { 'prometheus.io/port': '8080', 'prometheus.io/path': '/m' },
      containers: [container(['--metrics-bind-address=:8080'], { ports: [{ name: 'metrics', containerPort: 8080 }] })],
    }).one;
    expect(w.replicas[0]!.endpoints).toEqual([
      {
        kind: 'metrics',
        port: 8080,
        scheme: 'http',
        path: '/m',
        how: '--metrics-bind-address=:8080',
        certainty: 'stated',
      },
    ]);
  });
});

describe('guesses', () => {
  it('are the ports of the metrics and of known habits first, then the well-known, each once and never a stated one', () => {
    const guesses = (args: readonly string[], image = 'reg/app') =>
      guessEndpoints(new World().deployment('w', 1, { containers: [container(args, { image })] }).one.replicas[0]!);
    expect(guesses([]).map((e) => e.port)).toEqual([6060, 8080, 8081, 8082, 8443, 9090, 10257, 10259]);
    expect(
      guesses(['--metrics-bind-address=:8443', '--pprof-bind-address=:6060'])
        .map((e) => `${e.scheme}:${e.port} ${e.how}`)
        .slice(0, 2),
    ).toEqual(['https:8443 where the metrics are', 'http:8080 a well-known port']);
    expect(
      guesses([], 'quay.io/jetstack/cert-manager-controller:v1')
        .map((e) => e.port)
        .slice(0, 3),
    ).toEqual([9402, 6060, 8080]);
    expect(new Set(guesses([]).map((e) => e.certainty))).toEqual(new Set(['guess']));
  });
});
