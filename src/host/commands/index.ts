/** Every command of the Clusters view and of the command palette, bound to its implementation. */
import * as vscode from 'vscode';
import { guarded, showDetails } from '../errors';
import type { RepeatedCaptures } from '../../app/captures/repeated';
import type { MetricsPanels } from '../metrics/panels';
import type { Parts } from '../parts';
import type { Preselected, Place, PodPlace } from '../../app/processes/place';
import { pickProcess, pickWorkload } from '../../app/processes/pick';
import { addKubeconfig, mark, setGroupBy, setShowAll } from '../settings';
import { isNode } from '../../app/tree/tree';
import { attach } from '../../app/commands/attach';
import { authenticateCommand } from '../../app/commands/authenticate';
import { pickCompared } from '../../app/commands/compareMetrics';
import { ASK, captureCommand, planOf } from '../../app/commands/capture';
import type { PartialPlan } from '../../app/commands/captureSteps';
import { repeatCapture } from '../../app/commands/repeatCapture';
import { connect, disconnect, refresh } from '../../app/commands/contexts';
import { findEndpoints, pinEndpoint, showEndpoints } from '../../app/commands/endpoints';
import { preselectedBy, itemOf } from '../../app/commands/argument';
import { copyReasons } from '../../app/commands/reasons';
import { startSeries } from '../../app/commands/captureRepeatedly';

/** By their names in package.json, without the common prefix. `arg`: the tree's node, or what a caller passed. */
export function commandsOf(
  parts: Parts,
  metrics: MetricsPanels,
  series: RepeatedCaptures,
): Readonly<Record<string, (arg?: unknown, selected?: unknown) => unknown>> {
  const { clusters, locals, log } = parts;
  const capture =
    (plan: PartialPlan) =>
    (arg: unknown): unknown =>
      captureCommand(parts, preselectedBy(itemOf(arg), clusters), plan);
  /** Drops the leader if the user clicked a workload: the questions include which replica, or all. */
  const asked = (arg: unknown): Preselected => {
    const item = itemOf(arg);
    const { replica, ...preselected } = preselectedBy(item, clusters);
    return item?.kind === 'workload' || !replica ? preselected : { ...preselected, replica };
  };
  const pickDeps = { picker: parts.editor.picker, clusters, locals: (): readonly string[] => [] };
  /** The pod that a command applies to; asks for it when the command came from the palette. */
  const place = async (arg: unknown, title: string): Promise<PodPlace | undefined> => {
    const chosen: Place = (await pickProcess(pickDeps, title, preselectedBy(itemOf(arg), clusters), undefined)).place;
    return chosen.kind === 'pod' ? chosen : undefined;
  };
  const withPlace =
    (title: string, body: (p: PodPlace, arg: unknown) => Promise<unknown>) =>
    (arg: unknown): Promise<unknown> =>
      guarded(title, log, async () => {
        const p = await place(arg, title);
        return p && body(p, arg);
      });

  return {
    profileCpu: capture(planOf('cpu')),
    captureGoroutines: capture(planOf('goroutine')),
    captureProfile: (arg) => captureCommand(parts, asked(arg), ASK),
    captureEverything: (arg) => captureCommand(parts, asked(arg), { ...ASK, what: 'everything', how: 'once' }),
    captureSeries: (arg) => guarded('Capture repeatedly', log, () => startSeries(parts, series, asked(arg))),
    stopSeries: (id) => guarded('Stop repeated captures', log, () => series.stop(id)),
    repeatCapture: () => repeatCapture(parts),
    showMetrics: (arg) => guarded('Show metrics', log, () => showMetrics(parts, metrics, arg)),
    compareMetrics: (arg, selected) =>
      guarded('Compare metrics', log, async () => {
        const nodes =
          Array.isArray(selected) && selected.length > 0 ? selected : isNode(arg) ? [arg] : parts.view.tree.selection;
        metrics.compare(await pickCompared(parts, nodes.map(itemOf), isNode(arg)));
      }),
    attachUrl: (arg) => guarded('Attach to a local process', log, () => attach(parts, arg)),
    detach: (arg) => {
      const s = itemOf(arg);
      if (s?.kind === 'local') locals.detach(s.url);
    },
    connect: (arg) => connect(parts, arg),
    disconnect: (arg) => guarded('Disconnect', log, () => disconnect(parts, arg)),
    refresh: (arg) => guarded('Refresh', log, () => refresh(parts, arg)),
    groupByNamespace: () => guarded('Group by namespace', log, () => setGroupBy('namespace')),
    groupByWorkload: () => guarded('List workloads', log, () => setGroupBy('workload')),
    showAllWorkloads: () => guarded('Show all workloads', log, () => setShowAll(true)),
    showControllersOnly: () => guarded('Show controllers only', log, () => setShowAll(false)),
    markController: (arg) => guarded('Mark as controller', log, () => markAs(arg, true)),
    unmarkController: (arg) => guarded('Mark as not a controller', log, () => markAs(arg, false)),
    findEndpoints: withPlace('Look for endpoints', async (p, arg) => {
      await findEndpoints(parts, p);
      if (!isNode(arg)) showEndpoints(parts, p);
    }),
    authenticate: withPlace('Choose how to authenticate', async (p, arg) => {
      const item = itemOf(arg);
      await authenticateCommand(parts, p, item?.kind === 'endpoint' ? item.endpoint.kind : undefined);
    }),
    pinEndpoint: withPlace('Pin an endpoint', (p, arg) => {
      const s = itemOf(arg);
      return s?.kind === 'endpoint' ? pinEndpoint(parts, p, s.endpoint.kind, s.endpoint) : pinEndpoint(parts, p);
    }),
    copyReasons: (arg) => guarded('Copy why this is a controller', log, () => copyReasons(parts, itemOf(arg))),
    addKubeconfig: (arg) => guarded('Add a kubeconfig file', log, () => addFile(parts, arg)),
    showProblem: (arg) => {
      const s = isNode(arg) ? arg.row.item : undefined;
      return s?.kind === 'message' && s.problem ? showDetails(s.problem) : undefined;
    },
    showLog: () => {
      log.show();
    },
  };
}

/** Shows a workload with all its replicas, whichever replica was chosen. */
async function showMetrics(parts: Parts, metrics: MetricsPanels, arg: unknown): Promise<void> {
  const preselected = preselectedBy(itemOf(arg), parts.clusters);
  const { context, workload } = preselected;
  if (context !== undefined && workload) {
    metrics.open({ context, workload: workload.id });
    return;
  }
  metrics.open(
    await pickWorkload(
      { picker: parts.editor.picker, clusters: parts.clusters, locals: () => parts.locals.urls },
      'Show metrics',
      preselected,
    ),
  );
}

async function markAs(arg: unknown, controller: boolean): Promise<void> {
  const s = itemOf(arg);
  if (s && 'workload' in s) await mark(`${s.workload.namespace}/${s.workload.name}`, controller);
}

async function addFile({ clusters }: Parts, arg: unknown): Promise<void> {
  const chosen =
    arg instanceof vscode.Uri
      ? [arg]
      : await vscode.window.showOpenDialog({ title: 'Add kubeconfig file', openLabel: 'Add', canSelectMany: true });
  if (!chosen || chosen.length === 0) return;
  for (const uri of chosen) await addKubeconfig(uri.fsPath);
  await vscode.commands.executeCommand('controllerTuner.clusters.focus');
  if (clusters.loaded) await clusters.reload();
}
