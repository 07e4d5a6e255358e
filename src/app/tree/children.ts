/** Which nodes stand under which, for a state of the world. Pure, so that the tree can be tested without an editor. */
import { count } from '../../base/format';
import type { ProblemData } from '../../base/problem';
import { asksForToken } from '../../cluster/reach';
import type { Workload } from '../../controllers/types';
import type { ContextEntry } from '../clusters';
import {
  contextLook,
  endpointLook,
  icons,
  messageLook,
  namespaceLook,
  replicaLook,
  runningLook,
  workloadLook,
} from './looks';
import type { Icon, Look, Spec, Subject, SubjectOf, World } from './nodes';
import { contextTip, endpointTip, md, problemTip, replicaTip, runningTip, workloadTip } from './tooltips';

/** The nodes under `parent` (its spec), or the top ones. */
export function childrenOf(parent: Spec | undefined, world: World): readonly Spec[] {
  if (!parent) return roots(world);
  const { subject, id } = parent;
  switch (subject.kind) {
    case 'context':
      return inContext(subject.context, id, world);
    case 'namespace':
      return inNamespace(subject, id, world);
    case 'workload':
      return inWorkload(subject, id, world);
    case 'replica':
      return inReplica(subject, id, world);
    case 'hidden':
      return subject.problems.map((p, i) => problemLine(`${id}/${i}`, p, subject));
    case 'locals':
      return world.locals.map((url) => local(id, url));
    default:
      return [];
  }
}

function roots(world: World): readonly Spec[] {
  if (!world.loaded) return [];
  const out: Spec[] = [];
  if (world.locals.length > 0) {
    const look: Look = {
      ...messageLook('Local processes', { id: 'device-desktop' }, String(world.locals.length), undefined, 'locals'),
      spoken: `${count(world.locals.length, 'local process', 'local processes')}`,
      collapsible: 'expanded',
    };
    out.push({
      id: 'locals',
      subject: { kind: 'locals' },
      look,
      tooltip: () => 'Processes attached by their address, without a cluster.',
    });
  }
  for (const entry of world.contexts) {
    out.push({
      // A disconnect makes a new node, which starts closed.
      id: `context/${entry.info.name}#${entry.generation}`,
      subject: { kind: 'context', context: entry.info.name },
      look: contextLook(entry),
      tooltip: () => contextTip(world.entry(entry.info.name) ?? entry),
    });
  }
  for (const [i, p] of world.problems.entries()) {
    // With nothing else to show, the view's welcome says what to do.
    if (p.code === 'kube.noConfig' && out.length === 0) continue;
    out.push(problemLine(`kubeconfig-problem/${i}`, p, undefined));
  }
  return out;
}

function inContext(context: string, id: string, world: World): readonly Spec[] {
  const entry = world.entry(context);
  if (!entry) return [];
  const about: Subject = { kind: 'context', context };
  const trouble = entry.problem?.toJSON() ?? (entry.state === 'closed' ? entry.info.problem : undefined);
  if (trouble) {
    return [
      problemLine(`${id}/problem`, trouble, about, ''),
      ...(trouble.next === undefined ? [] : [line(`${id}/next`, trouble.next, icons.INFO, about)]),
      line(`${id}/again`, 'Try again', { id: 'refresh' }, about, { id: 'controllerTuner.connect', title: 'Connect' }),
    ];
  }
  if (!entry.cluster) return [line(`${id}/wait`, `Connecting to ${entry.info.server}…`, icons.SPIN, about)];
  return [...inCluster(entry, id, world), ...hidden(entry, id)];
}

