import { describe, expect, it } from 'vitest';
import { runningControllers } from '../../../src/metrics/running';
import type { Problem } from '../../../src/base/problem';

const runtime = `# HELP controller_runtime_active_workers Number of currently used workers per controller
# TYPE controller_runtime_active_workers gauge
controller_runtime_active_workers{controller="widget"} 1
controller_runtime_active_workers{controller="gadget"} 0
# TYPE controller_runtime_max_concurrent_reconciles gauge
controller_runtime_max_concurrent_reconciles{controller="widget"} 1
controller_runtime_max_concurrent_reconciles{controller="gadget"} 10
# TYPE workqueue_depth gauge
workqueue_depth{controller="widget",name="widget",priority="0"} 40
workqueue_depth{controller="widget",name="widget",priority="-100"} 2
workqueue_depth{controller="gadget",name="gadget",priority=""} 0
workqueue_depth{name="certificates"} 9
`;
const plain = `# TYPE workqueue_depth gauge
workqueue_depth{name="volumes"} 12
workqueue_depth{name="deployment"} 0
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total 3.5
`;
const code = (f: () => unknown): string => {
  try {
    f();
  } catch (e) {
    return (e as Problem).code;
  }
  return '';
};

describe('runningControllers', () => {
  it('names the controllers of controller-runtime with workers and the queue summed over its priorities', () => {
    expect(runningControllers(runtime)).toEqual([
      { name: 'gadget', workers: 10, activeWorkers: 0, queueDepth: 0 },
      { name: 'widget', workers: 1, activeWorkers: 1, queueDepth: 42 },
    ]);
  });

  it('takes the queue by its name where releases before 0.19 give no controller label', () => {
    expect(
      runningControllers(
        'controller_runtime_max_concurrent_reconciles{controller="a"} 1\nworkqueue_depth{name="a"} 3\n',
      ),
    ).toEqual([{ name: 'a', workers: 1, activeWorkers: undefined, queueDepth: 3 }]);
  });

  it('takes the queues of a process on client-go alone, workers unknown', () => {
    expect(runningControllers(plain)).toEqual([
      { name: 'deployment', workers: undefined, activeWorkers: undefined, queueDepth: 0 },
      { name: 'volumes', workers: undefined, activeWorkers: undefined, queueDepth: 12 },
    ]);
  });

  it('gives none for a process that has none', () => expect(runningControllers('go_goroutines 5\n')).toEqual([]));

  it('says what came instead of metrics', () => {
    expect(code(() => runningControllers('<!DOCTYPE html>\n<html><body>Sign in</body></html>'))).toBe('metrics.html');
    expect(code(() => runningControllers(' \n'))).toBe('metrics.empty');
    expect(code(() => runningControllers('{"kind":"Status","code":401}'))).toBe('metrics.notExposition');
    expect(code(() => runningControllers('404 page not found\n'))).toBe('metrics.notExposition');
  });
});
