/** What was measured of the programs that are built from modules. */
import * as vscode from 'vscode';
import type { Measured } from '../../source/types';

/** Module path → what its program did; undefined: it was not measured. */
export type MeasuredOf = (module: string) => Measured | undefined;

export class Measurements implements vscode.Disposable {
  readonly #known = new Map<string, Measured>();
  readonly #changed = new vscode.EventEmitter<string>();
  /** With the module's path. */
  readonly onDidChange = this.#changed.event;

  readonly of: MeasuredOf = (module) => this.#known.get(module);

  set(module: string, measured: Measured): void {
    this.#known.set(module, measured);
    this.#changed.fire(module);
  }

  /** Asks which controller of a cluster is built from the module, and measures it. False: the person gave up. */
  async ask(module: string): Promise<boolean> {
    // Clusters are in a bundle of its own, which this command loads.
    const measured = await vscode.commands.executeCommand<Measured | undefined>('controllerTuner.measureWorkload', { module });
    if (!measured) return false;
    this.set(module, measured);
    return true;
  }

  dispose(): void { this.#changed.dispose(); }
}
