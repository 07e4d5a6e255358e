/** What is in force at a manager, a controller or a worker loop, for the lens, the hover and the review. */
import type { GoFile } from '../go/file';
import type { Node } from '../go/grammar';
import type { GoPackage } from '../go/package';
import { valueOf } from '../go/values';
import type { Module } from '../modules/types';
import type { Cite, Setting, SetUp } from '../types';
import type { Field } from './options';
import type { Controller, Controllers, Manager, WorkerLoop } from './types';
import { OVERALL, PER_OBJECT, RECOVERS, runtimeAtLeast, runtimeName } from './versions';
import { fieldsBelow, managerFields } from './workers';

type Found = Omit<Controllers, 'setUps'>;

export function setUpsOf(file: GoFile, found: Found, pkg: GoPackage, module: Module): SetUp[] {
  return [
    ...found.managers.filter((m) => m.file === file).map((m) => ofManager(m, pkg, module)),
    ...found.controllers.filter((c) => c.file === file).map((c) => ofController(c, pkg, module)),
    ...found.loops.filter((l) => l.file === file).map(ofLoop),
  ].sort((a, b) => a.start - b.start);
}

/** The name that is called: `ctrl.NewManager` of the call. */
export function calledAt(call: Node): { start: number; end: number } {
  const fun = call.childForFieldName('function') ?? call;
  return { start: fun.startIndex, end: fun.endIndex };
}

/** How a value of a field reads: what it comes to, else the expression when it is short. */
function shown(field: Field, pkg: GoPackage): Pick<Setting, 'value' | 'from' | 'at'> {
  const value = valueOf(field.value, field.file, pkg, field.func);
  const place = value.at ?? { ...field.file.span(field.value), file: field.file };
  const text = field.value.text;
  const pointer = /\.?(?:To|Bool|new)(?:\[bool\])?\((true|false)\)$/.exec(text)?.[1];
  const words =
    value.number !== undefined
      ? String(value.number)
      : (value.text ?? pointer ?? (text.length <= 40 && !text.includes('\n') ? text : 'set here'));
  return {
    value: words === '' ? '""' : words,
    from: value.from === 'unknown' ? 'set' : value.from,
    at: { start: place.start, end: place.end, file: place.file.path },
  };
}

interface Asked {
  readonly name: string;
  readonly field: Field | undefined;
  readonly default: string;
  readonly tells: string;
  readonly cite?: Cite | undefined;
  /** Fields may be set elsewhere. */
  readonly known: boolean;
}

function setting(asked: Asked, pkg: GoPackage): Setting {
  const state =
    asked.field !== undefined
      ? shown(asked.field, pkg)
      : asked.known
        ? { value: asked.default, from: 'default' as const }
        : { value: 'unknown', from: 'unknown' as const };
  return {
    name: asked.name,
    default: asked.default,
    tells: asked.tells,
    ...state,
    ...(asked.cite === undefined ? {} : { cite: asked.cite }),
  };
}

/** Options of a controller that some versions of controller-runtime don't have. */
const OPTIONAL: readonly Omit<Asked, 'field' | 'known'>[] = [
  {
    name: 'CacheSyncTimeout',
    default: '2m',
    tells: 'How long a start waits for the first list of what is watched before the process gives up.',
  },
  {
    name: 'ReconciliationTimeout',
    default: 'none',
    tells: 'After this time the context of a Reconcile is cancelled.',
  },
  {
    name: 'EnableWarmup',
    default: 'false',
    tells: 'Whether a replica that is not the leader fills its caches and queue already.',
  },
];

function ofController(c: Controller, pkg: GoPackage, module: Module): SetUp {
  const general = c.manager === undefined ? undefined : managerFields(c.manager, pkg);
  const field = (name: string): Field | undefined => c.read?.fields.get(name) ?? general?.get(name);
  const known = !c.open && c.read?.known !== false && (c.manager === undefined || c.manager.read.known);
  const runtime = runtimeName(module);
  const has = (name: string): boolean => module.facts.has('controller.Options', name) === true;
  const priority = queueOf(c, pkg, module);
  const queue = module.facts.usePriorityQueue;
  const asked: Omit<Asked, 'field' | 'known'>[] = [];
  if (queue !== undefined && queue.value !== 'none')
    asked.push({
      name: 'UsePriorityQueue',
      default: String(queue.value === 'on'),
      tells: `What changed is reconciled before what was only listed or resynced (${queue.source}).`,
      cite: queue.cite,
    });
  asked.push({
    name: 'RateLimiter',
    default: priority === true ? PER_OBJECT : `${PER_OBJECT}; ${OVERALL}`,
    tells: `How fast a failed reconcile comes back (${runtime}). It holds back requeues, not events.`,
  });
  if (has('RecoverPanic'))
    asked.push({
      name: 'RecoverPanic',
      default: runtimeAtLeast(module, RECOVERS) === true ? 'true' : 'false',
      tells:
        'Whether a panic in Reconcile is an error of that object (true) or ends the process (false); ' +
        `true by default from ${RECOVERS} on.`,
    });
  asked.push(...OPTIONAL.filter((o) => has(o.name)));
  return {
    kind: 'controller',
    name: c.name ?? c.kind?.name ?? 'controller',
    ...calledAt(c.call),
    line: [
      c.workers === undefined ? 'workers: not known here' : `${c.workers} worker${c.workers === 1 ? '' : 's'}`,
      priority === undefined ? undefined : priority ? 'priority queue' : 'plain queue',
      requeues(field('RateLimiter'), known, priority),
      c.workersFrom === 'default' ? `${runtime}'s defaults` : undefined,
    ]
      .filter((w) => w !== undefined)
      .join(' · '),
    settings: [workersSetting(c, module), ...asked.map((a) => setting({ ...a, field: field(a.name), known }, pkg))],
  };
}