function inCluster(entry: ContextEntry, id: string, world: World): readonly Spec[] {
  const context = entry.info.name;
  const all = entry.cluster?.workloads() ?? [];
  const shown = world.showAll ? all : all.filter((w) => w.isController);
  if (shown.length === 0) {
    const about: Subject = { kind: 'context', context };
    if (entry.state === 'connecting') return [line(`${id}/wait`, 'Listing pods…', icons.SPIN, about)];
    if (all.length === 0) return [line(`${id}/none`, 'No workloads are running here', icons.INFO, about)];
    return [
      line(`${id}/none`, `None of ${count(all.length, 'workload')} looks like a controller`, icons.INFO, about),
      line(`${id}/all`, 'Show all workloads', { id: 'filter' }, about, {
        id: 'controllerTuner.showAllWorkloads',
        title: 'Show All Workloads',
      }),
    ];
  }
  const others = shown.length < all.length ? [notShown(all.length - shown.length, context, id)] : [];
  if (world.groupBy === 'workload') {
    return [
      ...[...shown]
        .sort((a, b) => compare(a.name, b.name) || compare(a.namespace, b.namespace))
        .map((w) => workload(id, context, w, true, world)),
      ...others,
    ];
  }
  const groups = new Map<string, Workload[]>();
  for (const w of shown) {
    const group = groups.get(w.namespace);
    if (group) group.push(w);
    else groups.set(w.namespace, [w]);
  }
  const namespaces = [...groups]
    .sort(([a], [b]) => compare(a, b))
    .map(([namespace, workloads]): Spec => ({
      id: `${id}/ns/${namespace}`,
      subject: { kind: 'namespace', context, namespace },
      look: namespaceLook(namespace, workloads, world.showAll),
      tooltip: () =>
        `Namespace ${md(namespace)}: ${workloads
          .map((w) => md(w.name))
          .slice(0, 30)
          .join(', ')}`,
    }));
  return [...namespaces, ...others];
}

/** A quiet last row: that there is more, and a click shows it. */
function notShown(n: number, context: string, id: string): Spec {
  const tip = `${n === 1 ? 'It is not taken for a controller' : 'They are not taken for controllers'}. A click shows all workloads; the button in the view’s title hides them again.`;
  return line(
    `${id}/others`,
    `${count(n, 'other workload')} not shown`,
    { id: 'filter', color: 'descriptionForeground' },
    { kind: 'context', context },
    { id: 'controllerTuner.showAllWorkloads', title: 'Show All Workloads' },
    tip,
  );
}

function hidden(entry: ContextEntry, id: string): readonly Spec[] {
  const all = entry.cluster?.problems ?? [];
  const problems = all.filter((p) => p.code === 'kube.forbidden');
  // A connection that was lost is told by every kind of object: once is enough.
  const others = [
    ...new Map(all.filter((p) => p.code !== 'kube.forbidden').map((p) => [`${p.code} ${p.message}`, p])).values(),
  ];
  const lines = others.map((p, i) =>
    problemLine(`${id}/trouble/${i}`, p, { kind: 'context', context: entry.info.name }),
  );
  if (problems.length === 0) return lines;
  const text = `${count(problems.length, 'kind')} of objects can't be read`;
  return [
    {
      id: `${id}/hidden`,
      subject: { kind: 'hidden', context: entry.info.name, problems },
      look: { ...messageLook(text, icons.WARNING, '', undefined, 'hidden'), collapsible: 'collapsed' },
      tooltip: () => problems.map(problemTip).join('\n\n'),
    },
    ...lines,
  ];
}

function inNamespace({ context, namespace }: SubjectOf<'namespace'>, id: string, world: World): readonly Spec[] {
  const workloads = world.entry(context)?.cluster?.workloads() ?? [];
  return workloads
    .filter((w) => w.namespace === namespace && (world.showAll || w.isController))
    .sort((a, b) => compare(a.name, b.name))
    .map((w) => workload(id, context, w, false, world));
}

function workload(id: string, context: string, w: Workload, withNamespace: boolean, world: World): Spec {
  return {
    id: `${id}/${w.id}`,
    subject: { kind: 'workload', context, workload: w },
    look: workloadLook(w, withNamespace, world.now),
    tooltip: () => workloadTip(w),
  };
}

