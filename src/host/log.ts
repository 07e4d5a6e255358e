import * as vscode from 'vscode';
import { isAbort, Problem } from '../base/problem';

/** What the parts write to; nothing secret ever: no tokens, no headers, no kubeconfig contents. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  /** A failure, with what the person was told and the server's own words where there are some. */
  problem(what: string, e: unknown): void;
}

export interface LogChannel extends Log, vscode.Disposable {
  show(): void;
}

/** The output channel "Controller Tuner", or another of a bundle of its own, made at the first line so that activation doesn't pay for it. */
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
