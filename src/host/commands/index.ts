/** Every command of the Clusters view and of the palette, each bound to what does it. */
import * as vscode from 'vscode';
import { Problem } from '../../base/problem';
import { guarded, showDetails, showProblem } from '../errors';
import type { SeriesList } from '../captures/series';
import type { MetricsPanels } from '../metrics/panels';
import type { Parts } from '../parts';
import type { Preselected, Place, PodPlace } from '../../app/processes/place';
import { pickProcess, pickWorkload } from '../../app/processes/pick';
import type { Choice } from '../../app/editor';
import { picker } from '../picker';
import { addKubeconfig, mark, setGroupBy, setShowAll } from '../settings';
import { isNode } from '../../app/tree/tree';
import { attach } from './attach';
import { authActions, authenticate } from './authenticate';
import { compareMetrics } from './compare';
import { ANY, captureCommand, repeatCapture, wishFor, type Wish } from './capture';
import { findEndpoints, pinEndpoint } from './endpoints';
import { preselectedBy, itemOf } from '../../app/commands/argument';
import { measure, type MeasureWish } from './measure';
import { startSeries } from './series';

/** By their names in package.json, without what all begin with; `arg`: the tree's node, or what a caller gave. */
export function commandsOf(
  parts: Parts,
  metrics: MetricsPanels,
  series: SeriesList,
): Readonly<Record<string, (arg?: unknown, selected?: unknown) => unknown>> {
  const { clusters, processes, locals, log } = parts;
  const capture =
    (wish: Wish) =>
    (arg: unknown): unknown =>
      captureCommand(parts, preselectedBy(itemOf(arg), clusters), wish);
  /** With the questions: which of a workload's replicas, or all of them, is one. */
  const asked = (arg: unknown): Preselected => {
    const subject = itemOf(arg);
    const { replica, ...preselected } = preselectedBy(subject, clusters);
    return subject?.kind === 'workload' || !replica ? preselected : { ...preselected, replica };
  };
  const pickDeps = { picker: parts.editor.picker, clusters, locals: (): readonly string[] => [] };
  /** The pod that a command is about, asked for when it came from the palette. */
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
    profileCpu: capture(wishFor('cpu')),
    captureGoroutines: capture(wishFor('goroutine')),
    captureProfile: (arg) => captureCommand(parts, asked(arg), ANY),
    captureEverything: (arg) => captureCommand(parts, asked(arg), { ...ANY, what: 'everything', how: 'once' }),
    captureSeries: (arg) => guarded('Capture repeatedly', log, () => startSeries(parts, series, asked(arg))),
    stopSeries: (id) => guarded('Stop repeated captures', log, () => series.stop(id)),
    repeatCapture: () => repeatCapture(parts),
    showMetrics: (arg) => guarded('Show metrics', log, () => showMetrics(parts, metrics, arg)),
    compareMetrics: (arg, selected) =>
      guarded('Compare metrics', log, () => compareMetrics(parts, metrics, arg, selected)),
    measureWorkload: (arg) => guarded('Measure a controller', log, () => measure(parts, arg as MeasureWish)),
    attachUrl: (arg) => guarded('Attach to a local process', log, () => attach(parts, arg)),
    detach: (arg) => {
      const s = itemOf(arg);
      if (s?.kind === 'local') locals.detach(s.url);
    },
    connect: (arg) => guarded('Connect', log, () => connect(parts, arg)),
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
      if (!isNode(arg)) await sayEndpoints(parts, p);
    }),
    authenticate: withPlace('Choose how to authenticate', async (p, arg) => authenticateShown(parts, p, arg)),
    pinEndpoint: withPlace('Pin an endpoint', (p, arg) => {
      const s = itemOf(arg);
      return s?.kind === 'endpoint' ? pinEndpoint(parts, p, s.endpoint.kind, s.endpoint) : pinEndpoint(parts, p);
    }),
    copyReasons: (arg) => guarded('Copy why this is a controller', log, () => copyReasons(arg)),
    addKubeconfig: (arg) => guarded('Add a kubeconfig file', log, () => addFile(parts, arg)),
    showProblem: (arg) => {
      const s = isNode(arg) ? arg.row.item : undefined;
      return s?.kind === 'message' && s.problem ? showDetails(s.problem) : undefined;
    },
    showLog: () => {
      log.show();
    },
  };

  async function authenticateShown(p: Parts, at: PodPlace, arg: unknown): Promise<void> {
    const s = itemOf(arg);
    try {
      await authenticate(p, at, s?.kind === 'endpoint' ? s.endpoint.kind : undefined);
    } catch (e) {
      void showProblem(e, { what: 'Authenticate', log, actions: authActions(e, () => authenticateShown(p, at, arg)) });
    }
  }

  async function sayEndpoints(_: Parts, { context, workload, replica }: PodPlace): Promise<void> {
    const facts = processes.facts(context, workload, replica);
    const [problem] = facts.problems;
    if (problem) {
      void showProblem(Problem.fromJSON(problem), { what: 'Look for endpoints', log });
      return;
    }
    const said = facts.endpoints.map(
      (e) =>
        `${e.kind} on ${e.port}${e.state === 'needsToken' ? ' (needs a token)' : e.state === 'failed' ? ' (did not answer)' : ''}`,
    );
    void vscode.window.showInformationMessage(
      said.length > 0 ? `${replica.pod.name}: ${said.join(', ')}.` : `No endpoint of ${replica.pod.name} answered.`,
    );
  }
}