function workersSetting(c: Controller, module: Module): Setting {
  const fact = module.facts.maxConcurrentReconciles;
  const standard = fact === undefined ? 'Without it: 1.' : `Without it: ${fact.value} (${fact.source}).`;
  const elsewhere =
    c.manager === undefined && c.workersFrom === 'default'
      ? ' The options of a manager in another package may set another default.'
      : '';
  return {
    name: 'MaxConcurrentReconciles',
    default: String(fact?.value ?? 1),
    from: c.workersFrom === 'manager' ? 'set' : c.workersFrom,
    value: c.workers === undefined ? 'unknown' : String(c.workers),
    tells: `How many reconciles run at once. ${standard}${elsewhere}`,
    ...(c.workersAt === undefined
      ? {}
      : { at: { start: c.workersAt.start, end: c.workersAt.end, file: c.workersAt.file.path } }),
    ...(fact?.cite === undefined ? {} : { cite: fact.cite }),
  };
}

/** How the lens says what limits requeues; undefined when that is not known. */
function requeues(limiter: Field | undefined, known: boolean, priority: boolean | undefined): string | undefined {
  if (limiter !== undefined) return 'own requeue limits';
  if (!known) return undefined;
  return `requeues ${priority === true ? PER_OBJECT : '10/s, burst 100'}`;
}

/** True for the priority queue, false for the plain one, undefined when that is not known. */
export function queueOf(c: Controller, pkg: GoPackage, module: Module): boolean | undefined {
  const fact = module.facts.usePriorityQueue?.value;
  if (fact === undefined || c.open || c.read?.known === false || c.read?.fields.has('NewQueue') === true)
    return undefined;
  if (fact === 'none') return false;
  const field =
    c.read?.fields.get('UsePriorityQueue') ??
    (c.manager === undefined ? undefined : managerFields(c.manager, pkg).get('UsePriorityQueue'));
  if (field !== undefined) {
    const value = /\((true|false)\)$/.exec(field.value.text)?.[1];
    return value === undefined ? undefined : value === 'true';
  }
  return c.manager !== undefined && !c.manager.read.known ? undefined : fact === 'on';
}

function ofManager(m: Manager, pkg: GoPackage, module: Module): SetUp {
  const { known, fields } = m.read;
  const has = (name: string): boolean => module.facts.has('manager.Options', name) === true;
  const settings: Setting[] = [];
  const add = (name: string, by: Field | undefined, standard: string, tells: string): Setting => {
    const s = setting({ name, field: by, known, default: standard, tells }, pkg);
    settings.push(s);
    return s;
  };
  const old = has('MetricsBindAddress') || fields.has('MetricsBindAddress');
  const metrics = add(
    old ? 'MetricsBindAddress' : 'Metrics.BindAddress',
    old ? fields.get('MetricsBindAddress') : fieldsBelow(m.read, 'Metrics', pkg).fields.get('BindAddress'),
    ':8080',
    'Where /metrics is served; "0" turns it off.',
  );
  const pprof = has('PprofBindAddress')
    ? add(
        'PprofBindAddress',
        fields.get('PprofBindAddress'),
        'off',
        'Where /debug/pprof is served; empty: nowhere. There since v0.15.0.',
      )
    : undefined;
  add('LeaderElection', fields.get('LeaderElection'), 'false', 'Whether only one replica reconciles at a time.');
  const general = managerFields(m, pkg);
  if (module.facts.has('config.Controller', 'MaxConcurrentReconciles') === true)
    add(
      'Controller.MaxConcurrentReconciles',
      general.get('MaxConcurrentReconciles'),
      '1',
      'Reconciles at once of each controller that sets none itself.',
    );
  if (has('Controller'))
    add(
      'Controller.GroupKindConcurrency',
      general.get('GroupKindConcurrency'),
      'none',
      'Reconciles at once by kind, for controllers of the builder that set none themselves.',
    );
  if (has('Cache')) {
    const cache = fieldsBelow(m.read, 'Cache', pkg).fields;
    add(
      'Cache.DefaultTransform',
      cache.get('DefaultTransform'),
      'none',
      'What is cut from objects before they are kept in memory.',
    );
    add('Cache.ByObject', cache.get('ByObject'), 'all objects', 'Which objects of a kind are watched and kept.');
  }
  const off = (s: Setting): boolean => s.value === '0' || s.value === '""' || s.value === 'off';
  const line = [
    `metrics ${off(metrics) ? 'off' : metrics.value}`,
    pprof === undefined ? undefined : `pprof ${off(pprof) ? 'off' : pprof.value}`,
    runtimeName(module),
  ]
    .filter((w) => w !== undefined)
    .join(' · ');
  return { kind: 'manager', name: 'manager', ...calledAt(m.call), line, settings };
}

function ofLoop(l: WorkerLoop): SetUp {
  const words =
    l.workers === undefined ? 'workers: not known here' : `${l.workers} worker${l.workers === 1 ? '' : 's'}`;
  return {
    kind: 'workers',
    name: l.runs ?? 'workers',
    start: l.loop.startIndex,
    end: l.bound.endIndex,
    line: words,
    settings: [
      {
        name: 'workers',
        value: l.workers === undefined ? 'unknown' : String(l.workers),
        default: 'none',
        from: l.workersFrom,
        tells: 'Goroutines that take from the queue; each handles one object at a time.',
        ...(l.workersAt === undefined
          ? {}
          : { at: { start: l.workersAt.start, end: l.workersAt.end, file: l.workersAt.file.path } }),
      },
    ],
  };
}
