/** How many objects are reconciled at once. */
import { racesOf } from '../../controllers/races';
import { calledAt } from '../../controllers/setups';
import type { Controller, Manager, WorkerLoop } from '../../controllers/types';
import { runtimeName } from '../../controllers/versions';
import { entriesOf, managerFields } from '../../controllers/workers';
import { addFlags } from '../../go/flags';
import type { GoFile } from '../../go/file';
import { valueOf } from '../../go/values';
import type { GoContext, GoRule } from '../../rule';
import { position } from '../../text';
import { nameOf as fileName } from '../../paths';
import type { Edit, Finding, Fix, Measured, Span } from '../../types';
import { placed, withinManager, withOptions } from './edits';

/** The number offered where there is one worker: kube-controller-manager's own choice for most of its controllers (--concurrent-*-syncs). */
const OFFER = 5;
const FLAG = 'max-concurrent-reconciles';

export const WORKERS: GoRule = {
  id: 'workers',
  title: 'Objects reconciled at once',
  explains: [
    "`MaxConcurrentReconciles` is the number of workers that take from a controller's queue. It is **1** unless it is set: in the controller's own options, else for its kind in the manager's `Controller.GroupKindConcurrency`, else in the manager's `Controller.MaxConcurrentReconciles` (v0.15.0 and later).",
    "One worker is enough while the queue stays empty. When `workqueue_depth` grows and `controller_runtime_active_workers` is at its maximum, more of them help, as far as the client's own limit and the API server let them. The queue never gives one object to two workers, so Reconcile only has to guard what different objects share: fields and maps of the reconciler.",
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
  const { file, pkg, module, measured } = context;
  const busy = busyOf(measured, c.workers);
  if (c.workers === undefined || (c.workers > 1 && busy === undefined) || c.workersFrom === 'manager') return;
  if (c.workers === 1 && (c.workersFrom === 'flag' || c.workersFrom === 'environment') && busy === undefined) return;
  const elsewhere =
    c.workersFrom === 'default' && c.manager === undefined
      ? ', unless the options of a manager in another package say more'
      : '';
  const why = c.workersFrom === 'default' ? `the default of ${runtimeName(module)}${elsewhere}` : 'set here';
  const races = c.reconciler === undefined ? [] : racesOf(c.reconciler, 'Reconcile', pkg);
  const unsafe = races[0] === undefined ? undefined : notSafe(races[0], races.length);
  const offer = c.workers === 1 ? OFFER : c.workers * 2;
  const message = `${c.name === undefined ? 'This controller' : `Controller ${c.name}`} reconciles ${many(c.workers)} at a time: MaxConcurrentReconciles is ${c.workers} (${why}).${busy ?? ''}${unsafe === undefined ? '' : ` ${unsafe}`}`;
  const fixes: Fix[] = [];
  if (unsafe === undefined) {
    const set = (value: string, stop: boolean): Edit[] | undefined =>
      c.workersAt !== undefined
        ? replaced(c.workersAt, String(c.workers), value, file, stop)
        : c.read?.fields.has('MaxConcurrentReconciles') === true
          ? undefined
          : withOptions(c, [{ name: 'MaxConcurrentReconciles', value: () => value, stop }], file);
    const edits = set(String(offer), true);
    if (edits !== undefined)
      fixes.push({
        id: `workers-${offer}`,
        title: `Reconcile ${offer} objects at once (MaxConcurrentReconciles: ${offer})`,
        edits,
      });
    // A flag takes the place of a number that stands in the options, not of a constant elsewhere.
    const here =
      c.workersAt === undefined ||
      (c.workersAt.file === file &&
        c.read?.fields.get('MaxConcurrentReconciles')?.value.startIndex === c.workersAt.start);
    const flag = here
      ? addFlags(pkg, file, c.func, c.call, [
          {
            name: FLAG,
            kind: 'int',
            value: String(c.workers),
            help: `Objects that a controller reconciles at once (default ${c.workers})`,
            variable: 'maxConcurrentReconciles',
          },
        ])
      : undefined;
    const expression = flag?.expressions[0];
    const flagged =
      flag === undefined || expression === undefined
        ? undefined
        : set(flag.types[0] === 'int' ? expression : `int(${expression})`, false);
    if (flag !== undefined && flagged !== undefined)
      fixes.push({
        id: 'flag',
        title: `Make the number of workers a flag (${flag.library}): --${FLAG}, ${c.workers} by default`,
        edits: [...flag.edits, ...flagged],
      });
  }
  yield {
    rule: WORKERS.id,
    severity: busy === undefined ? 'hint' : 'information',
    ...calledAt(c.call),
    message,
    fixes,
    ...(c.workersFrom === 'default' &&
      module.facts.maxConcurrentReconciles?.cite !== undefined && { cite: module.facts.maxConcurrentReconciles.cite }),
  };
}

/** The manager's own default, and the numbers by kind. */
function* ofManager(m: Manager, context: GoContext): Iterable<Finding> {
  const { file, pkg, module } = context;
  const fields = managerFields(m, pkg);
  const general = fields.get('MaxConcurrentReconciles');
  if (general !== undefined) {
    const value = valueOf(general.value, general.file, pkg, general.func);
    if (general.file !== file || value.number !== 1 || value.from !== 'set' || value.at === undefined) return;
    const edits = replaced(value.at, '1', String(OFFER), file, true);
    yield {
      rule: WORKERS.id,
      severity: 'hint',
      ...file.span(general.value),
      message:
        'Controllers of this manager that set nothing themselves reconcile one object at a time: MaxConcurrentReconciles is 1 here.',
      fixes:
        edits === undefined
          ? []
          : [
              {
                id: `workers-${OFFER}`,
                title: `Let this manager's controllers reconcile ${OFFER} objects at once`,
                edits,
              },
            ],
    };
    return;
  }
  const kinds = fields.get('GroupKindConcurrency');
  for (const entry of kinds === undefined || kinds.file !== file ? [] : (entriesOf(kinds.value) ?? [])) {
    if (entry.value.text !== '1') continue;
    yield {
      rule: WORKERS.id,
      severity: 'hint',
      ...file.span(entry.value),
      message: `${entry.key ?? 'This kind'} is reconciled one object at a time: its GroupKindConcurrency is 1.`,
      fixes: [
        {
          id: `workers-${OFFER}`,
          title: `Reconcile ${OFFER} at once`,
          edits: [{ ...file.span(entry.value), text: String(OFFER), stops: [{ start: 0, end: 1 }] }],
        },
      ],
    };
  }
  // Where the package has the controllers too, each of them is told by itself.
  if (
    !m.read.known ||
    module.facts.has('config.Controller', 'MaxConcurrentReconciles') !== true ||
    context.controllers.controllers.length > 0
  )
    return;
  const set = (value: string, stop: boolean): Edit[] | undefined =>
    withinManager(m, 'Controller', [{ name: 'MaxConcurrentReconciles', value: () => value, stop }], file, pkg);
  const fixes: Fix[] = [];
  const edits = set(String(OFFER), true);
  if (edits !== undefined)
    fixes.push({
      id: `workers-${OFFER}`,
      title: `Let this manager's controllers reconcile ${OFFER} objects at once (MaxConcurrentReconciles)`,
      edits,
    });
  const flag =
    m.read.file === file
      ? addFlags(pkg, file, m.func, m.call, [
          {
            name: FLAG,
            kind: 'int',
            value: '1',
            help: 'Objects that each controller reconciles at once, unless it sets a number of its own (default 1)',
            variable: 'maxConcurrentReconciles',
          },
        ])
      : undefined;
  const expression = flag?.expressions[0];
  const flagged =
    flag === undefined || expression === undefined
      ? undefined
      : set(flag.types[0] === 'int' ? expression : `int(${expression})`, false);
  if (flag !== undefined && flagged !== undefined)
    fixes.push({
      id: 'flag',
      title: `Make the number of workers a flag (${flag.library}): --${FLAG}, 1 by default`,
      edits: [...flag.edits, ...flagged],
    });
  yield {
    rule: WORKERS.id,
    severity: 'hint',
    ...calledAt(m.call),
    message: `Controllers of this manager that set no MaxConcurrentReconciles reconcile one object at a time (${runtimeName(module)}).`,
    fixes,
  };
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
    message: `${l.workers === 1 ? 'One worker takes' : `${l.workers} workers take`} from the queue${place}.${busy ?? ''}${unsafe === undefined ? '' : ` ${unsafe}`}`,
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
  return `More at once is not safe as it stands: ${race.field} is written without a lock at ${at({ start: race.target.startIndex, end: race.target.endIndex, file: race.file })}${others}.`;
}

/** Says that all workers were busy with work of their own, when that was measured: waiting in the client's limiter is another matter. */
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
