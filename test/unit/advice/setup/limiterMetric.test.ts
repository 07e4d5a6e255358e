import { describe, expect, test } from 'vitest';
import { limiterMetric } from '../../../../src/advice/rules/setup/limiterMetric';
import { findingsOf, moduleWith, type Versions } from '../harness';
import { gofmt } from './gofmt';
import { kubebuilder, OPTIONS, plain } from './programs';

const COMPONENT = 'k8s.io/component-base';
const PROMETHEUS = 'github.com/prometheus/client_golang';
const find = (texts: Readonly<Record<string, string>>, versions: Versions, module = moduleWith(versions)) =>
  findingsOf(limiterMetric, texts, module);
const MAIN = kubebuilder(OPTIONS);

describe('below v0.25.0', () => {
  test.each([
    [
      'v0.14.7',
      'information',
      "Nothing tells how long requests wait for this client's limit of 20 requests/s, burst 30. controller-runtime v0.14.7 does not export rest_client_rate_limiter_duration_seconds.",
    ],
    [
      'v0.20.4',
      'information',
      "Nothing tells how long requests wait for this client's limit of 20 requests/s, burst 30. controller-runtime v0.20.4 does not export rest_client_rate_limiter_duration_seconds.",
    ],
    [
      'v0.24.1',
      'hint',
      'This client has no limit now; should it get one, nothing would tell how long requests wait for it. controller-runtime v0.24.1 does not export rest_client_rate_limiter_duration_seconds.',
    ],
  ])('%s: an adapter in a file of its own', (controllerRuntime, severity, message) => {
    const [finding, ...more] = find({ 'main.go': MAIN }, { controllerRuntime });
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ rule: 'limiter-metric', severity, message, at: 'ctrl.NewManager' });
    expect(finding?.fixes.map((f) => [f.id, f.preferred])).toEqual([
      ['adapter', true],
      ['adapter-requests', undefined],
    ]);
    const made = finding?.fixed['adapter']?.['limiter_metric.go'] ?? '';
    expect(made).toMatch(
      /^\/\*\nCopyright 2026 The Widget Authors\.\n\nLicensed[^]*\n {4}https:[^]*\*\/\n\npackage main\n\nimport \(/,
    );
    expect(made).not.toContain('Package main runs');
    expect(made).toContain('ctrlmetrics.Registry.MustRegister(limiterLatency)\n');
    expect(made).toContain('clientmetrics.RateLimiterLatency = clientLatency{limiterLatency}');
    expect(gofmt(made)).toBe(made);
    expect(finding?.fixed['adapter']?.['main.go']).toBe(MAIN);
    const both = finding?.fixed['adapter-requests']?.['limiter_metric.go'] ?? '';
    expect(both).toContain('clientmetrics.RequestLatency = clientLatency{requestLatency}');
    expect(gofmt(both)).toBe(both);
  });

  test('after the fix there is nothing to find', () => {
    const fixed = find({ 'main.go': MAIN }, { controllerRuntime: 'v0.20.4' })[0]?.fixed['adapter'] ?? {};
    expect(Object.keys(fixed)).toEqual(['main.go', 'limiter_metric.go']);
    expect(find(fixed, { controllerRuntime: 'v0.20.4' })).toEqual([]);
  });

  test('a build constraint goes along, CRLF too, and a name that is taken is not used', () => {
    const text = `//go:build !windows\n\n${MAIN.slice(MAIN.indexOf('// Package'))}`.replaceAll('\n', '\r\n');
    const made =
      find({ 'main.go': text, 'limiter_metric.go': 'package main\n' }, { controllerRuntime: 'v0.20.4' })[0]?.fixed[
        'adapter'
      ]?.['limiter_metric_2.go'] ?? '';
    expect(made).toMatch(/^\/\/go:build !windows\r\n\r\npackage main\r\n/);
    expect(made.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  test('no fix where a name of the file is taken, the vendor folder has not what it needs, or client-go is too old', () => {
    const ids = (texts: Record<string, string>, module = moduleWith({ controllerRuntime: 'v0.20.4' })) =>
      find(texts, {}, module)[0]?.fixes.map((f) => f.id);
    expect(ids({ 'main.go': `${MAIN}\nvar limiterLatency int\n` })).toEqual([]);
    expect(ids({ 'main.go': MAIN, 'b.go': 'package main\n\nfunc prometheus() {}\n' })).toEqual([]);
    expect(
      ids(
        { 'main.go': MAIN },
        { ...moduleWith({ controllerRuntime: 'v0.20.4' }), vendored: new Set(['sigs.k8s.io/controller-runtime']) },
      ),
    ).toEqual([]);
    expect(ids({ 'main.go': MAIN }, moduleWith({ controllerRuntime: 'v0.20.4', clientGo: 'v0.20.0' }))).toEqual([]);
    expect(ids({ 'main.go': MAIN }, moduleWith({ controllerRuntime: 'v0.20.4', clientGo: 'v0.32.1' }))).toEqual([
      'adapter',
      'adapter-requests',
    ]);
  });

  test('only the first manager of a package is spoken of', () => {
    expect(
      find(
        { 'a.go': MAIN, 'b.go': MAIN.replace('func main', 'func other').replace(/var \([^]*?\n\)\n/, '') },
        { controllerRuntime: 'v0.20.4' },
      ).map((f) => f.in),
    ).toEqual(['a.go']);
  });
});

describe('from v0.25.0 on', () => {
  test("upstream's registration, above the manager and its comment", () => {
    const [finding] = find({ 'main.go': MAIN }, { controllerRuntime: 'v0.25.2' });
    expect(finding?.message).toBe(
      'This client has no limit now; should it get one, nothing would tell how long requests wait for it. controller-runtime v0.25.2 exports rest_client_rate_limiter_duration_seconds on request only, by metrics.RegisterRESTClientMetrics.',
    );
    const fixed = finding?.fixed['register']?.['main.go'] ?? '';
    expect(fixed).toContain(
      '\tmetrics.RegisterRESTClientMetrics(metrics.MetricRateLimiterLatency, metrics.MetricRequestLatency)\n\t// All controllers share one manager.\n\tmgr, err :=',
    );
    expect(fixed).toContain(
      '\tctrl "sigs.k8s.io/controller-runtime"\n\t"sigs.k8s.io/controller-runtime/pkg/metrics"\n)',
    );
    expect(gofmt(fixed)).toBe(fixed);
    expect(find({ 'main.go': fixed }, { controllerRuntime: 'v0.25.2' })).toEqual([]);
  });

  test('under another name where `metrics` is taken', () => {
    const fixed =
      find(
        { 'main.go': kubebuilder(OPTIONS, { before: '\tmetrics := ":8080"\n\t_ = metrics\n' }) },
        { controllerRuntime: 'v0.25.2' },
      )[0]?.fixed['register']?.['main.go'] ?? '';
    expect(fixed).toContain('ctrlmetrics "sigs.k8s.io/controller-runtime/pkg/metrics"');
    expect(fixed).toContain(
      '\tctrlmetrics.RegisterRESTClientMetrics(ctrlmetrics.MetricRateLimiterLatency, ctrlmetrics.MetricRequestLatency)\n',
    );
  });
});

describe('it is there already', () => {
  test.each([
    [
      'the adapter',
      'package main\n\nimport clientmetrics "k8s.io/client-go/tools/metrics"\n\nfunc init() { clientmetrics.RateLimiterLatency = mine{} }\n',
    ],
    [
      "client-go's Register",
      'package main\n\nimport "k8s.io/client-go/tools/metrics"\n\nfunc init() { metrics.Register(metrics.RegisterOpts{RateLimiterLatency: mine{}}) }\n',
    ],
    [
      "upstream's",
      'package main\n\nimport "sigs.k8s.io/controller-runtime/pkg/metrics"\n\nfunc init() { metrics.RegisterRESTClientMetrics(metrics.MetricRateLimiterLatency) }\n',
    ],
    [
      "upstream's with a list",
      'package main\n\nimport "sigs.k8s.io/controller-runtime/pkg/metrics"\n\nfunc init() { metrics.RegisterRESTClientMetricsWithOptions(metrics.RESTClientMetricsOptions{}, chosen...) }\n',
    ],
    ["component-base's", 'package main\n\nimport _ "k8s.io/component-base/metrics/prometheus/restclient"\n'],
    ["all of component-base's", 'package main\n\nimport _ "k8s.io/component-base/metrics/prometheus/clientgo"\n'],
    ['the metric by its name', 'package main\n\nconst name = "rest_client_rate_limiter_duration_seconds"\n'],
  ])('%s', (_, text) => {
    expect(find({ 'main.go': MAIN, 'other.go': text }, { controllerRuntime: 'v0.24.1' })).toEqual([]);
  });

  test.each([
    [
      'a comment that speaks of it',
      'package main\n\n// RateLimiterLatency is missing: rest_client_rate_limiter_duration_seconds\n',
    ],
    [
      "another metric of upstream's",
      'package main\n\nimport "sigs.k8s.io/controller-runtime/pkg/metrics"\n\nfunc init() { metrics.RegisterRESTClientMetrics(metrics.MetricRequestLatency) }\n',
    ],
  ])('but not by %s', (_, text) => {
    expect(find({ 'main.go': MAIN, 'other.go': text }, { controllerRuntime: 'v0.24.1' })).toHaveLength(1);
  });
});

describe('programs on client-go alone', () => {
  const legacy = '\n\t"k8s.io/component-base/metrics/legacyregistry"';
  test("component-base's import where its registry is served", () => {
    const text = plain({ body: '\t_ = legacyregistry.Handler()\n' }).replace(
      '"k8s.io/client-go/rest"',
      `"k8s.io/client-go/rest"${legacy}`,
    );
    const [finding] = find({ 'main.go': text }, { others: { [COMPONENT]: 'v0.37.0' } });
    expect(finding).toMatchObject({
      severity: 'information',
      at: 'rest.InClusterConfig',
      message:
        "Nothing tells how long requests wait for this client's limit of 5 requests/s, burst 10. Importing k8s.io/component-base/metrics/prometheus/restclient exports rest_client_rate_limiter_duration_seconds where component-base's legacyregistry is served.",
    });
    const fixed = finding?.fixed['restclient']?.['main.go'] ?? '';
    expect(fixed).toContain(
      '\t"k8s.io/component-base/metrics/legacyregistry"\n\t_ "k8s.io/component-base/metrics/prometheus/restclient"\n)',
    );
    expect(gofmt(fixed)).toBe(fixed);
    expect(find({ 'main.go': fixed }, { others: { [COMPONENT]: 'v0.37.0' } })).toEqual([]);
  });

  test('the adapter in the default registry where that is served', () => {
    const served = '\n\t"net/http"\n\n\t"github.com/prometheus/client_golang/prometheus/promhttp"';
    const versions = { others: { [PROMETHEUS]: 'v1.23.2' } };
    const [finding] = find(
      { 'main.go': plain({ imports: served, body: '\thttp.Handle("/metrics", promhttp.Handler())\n' }) },
      versions,
    );
    const made = finding?.fixed['adapter']?.['limiter_metric.go'] ?? '';
    expect(made).toContain('\tprometheus.MustRegister(limiterLatency)\n');
    expect(made).not.toContain('controller-runtime');
    expect(gofmt(made)).toBe(made);
    const own = find(
      {
        'main.go': plain({
          imports: '\n\t"github.com/prometheus/client_golang/prometheus"',
          body: '\t_ = prometheus.NewRegistry()\n',
        }),
      },
      versions,
    );
    expect(own.map((f) => f.fixes)).toEqual([[]]);
  });

  test('nothing where no metrics library is required, in a tool that only asks, and in a library', () => {
    expect(find({ 'main.go': plain() }, {})).toEqual([]);
    const versions = { others: { [PROMETHEUS]: 'v1.23.2', [COMPONENT]: 'v0.37.0' } };
    expect(find({ 'main.go': plain() }, versions)).toHaveLength(1);
    expect(
      find(
        {
          'main.go':
            'package main\n\nimport "k8s.io/client-go/rest"\n\nfunc main() {\n\tcfg, _ := rest.InClusterConfig()\n\t_ = cfg\n}\n',
        },
        versions,
      ),
    ).toEqual([]);
    expect(find({ 'main.go': plain().replace('package main', 'package lib') }, versions)).toEqual([]);
  });
});

test('nothing is said of a version that is not known', () => {
  expect(find({ 'main.go': MAIN }, {})).toEqual([]);
});
