import { expectExposition } from './formats/expect';
import { scan } from './formats/scan';
import { label } from './formats/labelText';

/** A controller inside a process, as its /metrics name it. Has the shape of RunningController in src/controllers. */
export interface Running {
  readonly name: string;
  /** Undefined where the process does not export it (plain client-go). */
  readonly workers: number | undefined;
  readonly activeWorkers: number | undefined;
  readonly queueDepth: number | undefined;
}

interface Row {
  workers?: number;
  active?: number;
  depth?: number;
}

/**
 * The controllers of a process, sorted by name. With controller-runtime: one for each `controller` label, with its
 * workers and the depth of the queue of that name, summed over priorities. Without it (kube-controller-manager and
 * others on plain client-go): one for each workqueue, workers unknown. Throws a Problem (`metrics.*`) for a text that
 * is no exposition; an exposition without either gives [].
 */
export function runningControllers(text: string): Running[] {
  expectExposition(text);
  const controllers = new Map<string, Row>();
  const queues = new Map<string, number>();
  const add = (labels: string, field: 'workers' | 'active', value: number): void => {
    const row = rowOf(controllers, label(labels, 'controller') ?? '');
    row[field] = (row[field] ?? 0) + value;
  };
  scan(text, {
    wants: (name) => WANTED.has(name),
    sample: (name, labels, value) => {
      switch (name) {
        case 'controller_runtime_max_concurrent_reconciles':
          return add(labels, 'workers', value);
        case 'controller_runtime_active_workers':
          return add(labels, 'active', value);
        case 'workqueue_depth': {
          // controller-runtime's queues have both labels with the same value; client-go's only `name`.
          const queue = label(labels, 'controller') ?? label(labels, 'name') ?? '';
          queues.set(queue, (queues.get(queue) ?? 0) + value);
        }
      }
    },
  });
  // Beside controllers, a queue of another name is no controller; without any, the queues are all there is.
  const plain = controllers.size === 0;
  for (const [queue, depth] of queues) if (plain || controllers.has(queue)) rowOf(controllers, queue).depth = depth;
  controllers.delete('');
  return [...controllers]
    .map(([name, r]): Running => ({ name, workers: r.workers, activeWorkers: r.active, queueDepth: r.depth }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

const WANTED = new Set([
  'controller_runtime_max_concurrent_reconciles',
  'controller_runtime_active_workers',
  'workqueue_depth',
]);

function rowOf(rows: Map<string, Row>, name: string): Row {
  let row = rows.get(name);
  if (row === undefined) rows.set(name, (row = {}));
  return row;
}
