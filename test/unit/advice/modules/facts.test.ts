/**
 * The table by version, and what is read of sources: they have to agree. test/source/facts.test.ts holds both to the
 * real ones.
 */
import { describe, expect, test } from 'vitest';
import { factsOf, textsOf } from '../../../../src/advice/modules/facts';
import { structFields } from '../../../../src/advice/modules/goText';
import { hasAt } from '../../../../src/advice/modules/known';
import { compareVersions } from '../../../../src/advice/modules/semver';
import type { ModuleVersion } from '../../../../src/advice/modules/types';

const RUNTIME = 'sigs.k8s.io/controller-runtime';
const at = (version: string, more: Partial<ModuleVersion> = {}, name = RUNTIME): ModuleVersion => ({
  path: name,
  version,
  dir: undefined,
  replaced: undefined,
  ...more,
});
const runtimeAt = (version: string, more: Partial<ModuleVersion> = {}) => factsOf(at(version, more), undefined);

describe('by version alone', () => {
  test.each([
    ['v0.14.7', 20, 30, 'none', false],
    ['v0.15.0', 20, 30, 'none', false],
    ['v0.20.4', 20, 30, 'off', false],
    ['v0.21.0', -1, undefined, 'off', false],
    ['v0.22.5', -1, undefined, 'off', false],
    ['v0.23.0', -1, undefined, 'on', false],
    ['v0.24.1', -1, undefined, 'on', false],
    ['v0.25.2', -1, undefined, 'on', true],
    ['v0.26.0', -1, undefined, 'on', true],
  ])('%s', (version, qps, burst, queue, metrics) => {
    const facts = runtimeAt(version);
    expect(facts.getConfig).toEqual({ value: { qps, burst }, source: `controller-runtime ${version}` });
    expect(facts.usePriorityQueue?.value).toBe(queue);
    expect(facts.registersRestMetrics?.value).toBe(metrics);
    expect(facts.maxConcurrentReconciles?.value).toBe(1);
    expect(facts.clientGo?.value).toEqual({ qps: 5, burst: 10 });
  });

  test.each([
    ['manager.Options', 'PprofBindAddress', 'v0.15.0', undefined],
    ['config.Controller', 'UsePriorityQueue', 'v0.20.0', undefined],
    ['controller.Options', 'UsePriorityQueue', 'v0.21.0', undefined],
    ['controller.Options', 'EnableWarmup', 'v0.22.0', undefined],
    ['controller.Options', 'ReconciliationTimeout', 'v0.22.0', undefined],
    ['manager.Options', 'MetricsBindAddress', 'v0.10.3', 'v0.16.0'],
    ['cache.Options', 'DefaultTransform', 'v0.12.0', undefined],
    ['cache.Options', 'ByObject', 'v0.15.0', undefined],
    ['cache', 'TransformStripManagedFields', 'v0.18.0', undefined],
  ])('%s.%s came with %s and went with %s', (struct, field, first, gone) => {
    for (const version of [
      'v0.10.3',
      'v0.14.0',
      'v0.14.7',
      'v0.15.0',
      'v0.15.3',
      'v0.17.6',
      'v0.18.0',
      'v0.20.0',
      'v0.20.4',
      'v0.21.0',
      'v0.22.0',
      'v0.25.2',
    ]) {
      expect(hasAt(struct, field, version), version).toBe(
        compareVersions(version, first) >= 0 && (gone === undefined || compareVersions(version, gone) < 0),
      );
    }
  });

  test('between two checked versions that differ nothing is claimed', () => {
    expect(runtimeAt('v0.21.0-beta.0').getConfig).toBeUndefined();
    expect(runtimeAt('v0.20.5-0.20250401000000-0123456789ab').getConfig).toBeUndefined();
    expect(runtimeAt('v0.21.1-0.20250601000000-0123456789ab').getConfig?.value.qps).toBe(-1);
    expect(runtimeAt('v0.0.0-20250601000000-0123456789ab').getConfig).toBeUndefined();
    expect(runtimeAt('v0.3.0').getConfig).toBeUndefined();
    expect(hasAt('cache.Options', 'DefaultEnableWatchBookmarks', 'v0.19.3')).toBeUndefined();
    expect(hasAt('manager.Options', 'PprofBindAddress', 'v0.15.0-alpha.0')).toBeUndefined();
    expect(hasAt('manager.Options', 'NotThere', 'v0.25.2')).toBe(false);
    expect(hasAt('manager.Options', 'NotThere', 'v0.26.0')).toBeUndefined();
    expect(hasAt('some.Options', 'X', 'v0.25.2')).toBeUndefined();
    expect(runtimeAt('main').getConfig).toBeUndefined();
  });

  test('a version of another module that stands in tells nothing', () => {
    expect(runtimeAt('v0.20.4', { replaced: 'example.com/fork v0.20.4' }).getConfig).toBeUndefined();
    expect(runtimeAt('v0.20.4', { replaced: `${RUNTIME} v0.20.4` }).getConfig?.value.qps).toBe(20);
    expect(
      factsOf(undefined, at('v1.0.0', { replaced: 'example.com/fork v1.0.0' }, 'k8s.io/client-go')).clientGo,
    ).toBeUndefined();
  });

  test('what is not required has no facts', () => {
    const facts = factsOf(undefined, undefined);
    expect([
      facts.clientGo,
      facts.getConfig,
      facts.usePriorityQueue,
      facts.has('manager.Options', 'PprofBindAddress'),
    ]).toEqual([undefined, undefined, undefined, undefined]);
  });
});

