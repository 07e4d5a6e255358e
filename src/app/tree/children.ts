/** Which rows are under which, for the given data. Pure, so that the tree can be tested without an editor. */
import { count } from '../../base/format';
import type { ProblemData } from '../../base/problem';
import { asksForToken } from '../../cluster/reach';
import type { Workload } from '../../controllers/types';
import type { ContextEntry } from '../clusters';
import {
  contextAppearance,
  endpointAppearance,
  icons,
  messageAppearance,
  namespaceAppearance,
  replicaAppearance,
  runningAppearance,
  workloadAppearance,
} from './appearance';
import type { Icon, Appearance, TreeRow, Item, ItemOf, TreeData } from './rows';
import { contextTip, endpointTip, md, problemTip, replicaTip, runningTip, workloadTip } from './tooltips';

/** The rows under `parent`, or the top ones. */
export function childrenOf(parent: TreeRow | undefined, data: TreeData): readonly TreeRow[] {
  if (!parent) return roots(data);
  const { item, id } = parent;
  switch (item.kind) {
    case 'context':
      return inContext(item.context, id, data);
    case 'namespace':
      return inNamespace(item, id, data);
    case 'workload':
      return inWorkload(item, id, data);
    case 'replica':
      return inReplica(item, id, data);
    case 'hidden':
      return item.problems.map((p, i) => problemLine(`${id}/${i}`, p, item));
    case 'locals':
      return data.locals.map((url) => local(id, url));
    default:
      return [];
  }
}

function roots(data: TreeData): readonly TreeRow[] {
  if (!data.loaded) return [];
  const out: TreeRow[] = [];
  if (data.locals.length > 0) {
    const appearance: Appearance = {
      ...messageAppearance(
        'Local processes',
        { id: 'device-desktop' },
        String(data.locals.length),
        undefined,
        'locals',
      ),
      spoken: `${count(data.locals.length, 'local process', 'local processes')}`,
      collapsible: 'expanded',
    };
    out.push({
      id: 'locals',
      item: { kind: 'locals' },
      appearance,
      tooltip: () => 'Processes attached by their address, without a cluster.',
    });
  }
  for (const entry of data.contexts) {
    out.push({
      // After a disconnect the id is new, so that the node starts collapsed.
      id: `context/${entry.info.name}#${entry.generation}`,
      item: { kind: 'context', context: entry.info.name },
      appearance: contextAppearance(entry),
      tooltip: () => contextTip(data.entry(entry.info.name) ?? entry),
    });
  }
  for (const [i, p] of data.problems.entries()) {
    // With nothing else to show, the view's welcome text says what to do.
    if (p.code === 'kube.noConfig' && out.length === 0) continue;
    out.push(problemLine(`kubeconfig-problem/${i}`, p, undefined));
  }
  return out;
}

function inContext(context: string, id: string, data: TreeData): readonly TreeRow[] {
  const entry = data.entry(context);
  if (!entry) return [];
  const about: Item = { kind: 'context', context };
  const trouble = entry.problem?.toJSON() ?? (entry.state === 'closed' ? entry.info.problem : undefined);
  if (trouble) {
    return [
      problemLine(`${id}/problem`, trouble, about, ''),
      ...(trouble.next === undefined ? [] : [line(`${id}/next`, trouble.next, icons.INFO, about)]),
      line(`${id}/again`, 'Try again', { id: 'refresh' }, about, { id: 'controllerTuner.connect', title: 'Connect' }),
    ];
  }
  if (!entry.cluster) return [line(`${id}/wait`, `Connecting to ${entry.info.server}…`, icons.SPIN, about)];
  return [...inCluster(entry, id, data), ...hidden(entry, id)];
}

