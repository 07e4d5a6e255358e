/** Makes the parts of the extension and connects them. Loaded when the first of them is used. */
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import type { Measured } from '../advice/types';
import { EndpointMemory } from '../cluster/memory';
import { CheckedProfiles } from '../captures/checked';
import { loadKube } from '../kube/load';
import { Threads } from '../profile/thread/client';
import type { Row } from '../captures/groups';
import { registerCaptures } from './captures/index';
import { RepeatedCaptures } from '../app/captures/repeated';
import { Clusters } from '../app/clusters';
import { authenticate } from '../app/commands/authenticate';
import { captureCommand, planOf } from '../app/commands/capture';
import { captureAgain } from '../app/commands/repeatCapture';
import { preselectedBy } from '../app/commands/argument';
import { commandsOf } from './commands/index';
import { measure, type MeasureRequest } from '../app/commands/measure';
import { createEditor } from './editor';
import { guarded, showProblem } from './errors';
import { Lines } from './lines/index';
import { Locals } from '../app/locals';
import { createLog } from './log';
import type { ThreadOpener } from '../app/pages/document';
import { ChurnPanels } from './churn/panels';
import { MetricsPanels } from './metrics/panels';
import type { Subject } from '../app/metrics/subject';
import { dialogs } from './pages/dialogs';
import { ProfileEditor } from './pages/editor';
import type { Parts } from './parts';
import type { Preselected } from '../app/processes/place';
import { Processes } from '../app/processes/processes';
import { onSettings, settings } from './settings';
import type { TreeNode } from '../app/tree/tree';
import { ClustersView } from './tree/view';

/** What extension.ts has registered before this bundle was loaded. */
export interface Registered {
  readonly clusters: vscode.TreeView<TreeNode>;
  readonly captures: vscode.TreeView<Row>;
  /** Duration of the activation, ms. */
  readonly activationMillis: number;
}

/** What extension.ts delegates to: the rows of the views, the custom editor, the commands. */
export interface Host extends vscode.Disposable {
  readonly parts: Parts;
  readonly clusters: vscode.TreeDataProvider<TreeNode>;
  readonly captures: vscode.TreeDataProvider<Row>;
  readonly editor: ProfileEditor;
  readonly metrics: MetricsPanels;
  /** Errors are shown, not thrown. */
  measure(request: MeasureRequest): Promise<Measured | undefined>;
  has(command: string): boolean;
  /** Runs a command by its full name with the editor's arguments. Errors are shown, not thrown. */
  run(command: string, args: readonly unknown[]): unknown;
}

/** Disposes the part together with the host. */
type Own = <T extends { dispose(): void }>(part: T) => T;

export function makeHost(context: vscode.ExtensionContext, registered: Registered): Host {
  const subscriptions: vscode.Disposable[] = [];
  const own: Own = (part) => {
    subscriptions.push(part);
    return part;
  };
  const log = own(createLog());
  const threads = own(new Threads(path.join(context.extensionPath, 'dist', 'profile-thread.js')));
  const checked = own(new CheckedProfiles());
  const { parts, captures } = makeParts(context, registered, { own, log, threads, checked });
  const editor = own(
    new ProfileEditor(context, {
      store: captures.store,
      editor: parts.editor,
      open: openAndExpect(threads),
      checked,
      captureAgain: (capture) => {
        void captureAgain(parts, capture);
      },
    }),
  );
  const { metrics, changes } = makePanels(context, parts, own);
  const commands: Readonly<Record<string, (...args: unknown[]) => unknown>> = {
    ...captures.commands,
    ...commandsOf(parts, metrics, own(new RepeatedCaptures(parts))),
    ...metrics.commands,
    ...editor.commands,
    ...changes.commands,
    ...own(new Lines({ pages: editor.pages, sources: editor.sources, log })).commands,
  };
  log.info(`Activated in ${registered.activationMillis.toFixed(1)} ms.`);
  return {
    parts,
    clusters: parts.view.provider,
    captures: captures.rows,
    editor,
    metrics,
    measure: (request) => guarded('Measure a controller', log, () => measure(parts, request)),
    has: (command) => nameOf(command) in commands,
    run: (command, args) => commands[nameOf(command)]?.(...args),
    dispose: () => {
      for (const s of subscriptions.reverse()) s.dispose();
    },
  };
}