describe('from a source', () => {
  const dir = '/fork';
  const fork = (texts: Record<string, string>) =>
    factsOf(at('v0.20.4', { dir, replaced: '../fork', version: undefined }), undefined, new Map(Object.entries(texts)));

  test('a fork that sets its own values is believed, with the line', () => {
    const facts = fork({
      'pkg/client/config/config.go':
        'package config\n\nfunc f() {\n\tif cfg.QPS == 0.0 {\n\t\tcfg.QPS = 75.5\n\t\tcfg.Burst = 150\n\t}\n}\n',
    });
    expect(facts.getConfig?.value).toEqual({ qps: 75.5, burst: 150 });
    expect(facts.getConfig?.cite).toEqual({
      file: '/fork/pkg/client/config/config.go',
      line: 5,
      text: '../fork/pkg/client/config/config.go:5',
    });
  });

  test('a fork that does it some other way is not guessed', () => {
    expect(
      fork({ 'pkg/client/config/config.go': 'package config\n\nfunc f() { cfg.QPS = defaults.QPS() }\n' }).getConfig,
    ).toBeUndefined();
    expect(
      fork({
        'pkg/controller/controller.go': 'package controller\n\ntype Options struct {\n\tUsePriorityQueue bool\n}\n',
      }).usePriorityQueue,
    ).toBeUndefined();
  });

  test('fields of a struct: several names, embedded ones, funcs, nested structs, comments and tags', () => {
    const text =
      'type Options = TypedOptions[reconcile.Request]\n\ntype TypedOptions[request comparable] struct {\n\t// Fake string\n\tA, B int\n\t/* C int\n\tD int */\n\tE func(x struct {\n\t\tHidden int\n\t}) error // {\n\tF struct {\n\t\tInner int\n\t} `json:"{"`\n\tg int\n\tH map[string]func(\n\t\tArg int,\n\t)\n\tLast *bool\n}\n\ntype Other struct {\n\tZ int\n}\n';
    expect([...(structFields(text, 'Options') ?? [])]).toEqual(['A', 'B', 'E', 'F', 'H', 'Last']);
    expect([...(structFields(text, 'Other') ?? [])]).toEqual(['Z']);
    expect(structFields(text, 'None')).toBeUndefined();
    expect(structFields('type A = B\ntype B = A\n', 'A')).toBeUndefined();
  });
});

