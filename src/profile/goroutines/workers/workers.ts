/** Goroutine groups → the worker pools of the controllers in the process, and what each worker does. */
import { packageOf } from '../../names';
import type { GoroutineGroup, StackFrame, Workers, WorkerPool, WorkerStack, WorkerState } from '../../types';
import { CONTROLLER_RUNTIME, GETS, LOOPS, NOT_CONTROLLERS, QUEUES, STEP_NAMES, UNTIL, type Loop } from './pools';
import { stateOf } from './states';

const STATES: readonly WorkerState[] = [
  'idle',
  'reconciling',
  'throttled',
  'waitingForApi',
  'locked',
  'external',
  'other',
];

/** A loop over client-go's queue that no rule knows by name. */
const QUEUE: Pick<Loop, 'kind'> = { kind: 'workqueue' };

/** Workers of one stack. */
interface Found {
  readonly loop: Pick<Loop, 'kind' | 'name' | 'anyCreator'>;
  readonly step: string;
  readonly state: WorkerState;
  readonly group: number;
  readonly label: string | undefined;
  /** The reconciler's type, for busy workers of controller-runtime. */
  readonly reconciler: Named | undefined;
}

interface Named {
  readonly controller: string;
  readonly from: string;
}

export function workersOf(groups: readonly GoroutineGroup[]): Workers {
  const steps = new Set(groups.flatMap((g) => idleStep(g.stack)?.name ?? []));
  const pools = new Map<string, { readonly found: Found; readonly count: number }[]>();
  let apart = true;
  groups.forEach((group, i) => {
    const found = worker(group, i, steps);
    if (!found) return;
    // One goroutine starts all workers of a pool, so the creator separates pools whose stacks are the same.
    const known = found.loop.anyCreator === true ? [] : group.creators;
    const rest = group.count - known.reduce((n, c) => n + c.count, 0);
    for (const { goroutine, count } of known) add(`${found.step}\n${goroutine}`, found, count);
    if (rest <= 0) return;
    apart &&= found.loop.anyCreator === true;
    add(
      `${found.step}\n${found.loop.anyCreator === true ? '' : `?${found.label ?? found.reconciler?.controller ?? ''}`}`,
      found,
      rest,
    );
  });
  function add(key: string, found: Found, count: number): void {
    const pool = pools.get(key);
    if (pool) pool.push({ found, count });
    else pools.set(key, [{ found, count }]);
  }
  const list = [...pools.values()].map(poolOf);
  list.sort(
    (a, b) =>
      Number(a.controller === undefined) - Number(b.controller === undefined) ||
      (a.controller ?? '').localeCompare(b.controller ?? '') ||
      b.workers - a.workers,
  );
  return { pools: list, notes: notes(list, apart) };
}

function worker(group: GoroutineGroup, index: number, steps: ReadonlySet<string>): Found | undefined {
  const { stack } = group;
  const idle = idleStep(stack);
  const at = idle ? stack.indexOf(idle) : busyStep(stack, steps);
  const frame = stack[at];
  if (!frame || NOT_CONTROLLERS.test(frame.name)) return undefined;
  const loop = LOOPS.find((l) => l.step.test(frame.name)) ?? QUEUE;
  const waits =
    'waitsItself' in loop &&
    /^(select|chan receive|)$/.test(group.state) &&
    stack.slice(0, at).every((f) => f.name.startsWith('runtime.'));
  const label = group.labels['controller'];
  return {
    loop,
    group: index,
    step: plain(frame.name),
    state: idle !== undefined || waits ? 'idle' : stateOf(group, at),
    // Values that were put side by side belong to no goroutine in particular.
    label: label === undefined || label.includes(', ') ? undefined : label,
    reconciler: loop.kind === CONTROLLER_RUNTIME && !idle ? reconcilerOf(stack.slice(0, at)) : undefined,
  };
}

/** The function that called a queue's Get, if the goroutine waits in one. */
function idleStep(stack: readonly StackFrame[]): StackFrame | undefined {
  const get = stack.findIndex((f) => GETS.some((name) => name.test(f.name)));
  return get < 0 ? undefined : stack.slice(get).find((f) => !GETS.some((name) => name.test(f.name)));
}

/**
 * The outermost frame that is a step: known, seen idle elsewhere in this dump, or named like a step and called by a
 * function that runs loops.
 */
