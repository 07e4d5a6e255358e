/** What was measured of the programs that are built from modules. */
import * as vscode from 'vscode';
import { plain } from '../../advice/markdown';
import { nameOf } from '../../advice/paths';
import { measuredSentence, need } from '../../advice/rules/limits/need';
import type { Fix, Measured } from '../../advice/types';
import type { MeasureRequest } from '../../app/commands/measure';

/** By `programOf`; undefined: it was not measured. */
export type MeasuredOf = (program: string) => Measured | undefined;

/** Asks which workload runs a program, and measures it; undefined when the user gave up, or was shown why it failed. */
export type Measure = (request: MeasureRequest) => Promise<Measured | undefined>;

/** A change that what was measured asks for, and what makes it. */
export interface Change {
  readonly fix: Fix;
  readonly apply: () => Thenable<unknown>;
}

export class Measurements implements vscode.Disposable {
  readonly #known = new Map<string, Measured>();
  readonly #changed = new vscode.EventEmitter<string>();
  /** With the program. */
  readonly onDidChange = this.#changed.event;

  constructor(private readonly measure: Measure) {}

  readonly of: MeasuredOf = (program) => this.#known.get(program);

  set(program: string, measured: Measured): void {
    this.#known.set(program, measured);
    this.#changed.fire(program);
  }

  /**
   * Measures the program, asks first which workload runs it where nobody chose that yet, and tells what was found.
   * `change` gives what it asks for in the text that the person came from, if anything.
   */
  async ask(program: string, choose: boolean, change: () => Promise<Change | undefined>): Promise<void> {
    const measured = await this.measure({ program, called: calledOf(program), choose });
    if (!measured) return;
    this.set(program, measured);
    void this.#tell(program, measured, await change(), change);
  }

  async #tell(
    program: string,
    measured: Measured,
    found: Change | undefined,
    change: () => Promise<Change | undefined>,
  ): Promise<void> {
    const take = found && `Set QPS to ${need(measured)?.qps ?? ''}`;
    const other = 'Measure Another…';
    const answer = await vscode.window.showInformationMessage(
      `${sentenceOf(measured)} ${nextOf(measured)}`,
      ...(take === undefined ? [] : [take]),
      other,
    );
    if (answer === undefined) return;
    if (answer === other)
      await vscode.commands.executeCommand(
        'controllerTuner.source.measure',
        program,
        true,
        vscode.window.activeTextEditor?.document.uri,
      );
    // The text may have changed since it was told.
    else await (await change())?.apply();
  }

  dispose(): void {
    this.#changed.dispose();
  }
}

function sentenceOf(measured: Measured): string {
  return measuredSentence(measured) ?? `Measured (${measured.of}): no requests, or no metrics of them.`;
}

function nextOf(measured: Measured): string {
  const asked = need(measured);
  return asked === undefined
    ? 'Nothing in it asks for another QPS.'
    : `QPS ${asked.qps} and Burst ${asked.burst} would carry it: ${asked.arithmetic}.`;
}

/** As people read it: a manifest by its file's name. */
function calledOf(program: string): string {
  return program.includes('://') ? nameOf(program) : program;
}

export const MEASURE = 'controllerTuner.source.measure';

/**
 * For the hover over a client: what was measured and when, and the ways to measure. `hinted`: the hint beside it says
 * what was measured.
 */
export function measuredMarkdown(
  program: string,
  measured: Measured | undefined,
  uri: vscode.Uri,
  hinted: boolean,
): string {
  const link = (text: string, choose: boolean): string =>
    `[${text}](${vscode.Uri.from({ scheme: 'command', path: MEASURE, query: JSON.stringify([program, choose, uri.toJSON()]) }).toString()})`;
  if (!measured) return link('Measure in a Cluster…', false);
  return (
    `${plain(`${hinted ? '' : `${sentenceOf(measured)} `}${nextOf(measured)}`)} ${link('Measure Again', false)} ` +
    `· ${link('Measure Another Controller…', true)}`
  );
}
