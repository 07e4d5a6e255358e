/** How the rows look: label, description, icon, accessible label. Pure. */
import { age as ageOf, count } from '../../base/format';
import type { FoundEndpoint } from '../../cluster/endpoints';
import type { Replica, RunningController, Workload } from '../../controllers/types';
import type { ContextEntry } from '../clusters';
import type { Icon, Appearance } from './rows';

const WARNING: Icon = { id: 'warning', color: 'list.warningForeground' };
const ERROR: Icon = { id: 'error', color: 'list.errorForeground' };
const READY = 'charts.green';

/** Joins the non-empty parts with middle dots. */
function dots(...parts: readonly (string | false | undefined)[]): string {
  return parts.filter((p) => typeof p === 'string' && p !== '').join(' · ');
}

/** Age in steps no finer than minutes: a tree that counts seconds flickers. */
export function age(createdAt: number, now: number): string {
  if (createdAt <= 0) return '';
  return now - createdAt < 60_000 ? '< 1 min' : ageOf(now - createdAt);
}

export function contextAppearance({ info, state, problem, cluster, generation }: ContextEntry): Appearance {
  const reconnecting = state === 'open' && cluster?.state === 'reconnecting';
  const refused = problem?.status === 401 || problem?.status === 403;
  const what =
    state === 'connecting'
      ? cluster
        ? `listing… ${count(cluster.objects.pods.size, 'pod')} so far`
        : 'connecting…'
      : state === 'failed'
        ? refused
          ? 'access denied'
          : 'not reached'
        : reconnecting
          ? 'connection lost, reconnecting…'
          : state === 'open'
            ? 'connected'
            : '';
  const broken = state === 'failed' || (state === 'closed' && info.problem !== undefined);
  return {
    label: info.name,
    description: dots(info.current && 'current', broken && problem === undefined ? 'not usable' : what),
    icon:
      state === 'connecting' || reconnecting
        ? { id: 'sync~spin' }
        : broken
          ? WARNING
          : state === 'open'
            ? { id: 'vm-active', color: READY }
            : { id: 'vm-outline' },
    contextValue: `context ${state}${info.current ? ' current' : ''}`,
    spoken: `context ${info.name}${info.current ? ', current' : ''}, ${what === '' ? 'not connected' : what}`,
    // The current context opens by itself, unless the user disconnected it.
    collapsible: state !== 'closed' || (info.current && generation === 0) ? 'expanded' : 'collapsed',
    command: undefined,
  };
}

export function namespaceAppearance(namespace: string, workloads: readonly Workload[], showAll: boolean): Appearance {
  const troubled = workloads.filter((w) => health(w) !== 'ready').length;
  const many = showAll ? count(workloads.length, 'workload') : count(workloads.length, 'controller');
  const description = dots(many, troubled > 0 && `${troubled} not ready`);
  return {
    label: namespace,
    description,
    icon: { id: 'symbol-namespace' },
    contextValue: 'namespace',
    spoken: `namespace ${namespace}, ${description}`,
    collapsible: 'collapsed',
    command: undefined,
  };
}

const KIND_ICON: Readonly<Record<string, string>> = {
  Deployment: 'layers',
  StatefulSet: 'database',
  DaemonSet: 'server',
  ReplicaSet: 'layers',
  Pod: 'server-process',
};

export type Health = 'ready' | 'partly' | 'down' | 'idle';

/** down: none is ready. idle: there are no replicas. */
function health(w: Workload): Health {
  if (w.replicas.length === 0) return 'idle';
  const ready = readyCount(w);
  return ready === w.replicas.length ? 'ready' : ready > 0 ? 'partly' : 'down';
}

function readyCount(w: Workload): number {
  let n = 0;
  for (const r of w.replicas) if (r.pod.ready && !r.pod.deleting) n++;
  return n;
}

/** The versions in use; more than one during a rollout. */
export function versions(w: Workload): string {
  return [...new Set(w.replicas.map((r) => r.version))].filter((v) => v !== '').join(', ');
}

export function workloadAppearance(w: Workload, withNamespace: boolean, now: number): Appearance {
  const restarts = w.replicas.reduce((n, r) => n + r.pod.restarts, 0);
  const h = health(w);
  const ready = w.replicas.length === 0 ? 'no replicas' : `${readyCount(w)}/${w.replicas.length} ready`;
  const rest = dots(ready, restarts > 0 && count(restarts, 'restart'), versions(w), age(w.createdAt, now));
  return {
    label: w.name,
    description: dots(withNamespace && w.namespace, rest),
    icon:
      h === 'partly'
        ? WARNING
        : h === 'down'
          ? ERROR
          : { id: KIND_ICON[w.kind] ?? 'layers', ...(h === 'ready' && w.isController && { color: READY }) },
    contextValue: `workload ${w.isController ? 'controller' : 'plain'}${w.replicas.length > 0 ? ' running' : ''}`,
    spoken:
      `${w.kind} ${w.name} in ${w.namespace}${w.isController ? ', controller' : ''}, ` +
      `${rest.replaceAll(' · ', ', ')}`,
    collapsible: w.replicas.length > 0 ? 'collapsed' : 'none',
    command: undefined,
  };
}