describe('from a source as its authors wrote it', () => {
  const read = (version: string, texts: Record<string, string>) => {
    const here = at(version, { dir: `/mod/${RUNTIME}@${version}` });
    return textsOf(here, {
      read: (file) => Promise.resolve(texts[file.slice(here.dir?.length ?? 0).replace(/^\//, '')]),
    }).then((sources) => factsOf(here, undefined, sources));
  };
  const CONFIG = (assigned: string) =>
    `package config\n\nfunc GetConfigWithContext(context string) (*rest.Config, error) {\n\tcfg, err := loadConfig(context)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n${assigned}\treturn cfg, nil\n}\n`;
  const TWENTY = CONFIG(
    '\tif cfg.QPS == 0.0 {\n\t\tcfg.QPS = 20.0\n\t}\n\tif cfg.Burst == 0 {\n\t\tcfg.Burst = 30\n\t}\n',
  );
  const OFF = CONFIG(
    '\tif cfg.QPS == 0.0 {\n\t\t// Disable client-side ratelimer by default, we can rely on\n\t\t// API priority and fairness\n\t\tcfg.QPS = -1\n\t}\n',
  );
  const CONTROLLER = (fields: string, queue: string) =>
    `package controller\n\ntype Options struct {\n\tMaxConcurrentReconciles int\n${fields}}\n\nfunc NewUnmanaged(name string, options Options) {\n\tif options.MaxConcurrentReconciles <= 0 {\n\t\toptions.MaxConcurrentReconciles = 1\n\t}\n${queue}}\n`;
  const deref = (value: boolean) =>
    `\tif ptr.Deref(options.UsePriorityQueue, ${value}) {\n\t\treturn priorityqueue.New()\n\t}\n`;
  const [RATES, ADAPTER] = ['pkg/client/config/config.go', 'pkg/metrics/client_go_adapter.go'];

  test.each([
    [
      'v0.14.7',
      {
        [RATES]: TWENTY,
        'pkg/controller/controller.go': CONTROLLER('', ''),
        [ADAPTER]: 'package metrics\n\nfunc registerClientMetrics() {\n}\n',
      },
    ],
    [
      'v0.21.0',
      {
        [RATES]: OFF,
        'pkg/controller/controller.go': CONTROLLER('\tUsePriorityQueue *bool\n', deref(false)),
        [ADAPTER]: 'package metrics\n\nfunc registerClientMetrics() {\n}\n',
      },
    ],
    [
      'v0.25.2',
      {
        [RATES]: OFF,
        'pkg/controller/controller.go': CONTROLLER('\tUsePriorityQueue *bool\n', deref(true)),
        [ADAPTER]: 'package metrics\n\nfunc RegisterRESTClientMetrics(registry RegistererGatherer) {\n}\n',
      },
    ],
  ])(
    'controller-runtime %s, with a line for each, says what the table says',
    async (version, texts: Record<string, string>) => {
      const [facts, known] = [await read(version, texts), runtimeAt(version)];
      for (const key of ['getConfig', 'maxConcurrentReconciles', 'usePriorityQueue', 'registersRestMetrics'] as const) {
        expect(facts[key]?.cite?.line, key).toBeGreaterThan(0);
        expect(facts[key]?.value, key).toEqual(known[key]?.value);
      }
      expect(texts[RATES]?.split('\n')[(facts.getConfig?.cite?.line ?? 0) - 1]).toContain(
        `cfg.QPS = ${facts.getConfig?.value.qps}`,
      );
      expect(facts.has('controller.Options', 'UsePriorityQueue')).toBe(
        known.has('controller.Options', 'UsePriorityQueue'),
      );
    },
  );

  test('client-go', async () => {
    const here = at('v0.34.0', { dir: '/mod/client-go' }, 'k8s.io/client-go');
    const text = 'package rest\n\nconst (\n\tDefaultQPS   float32 = 5.0\n\tDefaultBurst int     = 10\n)\n';
    const sources = await textsOf(here, {
      read: (file) => Promise.resolve(file === '/mod/client-go/rest/config.go' ? text : undefined),
    });
    const fact = factsOf(undefined, here, undefined, sources).clientGo;
    expect(fact).toMatchObject({
      value: { qps: 5, burst: 10 },
      cite: { file: '/mod/client-go/rest/config.go', line: 4 },
    });
  });
});
