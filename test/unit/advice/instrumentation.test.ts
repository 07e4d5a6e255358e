import { describe, expect, test } from 'vitest';
import { importedInstrumentation } from '../../../src/advice/instrumentation';
import { clientsOf } from '../../../src/advice/clients/index';
import { controllersOf } from '../../../src/advice/controllers/index';
import { moduleOf } from '../../../src/advice/modules/index';
import { SETUP_RULES } from '../../../src/advice/rules/setup/index';
import { DIR, memoryFiles, packageOf } from './harness';
import { kubebuilder } from './setup/programs';

const MOD = 'module example.com/app\n\ngo 1.24\n\nrequire sigs.k8s.io/controller-runtime v0.20.4\n';
const MAIN = kubebuilder('ctrl.Options{}', { imports: '\n\t"example.com/app/internal/serve"\n\t"example.org/other"' });
const ADAPTER = 'package metrics\n\nfunc init() { clientmetrics.RateLimiterLatency = adapter{} }\n';

async function look(texts: Record<string, string>) {
  const pkg = packageOf({ 'main.go': MAIN });
  const files = memoryFiles({ [`${DIR}/go.mod`]: MOD, ...texts });
  const module = await moduleOf(`${DIR}/main.go`, files);
  const imported = await importedInstrumentation(pkg, module, files);
  const file = pkg.files[0];
  if (file === undefined) throw new Error('no file');
  const context = {
    file,
    pkg,
    module,
    clients: clientsOf(pkg, module),
    controllers: controllersOf(pkg, module),
    measured: undefined,
  };
  const rules = SETUP_RULES.flatMap((rule) => {
    const found = [...rule.check(context)];
    return [...(rule.afterImports?.(found, imported, context) ?? found)].map((f) => f.rule);
  });
  return { imported, rules };
}

describe("instrumentation in the module's other packages", () => {
  test('nothing: the rules speak', async () => {
    const { imported, rules } = await look({ [`${DIR}/internal/serve/a.go`]: 'package serve\n' });
    expect(imported).toEqual({
      limiterMetric: undefined,
      pprof: undefined,
      blockProfile: undefined,
      mutexProfile: undefined,
    });
    expect(rules).toEqual(['limiter-metric', 'pprof']);
  });

  test('is found through several imports, and the rules are silent', async () => {
    const { imported, rules } = await look({
      [`${DIR}/internal/serve/a.go`]:
        'package serve\n\nimport (\n\t_ "net/http/pprof"\n\n\t"example.com/app/internal/metrics"\n)\n',
      [`${DIR}/internal/metrics/limiter.go`]: ADAPTER,
      // A cycle, which Go refuses and a half-typed file may have.
      [`${DIR}/internal/metrics/b.go`]:
        'package metrics\n\nimport "example.com/app/internal/serve"\n\nfunc f() { runtime.SetBlockProfileRate(1) }\n',
    });
    expect(imported).toEqual({
      limiterMetric: `${DIR}/internal/metrics/limiter.go`,
      pprof: `${DIR}/internal/serve/a.go`,
      blockProfile: `${DIR}/internal/metrics/b.go`,
      mutexProfile: undefined,
    });
    expect(rules).toEqual([]);
  });

  test('neither tests, comments, other modules nor packages that are not imported count', async () => {
    const { imported } = await look({
      [`${DIR}/internal/serve/a_test.go`]: ADAPTER,
      [`${DIR}/internal/serve/a.go`]:
        'package serve\n\n// clientmetrics.RateLimiterLatency = …\n//\t_ "net/http/pprof"\n',
      [`${DIR}/internal/unused/a.go`]: ADAPTER,
      '/example.org/other/a.go': ADAPTER,
    });
    expect(imported.limiterMetric).toBeUndefined();
    expect(imported.pprof).toBeUndefined();
  });

  test('an abort ends it', async () => {
    const files = memoryFiles({ [`${DIR}/go.mod`]: MOD });
    const module = await moduleOf(`${DIR}/main.go`, files);
    await expect(
      importedInstrumentation(packageOf({ 'main.go': MAIN }), module, files, AbortSignal.abort()),
    ).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }) as Error);
  });
});
