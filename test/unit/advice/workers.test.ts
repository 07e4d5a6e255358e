import { describe, expect, test } from 'vitest';
import { moduleOfVersions } from '../../../src/advice/modules/index';
import { WORKERS } from '../../../src/advice/rules/reconcile/workers';
import { findingsOf } from './harness';
import { kubebuilder, OPTIONS } from './setup/programs';

const find = (texts: Readonly<Record<string, string>>, version: string) =>
  findingsOf(
    WORKERS,
    texts,
    moduleOfVersions({ 'sigs.k8s.io/controller-runtime': version, 'k8s.io/client-go': 'v0.32.1' }),
  );
const MAIN = kubebuilder(OPTIONS);

/** As kubebuilder lays a project out: main has the flags, another package the controllers. */
describe('a manager whose controllers are in another package', () => {
  test('gives them a flag for their number of workers', () => {
    const [finding, ...more] = find({ 'main.go': MAIN }, 'v0.20.4');
    expect(more).toEqual([]);
    expect(finding).toMatchObject({
      at: 'ctrl.NewManager',
      message:
        'Controllers of this manager that set no MaxConcurrentReconciles reconcile one object at a time (controller-runtime v0.20.4).',
    });
    expect(finding?.fixes.map((f) => f.id)).toEqual(['workers-5', 'flag']);
    const fixed = finding?.fixed['flag']?.['main.go'] ?? '';
    expect(fixed).toContain('\tvar maxConcurrentReconciles int\n');
    expect(fixed).toContain(
      '\tflag.IntVar(&maxConcurrentReconciles, "max-concurrent-reconciles", 1, "Objects that each controller reconciles at once, unless it sets a number of its own (default 1)")\n',
    );
    expect(fixed).toMatch(/\bController: +config\.Controller\{MaxConcurrentReconciles: maxConcurrentReconciles\},\n/);
    expect(find({ 'main.go': fixed }, 'v0.20.4')).toEqual([]);
  });

  test('and none where it has no flags, or the name is taken', () => {
    const ids = (text: string) => find({ 'main.go': text }, 'v0.20.4')[0]?.fixes.map((f) => f.id);
    expect(ids(MAIN.replace(/\tvar probeAddr[^]*flag\.Parse\(\)\n/, '').replace('probeAddr', '":8081"'))).toEqual([
      'workers-5',
    ]);
    expect(ids(MAIN.replace('"health-probe-bind-address"', '"max-concurrent-reconciles"'))).toEqual(['workers-5']);
  });
});
