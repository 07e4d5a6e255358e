import { Problem } from '../base/problem';
import { scan } from './exposition';
import { label } from './labelText';

/** A controller inside a process, as its /metrics names it. The shape that src/controllers knows as RunningController. */
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
 * The controllers of a process, sorted by name. With controller-runtime, one for each `controller` label, with its workers
 * and the depth of the queue of the same name (summed over priorities); without it (kube-controller-manager and others on
 * client-go alone), one for each workqueue, workers unknown. Throws a Problem (`metrics.*`) for a text that is no
 * exposition; an exposition without either gives [].
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
          // controller-runtime's queues carry both labels and are alike; client-go's only `name`.
          const queue = label(labels, 'controller') ?? label(labels, 'name') ?? '';
          queues.set(queue, (queues.get(queue) ?? 0) + value);
        }
      }
    },
  });
  // Beside controllers, a queue without one is none; without any, the queues are all that tells.
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

/** Lines looked at to tell whether a text is exposition. */
const SAMPLE_LINES = 50;

/** True when the beginning of a text reads as Prometheus' text exposition; false for pages, JSON, words and nothing at all. */
export function isExposition(text: string): boolean {
  const head = firstLines(text, SAMPLE_LINES);
  let typed = false;
  const { samples, bad, eof } = scan(head, {
    type: () => {
      typed = true;
    },
  });
  return bad === 0 ? samples > 0 || typed || eof : samples > 0 && typed && bad * 4 <= samples;
}

/** Throws Problem `metrics.empty`, `metrics.html` or `metrics.notExposition` unless isExposition. */
export function expectExposition(text: string): void {
  if (isExposition(text)) return;
  const head = text.slice(0, 300).trim();
  if (head === '')
    throw new Problem('metrics.empty', 'The process answered with no metrics at all.', {
      next: 'Choose another port or path.',
    });
  if (/^<(!doctype|html|\?xml|head|body)/i.test(head)) {
    throw new Problem('metrics.html', 'The process answered with a web page instead of metrics.', {
      next: 'Choose another port: this one serves something else, perhaps a login.',
    });
  }
  throw new Problem('metrics.notExposition', 'The answer is not in the text format of Prometheus.', {
    next: 'Choose another port or path.',
    detail: head,
  });
}

function firstLines(text: string, lines: number): string {
  let end = 0;
  for (let n = 0; n < lines; n++) {
    const lf = text.indexOf('\n', end);
    if (lf < 0) return text;
    end = lf + 1;
  }
  return text.slice(0, end);
}