/**
 * Shortens pod names: a Deployment's pods differ only in their last five letters, and in a side bar of usual width the
 * whole name would push out the leader mark and the problems. Tooltip and accessible label have the whole name.
 */
export function shortPod(pod: string, workload: string): string {
  const rest = pod.startsWith(`${workload}-`) ? pod.slice(workload.length + 1) : '';
  return rest.includes('-') ? `…-${rest.slice(rest.lastIndexOf('-') + 1)}` : pod;
}

export function replicaAppearance(r: Replica, w: Workload, now: number): Appearance {
  const { pod } = r;
  const ended = pod.phase === 'Succeeded' || pod.phase === 'Failed';
  const state = pod.deleting
    ? 'ending'
    : pod.reason !== ''
      ? pod.reason
      : pod.ready
        ? ''
        : ended
          ? pod.phase
          : pod.phase === 'Running'
            ? 'not ready'
            : pod.phase;
  const description = dots(
    r.leader && 'leader',
    state,
    pod.restarts > 0 && count(pod.restarts, 'restart'),
    r.version,
    age(pod.createdAt, now),
  );
  const trouble = !pod.ready && !pod.deleting;
  const icon: Icon = pod.deleting
    ? { id: 'circle-slash' }
    : trouble
      ? pod.reason !== ''
        ? ERROR
        : WARNING
      : r.leader
        ? { id: 'star-full', color: READY }
        : { id: 'circle-outline', color: READY };
  return {
    label: shortPod(pod.name, w.name),
    description,
    icon,
    contextValue: `replica${r.leader ? ' leader' : ''}${pod.phase === 'Running' ? ' running' : ''}`,
    spoken:
      `replica ${pod.name}, ` +
      `${dots(r.leader && 'leader', state === '' ? 'ready' : state, pod.restarts > 0 && count(pod.restarts, 'restart'), r.version, age(pod.createdAt, now)).replaceAll(' · ', ', ')}`,
    collapsible: 'collapsed',
    command: undefined,
  };
}

const STATE_TEXT: Readonly<Record<FoundEndpoint['state'], string>> = {
  untried: 'not asked yet',
  ok: '',
  needsToken: 'needs a token',
  failed: 'did not answer',
};

export function endpointAppearance(e: FoundEndpoint): Appearance {
  const where = `${e.scheme === 'https' ? 'https ' : ''}:${e.port}${e.path === '/metrics' || e.path === '/debug/pprof/' ? '' : e.path}`;
  const description = dots(where, STATE_TEXT[e.state]);
  return {
    label: e.kind,
    description,
    icon:
      e.state === 'needsToken'
        ? { id: 'key', color: 'list.warningForeground' }
        : e.state === 'failed'
          ? WARNING
          : { id: e.kind === 'pprof' ? 'pulse' : 'graph' },
    contextValue: `endpoint ${e.kind} ${e.state}${e.secured ? ' secured' : ''}`,
    spoken:
      `${e.kind} endpoint, ${e.scheme}, port ${e.port}, ` +
      `${STATE_TEXT[e.state] === '' ? 'answers' : STATE_TEXT[e.state]}`,
    collapsible: 'none',
    command:
      e.state === 'needsToken'
        ? { id: 'controllerTuner.authenticate', title: 'Choose How to Authenticate…' }
        : e.state === 'failed' || e.state === 'untried'
          ? { id: 'controllerTuner.findEndpoints', title: 'Look for Endpoints' }
          : undefined,
  };
}

export function runningAppearance(c: RunningController): Appearance {
  const description = [
    c.workers !== undefined && count(c.workers, 'worker'),
    c.activeWorkers !== undefined && `${c.activeWorkers} busy`,
    c.queueDepth !== undefined && `queue ${c.queueDepth}`,
  ]
    .filter((s) => s !== false)
    .join(', ');
  const full = c.workers !== undefined && c.workers > 0 && c.activeWorkers === c.workers && (c.queueDepth ?? 0) > 0;
  return {
    label: c.name,
    description,
    icon: { id: 'gear', ...(full && { color: 'charts.yellow' }) },
    contextValue: 'running',
    spoken: `controller ${c.name}${description === '' ? '' : `, ${description}`}`,
    collapsible: 'none',
    command: undefined,
  };
}

/** A message line; `next` is the command of a click. */
export function messageAppearance(
  label: string,
  icon: Icon | undefined,
  description = '',
  command: Appearance['command'] = undefined,
  contextValue = 'message',
): Appearance {
  return {
    label,
    description,
    icon,
    contextValue,
    spoken: description === '' ? label : `${label} ${description}`,
    collapsible: 'none',
    command,
  };
}

export const icons = { WARNING, ERROR, SPIN: { id: 'loading~spin' } as Icon, INFO: { id: 'info' } as Icon } as const;
