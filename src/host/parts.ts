/** What the commands work with, plus what only the host can use. */
import type * as vscode from 'vscode';
import type { Parts as AppParts } from '../app/parts';
import type { CapturesApi } from './captures/index';
import type { LogChannel } from './log';
import type { ClustersView } from './tree/view';

export interface Parts extends AppParts {
  readonly context: vscode.ExtensionContext;
  readonly log: LogChannel;
  readonly view: ClustersView;
  readonly captures: CapturesApi;
}
