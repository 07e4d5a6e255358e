/** The output channels of the extension. */
import * as vscode from 'vscode';
import type { Log } from '../app/editor';
import { isAbort, Problem } from '../base/problem';

export interface LogChannel extends Log, vscode.Disposable {
  show(): void;
}

/**
 * The output channel "Controller Tuner", or another one for a separate bundle. Created with the first line, so that
 * activation does not pay for it.
 */
export function createLog(name = 'Controller Tuner'): LogChannel {
  let channel: vscode.LogOutputChannel | undefined;
  const open = (): vscode.LogOutputChannel => (channel ??= vscode.window.createOutputChannel(name, { log: true }));
  return {
    info: (message) => {
      open().info(message);
    },
    warn: (message) => {
      open().warn(message);
    },
    problem: (what, e) => {
      if (isAbort(e)) {
        open().info(`${what}: cancelled`);
        return;
      }
      const p = Problem.from(e);
      open().warn(`${what}: ${p.message} (${p.code})${p.detail === undefined ? '' : `\n${p.detail}`}`);
      if (p.code === 'unexpected' && e instanceof Error && e.stack !== undefined) open().debug(e.stack);
    },
    show: () => {
      open().show(true);
    },
    dispose: () => {
      channel?.dispose();
    },
  };
}