function inWorkload({ context, workload: old }: SubjectOf<'workload'>, id: string, world: World): readonly Spec[] {
  const w = world.entry(context)?.cluster?.workload(old.id);
  if (!w) return [];
  return w.replicas.map((r): Spec => ({
    id: `${id}/${r.pod.uid}`,
    subject: { kind: 'replica', context, workload: w, replica: r },
    look: replicaLook(r, w, world.now),
    tooltip: () => replicaTip(r),
  }));
}

function inReplica(subject: SubjectOf<'replica'>, id: string, world: World): readonly Spec[] {
  const { context } = subject;
  const w = world.entry(context)?.cluster?.workload(subject.workload.id);
  const r = w?.replicas.find((x) => x.pod.uid === subject.replica.pod.uid);
  if (!w || !r) return [];
  const about: Subject = { kind: 'replica', context, workload: w, replica: r };
  const facts = world.facts(context, w, r);
  const look = { id: 'controllerTuner.findEndpoints', title: 'Look for Endpoints' };
  const out: Spec[] = facts.endpoints.map((endpoint) => ({
    id: `${id}/${endpoint.kind}:${endpoint.port}${endpoint.path}`,
    subject: { ...about, kind: 'endpoint', endpoint },
    look: endpointLook(endpoint),
    tooltip: () => endpointTip(endpoint, facts),
  }));
  for (const running of facts.controllers ?? []) {
    out.push({
      id: `${id}/controller/${running.name}`,
      subject: { ...about, kind: 'running', running },
      look: runningLook(running),
      tooltip: () => runningTip(running),
    });
  }
  if (facts.state === 'looking') out.push(line(`${id}/looking`, 'Looking for endpoints…', icons.SPIN, about));
  else if (facts.state === 'unknown') out.push(line(`${id}/look`, 'Look for endpoints', { id: 'search' }, about, look));
  else if (facts.endpoints.length === 0)
    out.push(
      line(
        `${id}/look`,
        'No endpoint answered. Look again',
        { id: 'search' },
        about,
        look,
        'Pins and the well-known ports were tried too. An endpoint elsewhere can be pinned from the replica’s context menu.',
      ),
    );
  if (facts.state !== 'looking')
    for (const [i, p] of facts.problems.entries()) out.push(problemLine(`${id}/problem/${i}`, p, about));
  return out;
}

function local(id: string, url: string): Spec {
  return {
    id: `${id}/${url}`,
    subject: { kind: 'local', url },
    look: {
      ...messageLook(url.replace(/^http:\/\//, ''), { id: 'plug' }, '', undefined, 'local'),
      spoken: `local process ${url}`,
    },
    tooltip: () => `pprof of the process at ${md(url)}`,
  };
}

function line(
  id: string,
  label: string,
  icon: Icon,
  about: Subject | undefined,
  command?: Look['command'],
  tip = label,
): Spec {
  return {
    id,
    subject: { kind: 'message', about, problem: undefined },
    look: messageLook(label, icon, '', command),
    tooltip: () => md(tip),
  };
}

/** A problem as one line: what happened, then what to do; a click does it where a command can. */
function problemLine(
  id: string,
  problem: ProblemData,
  about: Subject | undefined,
  description = problem.next ?? '',
): Spec {
  return {
    id,
    subject: { kind: 'message', about, problem },
    look: messageLook(problem.message, icons.WARNING, description, nextStep(problem, about), 'message problem'),
    tooltip: () => problemTip(problem),
  };
}

/** The command that does what the problem says next. */
export function nextStep(problem: ProblemData, about: Subject | undefined): Look['command'] {
  if (about?.kind === 'replica' && asksForToken(problem))
    return { id: 'controllerTuner.authenticate', title: 'Choose How to Authenticate…' };
  // Looking again gives nobody a right: the details have the rules to apply.
  if (about?.kind === 'replica' && problem.code !== 'kube.forbidden')
    return { id: 'controllerTuner.findEndpoints', title: 'Look for Endpoints' };
  return { id: 'controllerTuner.showProblem', title: 'Show Details' };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
