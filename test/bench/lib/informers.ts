/** Runs peer/informers.ts. */
import type { ChildProcess } from 'node:child_process';
import * as readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bundle } from '../bundle.mjs';
import type { InformersChurn, InformersReady } from '../peer/informers';
import type { Bench } from './bench';

export class Informers {
  private constructor(
    private readonly bench: Bench,
    private readonly child: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    readonly ready: InformersReady,
  ) {}

  /** Resolves when all was listed once. */
  static async start(bench: Bench, kubeconfig: string): Promise<Informers> {
    const script = fileURLToPath(await bundle('test/bench/peer/informers.ts', 'informers.mjs'));
    const child = bench.children.start(process.execPath, ['--expose-gc', script, kubeconfig], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }) as ChildProcess;
    if (!child.stdout) throw new Error('The informers have no output.');
    const lines = readline.createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done === true) throw new Error('The informers of client-node ended before all was listed.');
    return new Informers(bench, child, lines, JSON.parse(first.value) as InformersReady);
  }

  /** What it cost to follow while `work` went on. */
  async during(work: () => Promise<unknown>): Promise<InformersChurn> {
    await this.#ask('begin');
    await work();
    return (await this.#ask('end')) as InformersChurn;
  }

  async #ask(command: string): Promise<unknown> {
    this.child.stdin?.write(`${command}\n`);
    const answer = await this.lines.next();
    if (answer.done === true) throw new Error('The informers of client-node ended early.');
    return JSON.parse(answer.value);
  }

  async stop(): Promise<void> {
    await this.bench.children.stop(this.child);
  }
}