function makeParts(
  context: vscode.ExtensionContext,
  registered: Registered,
  { own, log, threads, checked }: Pick<Parts, 'log' | 'checked'> & { readonly own: Own; readonly threads: Threads },
): { readonly parts: Parts; readonly captures: ReturnType<typeof registerCaptures> } {
  const editor = createEditor(context, log);
  const clusters = makeClusters(log, own);
  const memory = new EndpointMemory(editor.store);
  const processes = own(new Processes({ clusters, memory, pins: () => settings.pins, log }));
  const locals = new Locals(editor.store);
  const view = own(new ClustersView(registered.clusters, { clusters, processes, locals, log }));
  const open: ThreadOpener = (bytes, options, signal) => threads.open(bytes, options, signal);
  const captures = own(
    registerCaptures(context, registered.captures, {
      tell: (e) => {
        void showProblem(e, { what: 'Captures', log });
      },
      open,
      maxBytes: () => settings.maxProfileBytes,
    }),
  );
  const expectProfile = (): void => {
    threads.prepare();
  };
  const parts: Parts = {
    context,
    editor,
    log,
    clusters,
    processes,
    locals,
    memory,
    view,
    captures,
    checked,
    open,
    expectProfile,
  };
  return { parts, captures };
}

function makeClusters(log: Parts['log'], own: Own): Clusters {
  const clusters: Clusters = own(
    new Clusters({
      kubeconfigs: async () => {
        const kubeconfigs = (await loadKube()).createKubeconfigs({
          env: process.env,
          home: os.homedir(),
          extraFiles: () => settings.kubeconfigs,
          allowExec: () => vscode.workspace.isTrusted,
          log: (line) => {
            log.info(line);
          },
        });
        const reload = (): void => {
          void clusters.reload();
        };
        own(onSettings(['kubeconfigs'], reload));
        own(vscode.workspace.onDidGrantWorkspaceTrust(reload));
        return kubeconfigs;
      },
      namespaces: () => settings.namespaces,
      marked: () => settings.marked,
      log,
    }),
  );
  return clusters;
}

/** The metrics and changes pages, which have no file. */
function makePanels(
  context: vscode.ExtensionContext,
  parts: Parts,
  own: Own,
): { readonly metrics: MetricsPanels; readonly changes: ChurnPanels } {
  const bundles = vscode.Uri.joinPath(context.extensionUri, 'dist', 'webview');
  /** The workload's leader, if it has one. */
  const preselected = ({ id }: Subject): Preselected => {
    if ('url' in id) return { url: id.url };
    if ('file' in id) return {};
    const workload = parts.clusters.entry(id.context)?.cluster?.workload(id.workload);
    return workload
      ? preselectedBy({ kind: 'workload', context: id.context, workload }, parts.clusters)
      : { context: id.context };
  };
  const metrics = own(
    new MetricsPanels(parts, bundles, {
      capture: (kind, subject) => captureCommand(parts, preselected(subject), planOf(kind)),
      authenticate: async (subject) => {
        const { context, workload, replica = workload?.replicas[0] } = preselected(subject);
        if (context === undefined || !workload || !replica) return false;
        await authenticate(parts, { kind: 'pod', context, workload, replica }, 'metrics');
        return true;
      },
    }),
  );
  const icon = vscode.Uri.joinPath(context.extensionUri, 'media', 'activity.svg');
  const changes = own(new ChurnPanels({ clusters: parts.clusters, editor: parts.editor, dialogs }, { bundles, icon }));
  return { metrics, changes };
}

function nameOf(command: string): string {
  return command.replace(/^controllerTuner\./, '');
}

/** How long after a file is opened the next thread is prepared, ms: the page comes first. */
const AFTER_MS = 2000;

/** A user who opens one profile is likely to open another: prepares the next thread. */
function openAndExpect(threads: Threads): ThreadOpener {
  return async (bytes, options, signal) => {
    const opened = await threads.open(bytes, options, signal);
    setTimeout(() => {
      threads.prepare();
    }, AFTER_MS).unref();
    return opened;
  };
}
