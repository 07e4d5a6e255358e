/** What was measured of the programs that are built from modules. */
import * as vscode from 'vscode';
import { measuredSentence, need } from '../../source/rules/limits/need';
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

  /** Measures the module's controller, asks first which one that is where nobody chose it yet, and tells what was found. */
  async ask(module: string, choose = false): Promise<void> {
    // Clusters are in a bundle of its own, which this command loads.
    const measured = await vscode.commands.executeCommand<Measured | undefined>('controllerTuner.measureWorkload', { module, choose });
    // The person gave up.
    if (!measured) return;
    this.set(module, measured);
    void this.#tell(module, measured);
  }

  async #tell(module: string, measured: Measured): Promise<void> {
    const asked = need(measured);
    const next = asked === undefined ? 'Nothing in it asks for another QPS.' : `QPS ${asked.qps} and Burst ${asked.burst} would carry it (${asked.arithmetic}); the light bulb offers them where the limit is lower.`;
    const other = 'Measure Another Controller…';
    const said = measuredSentence(measured) ?? `Measured (${measured.of}): no requests, or no metrics of them.`;
    if (await vscode.window.showInformationMessage(`${said} ${next}`, other) === other) await vscode.commands.executeCommand('controllerTuner.source.measure', module, true);
  }

  dispose(): void { this.#changed.dispose(); }
}
