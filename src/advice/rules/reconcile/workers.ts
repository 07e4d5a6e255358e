/** How many objects are reconciled at once. */
import { racesOf } from '../../controllers/races';
import { calledAt } from '../../controllers/setups';
import type { Field } from '../../controllers/options';
import type { Controller, Manager, WorkerLoop } from '../../controllers/types';
import { runtimeName } from '../../controllers/versions';
import { entriesOf, managerFields } from '../../controllers/workers';
import { addFlags, type AddedFlags, type NewFlag } from '../../go/flags';
import type { GoFile } from '../../go/file';
import { valueOf } from '../../go/values';
import type { Module } from '../../modules/types';
import type { GoContext, GoRule } from '../../rule';
import { position } from '../../text';
import { nameOf as fileName } from '../../paths';
import type { Edit, Finding, Fix, Measured, Span } from '../../types';
import { placed, withinManager, withOptions } from './edits';

/**
 * The number offered where there is one worker: kube-controller-manager's own choice for most of its controllers
 * (--concurrent-*-syncs).
 */
const OFFER = 5;
const FLAG = 'max-concurrent-reconciles';

export const WORKERS: GoRule = {
  id: 'workers',
  title: 'Objects reconciled at once',
  explains: [
    "`MaxConcurrentReconciles` is the number of workers that take from a controller's queue. It is **1** unless it " +
      "is set: in the controller's own options, else for its kind in the manager's " +
      '`Controller.GroupKindConcurrency`, ' +
      "else in the manager's `Controller.MaxConcurrentReconciles` (v0.15.0 and later).",
    'One worker is enough while the queue stays empty. When `workqueue_depth` grows and ' +
      "`controller_runtime_active_workers` is at its maximum, more of them help, as far as the client's own limit " +
      'and the API server let them. The queue never gives one object to two workers, so Reconcile only has to guard ' +
      'what different objects share: fields and maps of the reconciler.',
    'Source: pkg/controller/controller.go and pkg/builder/controller.go of controller-runtime.',
  ].join('\n\n'),
  *check(context) {
    const { file, controllers } = context;
    for (const c of controllers.controllers) if (c.file === file) yield* ofController(c, context);
    for (const m of controllers.managers) if (m.file === file) yield* ofManager(m, context);
    for (const l of controllers.loops) if (l.file === file) yield* ofLoop(l, context);
  },
};

function* ofController(c: Controller, context: GoContext): Iterable<Finding> {
  const { pkg, module, measured } = context;
  const { workers } = c;
  if (workers === undefined || c.workersFrom === 'manager') return;
  const busy = busyOf(measured, workers);
  const chosen = workers > 1 || (workers === 1 && (c.workersFrom === 'flag' || c.workersFrom === 'environment'));
  if (chosen && busy === undefined) return;
  const races = c.reconciler === undefined ? [] : racesOf(c.reconciler, 'Reconcile', pkg);
  const unsafe = races[0] === undefined ? undefined : notSafe(races[0], races.length);
  const { cite } = module.facts.maxConcurrentReconciles ?? {};
  const subject = c.name === undefined ? 'This controller' : `Controller ${c.name}`;
  yield {
    rule: WORKERS.id,
    severity: busy === undefined ? 'hint' : 'information',
    ...calledAt(c.call),
    message:
      `${subject} reconciles ${many(workers)} at a time: ` +
      `MaxConcurrentReconciles is ${workers} (${whyOf(c, module)}).${busy ?? ''}` +
      (unsafe === undefined ? '' : ` ${unsafe}`),
    fixes: unsafe === undefined ? controllerFixes(c, workers, context) : [],
    ...(c.workersFrom === 'default' && cite !== undefined && { cite }),
  };
}

function whyOf(c: Controller, module: Module): string {
  if (c.workersFrom !== 'default') return 'set here';
  const elsewhere = c.manager === undefined ? ', unless the options of a manager in another package say more' : '';
  return `the default of ${runtimeName(module)}${elsewhere}`;
}

