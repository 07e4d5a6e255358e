/**
 * Makes the parts and introduces them to each other. Registers and returns: the Kubernetes client is a bundle of its own,
 * loaded when somebody first looks at the tree or runs a command that needs it.
 */
import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';
import { EndpointMemory, type Memento } from './cluster/memory';
import { registerCaptures } from './host/captures/index';
import { Clusters } from './host/clusters';
import { captureAgain } from './host/commands/capture';
import { registerCommands } from './host/commands/index';
import { showProblem } from './host/errors';
import { Locals } from './host/locals';
import { createLog } from './host/log';
import { registerPages } from './host/pages/index';
import type { Parts } from './host/parts';
import { Processes } from './host/processes';
import { onSettings, settings } from './host/settings';
import { ClustersView } from './host/tree/view';
import { loadKube } from './kube/load';
import { openInThread } from './profile/thread/client';
import type { Opener } from './captures/check';

/** What tests inside the editor look at. */
export interface Api {
  /** Time that `activate` took, ms. */
  readonly activationMillis: number;
  readonly parts: Parts;
}

export function activate(context: vscode.ExtensionContext): Api {
  const started = performance.now();
  const own = <T extends { dispose(): void }>(part: T): T => { context.subscriptions.push(part); return part; };
  const log = own(createLog());
  const globalState: Memento = { get: (key) => context.globalState.get(key), set: (key, value) => { void context.globalState.update(key, value); } };

  const clusters = own(new Clusters({
    kubeconfigs: async () => {
      const kubeconfigs = (await loadKube()).createKubeconfigs({
        env: process.env, home: os.homedir(), extraFiles: () => settings.kubeconfigs, allowExec: () => vscode.workspace.isTrusted, log: (line) => { log.info(line); },
      });
      context.subscriptions.push(onSettings(['kubeconfigs'], () => { void clusters.reload(); }), vscode.workspace.onDidGrantWorkspaceTrust(() => { void clusters.reload(); }));
      return kubeconfigs;
    },
    namespaces: () => settings.namespaces, marked: () => settings.marked, log,
  }));
  const memory = new EndpointMemory(globalState);
  const processes = own(new Processes({ clusters, memory, pins: () => settings.pins, log }));
  const locals = new Locals(globalState);
  const view = own(new ClustersView({ clusters, processes, locals, log }));
  const thread = path.join(context.extensionPath, 'dist', 'profile-thread.js');
  const open: Opener = (bytes, options, signal) => openInThread(thread, bytes, options, signal);
  const captures = own(registerCaptures(context, { tell: (e) => { void showProblem(e, { what: 'Captures', log }); }, open, maxBytes: () => settings.maxProfileBytes }));

  const parts: Parts = { context, log, clusters, processes, locals, memory, view, captures, open };
  own(registerPages(context, { captures, log, open, captureAgain: (capture) => { void captureAgain(parts, capture); } }));
  for (const command of registerCommands(parts)) own(command);
  const activationMillis = performance.now() - started;
  // After the return, so that the channel's making is nobody's wait.
  setImmediate(() => { log.info(`Activated in ${activationMillis.toFixed(1)} ms.`); });
  return { activationMillis, parts };
}