function inCluster(entry: ContextEntry, id: string, data: TreeData): readonly TreeRow[] {
  const context = entry.info.name;
  const all = entry.cluster?.workloads() ?? [];
  const shown = data.showAll ? all : all.filter((w) => w.isController);
  if (shown.length === 0) {
    const about: Item = { kind: 'context', context };
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
  if (data.groupBy === 'workload') {
    return [
      ...[...shown]
        .sort((a, b) => compare(a.name, b.name) || compare(a.namespace, b.namespace))
        .map((w) => workload(id, context, w, true, data)),
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
    .map(([namespace, workloads]): TreeRow => ({
      id: `${id}/ns/${namespace}`,
      item: { kind: 'namespace', context, namespace },
      appearance: namespaceAppearance(namespace, workloads, data.showAll),
      tooltip: () =>
        `Namespace ${md(namespace)}: ${workloads
          .map((w) => md(w.name))
          .slice(0, 30)
          .join(', ')}`,
    }));
  return [...namespaces, ...others];
}

/** A last, unobtrusive row: says how many workloads are hidden; a click shows them. */
function notShown(n: number, context: string, id: string): TreeRow {
  const tip =
    `${n === 1 ? 'It is not taken for a controller' : 'They are not taken for controllers'}. A click shows all ` +
    'workloads; the button in the view’s title hides them again.';
  return line(
    `${id}/others`,
    `${count(n, 'other workload')} not shown`,
    { id: 'filter', color: 'descriptionForeground' },
    { kind: 'context', context },
    { id: 'controllerTuner.showAllWorkloads', title: 'Show All Workloads' },
    tip,
  );
}

function hidden(entry: ContextEntry, id: string): readonly TreeRow[] {
  const all = entry.cluster?.problems ?? [];
  const problems = all.filter((p) => p.code === 'kube.forbidden');
  // The watch of every kind reports a lost connection: one line is enough.
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
      item: { kind: 'hidden', context: entry.info.name, problems },
      appearance: { ...messageAppearance(text, icons.WARNING, '', undefined, 'hidden'), collapsible: 'collapsed' },
      tooltip: () => problems.map(problemTip).join('\n\n'),
    },
    ...lines,
  ];
}

function inNamespace({ context, namespace }: ItemOf<'namespace'>, id: string, data: TreeData): readonly TreeRow[] {
  const workloads = data.entry(context)?.cluster?.workloads() ?? [];
  return workloads
    .filter((w) => w.namespace === namespace && (data.showAll || w.isController))
    .sort((a, b) => compare(a.name, b.name))
    .map((w) => workload(id, context, w, false, data));
}

function workload(id: string, context: string, w: Workload, withNamespace: boolean, data: TreeData): TreeRow {
  return {
    id: `${id}/${w.id}`,
    item: { kind: 'workload', context, workload: w },
    appearance: workloadAppearance(w, withNamespace, data.now),
    tooltip: () => workloadTip(w),
  };
}

function inWorkload({ context, workload: old }: ItemOf<'workload'>, id: string, data: TreeData): readonly TreeRow[] {
  const w = data.entry(context)?.cluster?.workload(old.id);
  if (!w) return [];
  return w.replicas.map((r): TreeRow => ({
    id: `${id}/${r.pod.uid}`,
    item: { kind: 'replica', context, workload: w, replica: r },
    appearance: replicaAppearance(r, w, data.now),
    tooltip: () => replicaTip(r),
  }));
}

function inReplica(item: ItemOf<'replica'>, id: string, data: TreeData): readonly TreeRow[] {
  const { context } = item;
  const w = data.entry(context)?.cluster?.workload(item.workload.id);
  const r = w?.replicas.find((x) => x.pod.uid === item.replica.pod.uid);
  if (!w || !r) return [];
  const about: Item = { kind: 'replica', context, workload: w, replica: r };
  const facts = data.facts(context, w, r);
  const look = { id: 'controllerTuner.findEndpoints', title: 'Look for Endpoints' };
  const out: TreeRow[] = facts.endpoints.map((endpoint) => ({
    id: `${id}/${endpoint.kind}:${endpoint.port}${endpoint.path}`,
    item: { ...about, kind: 'endpoint', endpoint },
    appearance: endpointAppearance(endpoint),
    tooltip: () => endpointTip(endpoint, facts),
  }));
  for (const running of facts.controllers ?? []) {
    out.push({
      id: `${id}/controller/${running.name}`,
      item: { ...about, kind: 'running', running },
      appearance: runningAppearance(running),
      tooltip: () => runningTip(running),
    });
  }
  if (facts.state === 'probing') out.push(line(`${id}/looking`, 'Looking for endpoints…', icons.SPIN, about));
  else if (facts.state === 'unknown') out.push(line(`${id}/look`, 'Look for endpoints', { id: 'search' }, about, look));
  else if (facts.endpoints.length === 0)
    out.push(
      line(
        `${id}/look`,
        'No endpoint answered. Look again',
        { id: 'search' },
        about,
        look,
        'Pins and the well-known ports were tried too. An endpoint elsewhere can be pinned from the replica’s ' +
          'context menu.',
      ),
    );
  if (facts.state !== 'probing')
    for (const [i, p] of facts.problems.entries()) out.push(problemLine(`${id}/problem/${i}`, p, about));
  return out;
}

function local(id: string, url: string): TreeRow {
  return {
    id: `${id}/${url}`,
    item: { kind: 'local', url },
    appearance: {
      ...messageAppearance(url.replace(/^http:\/\//, ''), { id: 'plug' }, '', undefined, 'local'),
      spoken: `local process ${url}`,
    },
    tooltip: () => `pprof of the process at ${md(url)}`,
  };
}

function line(
  id: string,
  label: string,
  icon: Icon,
  about: Item | undefined,
  command?: Appearance['command'],
  tip = label,
): TreeRow {
  return {
    id,
    item: { kind: 'message', about, problem: undefined },
    appearance: messageAppearance(label, icon, '', command),
    tooltip: () => md(tip),
  };
}

/** A problem as one line: what happened, and what to do; a click does that if a command can. */
function problemLine(
  id: string,
  problem: ProblemData,
  about: Item | undefined,
  description = problem.next ?? '',
): TreeRow {
  return {
    id,
    item: { kind: 'message', about, problem },
    appearance: messageAppearance(
      problem.message,
      icons.WARNING,
      description,
      nextStep(problem, about),
      'message problem',
    ),
    tooltip: () => problemTip(problem),
  };
}

/** The command that carries out the problem's next step. */
export function nextStep(problem: ProblemData, about: Item | undefined): Appearance['command'] {
  if (about?.kind === 'replica' && asksForToken(problem))
    return { id: 'controllerTuner.authenticate', title: 'Choose How to Authenticate…' };
  // Probing again does not help without permission: the details have the RBAC rules to apply.
  if (about?.kind === 'replica' && problem.code !== 'kube.forbidden')
    return { id: 'controllerTuner.findEndpoints', title: 'Look for Endpoints' };
  return { id: 'controllerTuner.showProblem', title: 'Show Details' };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