function controllerFixes(c: Controller, workers: number, { file, pkg }: GoContext): Fix[] {
  const option = c.read?.fields.get('MaxConcurrentReconciles');
  const set: Setter = (value, stop) =>
    c.workersAt !== undefined
      ? replaced(c.workersAt, String(workers), value, file, stop)
      : option !== undefined
        ? undefined
        : withOptions(c, [{ name: 'MaxConcurrentReconciles', value: () => value, stop }], file);
  const offer = workers === 1 ? OFFER : workers * 2;
  const edits = set(String(offer), true);
  // A flag takes the place of a number that stands in the options, not of a constant elsewhere.
  const here =
    c.workersAt === undefined || (c.workersAt.file === file && option?.value.startIndex === c.workersAt.start);
  const flag = here
    ? addFlags(pkg, file, c.func, c.call, [
        flagOf(workers, `Objects that a controller reconciles at once (default ${workers})`),
      ])
    : undefined;
  return [
    ...(edits === undefined
      ? []
      : [
          {
            id: `workers-${offer}`,
            title: `Reconcile ${offer} objects at once (MaxConcurrentReconciles: ${offer})`,
            edits,
          },
        ]),
    ...flagFix(flag, workers, set),
  ];
}

/** The manager's own default, and the numbers by kind. */
function* ofManager(m: Manager, context: GoContext): Iterable<Finding> {
  const { file, pkg, module, controllers } = context;
  const fields = managerFields(m, pkg);
  const general = fields.get('MaxConcurrentReconciles');
  if (general !== undefined) {
    yield* ofGeneral(general, context);
    return;
  }
  const kinds = fields.get('GroupKindConcurrency');
  if (kinds?.file === file) yield* ofKinds(kinds, file);
  if (!m.read.known || module.facts.has('config.Controller', 'MaxConcurrentReconciles') !== true) return;
  // Where the package has the controllers too, each of them has a hint of its own.
  if (controllers.controllers.length === 0) yield ofUnset(m, context);
}

/** The manager sets the same number for all of its controllers. */
function* ofGeneral(general: Field, { file, pkg }: GoContext): Iterable<Finding> {
  const value = valueOf(general.value, general.file, pkg, general.func);
  if (general.file !== file || value.number !== 1 || value.from !== 'set' || value.at === undefined) return;
  const edits = replaced(value.at, '1', String(OFFER), file, true);
  const title = `Let this manager's controllers reconcile ${OFFER} objects at once`;
  yield {
    rule: WORKERS.id,
    severity: 'hint',
    ...file.span(general.value),
    message:
      'Controllers of this manager that set nothing themselves reconcile one object at a time: ' +
      'MaxConcurrentReconciles is 1 here.',
    fixes: edits === undefined ? [] : [{ id: `workers-${OFFER}`, title, edits }],
  };
}

/** The manager sets a number for each kind. */
function* ofKinds(kinds: Field, file: GoFile): Iterable<Finding> {
  for (const { key, value } of entriesOf(kinds.value) ?? []) {
    if (value.text !== '1') continue;
    const span = file.span(value);
    yield {
      rule: WORKERS.id,
      severity: 'hint',
      ...span,
      message: `${key ?? 'This kind'} is reconciled one object at a time: its GroupKindConcurrency is 1.`,
      fixes: [
        {
          id: `workers-${OFFER}`,
          title: `Reconcile ${OFFER} at once`,
          edits: [{ ...span, text: String(OFFER), stops: [{ start: 0, end: 1 }] }],
        },
      ],
    };
  }
}

/** The manager sets nothing. */
function ofUnset(m: Manager, { file, pkg, module }: GoContext): Finding {
  const set: Setter = (value, stop) =>
    withinManager(m, 'Controller', [{ name: 'MaxConcurrentReconciles', value: () => value, stop }], file, pkg);
  const edits = set(String(OFFER), true);
  const title = `Let this manager's controllers reconcile ${OFFER} objects at once (MaxConcurrentReconciles)`;
  const help = 'Objects that each controller reconciles at once, unless it sets a number of its own (default 1)';
  const flag = m.read.file === file ? addFlags(pkg, file, m.func, m.call, [flagOf(1, help)]) : undefined;
  return {
    rule: WORKERS.id,
    severity: 'hint',
    ...calledAt(m.call),
    message:
      'Controllers of this manager that set no MaxConcurrentReconciles reconcile one object at a time ' +
      `(${runtimeName(module)}).`,
    fixes: [...(edits === undefined ? [] : [{ id: `workers-${OFFER}`, title, edits }]), ...flagFix(flag, 1, set)],
  };
}