/** Of a workload with all its replicas, whichever of them was chosen. */
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

async function connect({ clusters, log }: Parts, arg: unknown): Promise<void> {
  const name = await contextName(clusters, arg, 'Connect', (state) => state !== 'open');
  if (name === undefined) return;
  const entry = clusters.entry(name);
  const fromTree = isNode(arg);
  try {
    await clusters.connect(name);
  } catch (e) {
    // The tree shows it under the context; from the palette nobody may be looking there.
    if (!fromTree)
      void showProblem(e, {
        what: `Connect to ${entry?.info.name ?? name}`,
        log,
        actions: [{ title: 'Retry', run: () => vscode.commands.executeCommand('controllerTuner.connect') }],
      });
  }
}

/** Reads the kubeconfig, lists the cluster of the node (or every open one), and asks the processes that are open in the tree. */
async function refresh({ clusters, view }: Parts, arg: unknown): Promise<void> {
  const s = itemOf(arg);
  const context = s && 'context' in s ? s.context : undefined;
  await clusters.reload();
  for (const entry of clusters.entries)
    if (context === undefined || entry.info.name === context) entry.cluster?.relist();
  clusters.refreshAll();
  view.refresh();
  await view.lookAgain(context);
}

async function disconnect({ clusters }: Parts, arg: unknown): Promise<void> {
  const name = await contextName(clusters, arg, 'Disconnect', (state) => state === 'open' || state === 'connecting');
  if (name !== undefined) clusters.disconnect(name);
}

async function contextName(
  clusters: Parts['clusters'],
  arg: unknown,
  title: string,
  fits: (state: string) => boolean,
): Promise<string | undefined> {
  const s = itemOf(arg);
  if (s && 'context' in s) return s.context;
  await clusters.load();
  const entries = clusters.entries.filter((e) => fits(e.state));
  if (entries.length === 0) {
    void vscode.window.showInformationMessage(
      title === 'Connect' ? 'Every context is connected.' : 'No context is connected.',
    );
    return undefined;
  }
  const { value } = await picker.pick<string>({
    title,
    step: 1,
    totalSteps: 1,
    back: false,
    placeholder: 'Context',
    skipSingle: false,
    choices: () =>
      Promise.resolve(
        entries.map(({ info }): Choice<string> => ({
          label: info.name,
          description: info.current ? 'current' : '',
          detail: info.server,
          value: info.name,
        })),
      ),
  });
  return value;
}

async function markAs(arg: unknown, controller: boolean): Promise<void> {
  const s = itemOf(arg);
  if (s && 'workload' in s) await mark(`${s.workload.namespace}/${s.workload.name}`, controller);
}

async function copyReasons(arg: unknown): Promise<void> {
  const s = itemOf(arg);
  if (!s || !('workload' in s)) return;
  const { kind, namespace, name, isController, score, reasons } = s.workload;
  const lines = [
    `${kind} ${namespace}/${name}: ${isController ? 'taken for a controller' : 'not taken for a controller'} (score ${score})`,
    ...reasons.map((r) => `- ${r.text} (${r.weight})`),
  ];
  await vscode.env.clipboard.writeText(`${lines.join('\n')}\n`);
  void vscode.window.setStatusBarMessage(`Copied why ${name} is ${isController ? 'a controller' : 'not one'}.`, 3000);
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