function busyStep(stack: readonly StackFrame[], steps: ReadonlySet<string>): number {
  const known = stack.findLastIndex((f) => steps.has(f.name) || LOOPS.some((l) => l.step.test(f.name)));
  if (known >= 0) return known;
  const until = stack.findLastIndex((f) => UNTIL.test(f.name));
  return until < 0 ? -1 : stack.slice(0, until).findLastIndex((f) => STEP_NAMES.test(plain(f.name)));
}

/** Without the suffixes of closures: `pkg.(*T).worker.func1.2` → `pkg.(*T).worker`. */
function plain(name: string): string {
  return name.replace(/(\.func\d+|\.\d+|-range\d+|\.gowrap\d+|-fm)+$/, '');
}

/** The user's reconciler: the first function outside controller-runtime that its own Reconcile leads to. */
function reconcilerOf(called: readonly StackFrame[]): Named | undefined {
  const own = called.findLastIndex((f) =>
    /^sigs\.k8s\.io\/controller-runtime\/pkg\/internal\/controller\.\(\*Controller(\[.*\])?\)\.Reconcile$/.test(f.name),
  );
  const frame =
    own < 0 ? undefined : called.slice(0, own).findLast((f) => !f.name.startsWith('sigs.k8s.io/controller-runtime/'));
  return frame && named(frame.name);
}

/** `…/controller.(*WidgetReconciler).Reconcile` → "widget", controller-runtime's default name for it. */
function named(name: string): Named {
  const step = plain(name);
  const pkg = packageOf(step);
  const last = pkg.slice(pkg.lastIndexOf('/') + 1);
  const type = /^\.\(?\*?(\w+)(?:\[.*\])?\)?\.\w+$/.exec(step.slice(pkg.length))?.[1];
  if (type === undefined) return { controller: step.slice(step.lastIndexOf('/') + 1), from: `function ${step}` };
  const word = type
    .replace(/(V\d+)?$/, '')
    .replace(/(Reconciler|Controller|Reconcile)$/i, '')
    .toLowerCase();
  return { controller: word === '' ? last : word, from: `type ${last}.${type}` };
}

/**
 * Named by the queue if that is known, otherwise by the type that has the loop as its method, with the method's name if
 * that says more.
 */
function stepNamed(step: string): Named {
  const queue = /^k8s\.io\/kubernetes\/pkg\/controller\/(?:.*\/)?([^/]+)$/.exec(step)?.[1];
  const known = queue === undefined ? undefined : QUEUES[queue];
  if (known !== undefined) return { controller: known, from: `workqueue ${known}` };
  const name = named(step);
  const method = step.slice(step.lastIndexOf('.') + 1);
  return /^(processNext(Work)?(Item)?|processItem|(run)?[wW]orker|Run)$/.test(method)
    ? name
    : { ...name, controller: `${name.controller}.${method}` };
}

function poolOf(members: readonly { readonly found: Found; readonly count: number }[]): WorkerPool {
  const counts = Object.fromEntries(STATES.map((s) => [s, 0])) as Record<WorkerState, number>;
  const stacks: WorkerStack[] = [];
  for (const { found, count } of members) {
    counts[found.state] += count;
    stacks.push({ state: found.state, count, group: found.group });
  }
  stacks.sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state) || b.count - a.count);
  const { loop, step } = (members[0] as { readonly found: Found }).found;
  const label = members.find((m) => m.found.label !== undefined)?.found.label;
  const name =
    label !== undefined
      ? { controller: label, from: 'pprof label' }
      : loop.name !== undefined
        ? { controller: loop.name, from: `function ${step}` }
        : loop.kind === CONTROLLER_RUNTIME
          ? members.find((m) => m.found.reconciler)?.found.reconciler
          : stepNamed(step);
  return {
    controller: name?.controller,
    from: name?.from ?? '',
    kind: loop.kind,
    workers: stacks.reduce((n, s) => n + s.count, 0),
    counts,
    stacks,
  };
}

function notes(pools: readonly WorkerPool[], apart: boolean): string[] {
  const out: string[] = [];
  const unnamed = pools.filter((p) => p.controller === undefined);
  if (unnamed.length > 0 && !apart)
    out.push(
      'This form of dump does not tell whose idle workers are whose: capture goroutines with debug=2, as ' +
        '"Capture Goroutines…" does.',
    );
  else if (unnamed.some((p) => p.workers === p.counts.idle))
    out.push('A controller whose workers are all idle has no name in a dump: its reconciler is on no stack.');
  return out;
}
