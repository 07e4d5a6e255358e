/** What the commands work with: made in extension.ts, each once. */
import type * as vscode from 'vscode';
import type { Opener } from '../captures/check';
import type { EndpointMemory } from '../cluster/memory';
import type { CapturesApi } from './captures/index';
import type { Clusters } from './clusters';
import type { Locals } from './locals';
import type { LogChannel } from './log';
import type { Processes } from './processes';
import type { ClustersView } from './tree/view';

export interface Parts {
  readonly context: vscode.ExtensionContext;
  readonly log: LogChannel;
  readonly clusters: Clusters;
  readonly processes: Processes;
  readonly locals: Locals;
  readonly memory: EndpointMemory;
  readonly view: ClustersView;
  readonly captures: CapturesApi;
  /** Reads a profile in a thread of its own. */
  readonly open: Opener;
  /** One will be read soon: its thread is made ready meanwhile. */
  readonly expectProfile: () => void;
}