/** The edits that set MaxConcurrentReconciles to a value; `stop`: the cursor stops there for another. */
type Setter = (value: string, stop: boolean) => Edit[] | undefined;

function flagOf(workers: number, help: string): NewFlag {
  return { name: FLAG, kind: 'int', value: String(workers), help, variable: 'maxConcurrentReconciles' };
}

function flagFix(flag: AddedFlags | undefined, workers: number, set: Setter): Fix[] {
  const expression = flag?.expressions[0];
  if (flag === undefined || expression === undefined) return [];
  const edits = set(flag.types[0] === 'int' ? expression : `int(${expression})`, false);
  if (edits === undefined) return [];
  const title = `Make the number of workers a flag (${flag.library}): --${FLAG}, ${workers} by default`;
  return [{ id: 'flag', title, edits: [...flag.edits, ...edits] }];
}

function* ofLoop(l: WorkerLoop, { file, pkg, measured }: GoContext): Iterable<Finding> {
  const busy = busyOf(measured, l.workers);
  if (
    l.workers === undefined ||
    l.workersAt === undefined ||
    l.workersFrom !== 'set' ||
    (l.workers > 2 && busy === undefined)
  )
    return;
  const races = l.func?.receiver === undefined || l.runs === undefined ? [] : racesOf(l.func.receiver, l.runs, pkg);
  const unsafe = races[0] === undefined ? undefined : notSafe(races[0], races.length);
  const offer = l.workers <= 2 ? OFFER : l.workers * 2;
  const place =
    l.workersAt.file === file && l.workersAt.start === l.bound.startIndex ? '' : `, set at ${at(l.workersAt)}`;
  const edits = unsafe === undefined ? replaced(l.workersAt, String(l.workers), String(offer), file, true) : undefined;
  yield {
    rule: WORKERS.id,
    severity: busy === undefined ? 'hint' : 'information',
    ...file.span(l.bound),
    message:
      `${l.workers === 1 ? 'One worker takes' : `${l.workers} workers take`} from the queue${place}.${busy ?? ''}` +
      (unsafe === undefined ? '' : ` ${unsafe}`),
    fixes: edits === undefined ? [] : [{ id: `workers-${offer}`, title: `Start ${offer} workers`, edits }],
  };
}

const many = (n: number): string => (n === 1 ? 'one object' : `${n} objects`);
const at = (place: Span & { file: GoFile }): string =>
  `${fileName(place.file.path)}:${position(place.file.text, place.start).line}`;

function notSafe(
  race: { file: GoFile; target: { startIndex: number; endIndex: number }; field: string },
  count: number,
): string {
  const others = count === 1 ? '' : `, and ${count - 1} more of its fields`;
  const { startIndex: start, endIndex: end } = race.target;
  return (
    `More at once is not safe as it stands: ${race.field} is written without a lock at ` +
    `${at({ start, end, file: race.file })}${others}.`
  );
}

/** Says that all workers were busy, when that was measured. Workers that wait in the client's limiter don't count. */
function busyOf(measured: Measured | undefined, workers: number | undefined): string | undefined {
  if (
    measured?.workers === undefined ||
    measured.busyWorkers === undefined ||
    workers === undefined ||
    measured.workers <= 0
  )
    return undefined;
  const share = measured.busyWorkers / measured.workers;
  if (share < 0.9 || (measured.inLimiter ?? 0) >= 0.5) return undefined;
  return ` All of its workers were busy ${Math.round(share * 100)} % of the time (${measured.of}).`;
}

/** Puts another value where this number stands; undefined when something else does. */
function replaced(
  place: Span & { file: GoFile },
  from: string,
  to: string,
  shownIn: GoFile,
  stop: boolean,
): Edit[] | undefined {
  if (place.file.isTest || place.file.text.slice(place.start, place.end) !== from) return undefined;
  return placed(
    [{ start: place.start, end: place.end, text: to, ...(stop && { stops: [{ start: 0, end: to.length }] }) }],
    place.file,
    shownIn,
  );
}
